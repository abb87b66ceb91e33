"""How the notices about required training read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

NEW_DUTY: Final = "requirements.new_duty"


def new_title(context: Mapping[str, Any], language: str) -> str:
    """Say what has become required."""
    return _("Required: %(title)s") % {"title": _title(context, language)}


def new_body(context: Mapping[str, Any], language: str) -> str:
    """Say until when, and by which document."""
    words = {"title": _title(context, language), "due": str(context["due"])}
    text = _("“%(title)s” is to be completed by the end of %(due)s.") % words
    if not context["basis"]:
        return text
    return text + " " + _("By %(basis)s.") % {"basis": context["basis"]}


def _title(context: Mapping[str, Any], language: str) -> str:
    english = context["title_en"] if language == "en" else ""
    return str(english or context["title_vi"])
