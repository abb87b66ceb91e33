"""The consolidated list of a round: look, divide among classes, enrol, take out."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrolments import consolidating
from enrolments.actions import consolidation as actions
from enrolments.consolidating import Division, nominees
from enrolments.errors import Refused
from enrolments.exports import NOMINATIONS
from enrolments.forms.rounds import DivideForm, chosen_classes
from enrolments.models import Cohort, Nomination, NominationRound
from enrolments.nominees import Standing
from enrolments.views.common import done
from enrolments.views.rounds import run_by
from jobs.exports import respond
from jobs.models import BulkChange
from lms.pages import keyset_page


@dataclass(frozen=True)
class Line:
    """A person of the list, and what is to be known."""

    row: Nomination
    clash: str
    is_alike: bool


@require_safe
def consolidated(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole list, and what a division of it would look like."""
    asked, user = run_by(request, pk)
    classes = list(asked.cohorts.order_by("code"))
    form = DivideForm(request.GET if "way" in request.GET else None, cohorts=asked.cohorts.all())
    page = keyset_page(nominees(asked), request, consolidating.ORDER)
    earlier = BulkChange.objects.visible_to(user).filter(kind=actions.KIND, params__round=asked.pk)
    context = {
        "asked": asked,
        "page": page,
        "lines": _lines(asked, page.rows),
        "classes": classes,
        "figures": _figures(asked, classes),
        "form": form,
        "division": _division(asked, form),
        "is_ready": asked.state in actions.READY,
        "changes": earlier[:5],
    }
    return render(request, "enrolments/rounds/consolidated.html", context)


def _lines(asked: NominationRound, rows: list[Nomination]) -> list[Line]:
    standing = Standing.look(asked, [row.person_id for row in rows])
    alike = consolidating.look_alikes(asked)
    return [
        Line(
            row,
            standing.clash(row.person_id, row.cohort)
            if row.cohort
            else "; ".join(standing.hints(row.person_id)),
            row.person_id in alike,
        )
        for row in rows
    ]


def _figures(asked: NominationRound, classes: list[Cohort]) -> list[tuple[Cohort | None, int]]:
    chosen = nominees(asked).order_by().values_list("cohort").annotate(n=Count("pk"))
    by_class: dict[int | None, int] = dict(chosen)
    shown: list[tuple[Cohort | None, int]] = [(one, by_class.get(one.pk, 0)) for one in classes]
    return [*shown, (None, by_class.get(None, 0))]


def _division(asked: NominationRound, form: DivideForm) -> Division | None:
    if not (form.is_bound and form.is_valid()):
        return None
    way, one = form.cleaned_data["way"], form.cleaned_data["cohort"]
    classes = [one] if way == consolidating.ONE else list(asked.cohorts.order_by("code"))
    people = list(nominees(asked).order_by(*consolidating.ORDER))
    return consolidating.divide(people, classes, way)


@require_POST
def divide(request: HttpRequest, pk: int) -> HttpResponse:
    """Divide the list as it was previewed, or as chosen name by name."""
    asked, user = run_by(request, pk)
    form = DivideForm(request.POST, cohorts=asked.cohorts.all())
    if "way" in request.POST:
        division = _division(asked, form)
        if division is None:
            raise Http404
        chosen = division.chosen()
    else:
        ids = [word.removeprefix("class_") for word in request.POST if word.startswith("class_")]
        rows = nominees(asked).filter(pk__in=[one for one in ids if one.isdecimal()])
        chosen = chosen_classes(request.POST, rows)
    try:
        moved = actions.place_nominees(asked=asked, chosen=chosen, by=user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("enrolments:consolidated", pk)
    sentence = ngettext(
        "The class of %(n)s person is chosen.", "The class of %(n)s people is chosen.", moved
    )
    return done(request, sentence % {"n": moved}, "enrolments:consolidated", pk)


@require_POST
def enrol_nominees(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the places worked out; the preview asks before anything is written."""
    asked, user = run_by(request, pk)
    try:
        change = actions.plan_places(asked=asked, by=user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("enrolments:consolidated", pk)
    except PermissionDenied:
        messages.error(request, _("One of the classes is run by somebody else."))
        return redirect("enrolments:consolidated", pk)
    return redirect(change)


@require_http_methods(["GET", "HEAD", "POST"])
def export_nominations(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the consolidated list as a workbook: the annex of the opening decision."""
    asked, _user = run_by(request, pk)
    return respond(request, NOMINATIONS, {"round": asked.pk})
