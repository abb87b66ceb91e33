"""Resits: the listed sit again on a day; both marks stay, the rule says which counts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from assessment.actions.marks import mark as mark_work
from assessment.actions.resits import (
    ResitMark,
    ResitPlan,
    key_marks,
    open_resit,
    release_resit,
)
from assessment.errors import GradebookRefused, OwnRecord
from assessment.gradebook import Item, scheme_of
from assessment.models import GradeCell, GradeEntry, Resit
from assessment.resits import candidates, counting
from certificates.actions.recognition import decide, propose
from enrolments.actions.progress import complete_viewed
from enrolments.models import Cohort, Enrolment
from lms.clock import today
from notifications.models import Notice
from tests.assessment.works import Task, make_failed, make_resit, make_task
from tests.certificates.make import make_decision, make_ended
from tests.make import staff
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def task(cast: Cast) -> Task:
    """Return a class whose learner has 4 of 10 where 5 pass."""
    return make_failed(cast)


def at(name: str, task: Task) -> str:
    return reverse(f"assessment:{name}", args=[task.cohort.pk, task.key])


def in_force(place: Enrolment) -> Decimal:
    return GradeCell.objects.select_related("entry").get(enrolment=place).entry.points


def own_page(browser: Browser, place: Enrolment) -> str:
    url = reverse("assessment:own_grades", args=[place.pk])
    return browser(place.learner).get(url).content.decode()


def told(place: Enrolment) -> list[str]:
    """Return what a learner is told of resits, in its order."""
    rows = Notice.objects.filter(person=place.learner, kind="assessment.resit").order_by("pk")
    return [row.context["what"] for row in rows]


def sat(task: Task, cast: Cast, points: str, rule: str = "best") -> Resit:
    """Return a resit with a mark for the learner, not released."""
    row = make_resit(task, by=cast.training_officer, rule=rule)
    mark = ResitMark(task.place.pk, Decimal(points))
    assert key_marks(resit=row, marks=[mark], by=cast.trainer) == {}
    return row


def test_who_failed_is_listed_told_and_sees_the_mark_only_after_the_release(
    task: Task, cast: Cast, browser: Browser
) -> None:
    passed = task.another("Lê Đã Đạt")
    task.marked(task.handed_in(passed), cast.trainer)
    client = browser(cast.training_officer)
    page = client.get(at("resit", task)).content.decode()
    assert cast.learner.full_name in page
    assert "Lê Đã Đạt" not in page
    day = timezone.localtime() - dt.timedelta(days=1)
    sent: dict[str, Any] = {"held_at": f"{day:%Y-%m-%d}T08:00", "place": "Hội trường B"}
    sent |= {"rule": "best", "document": "15/QĐ", "places": [task.place.pk]}
    for _double_click in range(2):
        client.post(at("resit", task), sent)
    row = Resit.objects.get()
    assert Notice.objects.filter(kind="assessment.resit").count() == 1
    own = reverse("assessment:own_grades", args=[task.place.pk])
    learner = browser(cast.learner)
    assert f"08:00 {day:%d/%m/%Y}, Hội trường B" in learner.get(own).content.decode()
    assert "Thi lại “" not in own_page(browser, passed)
    client.post(at("resit", task), {f"m{task.place.pk}": "8,75"})
    assert "8,75" not in learner.get(own).content.decode()
    assert in_force(task.place) == Decimal(4)
    for _double_click in range(2):
        client.post(at("end_resit", task), {"do": "release"})
    row.refresh_from_db()
    assert row.released_at
    page = learner.get(own).content.decode()
    assert "8,75/10 · Thi lại" in page
    assert "4/10" in page
    assert Notice.objects.filter(kind="assessment.resit").count() == 2
    assert GradeEntry.objects.filter(source="resit").count() == 1


@pytest.mark.parametrize(
    ("rule", "points", "counts", "entries"),
    [
        ("best", "7", "7", 1),
        ("best", "3", "4", 1),
        ("replaces", "3", "3", 1),
        ("capped", "9", "5", 2),
        ("capped", "4.5", "4.5", 1),
        ("capped", "2", "4", 1),
    ],
)
def test_the_rule_says_which_mark_counts_and_the_ledger_keeps_both(
    task: Task, cast: Cast, rule: str, points: str, counts: str, entries: int
) -> None:
    row = sat(task, cast, points, rule)
    assert release_resit(resit=row, by=cast.training_officer) == 1
    assert release_resit(resit=row, by=cast.training_officer) == 0
    assert in_force(task.place) == Decimal(counts)
    reached = GradeEntry.objects.filter(source="resit").order_by("pk")
    assert reached.count() == entries
    assert reached[0].points == Decimal(points)
    assert reached[0].given_by == cast.trainer
    assert GradeEntry.objects.filter(enrolment=task.place).exclude(source="resit").count() == 1


marks = st.decimals(0, 10, places=2)
ITEM = Item(uuid.uuid4(), "Thi viết", "", Decimal(10), 50, "paper")


@given(rule=st.sampled_from(["best", "capped"]), first=st.none() | marks, second=marks)
def test_a_resit_never_lowers_a_mark_unless_the_rule_replaces_it(
    rule: str, first: Decimal | None, second: Decimal
) -> None:
    counted = counting(rule, ITEM, first, second)
    assert counted >= (first or 0)
    assert counted <= max(first or Decimal(0), second)
    assert rule == "best" or counted <= max(first or Decimal(0), Decimal(5))


def test_after_recognition_exactly_the_listed_are_opened_for_a_supplementary_decision(
    task: Task, cast: Cast
) -> None:
    other = task.another("Ngô Cũng Trượt")
    criteria = {"noi-dung": Decimal(1), "trinh-bay": Decimal(0)}
    mark_work(
        submission=task.handed_in(other),
        by=cast.trainer,
        points=Decimal(0),
        criteria=criteria,
        comment="",
    )
    for lesson in task.place.version.lessons.all():
        complete_viewed(enrolment=task.place, lesson_key=lesson.key)
    Cohort.objects.filter(pk=task.cohort.pk).update(state="closed")
    office, ended = cast.training_officer, make_ended(cast)
    first = propose(cohort=task.cohort, by=office)
    decide(recognition=first, decision=make_decision(ended), by=office)
    task.place.refresh_from_db()
    assert task.place.result == "failed"
    row = sat(task, cast, "8")
    release_resit(resit=row, by=office)
    second = propose(cohort=task.cohort, by=office, enrolments=[task.place])
    decide(recognition=second, decision=make_decision(ended, 2), by=office)
    task.place.refresh_from_db()
    other.refresh_from_db()
    assert (task.place.result, other.result != "passed") == ("passed", True)
    # Who is recognised as passed, by the council's own word too, sits nothing again.
    item = scheme_of(task.cohort).item(task.key)
    assert item
    assert [row.place for row in candidates(task.cohort, item)] == [other]
    Enrolment.objects.filter(pk=other.pk).update(result="passed")
    assert candidates(task.cohort, item) == []


def test_a_resit_waits_for_every_mark_and_a_learner_is_struck_with_a_reason(
    task: Task, cast: Cast, browser: Browser
) -> None:
    other = task.another("Ngô Chưa Thi")
    row = make_resit(task, by=cast.training_officer, places=[task.place.pk, other.pk])
    client = browser(cast.training_officer)
    page = client.post(at("resit", task), {f"m{task.place.pk}": "11", f"m{other.pk}": "abc"})
    assert page.status_code == 422
    assert page.content.decode().count("field-errors") == 2
    client.post(at("resit", task), {f"m{task.place.pk}": "6"})
    with pytest.raises(GradebookRefused):
        release_resit(resit=row, by=cast.training_officer)
    client.post(at("end_resit", task), {"strike": other.pk})
    assert not row.places.filter(struck_at__isnull=False).exists()
    assert "Thi lại “" in own_page(browser, other)
    client.post(at("end_resit", task), {"strike": other.pk, "reason": "Nghỉ việc"})
    refused = key_marks(resit=row, marks=[ResitMark(other.pk, Decimal(5))], by=cast.trainer)
    assert list(refused) == [other.pk]
    assert "Thi lại “" not in own_page(browser, other)
    assert (told(other), told(task.place)) == (["set", "off"], ["set"])
    assert release_resit(resit=row, by=cast.training_officer) == 1
    assert told(task.place) == ["set", "released"]


def test_a_resit_is_called_off_before_there_is_a_mark_and_the_learners_are_told(
    task: Task, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.training_officer)
    row = make_resit(task, by=cast.training_officer)
    mark = ResitMark(task.place.pk, Decimal(6))
    key_marks(resit=row, marks=[mark], by=cast.trainer)
    client.post(at("end_resit", task), {"reason": "Trùng lịch họp"})
    row.refresh_from_db()
    assert row.is_open
    key_marks(resit=row, marks=[ResitMark(task.place.pk, None)], by=cast.trainer)
    client.post(at("end_resit", task), {"reason": "Trùng lịch họp"})
    row.refresh_from_db()
    assert row.cancelled_at
    assert told(task.place) == ["set", "off"]
    assert in_force(task.place) == Decimal(4)


def test_no_mark_before_the_resit_has_begun(task: Task, cast: Cast) -> None:
    soon = timezone.now() + dt.timedelta(hours=1)
    row = make_resit(task, by=cast.training_officer, held_at=soon)
    with pytest.raises(GradebookRefused):
        key_marks(resit=row, marks=[ResitMark(task.place.pk, Decimal(6))], by=cast.trainer)


def test_who_was_recognised_as_passed_meanwhile_keeps_what_they_had(task: Task, cast: Cast) -> None:
    row = sat(task, cast, "3", "replaces")
    Enrolment.objects.filter(pk=task.place.pk).update(result="passed")
    assert release_resit(resit=row, by=cast.training_officer) == 0
    assert in_force(task.place) == Decimal(4)


def test_who_was_absent_keeps_what_they_had(task: Task, cast: Cast) -> None:
    row = make_resit(task, by=cast.training_officer)
    mark = ResitMark(task.place.pk, None, is_absent=True)
    key_marks(resit=row, marks=[mark], by=cast.trainer)
    assert release_resit(resit=row, by=cast.training_officer) == 0
    assert in_force(task.place) == Decimal(4)


def test_no_resit_before_the_first_release_nor_for_who_passed_nor_of_ones_own(
    cast: Cast, browser: Browser
) -> None:
    unreleased = make_task(cast)
    with pytest.raises(GradebookRefused, match="công bố"):
        make_resit(unreleased, by=cast.training_officer)
    passed = make_failed(cast, Decimal(6))
    with pytest.raises(GradebookRefused):
        make_resit(passed, by=cast.training_officer)
    task = make_failed(cast)
    staff(task.cohort, cast.learner)
    with pytest.raises(OwnRecord):
        make_resit(task, by=cast.learner)
    Enrolment.objects.filter(pk=task.place.pk).update(
        state="deferred", deferred_until=today() + dt.timedelta(days=30)
    )
    with pytest.raises(OwnRecord):
        make_resit(task, by=cast.learner)
    assert browser(cast.stranger).get(at("resit", task)).status_code == 404


def plan_of(**changes: Any) -> ResitPlan:
    told: dict[str, Any] = {
        "held_at": timezone.now() + dt.timedelta(days=3),
        "place": "",
        "rule": "best",
        "document": "16/QĐ",
        "places": [],
    }
    return ResitPlan(**told | changes)


def test_one_resit_of_a_component_is_open_at_a_time(task: Task, cast: Cast) -> None:
    make_resit(task, by=cast.training_officer)
    with pytest.raises(GradebookRefused):
        open_resit(
            cohort=task.cohort,
            key=task.key,
            plan=plan_of(places=[task.place.pk]),
            by=cast.training_officer,
        )
