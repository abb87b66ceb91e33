"""The bank: found by words, topic, kind and use; filled from files and written to files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from assessment.actions.attempts import submit
from assessment.actions.questions import Wording, add_question, bank_of
from assessment.difficulty import ANSWERS_AT_LEAST, facilities
from assessment.models import Answer, Question, QuestionBank, QuestionVersion
from audit.models import AuditEvent
from tests.assessment.make import DATA, make_room, mark_all
from tests.make import make_course
from tests.people import Cast

Browser = Callable[[User], Client]
GIFT = """$CATEGORY: Luật

Thủ đô? {=Hà Nội ~Huế}

Thủ đô? {=Hà Nội ~Huế}

Viết luận. {}
"""


@pytest.fixture
def bank(cast: Cast) -> QuestionBank:
    return bank_of(course=make_course(cast.provider), by=cast.trainer)


def _check(client: Client, bank: QuestionBank, text: str, **fields: str) -> Any:
    url = reverse("assessment:import_questions", args=[bank.pk])
    file = SimpleUploadedFile("cau-hoi.txt", text.encode())
    return client.post(url, {"file": file, **fields})


def _confirm(client: Client, bank: QuestionBank, page: Any) -> Any:
    url = reverse("assessment:import_questions", args=[bank.pk])
    return client.post(url, {**page.context["carried"], "act": "ghi"}, follow=True)


def test_a_file_is_looked_at_first_and_taken_once(
    bank: QuestionBank, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.trainer)
    assert client.get(reverse("assessment:import_questions", args=[bank.pk])).status_code == 200
    page = _check(client, bank, GIFT)
    plan = page.context["plan"]
    assert [len(rows) for rows in (plan.new, plan.known, plan.skipped)] == [1, 1, 1]
    assert "essay" in page.content.decode()
    assert not Question.objects.exists()
    for _n in range(2):
        said = _confirm(client, bank, page).content.decode()
    assert "Không thêm câu nào" in said
    question = Question.objects.get()
    assert question.topic == "Luật"
    assert AuditEvent.objects.filter(action="import_questions").count() == 1
    again = _check(client, bank, GIFT).context["plan"]
    assert [len(rows) for rows in (again.new, again.known)] == [0, 2]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Chọn tệp"),
        ({"content": "!!", "act": "ghi"}, "base64"),
        ({"content": "PCE+", "format": "moodle", "act": "ghi"}, "XML"),
        ({"content": "QQ==", "format": "xls"}, "lệ"),
    ],
)
def test_what_is_no_file_of_questions_is_refused_in_a_sentence(
    bank: QuestionBank, cast: Cast, browser: Browser, fields: dict[str, str], words: str
) -> None:
    url = reverse("assessment:import_questions", args=[bank.pk])
    page = browser(cast.trainer).post(url, {"name": "x", **fields})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Question.objects.exists()


@pytest.mark.parametrize("form", ["gift", "moodle"])
def test_a_bank_is_written_and_read_into_another_the_same(
    bank: QuestionBank, cast: Cast, browser: Browser, form: str
) -> None:
    for kind, data in DATA.items():
        wording = Wording(kind=kind, body=f"Hỏi **{kind}**?", data=data, explanation="Vì {vậy}.")
        add_question(bank=bank, wording=wording, topic=kind[:1], by=cast.trainer)
    client = browser(cast.trainer)
    file = client.get(reverse("assessment:export_questions", args=[bank.pk, form]))
    assert "attachment" in file.headers["Content-Disposition"]
    event = AuditEvent.objects.get(action="export_questions")
    assert event.after == {"questions": len(DATA), "format": form}
    other = bank_of(course=make_course(cast.provider), by=cast.trainer)
    _confirm(client, other, _check(client, other, file.content.decode()))
    kinds = set(DATA) - ({"ordering", "cloze"} if form == "gift" else set())
    assert set(other.questions.values_list("current__kind", flat=True)) == kinds
    assert other.questions.count() == len(kinds)
    assert set(other.questions.values_list("current__explanation", flat=True)) == {"Vì {vậy}."}
    # What came back says the same as what went out: read into the first bank it adds nothing.
    assert not _check(client, bank, file.content.decode()).context["plan"].new


def test_the_bank_is_narrowed_by_words_topic_kind_and_use(cast: Cast, browser: Browser) -> None:
    room = make_room(cast)
    bank = QuestionBank.objects.get()
    wording = Wording(kind="numeric", body="Thẩm định mấy ngày?", data=DATA["numeric"])
    add_question(bank=bank, wording=wording, topic="Thủ tục", by=cast.trainer)
    client = browser(cast.trainer)
    url = reverse("assessment:bank", args=[bank.pk])

    def found(**query: str) -> int:
        return len(client.get(url, query).context["rows"])

    assert found() == len(DATA) + 1
    assert found(q="tham dinh") == 1
    assert found(topic="Thủ tục") == 1
    assert found(kind="numeric") == 2
    assert found(kind="numeric", used="no") == 1
    assert found(used="yes") == len(room.quiz.questions)
    page = client.get(url).content.decode()
    assert "trong 1 bài kiểm tra" in page


def test_how_hard_a_question_was_is_told_once_enough_answered(cast: Cast, browser: Browser) -> None:
    room = make_room(cast)
    attempt = room.begin()
    client = browser(room.learner)
    room.answer_all(client)
    room.save(client, "matching", revision=2, pair_l1="r1", pair_l2="r3")
    submit(attempt=attempt, by=room.learner)
    mark_all()
    keys = [row.key for row in room.quiz.questions]
    assert facilities(keys) == {}
    for row in Answer.objects.filter(attempt=attempt):
        for number in range(2, ANSWERS_AT_LEAST + 1):
            _copied(row, number)
    figures = facilities(keys)
    assert figures[room.key_of("matching")].percent == 50
    assert figures[room.key_of("cloze")].percent == 100
    assert figures[room.key_of("cloze")].answers == ANSWERS_AT_LEAST
    bank = reverse("assessment:bank", args=[QuestionBank.objects.get().pk])
    assert "50%" in browser(cast.trainer).get(bank).content.decode()


def _copied(row: Answer, number: int) -> None:
    """Store the same answer of a further attempt."""
    attempt = row.attempt.enrolment.attempts.filter(number=number).first()
    if attempt is None:
        attempt = type(row.attempt).objects.get(pk=row.attempt_id)
        attempt.pk, attempt.number, attempt.receipt = None, number, f"R{number}"
        attempt.save()
    row.pk, row.attempt = None, attempt
    row.save()


def test_a_page_of_the_bank_costs_the_same_at_ten_and_at_a_thousand(
    bank: QuestionBank, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.trainer)
    url = reverse("assessment:bank", args=[bank.pk])
    client.get(url)  # what a first visit reads once is not the page's
    counts = []
    for many in (10, 1000):
        _fill(bank, many - Question.objects.count(), cast.trainer)
        with CaptureQueriesContext(connection) as asked:
            assert len(client.get(url).context["rows"]) == min(many, 50)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14


def _fill(bank: QuestionBank, many: int, by: User) -> None:
    rows = Question.objects.bulk_create(Question(bank=bank, topic="Luật") for _n in range(many))
    versions = QuestionVersion.objects.bulk_create(
        QuestionVersion(
            question=row, number=1, kind="single", body="?", data=DATA["single"], created_by=by
        )
        for row in rows
    )
    for row, version in zip(rows, versions, strict=True):
        row.current = version
    Question.objects.bulk_update(rows, ["current"])
