"""Sessions that would take a trainer or a room twice at the same time."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from enrolments.models import Session
from enrolments.models.cohorts import CohortState
from lms.text import fold

OFF = (CohortState.POSTPONED, CohortState.CANCELLED)


def clashes(
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: str,
    trainer_id: int | None,
    but: Session | None = None,
) -> list[str]:
    """Return in words which sessions overlap with the same trainer or in the same place."""
    at_once = Session.objects.filter(
        starts_at__lt=ends_at, ends_at__gt=starts_at, cancelled_at=None
    ).exclude(cohort__state__in=OFF)
    if but is not None:
        at_once = at_once.exclude(pk=but.pk)
    alike = Q(pk__in=[])
    alike |= Q(trainer_id=trainer_id) if trainer_id else Q(pk__in=[])
    alike |= ~Q(place="") if place else Q(pk__in=[])
    found = at_once.filter(alike).select_related("cohort", "trainer").order_by("starts_at", "pk")
    return [words for one in found if (words := _words(one, place, trainer_id))]


def _words(session: Session, place: str, trainer_id: int | None) -> str:
    begins, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    facts = {
        "hours": f"{begins:%H:%M}–{ends:%H:%M}",
        "class": session.cohort.code,
        "who": session.trainer.full_name if session.trainer else "",
        "place": session.place,
    }
    if trainer_id and session.trainer_id == trainer_id:
        return _("%(who)s has a session of class %(class)s then, %(hours)s.") % facts
    if place and fold(session.place) == fold(place):
        return _("%(place)s is taken then by class %(class)s, %(hours)s.") % facts
    return ""
