"""The gradebook of a class as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from assessment import gradebook
from assessment.gradebook import FinalMark, Scheme, Standing, finals_of, scheme_of
from enrolments.models import Cohort, Enrolment
from enrolments.models.rights import permissions_on
from jobs.exports import Export, Part
from lms.export import Cell
from lms.pages import beyond, place_of

GRADES: Final = "assessment.grades"
ORDER: Final = ("learner_sort_key", "pk")


def grades(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return the marks of a class for who marks or releases in it, without their own."""
    cohort = Cohort.objects.select_related("version").filter(pk=args["cohort"]).first()
    if not isinstance(user, User) or cohort is None:
        return None
    if not permissions_on(cohort, user) & {Permission.MARK, Permission.RELEASE_RESULTS}:
        return None
    scheme = scheme_of(cohort)
    places = cohort.enrolments.in_force().exclude(learner_id=user.pk)
    return Export(
        name=f"bang-diem-{cohort.code or cohort.pk}",
        header=header(scheme),
        count=places.order_by().count(),
        part=Parts(scheme, places.select_related("learner", "sending_unit")),
        action="export_grades",
        target=cohort,
        unit_id=cohort.organiser_id,
    )


def header(scheme: Scheme) -> list[str]:
    """Return the headings; a file with the same ones is read again."""
    names = [_("No."), _("Sign-in code"), _("Full name"), _("Unit")]
    names += [item.title for item in scheme.items]
    return [*names, _("Final mark"), _("Classification"), _("Result")]


class Parts:
    """The lines of a class, read some at a time: three queries for each part."""

    def __init__(self, scheme: Scheme, places: QuerySet[Enrolment]) -> None:
        self._scheme, self._places = scheme, places

    def __call__(self, after: Any, size: int) -> Part:
        """Return some lines in the order of names."""
        number, values = after or (0, None)
        rows = self._places.filter(beyond(ORDER, values)) if values else self._places
        found = list(rows.order_by(*ORDER)[:size])
        lines = self._lines(found, number)
        if len(found) < size:
            return Part(lines)
        return Part(lines, [number + size, place_of(found[-1], ORDER)])

    def _lines(self, places: list[Enrolment], number: int) -> list[list[Cell]]:
        finals = finals_of(self._scheme, [place.pk for place in places])
        words = {True: _("Passed"), False: _("Not passed"), None: ""}
        return [
            _line(n, place, finals[place.pk], words[finals[place.pk].is_passed])
            for n, place in enumerate(places, start=number + 1)
        ]


def _line(number: int, place: Enrolment, final: FinalMark, result: str) -> list[Cell]:
    learner = place.learner
    points = [_cell(part) for part in final.parts]
    told: list[Cell] = [number, learner.username, learner.full_name, place.sending_unit.name]
    return [*told, *points, final.mark, final.band, result]


def _cell(part: gradebook.Part) -> Cell:
    if part.standing == Standing.EXEMPT:
        return _("exempt")
    return part.score.points if part.score else None
