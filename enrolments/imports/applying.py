"""Writing the plan of an import, and taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.many import NewPerson, archive_unused, create_people
from accounts.actions.people import PersonData
from accounts.models import ActivationCode, Posting, RoleGrant, Unit, User
from enrolments.actions.places import enrol_many, undo_enrolments
from enrolments.errors import Refused
from enrolments.imports.source import Settings
from enrolments.models import Attendance, Cohort, Decision, Enrolment
from enrolments.models.places import EnrolmentSource, EnrolmentState
from enrolments.quotas import why_not_seated
from jobs.models import BulkChange, BulkRow
from lms.clock import today
from reference.models import Code

PLACE = "enrolments.enrolment"


def write(change: BulkChange, rows: Sequence[BulkRow], by: User) -> dict[int, str]:
    """Make the records and give the places of some rows; return why others got none."""
    settings = Settings.of(change)
    cohort = Cohort.objects.select_for_update(of=("self",)).get(pk=settings.cohort_id)
    fitting, refused = _fitting(cohort, rows)
    decision = Decision.objects.filter(pk=settings.decision_id or 0).first()
    try:
        with transaction.atomic():  # records of people who get no place are not kept
            people = _people(fitting, by)
            units = Unit.objects.in_bulk({int(_after(row)["unit"]) for row in fitting})
            pairs = [(people[row.pk], units[int(_after(row)["unit"])]) for row in fitting]
            enrol_many(
                cohort=cohort, people=pairs, by=by, source=EnrolmentSource.FILE, decision=decision
            )
    except Refused as error:
        return {row.pk: str(error) for row in rows}
    _point_at_places(cohort, fitting, people)
    return refused


def _fitting(cohort: Cohort, rows: Sequence[BulkRow]) -> tuple[Sequence[BulkRow], dict[int, str]]:
    """Return the rows for which there are seats, in the order of the file."""
    reasons = why_not_seated(cohort, [int(_after(row)["unit"]) for row in rows])
    pairs = list(zip(rows, reasons, strict=True))
    refused = {row.pk: why for row, why in pairs if why}
    return [row for row, why in pairs if not why], refused


def _people(rows: Sequence[BulkRow], by: User) -> dict[int, User]:
    """Return the person of each row; those not on record yet get their record here."""
    new = [row for row in rows if "person" not in _after(row)]
    known = User.objects.in_bulk([_after(row).get("person", 0) for row in rows])
    made = create_people(people=_records(new), since=today(), by=by) if new else []
    fresh = {row.pk: person for row, person in zip(new, made, strict=True)}
    return {row.pk: fresh.get(row.pk) or known[_after(row)["person"]] for row in rows}


def _after(row: BulkRow) -> dict[str, Any]:
    after = row.after or {}
    return {**after, "unit": after["new"]["unit"]} if "new" in after else after


def _records(rows: Sequence[BulkRow]) -> list[NewPerson]:
    plans = [_after(row)["new"] for row in rows]
    units = Unit.objects.in_bulk({int(one["unit"]) for one in plans})
    categories = Code.objects.in_bulk({int(one["category"]) for one in plans})
    return [
        NewPerson(
            data=_data(one),
            unit=units[int(one["unit"])],
            category=categories[int(one["category"])],
            title=one["title"],
            identity_cipher=one["identity_cipher"],
            identity_index=one["identity_index"],
        )
        for one in plans
    ]


def _data(new: dict[str, str]) -> PersonData:
    family, _blank, middle = new["family_name"].partition(" ")
    return PersonData(
        full_name=new["full_name"],
        family_name=family,
        middle_name=middle,
        given_name=new["given_name"],
        staff_code=new["staff_code"],
        birth_date=dt.date.fromisoformat(new["birth_date"]) if new["birth_date"] else None,
        birth_year=int(new["birth_year"]) if new["birth_year"] else None,
        gender=new["gender"],
        mobile=new["mobile"],
        email=new["email"],
    )


def _point_at_places(cohort: Cohort, rows: Sequence[BulkRow], people: dict[int, User]) -> None:
    places = Enrolment.objects.in_force().filter(cohort=cohort, learner__in=people.values())
    by_person = dict(places.values_list("learner", "pk"))
    for row in rows:
        person = people[row.pk]
        row.target_type, row.target_id = PLACE, by_person[person.pk]
        if "new" in (row.after or {}):
            row.after = {"person": person.pk, "unit": _after(row)["unit"], "created": True}


def reasons_to_keep(rows: Sequence[BulkRow]) -> dict[int, str]:
    """Return why places can no longer be taken back."""
    places = Enrolment.objects.in_bulk([row.target_id for row in rows if row.target_id])
    attended = set(
        Attendance.objects.filter(enrolment__in=places).values_list("enrolment", flat=True)
    )
    reasons = {}
    for row in rows:
        place = places.get(row.target_id or 0)
        if place is None or place.state != EnrolmentState.ENROLLED or place.started_at:
            reasons[row.pk] = _("The learner has started, or the place was changed since.")
        elif place.pk in attended:
            reasons[row.pk] = _("Attendance has been recorded.")
    return reasons


def take_back(change: BulkChange, rows: Sequence[BulkRow], by: User) -> None:
    """Call the places mistakes; archive the records made for them that nobody has used."""
    reason = _("Import undone: %(title)s") % {"title": change.title}
    places = Enrolment.objects.in_bulk([row.target_id for row in rows if row.target_id])
    undo_enrolments(enrolments=list(places.values()), by=by, reason=reason)
    made = {_after(row)["person"]: row for row in rows if _after(row).get("created")}
    used = _used(list(made))
    for pk, why in used.items():
        made[pk].after = {**_after(made[pk]), "kept": why}
    unused = User.objects.filter(pk__in=made.keys() - used.keys())
    archive_unused(people=list(unused), by=by, reason=reason)


def _used(ids: list[int]) -> dict[int, str]:
    """Return who of these people did something, or had something done, since they were made."""
    people = User.objects.filter(pk__in=ids)
    came = people.exclude(last_login=None).values_list("pk", flat=True)
    corrected = people.exclude(held_fields=[]).values_list("pk", flat=True)
    codes = ActivationCode.objects.filter(person__in=ids).exclude(used_at=None)
    elsewhere = Enrolment.objects.in_force().filter(learner__in=ids)
    roles = RoleGrant.objects.filter(user__in=ids)
    moved = Posting.objects.filter(user__in=ids).exclude(until=None)
    found = {
        _("has signed in"): {*came, *codes.values_list("person", flat=True)},
        _("is in another class"): set(elsewhere.values_list("learner", flat=True)),
        _("the record was changed"): {*corrected, *moved.values_list("user", flat=True)},
        _("holds a role"): set(roles.values_list("user", flat=True)),
    }
    return {pk: why for why, who in reversed(found.items()) for pk in who}
