"""The words of what this app tells people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def letter_title(context: Mapping[str, Any], language: str) -> str:
    """Return the subject."""
    del context, language  # the language is active already
    return _("Test letter")


def letter_body(context: Mapping[str, Any], language: str) -> str:
    """Return the words."""
    del language
    return _("Asked for at %(at)s. Letters of the portal arrive.") % {"at": context["at"]}
