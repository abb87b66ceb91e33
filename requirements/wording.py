"""The terms of a requirement in words."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from requirements.models import Requirement
from requirements.models.requirements import DueKind, RecursFrom


def due_in_words(row: Requirement) -> str:
    """Return by when it must be completed."""
    if row.due_on is not None:
        return date_format(row.due_on, "d/m/Y")
    if row.due_kind == DueKind.POSTING:
        return _("%(n)s days after the first day in the post") % {"n": row.due_days}
    return _("%(n)s days after coming under it") % {"n": row.due_days}


def again_in_words(row: Requirement) -> str:
    """Return how often it comes again; "" where it is done once."""
    if not row.every_months:
        return ""
    start = (
        _("the day it was completed")
        if row.recurs_from == RecursFrom.DONE
        else _("the due date before")
    )
    facts = {"months": row.every_months, "start": start, "days": row.window_days}
    return _("Every %(months)s months from %(start)s; opens %(days)s days before") % facts


def terms_in_words(row: Requirement) -> list[tuple[str, str]]:
    """Return label and words of each term."""
    terms = [
        (_("Due date"), due_in_words(row)),
        (_("Least days for everybody"), str(row.min_days)),
    ]
    if row.every_months:
        terms.append((_("Again"), again_in_words(row)))
    earlier = _("is credited") if row.counts_earlier else _("does not count")
    terms.append((_("What was completed before"), earlier))
    return terms
