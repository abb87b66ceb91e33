"""How the notices about questions to trainers read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def asked_title(context: Mapping[str, Any], language: str) -> str:
    """Say that a learner asks."""
    return _("Question of a learner: %(lesson)s") % {"lesson": _lesson(context, language)}


def asked_body(context: Mapping[str, Any], _language: str) -> str:
    """Say who asks, in which class, and what."""
    return _("%(learner)s, %(cohort)s: “%(body)s”") % context


def answered_title(context: Mapping[str, Any], language: str) -> str:
    """Say that the trainer has answered."""
    return _("The trainer has answered: %(lesson)s") % {"lesson": _lesson(context, language)}


def answered_body(context: Mapping[str, Any], _language: str) -> str:
    """Recall the question."""
    return _("Question asked: “%(body)s”") % context


def _lesson(context: Mapping[str, Any], language: str) -> str:
    english = context["lesson_en"] if language == "en" else ""
    return str(english or context["lesson_vi"])
