"""Pages go compressed to browsers that take it."""

import gzip

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_page_is_sent_compressed_and_data_as_it_is(client: Client) -> None:
    taken = {"accept-encoding": "gzip, deflate"}
    page = client.get("/bao-ve-du-lieu-ca-nhan/", headers=taken)
    assert page.headers["Content-Encoding"] == "gzip"
    assert "<h1" in gzip.decompress(page.content).decode()
    assert "Accept-Encoding" in page.headers["Vary"]
    assert "Content-Encoding" not in client.get("/bao-ve-du-lieu-ca-nhan/").headers
    assert "Content-Encoding" not in client.get("/metrics", headers=taken).headers
