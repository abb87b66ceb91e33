"""A cell of the table of required training: long tables draw each look once per process."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms.templatetags.ui import tag, vi_number
from reporting.tracking import Cell

register = template.Library()


@register.simple_tag
def duty_cell(cell: Cell, href: str = "") -> SafeString:
    """Draw x/y, the share and the sign, with a link where names may be looked at."""
    words, notes = _drawn(cell, get_language())
    linked = format_html('<a href="{}">{}</a>', href, words) if href and cell.required else words
    return format_html("{}{}", linked, notes)


@lru_cache(maxsize=4096)
def _drawn(cell: Cell, _language: str | None) -> tuple[SafeString, SafeString]:
    notes = format_html(
        "{}{}", _note(_("%(n)s overdue"), cell.late), _note(_("%(n)s exempted"), cell.waived)
    )
    if not cell.required:
        return format_html('–<span class="visually-hidden"> {}</span>', _("nobody must")), notes
    figures = f"{vi_number(cell.done)}/{vi_number(cell.required)} ({cell.percent}%)"
    return tag(figures, cell.tone, cell.icon), notes


def _note(words: str, n: int) -> SafeString:
    return format_html("<small>{}</small>", words % {"n": vi_number(n)}) if n else SafeString("")
