"""Pages about one's own duties, hours and dates."""

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.http import signed_in
from enrolments.actions.feeds import token_of
from enrolments.agenda import past, upcoming
from enrolments.due import Duty, with_reasons
from enrolments.hours import hours_table, rule_words
from enrolments.models import CalendarFeed, HoursEntry, Obligation
from enrolments.models.duties import OUTSTANDING
from enrolments.norms import shown_norm
from lms.clock import today
from lms.pages import keyset_page

DUTIES, DATES = 20, 100
TO_DO, ALL = "can-hoan-thanh", "tat-ca"
DUTY_TABS = {TO_DO: _("To be completed"), ALL: _("All")}


@require_GET
def required(request: HttpRequest) -> HttpResponse:
    """Show what one must finish or had to, why, and how each duty changed."""
    person = signed_in(request)
    chosen = request.GET.get("muc", TO_DO)
    duties = with_reasons(Obligation.objects.filter(person=person)).prefetch_related("changes")
    to_do = chosen != ALL
    page = keyset_page(_chosen(duties, to_do=to_do), request, _order(to_do=to_do), DUTIES)
    context = {
        "page": page,
        "duties": [Duty(row) for row in page.rows],
        "tabs": [
            (key, label, key == (TO_DO if to_do else ALL)) for key, label in DUTY_TABS.items()
        ],
    }
    return render(request, "enrolments/required.html", context)


def _chosen(duties: QuerySet[Obligation], *, to_do: bool) -> QuerySet[Obligation]:
    return duties.filter(status__in=OUTSTANDING) if to_do else duties


def _order(*, to_do: bool) -> tuple[str, str]:
    return ("due_on", "pk") if to_do else ("-due_on", "-pk")


@require_GET
def hours(request: HttpRequest) -> HttpResponse:
    """Show the ledger of one's hours: all years, and the entries of one."""
    person, wanted = signed_in(request), request.GET.get("nam", "")
    year = int(wanted) if wanted.isdecimal() and len(wanted) == len("2026") else today().year
    entries = HoursEntry.objects.of_year(year).filter(person=person).order_by("closing_on", "pk")
    table = hours_table(person)
    context = {
        "table": table,
        "year": year,
        "total": next((total for row, _sums, total in table.rows if row == year), 0),
        "entries": [
            (entry, rule_words(entry))
            for entry in entries.select_related("content_group", "unit", "category")
        ],
        "norm": shown_norm(person, year),
    }
    return render(request, "enrolments/hours.html", context)


@require_GET
def agenda(request: HttpRequest) -> HttpResponse:
    """Show the next dates of one's classes and duties, or those that have passed."""
    person, is_past = signed_in(request), request.GET.get("muc") == "da-qua"
    events = past(person, at_most=DATES) if is_past else upcoming(person, at_most=DATES)
    feed = CalendarFeed.objects.filter(person=person, is_on=True).first()
    address = reverse("enrolments:feed", args=[token_of(feed)]) if feed else ""
    context = {"events": events, "is_past": is_past}
    context["feed"] = f"{settings.SITE_URL}{address}" if feed else ""
    return render(request, "enrolments/agenda.html", context)
