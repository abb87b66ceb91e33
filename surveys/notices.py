"""Notices about surveys, and how they read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from notifications.actions import NoticeSpec
from notifications.models import Notice
from surveys.models import Participation, SurveyRound

OPEN: Final = "surveys.open"
REMINDER: Final = "surveys.reminder"


def subject_of(row: SurveyRound, person_id: int) -> str:
    """Return what the notices to a person about a round bear."""
    return f"survey:{row.pk}:{person_id}"


def spec_for(
    row: SurveyRound, kind: str, person_id: int, unit_id: int | None, now: dt.datetime
) -> NoticeSpec:
    """Return the notice that a round asks a person, or still does."""
    return NoticeSpec(
        person_id=person_id,
        kind=kind,
        subject=subject_of(row, person_id),
        due_on=row.closes_on,
        send_at=now,
        context={
            "title": row.version.survey.title,
            "cohort": row.cohort.name,
            "until": f"{row.closes_on:%d/%m/%Y}",
            "is_anonymous": row.is_anonymous,
        },
        url=row.get_absolute_url(),
        unit_id=unit_id,
    )


def still_asking(notices: list[Notice]) -> set[int]:
    """Keep the notices about rounds that are open and that the person has not answered."""
    keys = {notice.pk: (int(notice.subject.split(":")[1]), notice.person_id) for notice in notices}
    rounds = {pk for pk, _person in keys.values()}
    open_now = set(SurveyRound.objects.open().filter(pk__in=rounds).values_list("pk", flat=True))
    answered = set(Participation.objects.filter(round__in=rounds).values_list("round", "person"))
    return {pk for pk, key in keys.items() if key[0] in open_now and key not in answered}


def title(context: Mapping[str, Any], language: str) -> str:
    """Say which survey asks."""
    del language
    return _("Survey: %(title)s") % {"title": context["title"]}


def body(context: Mapping[str, Any], language: str) -> str:
    """Say about what, until when, and whether anybody learns who said what."""
    del language
    facts = {"cohort": context["cohort"], "until": context["until"]}
    asked = _("About the class %(cohort)s, until %(until)s.") % facts
    if context["is_anonymous"]:
        return asked + " " + _("It is anonymous: nobody can see who answered what.")
    return asked
