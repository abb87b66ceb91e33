"""How the notices about results and papers read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.models import Certificate, Recognition, RecognitionLine
from certificates.models.papers import CertificateState
from enrolments.models.places import Result
from lms.clock import today
from notifications.actions import NoticeSpec

RESULT: Final = "certificates.result"
ISSUED: Final = "certificates.issued"
ENDED: Final = "certificates.ended"


def result_notice(recognition: Recognition, line: RecognitionLine) -> NoticeSpec:
    """Return the notice of a recognised result."""
    version = line.enrolment.version
    decision = recognition.decision
    return NoticeSpec(
        person_id=line.enrolment.learner_id,
        kind=RESULT,
        subject=f"recognition-line:{line.pk}",
        due_on=timezone.localdate(recognition.decided_at),
        send_at=timezone.now(),
        context={
            "title_vi": version.title_vi,
            "title_en": version.title_en,
            "result": line.result,
            "reason": line.reason or line.proposed_reason,
            "decision": decision.reference if decision else "",
        },
        unit_id=line.enrolment.sending_unit_id,
    )


def issued_notice(certificate: Certificate) -> NoticeSpec:
    """Return the notice of a paper that has been signed."""
    return _about(certificate, ISSUED)


def ended_notice(certificate: Certificate) -> NoticeSpec:
    """Return the notice of a paper that was revoked or replaced."""
    return _about(certificate, ENDED)


def _about(certificate: Certificate, kind: str) -> NoticeSpec:
    snapshot = certificate.snapshot
    return NoticeSpec(
        person_id=certificate.person_id,
        kind=kind,
        subject=f"certificate:{certificate.pk}",
        due_on=today(),
        send_at=timezone.now(),
        context={
            "title_vi": snapshot["course_vi"],
            "title_en": snapshot["course_en"],
            "number": certificate.register_number,
            "state": certificate.state,
            "reason": certificate.end_reason,
        },
        url=reverse("certificates:detail", args=[certificate.pk]),
        unit_id=certificate.enrolment.sending_unit_id,
    )


def result_title(context: Mapping[str, Any], language: str) -> str:
    """Say which result was recognised."""
    words = {"title": _title(context, language), "result": Result(context["result"]).label}
    return _("%(title)s: %(result)s") % words


def result_body(context: Mapping[str, Any], language: str) -> str:
    """Say by which decision, and why where it is no pass."""
    words = {
        "title": _title(context, language),
        "result": str(Result(context["result"]).label).lower(),
        "decision": context["decision"],
    }
    text = _("Result of “%(title)s”: %(result)s, by decision %(decision)s.") % words
    if context["result"] == Result.PASSED or not context["reason"]:
        return text
    return text + " " + _("Reason: %(reason)s.") % {"reason": context["reason"]}


def issued_title(context: Mapping[str, Any], language: str) -> str:
    """Say that a paper is there."""
    return _("%(title)s: the paper is issued") % {"title": _title(context, language)}


def issued_body(context: Mapping[str, Any], language: str) -> str:
    """Say which number it has and where it is."""
    words = {"title": _title(context, language), "number": context["number"]}
    return _("The paper for “%(title)s” is issued under number %(number)s.") % words


def ended_title(context: Mapping[str, Any], _language: str) -> str:
    """Say what became of a paper."""
    words = {"number": context["number"], "state": CertificateState(context["state"]).label}
    return _("Paper %(number)s: %(state)s") % words


def ended_body(context: Mapping[str, Any], language: str) -> str:
    """Say why."""
    words = {"title": _title(context, language), "reason": context["reason"]}
    return _("The paper for “%(title)s” no longer holds. Reason: %(reason)s.") % words


def _title(context: Mapping[str, Any], language: str) -> str:
    english = context["title_en"] if language == "en" else ""
    return str(english or context["title_vi"])
