"""How the notice about new required training reads; its text is that of a reminder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

NEW_DUTY: Final = "requirements.new_duty"


def new_title(context: Mapping[str, Any], language: str) -> str:
    """Say what has become required."""
    english = context["title_en"] if language == "en" else ""
    return _("Required: %(title)s") % {"title": english or context["title_vi"]}
