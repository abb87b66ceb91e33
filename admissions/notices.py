"""Notices about applications, and how they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from admissions.models import Application, ApplicationState, ApplicationStep, StepState
from lms.clock import today
from notifications.actions import NoticeSpec
from notifications.models import Notice

TO_DECIDE: Final = "admissions.to_decide"
ANSWERED: Final = "admissions.answered"


def to_decide(step: ApplicationStep, person: User) -> NoticeSpec:
    """Return what somebody is told who is to decide."""
    application = step.application
    return NoticeSpec(
        person_id=person.pk,
        kind=TO_DECIDE,
        subject=f"application_step:{step.pk}",
        due_on=step.due_on or today(),
        send_at=timezone.now(),
        context={
            "name": application.learner.full_name,
            "title_vi": application.cohort.version.title_vi,
            "title_en": application.cohort.version.title_en,
            "due": f"{step.due_on:%d/%m/%Y}" if step.due_on else "",
        },
        url=reverse("admissions:to_decide"),
        unit_id=application.unit_id,
    )


def answered(application: Application) -> NoticeSpec:
    """Return what the learner is told of how the application stands now."""
    until = timezone.localtime(application.offer_until) if application.offer_until else None
    return NoticeSpec(
        person_id=application.learner_id,
        kind=ANSWERED,
        subject=f"application:{application.pk}:{application.state}",
        due_on=today(),
        send_at=timezone.now(),
        context={
            "title_vi": application.cohort.version.title_vi,
            "title_en": application.cohort.version.title_en,
            "state": application.state,
            "reason": application.closed_reason,
            "until": date_format(until, "H:i d/m/Y") if until else "",
        },
        url=application.get_absolute_url(),
        unit_id=application.unit_id,
    )


def _title(context: Mapping[str, Any], language: str) -> str:
    return str((language == "en" and context["title_en"]) or context["title_vi"])


def decide_title(context: Mapping[str, Any], language: str) -> str:
    """Say who asks for what."""
    facts = {"name": context["name"], "title": _title(context, language)}
    return _("%(name)s applies for “%(title)s”") % facts


def decide_body(context: Mapping[str, Any], _language: str) -> str:
    """Say until when an answer is expected."""
    return _("An answer is expected by %(due)s; then it is passed on.") % context


def still_to_decide(notices: list[Notice]) -> set[int]:
    """Keep the notices about steps that still wait."""
    keys = {notice.pk: int(notice.subject.partition(":")[2]) for notice in notices}
    waiting = ApplicationStep.objects.filter(pk__in=keys.values(), state=StepState.CURRENT)
    standing = set(waiting.values_list("pk", flat=True))
    return {pk for pk, step in keys.items() if step in standing}


def answered_title(context: Mapping[str, Any], language: str) -> str:
    """Say how the application stands."""
    state = ApplicationState(context["state"]).label
    facts = {"title": _title(context, language), "state": state}
    return _("Application for “%(title)s”: %(state)s") % facts


def answered_body(context: Mapping[str, Any], _language: str) -> str:
    """Say what to do now, or why."""
    if context["state"] == ApplicationState.OFFERED:
        return (
            _("The seat is kept until %(until)s. It is to be taken or given back by then.")
            % context
        )
    if context["state"] == ApplicationState.WAITING:
        return _(
            "The class is full; whoever is first on the waiting list is offered the next seat."
        )
    if context["reason"]:
        return _("Reason: %(reason)s") % context
    return _("What happened at each step can be read on the portal.")
