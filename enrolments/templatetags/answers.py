"""Showing what was typed, on the page that asks for a last look."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.filter
def answer(typed: Mapping[str, Any], name: str) -> str:
    """Return a cleaned value as people read it."""
    value = typed.get(name)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)
