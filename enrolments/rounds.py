"""Messages about rounds: who is asked, whose list came back, and how they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enrolments.models import NominationRound, RoundAnswer
from lms.clock import today
from notifications.actions import NoticeSpec
from notifications.models import Notice

ASKED: Final = "round_asked"
RETURNED: Final = "round_returned"
NAMED_AT_MOST: Final = 10


def reminders_of(
    asked: NominationRound, by_person: Mapping[int, Sequence[RoundAnswer]]
) -> list[NoticeSpec]:
    """Return one message a person and day, whatever the number of their units."""
    return [
        NoticeSpec(
            person_id=person,
            kind=ASKED,
            subject=f"round:{asked.pk}",
            due_on=today(),
            send_at=timezone.now(),
            context={
                "title": asked.title,
                "due": f"{asked.closes_on:%d/%m/%Y}",
                "answers": [answer.pk for answer in answers],
            },
            url=reverse("enrolments:answer_round", args=[answers[0].pk])
            if len(answers) == 1
            else reverse("enrolments:rounds"),
            unit_id=answers[0].unit_id,
        )
        for person, answers in by_person.items()
    ]


def asked_title(context: Mapping[str, Any], _language: str) -> str:
    """Say what is asked and until when."""
    return _("Nomination round “%(title)s”: answer by %(due)s") % context


def asked_body(context: Mapping[str, Any], _language: str) -> str:
    """Say what the unit is to do."""
    return _(
        "The unit names its people for “%(title)s”, or answers that nobody takes part,"
        " by the end of %(due)s."
    ) % dict(context)


def returned_title(context: Mapping[str, Any], _language: str) -> str:
    """Say which list came back."""
    return _("List returned: %(title)s") % context


def returned_body(context: Mapping[str, Any], _language: str) -> str:
    """Say why."""
    return _("The list of %(unit)s is to be corrected. Reason: %(reason)s") % context


def still_waiting(notices: list[Notice]) -> set[int]:
    """Keep the messages about answers that are still to come."""
    ids = {pk for notice in notices for pk in notice.context["answers"]}
    open_ones = RoundAnswer.objects.waiting().filter(pk__in=ids)
    waiting = set(open_ones.values_list("pk", flat=True))
    return {notice.pk for notice in notices if waiting.intersection(notice.context["answers"])}
