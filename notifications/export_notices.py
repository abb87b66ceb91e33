"""How the notice about a finished export reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

EXPORT_READY: Final = "export_ready"


def title(context: Mapping[str, Any], _language: str) -> str:
    """Name the file."""
    return _("The file is ready: %(name)s") % {"name": context["name"]}


def body(context: Mapping[str, Any], _language: str) -> str:
    """Say how long it can be fetched."""
    facts = {"rows": context["rows"], "days": settings.EXPORT_DAYS}
    return _("%(rows)s rows. The file can be fetched on the portal for %(days)s days.") % facts
