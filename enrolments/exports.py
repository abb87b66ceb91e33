"""The learners of a class, and the rows of a sent list, as files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.imports.reading import table_of
from accounts.models import Unit, User
from accounts.permissions import Permission
from enrolments.consolidating import ORDER as NOMINEES_BY_NAME
from enrolments.consolidating import nominees, with_posts
from enrolments.forms.classes import LearnerFilter
from enrolments.imports import papers
from enrolments.imports.source import Settings
from enrolments.learner_rows import first_duty, with_duties
from enrolments.models import Enrolment, Nomination, NominationRound
from enrolments.sight import seen_by
from jobs.bulk import bulk_kinds
from jobs.exports import Export, Part, by_key
from jobs.models import BulkChange
from lms.export import Cell
from lms.sheets.tables import Table

LEARNERS: Final = "enrolments.learners"
VERDICTS: Final = "enrolments.verdicts"
NOMINATIONS: Final = "enrolments.nominations"
ORDER: Final = ("learner_sort_key", "pk")


def learners(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return exactly the learners the filter of the page leaves."""
    shown = seen_by(user, args["cohort"]) if isinstance(user, User) else None
    if shown is None or not shown.sees_learners:
        return None
    units = Unit.objects.filter(pk__in=shown.places().order_by().values("sending_unit"))
    found = LearnerFilter(QueryDict(args["filter"]), units=units).narrow(shown.places())
    header = [_("No."), _("Sign-in code"), _("Full name"), _("Unit"), _("State"), _("Progress, %")]
    return Export(
        name=f"hoc-vien-{shown.cohort.code}",
        header=[*header, _("Due on"), _("Completed on")],
        count=found.order_by().count(),
        part=by_key(with_duties(found), ORDER, _line),
        action="export_learners",
        target=shown.cohort,
        unit_id=shown.cohort.organiser_id,
    )


def nominations(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return the consolidated list of a round: the annex of an opening decision."""
    if not isinstance(user, User):
        return None
    run = NominationRound.objects.allowing(user, Permission.MANAGE_COHORTS)
    asked = run.filter(pk=args["round"]).first()
    if asked is None:
        return None
    found = nominees(asked)
    header = [_("No."), _("Full name"), _("Sign-in code"), _("Position"), _("Unit")]
    return Export(
        name=f"danh-sach-cu-{asked.pk}",
        header=[*header, _("Sending decision"), _("Decision date"), _("Class"), _("Note")],
        count=found.order_by().count(),
        part=by_key(with_posts(found), NOMINEES_BY_NAME, _nominee),
        action="export_nominations",
        target=asked,
        unit_id=asked.organiser_id,
    )


def _nominee(number: int, row: Nomination) -> list[Cell]:
    posts, decision = row.person.posts, row.answer.decision
    return [
        number,
        row.person.full_name,
        row.person.username,
        posts[0].title if posts else "",
        row.answer.unit.name,
        decision.reference if decision else "",
        decision.issued_on if decision else None,
        row.cohort.code if row.cohort else "",
        row.note,
    ]


def verdicts(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return the rows of the sent file, each with its verdict and what came of it."""
    change = BulkChange.objects.visible_to(user).filter(pk=args["change"]).first()
    if (
        change is None
        or change.planned_at is None
        or not bulk_kinds[change.kind].allows(user, change)
    ):
        return None
    held = change
    table = _table(held.pk, held.plans)

    def part(after: Any, size: int) -> Part:
        start = after or 0
        rows = table.rows[start : start + size]
        lines = list(papers.verdict_rows(held, rows))
        return Part(lines, start + size if start + size < len(table.rows) else None)

    header = papers.verdict_header(table)
    name = f"ket-qua-{held.pk}"
    return Export(name, header, len(table.rows), part, unit_id=held.unit_id)


@lru_cache(maxsize=1)
def _table(change_id: int, _plans: int) -> Table:
    """Return the sent rows; those of the last file asked for are kept between two slices."""
    chosen = Settings.of(BulkChange.objects.get(pk=change_id))
    return table_of(chosen.file_id, chosen.sheet)


def _line(number: int, place: Enrolment) -> list[Cell]:
    duty = first_duty(place)
    return [
        number,
        place.learner.username,
        place.learner.full_name,
        place.sending_unit.name,
        place.get_state_display(),
        place.progress_percent,
        duty.due_on if duty else None,
        place.completed_at,
    ]
