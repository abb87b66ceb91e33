"""What a paper says, as of the day it is made: frozen with it, whatever changes later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Posting, UnitPlacement, User
from accounts.models.people import Gender
from certificates.models import Certificate, Recognition, Register, SignatoryPost
from enrolments.actions.duties import periods_of
from enrolments.models import Enrolment


@dataclass(frozen=True)
class Issue:
    """What all papers of one act share."""

    register: Register
    signatory: SignatoryPost
    day: dt.date
    recognition: Recognition | None = None
    replaces: Certificate | None = None


class Writer:
    """Writes the snapshots of one act; reads what they share once."""

    def __init__(self, issue: Issue, enrolments: Sequence[Enrolment]) -> None:
        self._shared = _shared(issue)
        self._units = _units_on(issue.day, [place.learner_id for place in enrolments])
        self._periods = {
            version.pk: periods_of(version) for version in {place.version for place in enrolments}
        }

    def snapshot(self, place: Enrolment) -> dict[str, Any]:
        """Return what the paper of one learner says."""
        version, cohort = place.version, place.cohort
        begun, ended = cohort.starts_on, cohort.ends_on
        if cohort.is_self_paced:  # everybody has days of their own
            begun = timezone.localdate(place.started_at or place.enrolled_at)
            ended = timezone.localdate(place.completed_at) if place.completed_at else ended
        return {
            **person_words(place.learner),
            "unit": self._units.get(place.learner_id) or place.sending_unit.name,
            "course_vi": version.title_vi,
            "course_en": version.title_en,
            "course_code": cohort.course.code,
            "class_code": cohort.code,
            "class_name": cohort.name,
            "begun": begun.isoformat(),
            "ended": ended.isoformat(),
            "periods": short(self._periods[version.pk]),
            **self._shared,
        }


def person_words(person: User) -> dict[str, str]:
    """Return what a paper says of a person."""
    salutation = (
        {Gender.FEMALE: "Bà", Gender.MALE: "Ông"}.get(Gender(person.gender))
        if (person.gender)
        else None
    )
    return {
        "name": person.full_name,
        "birth": birth_words(person),
        "salutation": salutation or "Ông/Bà",
    }


def birth_words(person: User) -> str:
    """Return the day of birth as documents write it, or the year where only that is known."""
    if person.birth_date:
        return day_words(person.birth_date)
    return str(person.birth_year or "")


def day_words(day: dt.date) -> str:
    """Return a date as documents write it: days below ten and the months 1 and 2 with a zero."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)  # noqa: PLR2004 (Decree 30/2020)
    return f"{day.day:02d}/{month}/{day.year}"


def long_day(day: dt.date) -> str:
    """Return `ngày 02 tháng 9 năm 2026`."""
    number, month, year = day_words(day).split("/")
    return f"ngày {number} tháng {month} năm {year}"


def short(periods: Decimal) -> str:
    """Return 40 for 40.0, 2,5 for 2.5."""
    return f"{periods.normalize():f}".replace(".", ",")


def _shared(issue: Issue) -> dict[str, Any]:
    decision = issue.recognition.decision if issue.recognition else None
    provider, replaces = issue.register.provider, issue.replaces
    return {
        "provider": provider.name_vi,
        "superior": _superior(provider.unit_id, issue.day),
        "place": issue.register.place,
        "issued_on": issue.day.isoformat(),
        "signatory_name": issue.signatory.person.full_name,
        "signatory_title": issue.signatory.title,
        "decision": decision.reference if decision else "",
        "decided_on": decision.issued_on.isoformat() if decision else "",
        "decided_by": decision.issuer.name if decision else "",
        "replaces": replaces.register_number if replaces else "",
        "replaces_issued_on": replaces.issued_on.isoformat() if replaces else "",
    }


def _superior(unit_id: int, day: dt.date) -> str:
    placements = UnitPlacement.objects.in_force(day).filter(unit=unit_id)
    placement = placements.select_related("parent").first()
    return placement.parent.name if placement else ""


def _units_on(day: dt.date, people: Sequence[int]) -> dict[int, str]:
    posts = Posting.objects.in_force(day).primary().filter(user__in=people)
    return dict(posts.values_list("user_id", "unit__name"))
