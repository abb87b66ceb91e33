"""Codes of scripts as workbooks: with names for who keeps them, without for who marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from assessment.actions.script_codes import has_keyed
from assessment.models import ScriptCode, ScriptCoding
from assessment.script_sheets import shown_mark
from enrolments.models.rights import permissions_on
from jobs.exports import Export, by_key
from lms.export import Cell

NAMES: Final = "assessment.script_names"
SHEET: Final = "assessment.script_sheet"
BY_NAME: Final = ("by_name", "pk")
BY_CODE: Final = ("code", "pk")


def names(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return names beside codes, for who releases in the class and has entered no mark by code."""
    coding = _coding(args)
    if not isinstance(user, User) or coding is None or not _may_see_names(coding, user):
        return None
    rows = coding.codes.select_related("enrolment__learner", "enrolment__sending_unit")
    return Export(
        name=f"danh-sach-phach-{coding.cohort.code or coding.cohort_id}",
        header=[_("No."), _("Sign-in code"), _("Full name"), _("Unit"), _("Script code")],
        count=rows.count(),
        part=by_key(rows.annotate(by_name=F("enrolment__learner_sort_key")), BY_NAME, _named),
        action="export_script_names",
        target=coding.cohort,
        unit_id=coding.cohort.organiser_id,
    )


def sheet(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return the codes with their marks so far, to be filled in and read again."""
    coding = _coding(args)
    if not isinstance(user, User) or coding is None:
        return None
    if not permissions_on(coding.cohort, user) & {Permission.MARK, Permission.RELEASE_RESULTS}:
        return None
    return Export(
        name=f"phieu-diem-phach-{coding.cohort.code or coding.cohort_id}",
        header=[_("No."), _("Script code"), _("Points")],
        count=coding.codes.count(),
        part=by_key(coding.codes.with_marks(), BY_CODE, _marked),
        action="export_script_sheet",
        target=coding.cohort,
        unit_id=coding.cohort.organiser_id,
    )


def _may_see_names(coding: ScriptCoding, user: User) -> bool:
    """Return whether a person may look at the names beside the codes now."""
    held = permissions_on(coding.cohort, user)
    may = Permission.RELEASE_RESULTS in held
    return may and not (coding.is_sealed and has_keyed(coding, user))


def _coding(args: Mapping[str, Any]) -> ScriptCoding | None:
    rows = ScriptCoding.objects.select_related("cohort__version", "cohort__organiser")
    return rows.filter(pk=args["coding"]).first()


def _named(number: int, row: ScriptCode) -> list[Cell]:
    place = row.enrolment
    return [
        number,
        place.learner.username,
        place.learner.full_name,
        place.sending_unit.name,
        row.code,
    ]


def _marked(number: int, row: Any) -> list[Cell]:
    return [number, row.code, shown_mark(row.points, row.is_absent)]
