"""Small template tags of the shell."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from lms.clock import today

register = template.Library()

Number = int | float | Decimal | str

SPRITE = "vendor/icons/icons.svg"
RING_RADIUS = 52


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon of the sprite; with a label it is read aloud, without one it is decoration."""
    return _drawn(name, str(label), css)


@lru_cache(maxsize=1024)
def _drawn(name: str, label: str, css: str) -> SafeString:
    about = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"></use></svg>', css, about, static(SPRITE), name
    )


@register.simple_tag
def tag(label: str, tone: str, icon_name: str = "") -> SafeString:
    """Draw what `<c-tag>` draws; for long lists, where each look is drawn once per process."""
    return _tagged(str(label), tone, icon_name)


@lru_cache(maxsize=1024)
def _tagged(label: str, tone: str, icon_name: str) -> SafeString:
    drawn = _drawn(icon_name, "", "") if icon_name else ""
    return format_html('<span class="tag {}">{}{}</span>', tone, drawn, label)


@register.simple_tag
def progress_line(percent: int, label: str) -> SafeString:
    """Draw what `<c-progress>` draws with its figure; for long lists."""
    return _progress(percent, str(label))


@lru_cache(maxsize=1024)
def _progress(percent: int, label: str) -> SafeString:
    return format_html(
        '<span class="progress-line"><progress class="bar" max="100" value="{0}" '
        'aria-label="{1}: {0}%">{0}%</progress><span class="num">{0}%</span></span>',
        percent,
        label,
    )


@register.simple_tag
def options(choices: Iterable[Mapping[str, Any]]) -> SafeString:
    """Draw the options of a select: a list of units has hundreds, too many for a loop of nodes."""
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((one["value"], flatatt(one["attrs"]), one["label"]) for one in choices),
    )


@register.simple_tag
def ring_dash(value: Number, total: Number) -> str:
    """Return the `stroke-dasharray` of a ring filled by value / total."""
    whole = 2 * math.pi * RING_RADIUS
    share = min(max(_decimal(value) / (_decimal(total) or 1), Decimal(0)), Decimal(1))
    return f"{float(share) * whole:.1f} {whole:.1f}"


@register.simple_tag
def percent(value: Number, total: Number) -> int:
    """Return the share in whole per cent, rounded down: 100 means all of it."""
    whole = _decimal(total)
    return int(100 * _decimal(value) / whole) if whole else 0


@register.filter
def vi_number(value: Number | None) -> str:
    """Write a number as the language does: 27.180 and 7,5 in Vietnamese."""
    if value is None or value == "":
        return ""
    number = _decimal(value)
    exact = number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()
    return number_format(exact, use_l10n=True, force_grouping=True)


@register.filter
def lang(language: str | None) -> SafeString:
    """Return the `lang` attribute of words that are not in the language of the page."""
    if not language or language == get_language():
        return SafeString("")
    return format_html(' lang="{}"', language)


@register.filter
def wide_tables(html: str) -> str:
    """Let each table of clean HTML scroll by itself, with a finger or with the keyboard."""
    if "<table" not in html:
        return html
    marks = {
        "class": "table-scroll",
        "tabindex": "0",
        "role": "group",
        "aria-label": gettext("Table"),
    }
    box = format_html("<div{}>", flatatt(marks))
    boxed = html.replace("<table", f"{box}<table").replace("</table>", "</table></div>")
    return mark_safe(boxed) if isinstance(html, SafeString) else boxed  # noqa: S308 (as safe as it came)


@register.filter
def tiet(value: Number | None) -> str:
    """Write training periods: `7,5 tiết`."""
    if value is None or value == "":
        return ""
    return _periods(_decimal(value), get_language())


@lru_cache(maxsize=1024)
def _periods(value: Decimal, _language: str | None) -> str:
    return gettext("%(number)s periods") % {"number": vi_number(value)}


@register.filter
def duration(minutes: int | None) -> str:
    """Write minutes as people say them: `1 giờ 20 phút`."""
    if minutes is None:
        return ""
    hours, rest = divmod(int(minutes), 60)
    words = []
    if hours:
        words.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if rest or not hours:
        words.append(ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest})
    return " ".join(words)


@register.filter
def relative_due(due: dt.date | dt.datetime | None) -> str:
    """Write how far a due date is: `còn 3 ngày`, `hôm nay`, `quá hạn 2 ngày`."""
    if due is None:
        return ""
    days = days_until(due)
    if days == 0:
        return gettext("due today")
    if days < 0:
        return ngettext("%(n)d day overdue", "%(n)d days overdue", -days) % {"n": -days}
    return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}


@register.filter
def due_tone(due: dt.date | dt.datetime | None, soon: int = 7) -> str:
    """Return the colour that goes with `relative_due`: the words carry the meaning."""
    if due is None:
        return ""
    days = days_until(due)
    return "red" if days < 0 else "amber" if days <= soon else "blue"


@register.filter
def initials(name: str) -> str:
    """Return two letters of a name written in full: family and given name."""
    words = name.split()
    return (words[0][0] + words[-1][0]).upper() if len(words) > 1 else name[:1].upper()


def days_until(due: dt.date | dt.datetime) -> int:
    """Return the days from the office's today to a date."""
    day = timezone.localdate(due) if isinstance(due, dt.datetime) else due
    return (day - today()).days


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
