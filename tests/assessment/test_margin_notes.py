"""Notes beside a work: written while marking, read after the release."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessment.actions import grades, works
from assessment.actions.blind_marks import mark_blind
from assessment.actions.margin_notes import add_note, drop_note
from assessment.actions.marking_plans import PlanSpec, set_plan
from assessment.actions.readings import make_reading
from assessment.margins import Place
from assessment.models import MarginNote, Mark, Submission
from assessment.work_errors import ClaimedByOther, MarkRefused
from files.accept import AUDIO, PAPERS
from tests.assessment.documents import docx
from tests.assessment.works import Task, make_task, upload
from tests.make import make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]
TEXT = "Kính gửi phường.\n\nTôi đề nghị số hóa hồ sơ & lưu trữ."
SECRET = "Nhận-xét-kín-91c4e"
MARK = {"c-noi-dung": "5", "c-trinh-bay": "3", "comment": "Tốt."}
PDF = b"%PDF-1.4\n%%EOF\n"
WEBM = b"\x1a\x45\xdf\xa3" + b"\0" * 40


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast, takes_files=True)


def url_of(work: Submission) -> str:
    return reverse("works:mark", args=[work.pk])


def note(place: str, text: str = SECRET, **fields: Any) -> dict[str, Any]:
    return {"note-place": place, "note-text": text, "do": "note", **fields}


def with_files(task: Task) -> tuple[Submission, dict[str, int]]:
    """Return a work with a recording, a PDF and a document, and the numbers of its files."""
    learner = task.place.learner
    draft = works.start_draft(enrolment=task.place, assignment_key=task.key, by=learner)
    sent = (
        ("noi.webm", WEBM, AUDIO),
        ("bai.pdf", PDF, PAPERS),
        ("bai.docx", docx("Đoạn đầu", "Đoạn sau"), PAPERS),
    )
    rows = {}
    for name, content, accept in sent:
        file = upload(name, content)
        row = works.attach_upload(
            submission=draft, content=file, name=name, accept=accept, by=learner
        )
        rows[name] = row.pk
        if name.endswith("docx"):
            make_reading(file_id=row.file_id)
    return works.hand_in(submission=draft, by=learner), rows


def test_a_note_beside_words_is_read_by_the_learner_only_after_the_release(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work, client = task.handed_in(text=TEXT), browser(cast.trainer)
    quoted = note("0:2", **{"note-quote": "hồ sơ & lưu trữ"})
    page = client.post(url_of(work), quoted | MARK)
    assert page.context["form"]["c-noi-dung"].value() == "5"
    assert "<mark>hồ sơ &amp; lưu trữ</mark>" in page.content.decode()
    assert not Mark.objects.exists()
    client.post(url_of(work), MARK | {"do": "save"})
    learner = browser(task.place.learner)
    pages = [task.url, reverse("works:receipt", args=[work.pk])]
    assert not any(SECRET in learner.get(url).content.decode() for url in pages)
    grades.release(cohort=task.cohort, component_key=task.key, by=cast.trainer)
    receipt = learner.get(pages[1]).content.decode()
    assert SECRET in receipt
    assert "<mark>hồ sơ &amp; lưu trữ</mark>" in receipt
    assert cast.trainer.full_name not in receipt
    assert "1 nhận xét tại chỗ" in learner.get(task.url).content.decode()


def test_the_same_note_is_written_once_and_one_typed_while_saving_is_not_lost(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work, client = task.handed_in(text=TEXT), browser(cast.trainer)
    for _twice in range(2):
        client.post(url_of(work), note("0:1"))
    assert MarginNote.objects.count() == 1
    answer = client.post(url_of(work), MARK | note("0:2", "Nêu số liệu.") | {"do": "next"})
    assert answer.status_code == 302
    assert [row.text for row in MarginNote.objects.in_order()] == [SECRET, "Nêu số liệu."]
    assert Mark.objects.count() == 1


def test_a_note_stands_at_a_second_a_page_or_a_paragraph_of_a_document(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work, files = with_files(task)
    client = browser(cast.trainer)
    audio, pdf, document = (files[name] for name in ("noi.webm", "bai.pdf", "bai.docx"))
    for place, at in ((f"{document}:2", ""), (f"{pdf}:", "2"), (f"{audio}:", "1:05")):
        assert client.post(url_of(work), note(place, **{"note-at": at})).status_code == 200
    rows = [(row.block, row.page, row.second) for row in MarginNote.objects.in_order()]
    assert rows == [(None, None, 65), (None, 2, None), (2, None, None)]
    text = client.get(url_of(work)).content.decode()
    assert "noi.webm, 1:05" in text
    assert "bai.pdf, trang 2" in text
    assert "bai.docx, đoạn 2" in text
    assert "#page=2" in text


@pytest.mark.parametrize(
    ("name", "at"), [("bai.pdf", "0"), ("bai.pdf", "1:05"), ("noi.webm", "2"), ("bai.docx", "2")]
)
def test_a_place_that_cannot_be_is_answered_beside_the_field_and_the_words_stay(
    task: Task, cast: Cast, browser: Browser, name: str, at: str
) -> None:
    work, files = with_files(task)
    sent = MARK | note(f"{files[name]}:", **{"note-at": at})
    page = browser(cast.trainer).post(url_of(work), sent)
    assert page.status_code == 422
    form = page.context["note_form"]
    assert form.errors["at"]
    assert form["text"].value() == SECRET
    assert page.context["form"]["comment"].value() == "Tốt."
    assert not MarginNote.objects.exists()


def test_a_place_of_another_work_and_an_empty_note_are_refused(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work, _files = with_files(task)
    other = make_task(cast, takes_files=True)
    _foreign, files = with_files(other)
    client = browser(cast.trainer)
    for sent in (note(f"{files['bai.pdf']}:"), note("0:1"), note(f"{_files['bai.pdf']}:", "  ")):
        assert client.post(url_of(work), sent).status_code == 422
    assert not MarginNote.objects.exists()


def test_of_two_independent_markers_neither_reads_the_others_notes(
    task: Task, cast: Cast, browser: Browser
) -> None:
    markers = [make_user("Giảng Viên Một"), make_user("Giảng Viên Hai")]
    for marker in markers:
        staff(task.cohort, marker)
    work = task.handed_in(text=TEXT)
    spec = PlanSpec(is_double=True, moderator=task.by, markers=markers)
    set_plan(cohort=task.cohort, key=task.key, spec=spec, by=task.by)
    clients = [browser(marker) for marker in markers]
    clients[0].post(url_of(work), note("0:1"))
    assert SECRET in clients[0].get(url_of(work)).content.decode()
    assert SECRET not in clients[1].get(url_of(work)).content.decode()
    criteria = {"noi-dung": Decimal(5), "trinh-bay": Decimal(3)}
    for marker in markers:
        mark_blind(submission=work, by=marker, points=Decimal(0), criteria=criteria, comment="")
    assert SECRET in clients[1].get(url_of(work)).content.decode()
    with pytest.raises(MarkRefused):
        add_note(submission=work, place=Place(block=1), text="Muộn.", by=markers[0])


def test_who_has_not_the_work_writes_no_note_and_takes_none_away(
    task: Task, cast: Cast, browser: Browser
) -> None:
    second = make_user("Giảng Viên Hai")
    staff(task.cohort, second)
    work = task.handed_in(text=TEXT)
    browser(cast.trainer).post(url_of(work), note("0:1"))
    row = MarginNote.objects.get()
    browser(second).post(url_of(work), note("0:2") | {"drop_note": row.pk})
    with pytest.raises(ClaimedByOther):
        add_note(submission=work, place=Place(block=2), text="Của người khác.", by=second)
    assert MarginNote.objects.get() == row
    browser(cast.trainer).post(url_of(work), {"drop_note": row.pk} | MARK)
    assert not MarginNote.objects.exists()


def test_released_notes_stay_as_they_are(task: Task, cast: Cast) -> None:
    work = task.handed_in(text=TEXT)
    row = add_note(submission=work, place=Place(block=1), text="Tốt.", by=cast.trainer)
    task.marked(work, cast.trainer)
    grades.release(cohort=task.cohort, component_key=task.key, by=cast.trainer)
    for late in (
        lambda: add_note(submission=work, place=Place(block=2), text="Muộn.", by=cast.trainer),
        lambda: drop_note(note=row, by=cast.trainer),
    ):
        with pytest.raises(MarkRefused):
            late()
    with pytest.raises(DatabaseError), transaction.atomic():
        MarginNote.objects.filter(pk=row.pk).update(text="Khác.")
    with pytest.raises(DatabaseError), transaction.atomic():
        MarginNote.objects.filter(pk=row.pk).delete()
