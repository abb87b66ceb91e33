"""A person proposes a correction of the record; the unit's HR officer decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.people import PersonData, update_person
from accounts.errors import Refused
from accounts.models import CorrectionRequest, User
from audit.actions import record

State = CorrectionRequest.State


@transaction.atomic
def request_correction(*, person: User, field: str, new_value: str, note: str) -> CorrectionRequest:
    """Note what the person says is right; a second proposal replaces the open one."""
    request, _created = CorrectionRequest.objects.open().update_or_create(
        person=person,
        field=field,
        defaults={
            "old_value": value_of(person, field),
            "new_value": new_value.strip(),
            "note": note.strip(),
        },
    )
    record(by=person, action="request_correction", target=request, after={field: new_value})
    return request


@transaction.atomic
def accept_correction(*, request: CorrectionRequest, by: User) -> None:
    """Write the proposed value into the record. Safe to call twice."""
    if not _decide(request, State.ACCEPTED, by, reason=""):
        return
    data = _corrected(data_of(request.person), request)
    update_person(person=request.person, data=data, by=by)


@transaction.atomic
def refuse_correction(*, request: CorrectionRequest, reason: str, by: User) -> None:
    """Leave the record as it is and say why. Safe to call twice."""
    _decide(request, State.REFUSED, by, reason=reason)


def value_of(person: User, field: str) -> str:
    """Return a field of the record as people read it."""
    if field == "birth":
        return person.birth
    return str(person.get_gender_display() if field == "gender" else getattr(person, field))


def data_of(person: User) -> PersonData:
    """Return the record as it stands, ready to be changed in places."""
    return PersonData(
        full_name=person.full_name,
        family_name=person.family_name,
        middle_name=person.middle_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        birth_year=person.birth_year,
        gender=person.gender,
        mobile=person.mobile,
        email=person.email,
    )


def parse_birth(text: str) -> tuple[dt.date | None, int]:
    """Read `02/9/1981` or `1981` as date and year; anything else is refused."""
    text = text.strip()
    if text.isdigit() and len(text) == len("1981"):
        return None, int(text)
    try:
        day, month, year = (int(part) for part in text.replace(".", "/").split("/"))
        return dt.date(year, month, day), year
    except ValueError as error:
        raise Refused(_("Write the date as 02/09/1981, or only the year.")) from error


def _corrected(data: PersonData, request: CorrectionRequest) -> PersonData:
    value = request.new_value
    if request.field == "birth":
        date, year = parse_birth(value)
        return replace(data, birth_date=date, birth_year=year)
    if request.field == "full_name":
        # The parts follow from the new name; a two-word surname is set on the person's page.
        return replace(data, full_name=value, given_name="")
    return replace(data, gender=value) if request.field == "gender" else replace(data, mobile=value)


def _decide(request: CorrectionRequest, state: str, by: User, *, reason: str) -> bool:
    if by.pk == request.person_id:
        raise Refused(_("Nobody decides on their own record."))
    still_open = CorrectionRequest.objects.open().filter(pk=request.pk)
    decided = still_open.update(
        state=state, decided_by=by, decided_at=timezone.now(), reason=reason
    )
    if not decided:
        return False
    record(by=by, action=f"correction_{state}", target=request, reason=reason)
    return True
