"""Surveys: written once, asked in classes, answered once, read without names."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from audit.models import AuditEvent
from lms.clock import today
from notifications.actions.collect import hand_over_due
from notifications.models import Notice
from surveys.actions import rounds
from surveys.actions.rounds import answer, change_days, is_valid
from surveys.actions.surveys import SurveyRefused, publish, save_draft
from surveys.models import Participation, Response, SurveyRound, SurveyVersion
from surveys.questions import (
    Kind,
    Question,
    UnreadableError,
    as_text,
    from_text,
    read,
    stored,
)
from surveys.results import results
from surveys.tasks import tick
from tests.make import make_cohort, staff
from tests.people import Cast
from tests.surveys.make import KEYS, LINES, learner_of, make_round, make_survey, said

Browser = Callable[[User], Client]
WORDS = "Ý-kiến-riêng-9b3c"


@pytest.fixture
def asked(cast: Cast) -> SurveyRound:
    return make_round(cast)


def answered_by(row: SurveyRound, cast: Cast, count: int, *marks: int) -> None:
    for _n in range(count):
        answer(survey_round=row, by=learner_of(row, cast), answers=said(*(marks or (8, 9))))


def after_its_end(row: SurveyRound) -> Any:
    return time_machine.travel(
        dt.datetime.combine(row.closes_on + dt.timedelta(days=1), dt.time(9)), tick=True
    )


def test_a_learner_answers_once_and_sees_that_it_is_done(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    client, url = browser(cast.learner), reverse("surveys:answer", args=[asked.pk])
    place = asked.cohort.enrolments.get(learner=cast.learner)
    pages = ["/", reverse("enrolments:overview", args=[place.pk])]
    assert [url in client.get(page).content.decode() for page in pages] == [True, True]
    sent = {"q1": "8", "q2": "9", "q3": "Sáng", "q4": WORDS}
    for _click in range(2):
        client.post(url, sent)
    assert not answer(survey_round=asked, by=cast.learner, answers=said(1, 1))
    assert Response.objects.get().answers == said(8, 9, words=WORDS)
    assert client.get(url).context["has_answered"]
    assert [url in client.get(page).content.decode() for page in pages] == [False, False]


def test_no_way_leads_from_an_anonymous_answer_to_a_person(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    before = AuditEvent.objects.count()
    browser(cast.learner).post(
        reverse("surveys:answer", args=[asked.pk]), {"q1": "8", "q2": "9", "q3": "Sáng"}
    )
    row = Response.objects.get()
    assert row.person is None
    assert AuditEvent.objects.count() == before
    kept = {field.name for field in Response._meta.get_fields()}
    assert kept == {"id", "round", "is_anonymous", "person", "answers", "blanks", "is_valid"}
    assert {field.name for field in Participation._meta.get_fields()} == {"id", "round", "person"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.filter(pk=row.pk).update(person=cast.learner)


def test_after_the_end_the_answers_lie_in_another_order_under_other_keys(
    asked: SurveyRound, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "shuffle", list.reverse)
    for mark in range(1, 9):
        answer(survey_round=asked, by=learner_of(asked, cast), answers=said(mark, mark))
    keys = set(Response.objects.values_list("pk", flat=True))
    tick()
    assert set(Response.objects.values_list("pk", flat=True)) == keys
    with after_its_end(asked):
        tick()
        new = set(Response.objects.values_list("pk", flat=True))
        tick()
    assert new == set(Response.objects.values_list("pk", flat=True))
    assert not new & keys
    marks = [said[KEYS[0]] for said in Response.objects.values_list("answers", flat=True)]
    assert marks == list(range(8, 0, -1))  # as they lie in the table


def test_blanks_are_named_first_and_such_a_form_is_kept_but_does_not_count(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    client, url = browser(cast.learner), reverse("surveys:answer", args=[asked.pk])
    page = client.post(url, {"q1": "8", "q3": "Sáng", "q4": WORDS})
    assert page.status_code == 422
    assert page.context["blank"] == [2]
    assert WORDS in page.content.decode()
    assert not Response.objects.exists()
    client.post(url, {"q1": "8", "q3": "Sáng", "q4": WORDS, "anyway": "1"})
    row = Response.objects.get()
    assert (row.blanks, row.is_valid) == (1, False)


def test_five_percent_of_blanks_is_the_most(db: None) -> None:
    rows = tuple(Question(str(n), Kind.SCALE, str(n)) for n in range(20))
    questions = (*rows, Question("w", Kind.WORDS, "w"))
    assert is_valid(questions, 1)
    assert not is_valid(questions, 2)


def test_a_form_without_any_answer_never_counts(cast: Cast) -> None:
    row = make_round(cast, lines="[chữ] Điều gì nên giữ?")
    answer(survey_round=row, by=cast.learner, answers={})
    assert not Response.objects.get().is_valid


def test_long_questions_that_begin_alike_are_kept_apart(db: None) -> None:
    begin = "Mức độ đáp ứng của nội dung bồi dưỡng đối với yêu cầu của vị trí việc làm đang giữ"
    first, second = from_text(f"[1-10] {begin} hôm nay\n[1-10] {begin} ngày mai")
    assert first.key != second.key
    assert from_text(f"[1-10] {begin} hôm nay")[0].key == first.key


def test_results_of_an_anonymous_survey_show_from_five_forms_and_after_its_end(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    url = reverse("surveys:results", args=[asked.pk])
    answered_by(asked, cast, 4)
    answer(survey_round=asked, by=cast.learner, answers={KEYS[0]: 1, KEYS[3]: WORDS})
    with after_its_end(asked):
        client, hidden = browser(cast.training_officer), results(asked, by_name=False)
        assert hidden.is_hidden
        assert (hidden.asked, hidden.answered, hidden.valid, hidden.invalid) == (5, 5, 4, 1)
        assert WORDS not in client.get(url).content.decode()
        assert client.get(reverse("surveys:export", args=[asked.pk])).status_code == 404
    answered_by(asked, cast, 1, 10, 3)
    assert results(asked, by_name=False).is_hidden
    with after_its_end(asked):
        found = results(asked, by_name=False)
        assert not found.is_hidden
        first = found.criteria[0].questions[0]
        assert (first.count, first.level) == (5, "Tốt")
        assert first.mean == pytest.approx(8.4)
        assert [bar.count for bar in first.bars] == [0, 0, 0, 0, 0, 0, 0, 4, 0, 1]
        assert found.criteria[0].mean == pytest.approx((8.4 + 7.8) / 2)
        text = browser(cast.training_officer).get(url).content.decode()
        assert "8,4" in text
        assert cast.learner.full_name not in text


def test_the_file_holds_the_forms_that_count_without_names(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    answered_by(asked, cast, 5)
    answer(survey_round=asked, by=cast.learner, answers={KEYS[3]: WORDS})
    with after_its_end(asked):
        page = browser(cast.training_officer).get(reverse("surveys:export", args=[asked.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(page)))
    rows = [row for row in book.active.iter_rows(values_only=True) if row[1] == 8]
    assert [row[:4] for row in rows] == [(n, 8, 9, "Sáng") for n in range(1, 6)]
    assert WORDS not in str(list(book.active.iter_rows(values_only=True)))


def read_file(client: Client, row: SurveyRound) -> str:
    page = client.get(reverse("surveys:export", args=[row.pk]))
    assert page.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(page)))
    return str(list(book.active.iter_rows(values_only=True)))


def test_with_names_who_organises_the_class_sees_them_at_once_and_its_trainer_never(
    cast: Cast, browser: Browser
) -> None:
    row = make_round(cast, is_anonymous=False)
    staff(row.cohort, cast.trainer)
    answer(survey_round=row, by=cast.learner, answers=said(6, 6))
    assert Response.objects.get().person == cast.learner
    office, trainer = browser(cast.training_officer), browser(cast.trainer)
    url = reverse("surveys:results", args=[row.pk])
    assert not office.get(url).context["results"].is_hidden
    assert cast.learner.full_name in read_file(office, row)
    answered_by(row, cast, 4)
    assert trainer.get(url).context["results"].is_hidden
    with after_its_end(row):
        trainer = browser(cast.trainer)
        assert not trainer.get(url).context["results"].is_hidden
        told = read_file(trainer, row)
    assert "6" in told
    assert not any(one.full_name in told for one in User.objects.all())


def test_while_nobody_may_learn_who_said_what_not_even_how_many_forms_count_is_told(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    answered_by(asked, cast, 1)
    answer(survey_round=asked, by=cast.learner, answers={KEYS[3]: WORDS})
    page = browser(cast.training_officer).get(reverse("surveys:results", args=[asked.pk]))
    found = page.context["results"]
    assert (found.answered, found.valid, found.invalid) == (2, None, None)


def test_what_was_promised_of_a_round_the_database_holds(asked: SurveyRound, cast: Cast) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        SurveyRound.objects.update(is_anonymous=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Response.objects.create(round=asked, is_anonymous=False, person=cast.learner, is_valid=True)
    assert not Response.objects.exists()


def test_classes_stand_beside_each_other_by_criterion_as_far_as_each_shows(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    answered_by(asked, cast, 5, 6, 8)
    others = []
    for count in (5, 4):
        cohort = make_cohort(
            asked.cohort.version, by=cast.training_officer, organiser=cast.provider.unit
        )
        others.append(make_round(cast, cohort, of=asked.version))
        answered_by(others[-1], cast, count, 10, 10)
    url = reverse("surveys:results", args=[asked.pk])
    with after_its_end(asked):
        client = browser(cast.training_officer)
        lines = {line.round.pk: line for line in client.get(url).context["lines"]}
    assert lines[asked.pk].means == [("Nội dung", 7.0), ("Tổ chức", None)]
    full, few = (lines[row.pk] for row in others)
    assert (full.valid, full.mean) == (5, 10.0)
    assert (few.valid, few.mean, few.means[0]) == (None, None, ("Nội dung", None))


def test_only_the_class_answers_and_only_while_it_is_asked(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    url = reverse("surveys:answer", args=[asked.pk])
    assert browser(cast.stranger).get(url).status_code == 404
    with pytest.raises(SurveyRefused):
        answer(survey_round=asked, by=cast.stranger, answers=said(1, 1))
    with after_its_end(asked), pytest.raises(SurveyRefused):
        answer(survey_round=asked, by=cast.learner, answers=said(1, 1))
    SurveyRound.objects.update(opens_on=today() + dt.timedelta(days=1))
    with pytest.raises(SurveyRefused):
        answer(survey_round=asked, by=cast.learner, answers=said(1, 1))
    assert not Participation.objects.exists()


def test_a_published_version_never_changes_and_the_next_draft_follows(cast: Cast) -> None:
    survey = make_survey(cast)
    version = survey.versions.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        SurveyVersion.objects.filter(pk=version.pk).update(questions=[])
    by = cast.training_officer
    for _click in range(2):
        save_draft(survey=survey, introduction="", questions=from_text(f"{LINES}\n[chữ] X"), by=by)
    assert list(survey.versions.values_list("number", flat=True)) == [2, 1]
    assert read(version.questions)[0].key == read(survey.versions.latest("number").questions)[0].key
    publish(survey=survey, by=by)
    publish(survey=survey, by=by)
    assert survey.versions.count() == 2


def test_learners_are_told_once_and_reminded_until_they_have_answered(
    asked: SurveyRound, cast: Cast
) -> None:
    second = learner_of(asked, cast)
    tick()
    tick()
    assert Notice.objects.filter(kind="surveys.open").count() == 2
    answer(survey_round=asked, by=second, answers=said(8, 8))
    eve = dt.datetime.combine(asked.closes_on - dt.timedelta(days=1), dt.time(9))
    with time_machine.travel(eve, tick=True):
        tick()
        tick()
    reminded = Notice.objects.filter(kind="surveys.reminder")
    assert [notice.person for notice in reminded] == [cast.learner]
    with time_machine.travel(eve, tick=True):
        later = asked.closes_on + dt.timedelta(days=7)
        by = cast.training_officer
        change_days(survey_round=asked, opens_on=asked.opens_on, closes_on=later, by=by)
        tick()
        assert reminded.count() == 1
    with time_machine.travel(eve + dt.timedelta(days=7), tick=True):
        tick()
    assert [notice.due_on for notice in reminded.order_by("due_on")] == [asked.closes_on, later]


def test_what_was_planned_is_not_sent_to_who_has_answered_meanwhile(
    asked: SurveyRound, cast: Cast
) -> None:
    second = learner_of(asked, cast)
    tick()
    answer(survey_round=asked, by=second, answers=said(8, 8))
    hand_over_due(now=timezone.now())
    told = Notice.objects.filter(kind="surveys.open", state=Notice.State.SENT)
    assert [notice.person for notice in told] == [cast.learner]


def test_the_trainer_sees_results_and_other_units_see_nothing(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    staff(asked.cohort, cast.trainer)
    pages = [
        reverse("surveys:results", args=[asked.pk]),
        reverse("surveys:rounds", args=[asked.cohort_id]),
    ]
    for url in pages:
        assert browser(cast.trainer).get(url).status_code == 200
        assert browser(cast.other_hr).get(url).status_code == 404
        assert browser(cast.learner).get(url).status_code == 404
    assert browser(cast.trainer).get(pages[1]).context["form"] is None
    days = {"opens_on": "", "closes_on": ""}
    url = reverse("surveys:days", args=[asked.pk])
    assert browser(cast.trainer).post(url, days).status_code == 404


def test_the_days_move_while_it_is_asked_and_not_after(asked: SurveyRound, cast: Cast) -> None:
    by, later = cast.training_officer, asked.closes_on + dt.timedelta(days=5)
    change_days(survey_round=asked, opens_on=asked.opens_on, closes_on=later, by=by)
    asked.refresh_from_db()
    assert asked.closes_on == later
    with after_its_end(asked), pytest.raises(SurveyRefused):
        change_days(survey_round=asked, opens_on=asked.opens_on, closes_on=later, by=by)


def test_a_survey_is_written_published_and_asked_in_the_browser(
    cast: Cast, browser: Browser, asked: SurveyRound
) -> None:
    client = browser(cast.training_officer)
    made = client.post(
        reverse("surveys:new"), {"title": "Phiếu mới", "unit": cast.provider.unit_id}
    )
    wrong = client.post(made["Location"], {"questions": "[1-10] A\n[chọn] B\nC"})
    assert wrong.status_code == 422
    assert len(wrong.context["form"].errors["questions"]) == 2
    shown = client.post(made["Location"], {"questions": LINES})["Location"]
    client.post(f"{shown}phat-hanh/")
    survey = SurveyVersion.objects.latest("pk").survey
    url = reverse("surveys:rounds", args=[asked.cohort_id])
    days = {"opens_on": today().isoformat(), "closes_on": today().isoformat()}
    client.post(url, {"survey": survey.pk, "is_anonymous": "on", **days})
    assert SurveyRound.objects.get(version__survey=survey).is_anonymous
    again = client.post(url, {"survey": survey.pk, **days})  # with names this time
    assert again.status_code == 422
    assert SurveyRound.objects.get(version__survey=survey).is_anonymous
    past = {"opens_on": "2020-01-01", "closes_on": "2020-01-02"}
    assert client.post(url, {"survey": survey.pk, **past}).status_code == 422


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_lists_ask_the_same_for_many_surveys_and_classes(
    asked: SurveyRound, cast: Cast, browser: Browser
) -> None:
    client, by = browser(cast.training_officer), cast.training_officer
    client.get("/")  # what a first visit asks once
    pages = [reverse("surveys:surveys"), reverse("surveys:results", args=[asked.pk])]
    more: list[list[int]] = []
    for count in (2, 8):
        for _n in range(count):
            cohort = make_cohort(asked.cohort.version, by=by, organiser=cast.provider.unit)
            make_round(cast, cohort, of=asked.version)
            make_survey(cast, f"Phiếu {cohort.code}")
        more.append([queries_of(client, url) for url in pages])
    assert more[0] == more[1]


WORD = st.text(st.characters(codec="utf-8", exclude_characters="|#[]\n\r", categories=["L", "N"]))
NAMED = WORD.filter(str.strip)


@given(st.lists(st.tuples(NAMED, NAMED), min_size=1, max_size=8))
def test_questions_come_back_as_they_were_written(rows: list[tuple[str, str]]) -> None:
    lines = "\n".join(f"# {criterion}\n[1-10] {text}" for criterion, text in rows)
    try:
        questions = from_text(lines)
    except UnreadableError:
        return  # the same question twice
    assert from_text(as_text(questions)) == questions
    assert read(stored(questions)) == questions
