"""How the notices about results read. They name no mark: mail is read over shoulders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def released_title(context: Mapping[str, Any], language: str) -> str:
    """Say whose results are out."""
    return _("Results released: %(title)s") % {"title": _title(context, language)}


def released_body(context: Mapping[str, Any], language: str) -> str:
    """Say where they can be read."""
    facts = {"title": _title(context, language), "cohort": context["cohort"]}
    return _("The results of “%(title)s” (%(cohort)s) can be read on the portal.") % facts


def _title(context: Mapping[str, Any], language: str) -> str:
    english = context["title_en"] if language == "en" else ""
    return str(english or context["title_vi"])
