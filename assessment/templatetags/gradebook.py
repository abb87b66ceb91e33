"""The cells of the gradebook: a thousand on a page, each look drawn once per process."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessment.gradebook import FinalMark, Part, Standing
from lms.templatetags.ui import vi_number

register = template.Library()


@register.simple_tag
def grade_cells(final: FinalMark) -> SafeString:
    """Draw the components of one learner's line."""
    language = get_language()
    return format_html_join("", "{}", ((_of(part, language),) for part in final.parts))


def _of(part: Part, language: str | None) -> SafeString:
    score = part.score
    if score is None or part.standing == Standing.EXEMPT:
        return _cell(part.item.title, part.standing, None, is_passed=True, language=language)
    return _cell(
        part.item.title,
        part.standing,
        score.points,
        is_passed=score.is_passed,
        language=language,
    )


@lru_cache(maxsize=8192)
def _cell(
    title: str,
    standing: str,
    points: Decimal | None,
    *,
    is_passed: bool,
    language: str | None,  # noqa: ARG001 - part of the key: words and commas differ
) -> SafeString:
    words = "–" if points is None else vi_number(points)
    if standing == Standing.EXEMPT:
        words = _("exempt")
    notes = SafeString("")
    if not is_passed:
        notes = format_html('<span class="visually-hidden"> ({})</span>', _("Not passed"))
    if standing == Standing.DROPPED:
        notes += format_html(" <small>({})</small>", _("left out"))
    css = "num" if is_passed else "num below"
    if standing == Standing.MISSING:
        css = "num none"
    return format_html('<td data-label="{}" class="{}">{}{}</td>', title, css, words, notes)
