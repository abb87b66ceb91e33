"""How the notices about classes read, and which of them are still wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrolments.models import Obligation
from enrolments.models.cohorts import CohortState
from notifications.models import Notice


def due_soon_title(context: Mapping[str, Any], language: str) -> str:
    """Say what is due and when."""
    return _("%(title)s: due on %(due)s") % _words(context, language)


def due_soon_body(context: Mapping[str, Any], language: str) -> str:
    """Say until when, and by which document."""
    text = _("“%(title)s” is to be completed by the end of %(due)s.")
    return _with_basis(text, context, language)


def overdue_title(context: Mapping[str, Any], language: str) -> str:
    """Say what is overdue."""
    return _("%(title)s: overdue") % _words(context, language)


def overdue_body(context: Mapping[str, Any], language: str) -> str:
    """Say since when, and by which document."""
    text = _("“%(title)s” was due on %(due)s and is not completed yet.")
    return _with_basis(text, context, language)


def weekly_title(context: Mapping[str, Any], _language: str) -> str:
    """Say how many people are late in the unit."""
    text = ngettext(
        "%(unit)s: %(people)s person is overdue",
        "%(unit)s: %(people)s people are overdue",
        context["people"],
    )
    return text % context


def weekly_body(context: Mapping[str, Any], language: str) -> str:
    """List who is late with what."""
    lines = [
        f"- {line['name']}: {_title(line, language)} ({line['due']})" for line in context["lines"]
    ]
    if context["more"]:
        more = ngettext("and %(n)s more", "and %(n)s more", context["more"])
        lines.append(more % {"n": context["more"]})
    return "\n".join(lines)


def changed_title(context: Mapping[str, Any], _language: str) -> str:
    """Say what became of the class."""
    if context["state"] == CohortState.CANCELLED:
        return _("Class cancelled: %(name)s") % context
    return _("Class postponed: %(name)s") % context


def changed_body(context: Mapping[str, Any], _language: str) -> str:
    """Say why, and the new dates where there are any."""
    if context["state"] == CohortState.CANCELLED:
        return _("Reason: %(reason)s.") % context
    return _("New dates: %(starts)s to %(ends)s. Reason: %(reason)s.") % context


def still_due(notices: list[Notice]) -> set[int]:
    """Keep the notices about duties that still stand with the same due date."""
    subjects = {notice.subject: int(notice.subject.partition(":")[2]) for notice in notices}
    standing = dict(
        Obligation.objects.outstanding()
        .filter(pk__in=subjects.values())
        .values_list("pk", "due_on")
    )
    return {
        notice.pk for notice in notices if standing.get(subjects[notice.subject]) == notice.due_on
    }


def still_standing(notices: list[Notice]) -> set[int]:
    """Keep the notices about duties that still stand, whatever their due date is by now."""
    subjects = {notice.subject: int(notice.subject.partition(":")[2]) for notice in notices}
    duties = Obligation.objects.outstanding().filter(pk__in=subjects.values())
    standing = set(duties.values_list("pk", flat=True))
    return {notice.pk for notice in notices if subjects[notice.subject] in standing}


def _with_basis(text: str, context: Mapping[str, Any], language: str) -> str:
    sentence = text % _words(context, language)
    if context["basis"]:
        return sentence + " " + _("By decision %(basis)s.") % {"basis": context["basis"]}
    if context.get("law"):
        return sentence + " " + _("By %(law)s.") % {"law": context["law"]}
    return sentence


def _words(context: Mapping[str, Any], language: str) -> dict[str, str]:
    return {"title": _title(context, language), "due": str(context["due"])}


def _title(context: Mapping[str, Any], language: str) -> str:
    english = context["title_en"] if language == "en" else ""
    return str(english or context["title_vi"])


def request_title(context: Mapping[str, Any], language: str) -> str:
    """Say which request is answered."""
    return _("Request answered: %(title)s") % {"title": _title(context, language)}


def request_body(context: Mapping[str, Any], language: str) -> str:
    """Say where the answer can be read."""
    text = _("The answer to the request about “%(title)s” can be read on the portal.")
    return text % {"title": _title(context, language)}


def reviewed_title(context: Mapping[str, Any], _language: str) -> str:
    """Say which declared training was reviewed."""
    return _("Declared training reviewed: %(title)s") % {"title": context["title"]}


def reviewed_body(context: Mapping[str, Any], _language: str) -> str:
    """Say where the answer can be read."""
    text = _("The answer to the declared training “%(title)s” can be read on the portal.")
    return text % {"title": context["title"]}
