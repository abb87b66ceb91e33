"""Nomination rounds for the tests: a call of the department to two wards."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrolments.actions.cohorts import DecisionData
from enrolments.actions.nominations import Paper, keep_scan, submit
from enrolments.actions.rounds import (
    RoundData,
    attach_call,
    change_state,
    make_round,
    set_quotas,
)
from enrolments.models import Cohort, NominationRound, RoundAnswer
from lms.clock import today
from tests.make import make_cohort, make_user, make_version, mark_published
from tests.people import Cast, signed_in_as

PDF = b"%PDF-1.4 quyet dinh"


def scan(name: str = "quyet-dinh.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF)


@dataclass
class Call:
    """An open round of the department, and what the parts do in it through the pages."""

    cast: Cast
    asked: NominationRound
    cohorts: list[Cohort]
    people: list[User] = field(default_factory=list)

    def answer(self, unit: str = "ward") -> RoundAnswer:
        return self.asked.answers.select_related("round").get(unit=getattr(self.cast, unit))

    def officer(self, unit: str = "ward") -> Client:
        return signed_in_as(self.cast.hr if unit == "ward" else self.cast.other_hr)

    def runner(self) -> Client:
        return signed_in_as(self.cast.department_hr)

    def url(self, name: str) -> str:
        return reverse(f"enrolments:{name}", args=[self.asked.pk])

    def post(
        self,
        act: str,
        people: list[User],
        unit: str = "ward",
        *,
        by: User | None = None,
        **typed: Any,
    ) -> Any:
        """Send the page of the unit's answer with these people on the list."""
        answer = self.answer(unit)
        client = signed_in_as(by) if by else self.officer(unit)
        data = {"act": act, "ids": [one.pk for one in people], "revision": answer.revision}
        return client.post(reverse("enrolments:answer_round", args=[answer.pk]), {**data, **typed})

    def send(self, people: list[User], unit: str = "ward", **typed: Any) -> RoundAnswer:
        """Send a list that is in order."""
        response = self.post("send", people, unit, **typed)
        assert response.status_code == 302, response.context["refusal"]
        return self.answer(unit)

    def close(self) -> None:
        self.runner().post(self.url("round_state"), {"to": "closed"})
        self.asked.refresh_from_db()


def make_call(
    cast: Cast, *, classes: int = 1, seats: int | None = None, people: int = 3, **typed: Any
) -> Call:
    """Open a round for parallel classes of one course; the wards have quotas of 3 and 2."""
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    first = today() + dt.timedelta(days=20)
    cohorts = [
        make_cohort(
            version,
            by=cast.department_hr,
            organiser=cast.department,
            seats=seats,
            starts_on=first,
            ends_on=first + dt.timedelta(days=5),
        )
        for _n in range(classes)
    ]
    asked = call_for(cohorts, cast, **typed)
    named = [make_user(unit=cast.ward) for _n in range(people)]
    return Call(cast, asked, cohorts, named)


def call_for(cohorts: list[Cohort], cast: Cast, **typed: Any) -> NominationRound:
    by = cast.department_hr
    words = {"title": "Chiêu sinh đợt 1", "closes_on": today() + dt.timedelta(days=7), **typed}
    asked = make_round(
        course=cohorts[0].course,
        organiser=cast.department,
        data=RoundData(**words),
        cohorts=cohorts,
        by=by,
    )
    set_quotas(asked=asked, quotas={cast.ward.pk: 3, cast.other_ward.pk: 2}, by=by)
    return change_state(asked=asked, to="open", by=by)


def make_answer_with_papers(cohort: Cohort, cast: Cast) -> RoundAnswer:
    """Return the ward's answer to a round of the class, with the scans of both documents."""
    asked = call_for([cohort], cast)
    attach_call(asked=asked, content=io.BytesIO(PDF), name="chieu-sinh.pdf", by=cast.department_hr)
    answer = asked.answers.get(unit=cast.ward)
    paper = Paper(
        DecisionData("sending", cast.ward, 12, "QĐ-UBND", today(), "Bùi Minh Đức"),
        keep_scan(answer=answer, content=io.BytesIO(PDF), name="quyet-dinh.pdf", by=cast.hr),
    )
    person = make_user(unit=cast.ward)
    return submit(
        answer=answer, notes={person.pk: "Trưởng nhóm"}, revision=0, by=cast.hr, paper=paper
    )
