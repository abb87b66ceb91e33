"""How the notices about results read. They name no mark: mail is read over shoulders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from assessment.components import Component

APPEAL: Final = "assessment.appeal"
RESIT: Final = "assessment.resit"


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


def appeal_context(component: Component | None, cohort: str) -> dict[str, str]:
    """Return what the notice of an answered appeal holds."""
    titles = (component.title_vi, component.title_en) if component else (cohort, cohort)
    return {"title_vi": titles[0], "title_en": titles[1], "cohort": cohort}


def appeal_title(context: Mapping[str, Any], language: str) -> str:
    """Say which appeal is answered."""
    return _("Appeal answered: %(title)s") % {"title": _title(context, language)}


def appeal_body(context: Mapping[str, Any], language: str) -> str:
    """Say where the answer can be read."""
    facts = {"title": _title(context, language), "cohort": context["cohort"]}
    words = _("The answer to the appeal about “%(title)s” (%(cohort)s) can be read on the portal.")
    return words % facts


def resit_title(context: Mapping[str, Any], language: str) -> str:
    """Say what is sat again, or no longer, or whose marks are out."""
    facts = {"title": _title(context, language)}
    if context["what"] == "released":
        return _("Result of the resit: %(title)s") % facts
    if context["what"] == "off":
        return _("No resit: %(title)s") % facts
    return _("Resit: %(title)s") % facts


def resit_body(context: Mapping[str, Any], language: str) -> str:
    """Say when and where, that it is off, or where the mark can be read."""
    facts = {"title": _title(context, language), **context}
    if context["what"] == "released":
        return _("The result of the resit of “%(title)s” (%(cohort)s) is on the portal.") % facts
    if context["what"] == "off":
        words = _("The resit of “%(title)s” (%(cohort)s) on %(held)s does not take place for you.")
        return words % facts
    if context["place"]:
        return _("The resit of “%(title)s” (%(cohort)s): %(held)s, %(place)s.") % facts
    return _("The resit of “%(title)s” (%(cohort)s): %(held)s.") % facts
