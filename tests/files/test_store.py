import errno
import io
import threading
import time
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection
from pytest_django import Settings

from audit.models import AuditEvent
from files.accept import AUDIO, CAPTIONS, DOCUMENTS, IMAGES, SPREADSHEETS, Accept
from files.actions import import_file, store
from files.models import Blob, StoredFile
from tests.files.make import office, person, png

GIF = b"GIF89a\x02\x00\x02\x00" + b"\x00" * 20
JPEG = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x20" + b"\x00" * 20


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accept", "name", "content"),
    [
        (IMAGES, "ảnh thẻ.PNG", png().getvalue()),
        (IMAGES, "a.gif", GIF),
        (IMAGES, "a.jpg", JPEG),
        (DOCUMENTS, "QĐ 2.9.2026.pdf", b"%PDF-1.7\n"),
        (DOCUMENTS, "a.docx", office("word/document.xml").getvalue()),
        (AUDIO, "noi.webm", b"\x1a\x45\xdf\xa3abc"),
        (AUDIO, "noi.m4a", b"\x00\x00\x00\x20ftypM4A "),
        (SPREADSHEETS, "a.csv", b"ma;ten\n1;Lan\n"),
        (CAPTIONS, "a.vtt", b"WEBVTT\n\n"),
    ],
)
def test_a_file_that_is_what_its_name_says_is_kept(
    accept: Accept, name: str, content: bytes
) -> None:
    file = store(content=io.BytesIO(content), name=name, by=person(), accept=accept, purpose="x")
    assert (file.name, file.blob.size) == (name, len(content))
    with default_storage.open(file.blob.storage_name) as kept:
        assert kept.read() == content
    assert AuditEvent.objects.filter(action="store_file", target_id=file.pk).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accept", "name", "content"),
    [
        (IMAGES, "a.html", b"<html>"),
        (IMAGES, "a.HTML", b"<html>"),
        (IMAGES, "a.svg", b"<svg/>"),
        (IMAGES, "a.xhtml", b"<html/>"),
        (DOCUMENTS, "a.mhtml", b"MIME-Version: 1.0"),
        (IMAGES, "a.html.png", png().getvalue()),
        (IMAGES, "a.php.jpg", JPEG),
        (IMAGES, "a.png.exe", png().getvalue()),
        (IMAGES, "a.php%00.png", png().getvalue()),
        (IMAGES, "a.html\x00.png", png().getvalue()),
        (IMAGES, "anh\u202egnp.exe", png().getvalue()),
        (IMAGES, "a.png", b"<html><script>alert(1)</script>"),
        (IMAGES, "a.gif", GIF + b"<script>alert(1)</script>"),
        (IMAGES, "a.gif", GIF + b"\x00" * 200_000 + b"<HTML>"),
        (IMAGES, "a.png", GIF),
        (IMAGES, "a.png", png(width=60_000, height=60_000).getvalue()),
        (IMAGES, "a.heic", b"\x00\x00\x00\x20ftypheic"),
        (IMAGES, "png", png().getvalue()),
        (IMAGES, "a.png", b""),
        (SPREADSHEETS, "a.csv", b"<html><body>"),
        (SPREADSHEETS, "a.csv", "<html>".encode("utf-16")),
        (SPREADSHEETS, "a.xlsm", office("xl/workbook.xml").getvalue()),
        (SPREADSHEETS, "a.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin").getvalue()),
        (SPREADSHEETS, "a.xlsx", office("word/document.xml").getvalue()),
        (SPREADSHEETS, "a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1EncryptedPackage"),
        (DOCUMENTS, "a.docx", office("word/document.xml", "../x").getvalue()),
        (DOCUMENTS, "a.docx", office("word/document.xml", "..\\x").getvalue()),
        (DOCUMENTS, "a.docx", office("word/document.xml", "Word/document.xml").getvalue()),
    ],
)
def test_a_dangerous_or_false_file_is_refused_with_a_sentence(
    accept: Accept, name: str, content: bytes
) -> None:
    with pytest.raises(ValidationError) as refused:
        store(content=io.BytesIO(content), name=name, by=person(), accept=accept, purpose="x")
    assert refused.value.messages[0].endswith(".")
    assert not StoredFile.objects.exists()
    assert default_storage.listdir("") == ([], [])


@pytest.mark.django_db
def test_folders_control_and_direction_characters_leave_the_name() -> None:
    name = "..\\thu mục/Danh\u202e sa\u0301ch\x07.png"
    file = store(content=png(), name=name, by=person(), accept=IMAGES, purpose="x")
    assert file.name == "Danh sách.png"


@pytest.mark.django_db
def test_a_zip_bomb_is_refused_at_once_and_leaves_nothing() -> None:
    bomb = office("xl/workbook.xml", "xl/a.xml", content=b"0" * 100_000_000)
    began = time.monotonic()
    with pytest.raises(ValidationError, match=r".*"):
        store(content=bomb, name="a.xlsx", by=person(), accept=SPREADSHEETS, purpose="x")
    assert time.monotonic() - began < 2
    assert default_storage.listdir("") == ([], [])


@pytest.mark.django_db
def test_a_zip_that_lies_about_its_sizes_is_refused() -> None:
    data = office("xl/workbook.xml", content=b"0" * 5_000_000).getvalue()
    lying = data.replace((5_000_000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    with pytest.raises(ValidationError):
        store(
            content=io.BytesIO(lying), name="a.xlsx", by=person(), accept=SPREADSHEETS, purpose=""
        )


@pytest.mark.django_db
def test_the_same_content_is_kept_once() -> None:
    one = store(content=png(), name="a.png", by=person("a"), accept=IMAGES, purpose="x")
    two = store(content=png(), name="b.png", by=person("b"), accept=IMAGES, purpose="x")
    assert (one.blob_id, one.pk != two.pk) == (two.blob_id, True)


@pytest.mark.django_db(transaction=True)
def test_the_same_content_at_the_same_time_is_kept_once(tmp_path: Path) -> None:
    people = [person(f"p{n}") for n in range(4)]
    start = threading.Barrier(4)

    def send(by: object) -> None:
        start.wait()
        store(content=png(), name="a.png", by=by, accept=IMAGES, purpose="x")  # type: ignore[arg-type]
        connection.close()

    threads = [threading.Thread(target=send, args=(by,)) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (StoredFile.objects.count(), Blob.objects.count()) == (4, 1)
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db
def test_a_person_cannot_store_more_than_the_quota(settings: Settings) -> None:
    by = person()
    settings.FILE_QUOTA = 40
    store(content=png(), name="a.png", by=by, accept=IMAGES, purpose="x")
    with pytest.raises(ValidationError):
        store(content=png(width=3), name="b.png", by=by, accept=IMAGES, purpose="x")


@pytest.mark.django_db
def test_a_full_disk_is_one_sentence_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    with pytest.raises(ValidationError) as refused:
        store(content=png(), name="a.png", by=person(), accept=IMAGES, purpose="x")
    assert len(refused.value.messages) == 1
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_a_file_on_the_server_is_imported_once(tmp_path: Path) -> None:
    path, by = tmp_path / "a.png", person()
    path.write_bytes(png().getvalue())
    one = import_file(path=path, by=by, accept=IMAGES, purpose="demo")
    assert import_file(path=path, by=by, accept=IMAGES, purpose="demo") == one
