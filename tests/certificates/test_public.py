"""The public page answers what it must and not a word more."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from certificates.masking import masked, same_birth, same_name
from certificates.models import Certificate
from tests.certificates.make import Ended, make_ended, make_paper
from tests.people import Cast, signed_in_as

pytestmark = pytest.mark.django_db
NAME = "Nguyễn Thị Hồng Hạnh"


@pytest.fixture
def ended(cast: Cast) -> Ended:
    return make_ended(cast)


@pytest.fixture
def paper(ended: Ended, cast: Cast) -> Certificate:
    return make_paper(ended, ended.enrol(cast.learner))


def address(paper: Certificate) -> str:
    return reverse("certificates:verify", args=[paper.token])


def test_the_page_shows_a_masked_name_and_nothing_more(paper: Certificate, client: Client) -> None:
    page = client.get(address(paper))
    words = page.content.decode()
    assert "N*** T** H*** H***" in words
    assert paper.register_number in words
    for hidden in ("Nguyễn", "Hạnh", "1981", "Bến Thành", paper.serial, "Khánh"):
        assert hidden not in words, hidden
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "birth", "answer"),
    [
        (NAME, "1981", "Khớp"),
        ("nguyen thi hong hanh", "02/9/1981", "Khớp"),
        (NAME, "1982", "Không khớp"),
        (NAME, "", "Không khớp"),
        ("Nguyễn Thị Hồng", "1981", "Không khớp"),
    ],
)
def test_the_answer_is_one_word_for_name_and_birth_together(
    name: str, birth: str, answer: str, paper: Certificate, client: Client
) -> None:
    page = client.post(address(paper), {"name": name, "birth": birth}).content.decode()
    assert f"<strong>{answer}</strong>" in page
    # What was typed stands in the form; the paper's own words do not.
    assert ("1981" in page) == ("1981" in birth)


def test_an_unknown_or_unsigned_paper_is_not_there(
    ended: Ended, cast: Cast, client: Client
) -> None:
    waiting = make_paper(ended, ended.enrol(cast.learner), is_signed=False)
    assert client.get(address(waiting)).status_code == 404
    unknown = client.get(reverse("certificates:verify", args=["x" * 32]))
    assert unknown.status_code == 404
    assert len(waiting.token) * 6 >= 128


def test_a_look_up_needs_both_numbers(paper: Certificate, client: Client) -> None:
    url = reverse("certificates:look_up")
    both = {"number": paper.register_number, "serial": paper.serial.lower()}
    assert client.post(url, both).headers["Location"] == address(paper)
    for wrong in ({**both, "serial": "GCN26-00001-AAAAA"}, {**both, "number": "0002/2026/GCN"}):
        assert client.post(url, wrong).status_code == 422
    assert client.post(url, {"number": paper.register_number}).status_code == 422


def test_comparing_is_limited_per_paper_from_any_address(
    paper: Certificate, client: Client
) -> None:
    for n in range(10):
        answer = client.post(
            address(paper), {"name": f"A{n}", "birth": ""}, REMOTE_ADDR=f"10.0.0.{n}"
        )
        assert answer.status_code == 200
    right = {"name": NAME, "birth": "1981"}
    last = client.post(address(paper), right, REMOTE_ADDR="10.0.1.1")
    assert last.status_code == 429
    assert "<strong>Khớp" not in last.content.decode()


def test_comparing_is_limited_per_address(ended: Ended, cast: Cast, client: Client) -> None:
    people = [cast.learner, cast.hr, cast.manager]
    papers = [make_paper(ended, ended.enrol(person)) for person in people]
    statuses = [
        client.post(address(papers[n % 3]), {"name": "A", "birth": ""}).status_code
        for n in range(21)
    ]
    assert statuses[:20] == [200] * 20
    assert statuses[20] == 429


def test_look_ups_are_limited_per_address(client: Client) -> None:
    wrong = {"number": "1", "serial": "2"}
    url = reverse("certificates:look_up")
    statuses = [client.post(url, {**wrong, "number": str(n)}).status_code for n in range(31)]
    assert statuses[:30] == [422] * 30
    assert statuses[30] == 429


def test_a_revoked_paper_says_so_plainly(paper: Certificate, cast: Cast, client: Client) -> None:
    signed_in_as(cast.training_officer).post(
        reverse("certificates:revoke", args=[paper.pk]),
        {"reason": "Gian lận", "decision": "20/QĐ-HVCB"},
    )
    words = client.get(address(paper)).content.decode()
    assert "Đã thu hồi: văn bản không có giá trị." in words
    assert "Gian lận" not in words


def test_masking_and_matching() -> None:
    assert masked("Hoàng  Ô") == "H*** Ô"
    assert same_name("NGUYEN  VĂN dũng", "Nguyễn Văn Dũng")
    assert not same_name("", "")
    assert same_birth("2.9.1981", "02/9/1981")
    assert not same_birth("1981", "02/9/1981")
    assert same_birth("", "")
