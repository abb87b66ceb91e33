"""Required training and the report of a year as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Posting, Unit, User
from accounts.permissions import Permission
from jobs.exports import Export, Line, Part, by_key
from reporting import tracking, yearly
from reporting.forms.tracking import MomentForm, PeopleOfUnitFilter
from reporting.people_rows import ORDER, person_row, posts_of
from reporting.scope import rows_of

TRACKING: Final = "reporting.tracking"
PEOPLE: Final = "reporting.people"
YEARLY: Final = "reporting.yearly"


def unit_for(user: AbstractBaseUser, permission: Permission, pk: int | None) -> Unit | None:
    """Return the unit, if the person holds the permission there."""
    if not isinstance(user, User):
        return None
    return Unit.objects.allowing(user, permission).filter(pk=pk or 0).first()


def tracked(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return one line for each unit and duty: figures, no names."""
    unit = unit_for(user, Permission.SEE_OBLIGATIONS, args["unit"])
    if unit is None or not isinstance(user, User):
        return None
    rows = rows_of([unit])
    at = MomentForm(QueryDict(args["filter"])).moment()
    lines = list(_tracked_lines(rows.all, tracking.table_of(rows, at), tracking.hours_of(rows, at)))
    header = [_("Unit"), _("Code"), _("Required training"), _("People who must"), _("Done")]
    return Export(
        name=f"theo-doi-bat-buoc-{at.year}-{at.day:%d%m%Y}",
        header=[*header, _("Share, %"), _("Overdue"), _("Exempted")],
        count=len(lines),
        part=_all_of(lines),
        unit_id=unit.pk,
    )


def _tracked_lines(
    units: list[Unit], table: tracking.Table, hours: dict[int, tracking.Cell]
) -> list[Line]:
    found: list[Line] = []
    for unit in units:
        columns = [("", _("Periods of the year"), hours.get(unit.pk, tracking.Cell()))]
        cells = zip(table.duties, table.row(unit.pk), strict=True)
        columns += [(duty.code, duty.title, cell) for duty, cell in cells]
        found += [
            [
                unit.name,
                code,
                str(title),
                cell.required,
                cell.done,
                cell.percent,
                cell.late,
                cell.waived,
            ]
            for code, title, cell in columns
            if cell.required or cell.waived
        ]
    return found


def people(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return exactly the people of a unit whom the filter leaves."""
    unit = unit_for(user, Permission.SEE_OBLIGATIONS, args["unit"])
    if unit is None:
        return None
    found = PeopleOfUnitFilter(QueryDict(args["filter"])).narrow(posts_of([unit]))
    header = [_("No."), _("Sign-in code"), _("Full name"), _("Unit"), _("Staff category")]
    more = [_("Periods this year"), _("Periods required"), _("To complete"), _("Overdue")]
    return Export(
        name=f"nhan-su-{unit.code}",
        header=[*header, *more, _("Classes under way")],
        count=found.order_by().count(),
        part=by_key(found, ORDER, _person_line),
        action="export_tracked_people",
        target=unit,
        unit_id=unit.pk,
    )


def _person_line(number: int, post: Posting) -> Line:
    row = person_row(post)
    classes = ", ".join(place.cohort.code for place in row.places)
    person = row.person
    about: Line = [person.username, person.full_name, row.unit, row.category]
    return [number, *about, row.credited, row.asked, row.open, row.late, classes]


def year_report(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return content group × staff category × unit; figures of plans by source stand below."""
    unit = unit_for(user, Permission.SEE_PLANS, args["unit"])
    if unit is None or not isinstance(user, User):
        return None
    rows = rows_of([unit])
    at = MomentForm(QueryDict(args["filter"])).moment()
    names = {one.pk: one.name for one in rows.all}
    lines = [_year_line(one, names) for one in yearly.flat(rows, at.year, at.day)]
    for line in yearly.sourced(user, rows, at.year):
        told: Line = [line.content_group.name, line.title, line.plan.unit.name, line.reported_turns]
        lines.append([*told, *[None] * 6, line.source])
    header = [_("Content group"), _("Staff category"), _("Unit"), _("Turns"), _("Persons")]
    of_these = [_("Of these leaders"), _("Of these women"), _("Of these under 40")]
    unknown = [_("Gender not recorded"), _("Birth not recorded"), _("Source")]
    return Export(
        name=f"bao-cao-nam-{at.year}-{at.day:%d%m%Y}",
        header=[*header, *of_these, *unknown],
        count=len(lines),
        part=_all_of(lines),
        unit_id=unit.pk,
    )


def _year_line(one: dict[str, Any], names: dict[int, str]) -> Line:
    counted: yearly.Figures = one["figures"]
    return [
        one["content_group_name"],
        one["category_name"] or "–",
        names[one["row"]],
        counted.turns,
        counted.persons,
        counted.leaders,
        counted.women,
        counted.young,
        counted.no_gender,
        counted.no_birth,
        _("Training hours ledger"),
    ]


def _all_of(lines: list[Line]) -> Any:
    def part(after: Any, size: int) -> Part:
        start = after or 0
        rest = start + size
        return Part(lines[start:rest], rest if rest < len(lines) else None)

    return part
