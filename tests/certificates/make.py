"""A class that has ended, and what the tests of papers ask of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from assessment.models import GradeCell, GradeEntry, Quiz
from certificates.actions import recognition as actions
from certificates.actions.issue import AT_ONCE, issue_at_once, make_papers, render_paper
from certificates.actions.setup import ensure_register
from certificates.actions.signing import sign
from certificates.models import Certificate, Recognition, Register, SignatoryPost
from certificates.snapshot import Issue
from courses.models import Block
from enrolments.models import Cohort, Decision, Enrolment
from jobs.models import Outbox
from jobs.slices import run_slice
from lms.clock import today
from tests.make import (
    LONG_AGO,
    make_cohort,
    make_course,
    make_enrolment,
    make_user,
    make_version,
    mark_published,
)
from tests.people import Cast

DECISION = {
    "number": "12",
    "symbol": "QĐ-HVCB",
    "signer_name": "Âu Dương Khánh",
    "signer_title": "Giám đốc",
}


@dataclass
class Ended:
    """A closed class with a graded test."""

    cast: Cast
    cohort: Cohort
    quiz: Quiz
    post: SignatoryPost

    def enrol(self, learner: User, *, grade: int | None = 80, **fields: Any) -> Enrolment:
        """Give a learner a place: finished, with this released grade, unless said otherwise."""
        is_released = fields.pop("is_released", True)
        done = {"state": "completed", "completed_at": timezone.now(), "lessons_done": 3}
        place = make_enrolment(
            self.cohort,
            learner,
            by=self.cast.hr,
            unit=fields.pop("unit", self.cast.ward),
            **{**done, **fields},
        )
        if grade is not None:
            give_grade(place, self.quiz, grade, is_released=is_released)
        return place


def make_ended(cast: Cast, **fields: Any) -> Ended:
    """Return a closed class of the academy, with Khánh named to sign."""
    version = make_version(make_course(cast.provider), by=cast.trainer)
    lesson = version.lessons.first()
    assert lesson
    block = Block.objects.create(version=version, lesson=lesson, position=2, kind="quiz")
    quiz = Quiz.objects.create(version=version, key=block.key, title_vi="Bài kiểm tra cuối khóa")
    for name in ("issues_at_once", "min_attendance_percent"):
        setattr(version, name, fields.pop(name, getattr(version, name)))
    mark_published(version, by=cast.trainer)
    cohort = make_cohort(
        version,
        by=cast.training_officer,
        organiser=cast.provider.unit,
        state=fields.pop("state", "closed"),
        starts_on=today() - dt.timedelta(days=30),
        ends_on=today() - dt.timedelta(days=1),
        **fields,
    )
    post = SignatoryPost.objects.create(
        provider=cast.provider, person=cast.signatory, title="Giám đốc", since=LONG_AGO
    )
    return Ended(cast, cohort, quiz, post)


def give_grade(place: Enrolment, quiz: Quiz, percent: int, *, is_released: bool = True) -> None:
    """Enter a grade as marking would leave it."""
    entry = GradeEntry.objects.create(
        enrolment=place,
        component_key=quiz.key,
        source="marker",
        points=Decimal(percent),
        max_points=Decimal(100),
        percent=Decimal(percent),
        is_passed=percent >= quiz.pass_percent,
    )
    GradeCell.objects.create(
        enrolment=place,
        component_key=quiz.key,
        entry=entry,
        released_at=timezone.now() if is_released else None,
    )


def make_learners(ended: Ended, count: int) -> list[Enrolment]:
    """Enrol some who have passed."""
    people = [make_user(f"Nguyễn Văn A{n}", unit=ended.cast.ward) for n in range(count)]
    return [ended.enrol(person) for person in people]


def decided(ended: Ended, *, number: int = 1) -> Recognition:
    """Propose and decide, by the training office."""
    officer = ended.cast.training_officer
    proposed = actions.propose(cohort=ended.cohort, by=officer)
    return actions.decide(recognition=proposed, decision=make_decision(ended, number), by=officer)


def make_decision(ended: Ended, number: int = 1, **fields: Any) -> Decision:
    """Return a recognition decision of the academy."""
    day = fields.pop("issued_on", today())
    return Decision.objects.create(
        kind="recognition",
        issuer=ended.cast.provider.unit,
        number=number,
        symbol="QĐ-HVCB",
        issued_on=day,
        year=day.year,
        signer_name="Âu Dương Khánh",
        entered_by=ended.cast.training_officer,
    )


def register_of(ended: Ended, kind: str = "completion") -> Register:
    """Return this year's register of the academy."""
    return ensure_register(provider=ended.cast.provider, kind=kind, year=today().year, by=None)


def make_paper(ended: Ended, place: Enrolment, *, is_signed: bool = True) -> Certificate:
    """Make the paper of a place; signed unless said otherwise."""
    issue = Issue(register_of(ended), ended.post, today())
    [paper] = make_papers(issue=issue, enrolments=[place], by=ended.cast.training_officer)
    if is_signed:
        render_paper(certificate=paper)
        assert sign(ids=[paper.pk], by=ended.cast.signatory) == 1
        paper.refresh_from_db()
    return paper


def run_jobs() -> None:
    """Carry out all that is written down to be done, as the workers would."""
    while row := Outbox.objects.undone().order_by("pk").first():
        assert row.take_lease()
        if row.task == AT_ONCE:
            issue_at_once(enrolment=Enrolment.objects.get(pk=row.args["enrolment"]))
            row.mark_done()
        else:
            run_slice(row)
