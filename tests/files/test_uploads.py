import datetime as dt
import hashlib
import io
import json
import uuid
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from files import actions
from files.accept import AUDIO, IMAGES
from files.models import Blob, StoredFile, UploadSession
from tests.files.make import person, png

pytestmark = pytest.mark.django_db
DATA = b"OggS" + bytes(range(256)) * 10


def begin(client: Client, **facts: object) -> dict[str, object]:
    typed = {"name": "noi.ogg", "size": len(DATA), "accept": "audio", **facts}
    answer = client.post("/tep/", json.dumps(typed), content_type="application/json")
    return {"status": answer.status_code, **answer.json()}


def put(client: Client, pk: object, offset: int, data: bytes) -> tuple[int, int]:
    url = f"/tep/{pk}?offset={offset}"
    answer = client.put(url, data, content_type="application/octet-stream")
    return answer.status_code, answer.json().get("received", -1)


def finish(client: Client, pk: object, sha256: str) -> tuple[int, dict[str, object]]:
    answer = client.post(
        f"/tep/{pk}/hoan-tat", json.dumps({"sha256": sha256}), content_type="application/json"
    )
    return answer.status_code, answer.json()


def signed_in(code: str = "tam") -> Client:
    client = Client()
    client.force_login(person(code))
    return client


def test_a_file_arrives_in_slices_after_a_break_a_repeat_and_a_gap() -> None:
    client = signed_in()
    opened = begin(client)
    assert opened["status"] == 201
    assert put(client, opened["id"], 0, DATA[:1000]) == (200, 1000)
    assert put(client, opened["id"], 2000, DATA[2000:]) == (409, 1000)
    assert put(client, opened["id"], 0, DATA[:1000]) == (200, 1000)
    again = begin(client)
    assert (again["id"], again["received"]) == (opened["id"], 1000)
    assert put(client, opened["id"], 1000, DATA[1000:]) == (200, len(DATA))
    sha256 = hashlib.sha256(DATA).hexdigest()
    status, answer = finish(client, opened["id"], sha256)
    assert (status, answer["name"]) == (200, "noi.ogg")
    assert finish(client, opened["id"], sha256) == (200, answer)
    assert StoredFile.objects.get().blob.sha256 == sha256
    assert not actions.partial_path(UploadSession.objects.get()).exists()


def test_a_damaged_upload_is_refused() -> None:
    client = signed_in()
    opened = begin(client)
    put(client, opened["id"], 0, DATA)
    status, answer = finish(client, opened["id"], "0" * 64)
    assert (status, list(answer)) == (422, ["error"])
    assert not StoredFile.objects.exists()


def test_more_than_was_announced_is_refused() -> None:
    client = signed_in()
    opened = begin(client)
    assert put(client, opened["id"], 0, DATA + b"x")[0] == 422


@pytest.mark.parametrize(
    "facts", [{"name": "a.html"}, {"size": 10**12}, {"size": 0}, {"accept": "any"}]
)
def test_an_upload_that_could_not_be_kept_does_not_begin(facts: dict[str, object]) -> None:
    assert begin(signed_in(), **facts)["status"] == 422


def test_an_upload_of_another_person_is_absent() -> None:
    opened = begin(signed_in("a"))
    stranger = signed_in("b")
    answers = [stranger.get(f"/tep/{pk}") for pk in (opened["id"], uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert put_status(stranger, opened["id"]) == 404


def put_status(client: Client, pk: object) -> int:
    url = f"/tep/{pk}?offset=0"
    return client.put(url, b"x", content_type="application/octet-stream").status_code


def test_without_signing_in_nothing_is_taken(settings: Settings) -> None:
    settings.LOGIN_URL = "/vao/"
    assert Client().post("/tep/", "{}", content_type="application/json").status_code == 302


def test_the_sweep_counts_first_and_removes_only_when_told(tmp_path: Path) -> None:
    by = person()
    kept = actions.store(content=png(), name="a.png", by=by, accept=IMAGES, purpose="x")
    past = timezone.now() - dt.timedelta(days=3)
    old = actions.store(
        content=png(width=9), name="b.png", by=by, accept=IMAGES, purpose="x", keep_until=past
    )
    Blob.objects.update(created_at=past)
    with time_machine.travel(past):
        session = actions.open_session(name="a.ogg", size=9, by=by, accept=AUDIO, purpose="x")
        actions.put_slice(session=session, offset=0, data=b"OggS", by=by)
    out = io.StringIO()
    call_command("sweep_files", stdout=out)
    assert "1 uploads, 1 files" in out.getvalue()
    assert StoredFile.objects.count() == 2
    call_command("sweep_files", "--apply", stdout=out)
    assert list(StoredFile.objects.all()) == [kept]
    assert list(Blob.objects.all()) == [kept.blob]
    assert not default_storage.exists(old.blob.storage_name)
    assert not list((tmp_path / "uploads").iterdir())
