"""Registers, authorisations and signatories: what an institution sets up before it issues."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from certificates.errors import OwnRecord, Refused
from certificates.models import Authorisation, Register, SignatoryPost
from certificates.numbering import default_forms
from courses.models import Course, Provider


@transaction.atomic
def ensure_register(*, provider: Provider, kind: str, year: int, by: User | None) -> Register:
    """Return the register of the year; a new one takes its forms from the year before."""
    before = provider.registers.filter(kind=kind, year__lt=year).order_by("-year").first()
    number_format, serial_format = default_forms(kind, provider.code)
    register, created = Register.objects.get_or_create(
        provider=provider,
        kind=kind,
        year=year,
        defaults={
            "number_format": before.number_format if before else number_format,
            "serial_format": before.serial_format if before else serial_format,
            "place": before.place if before else "",
        },
    )
    if created:
        record(by=by, action="open_register", target=register, unit_id=provider.unit_id)
    return register


@transaction.atomic
def edit_register(
    *, register: Register, number_format: str, serial_format: str, place: str, by: User
) -> Register:
    """Change how numbers print, as long as none has been taken; the place at any time."""
    held = Register.objects.select_for_update().get(pk=register.pk)
    forms = (number_format, serial_format)
    if held.last_number and forms != (held.number_format, held.serial_format):
        raise Refused(_("Numbers have been taken from this register; their form stays."))
    before = {"number": held.number_format, "serial": held.serial_format, "place": held.place}
    held.number_format, held.serial_format, held.place = number_format, serial_format, place
    held.save(update_fields=["number_format", "serial_format", "place"])
    after = {"number": number_format, "serial": serial_format, "place": place}
    unit_id = held.provider.unit_id
    record(by=by, action="edit_register", target=held, unit_id=unit_id, before=before, after=after)
    return held


@transaction.atomic
def authorise(
    *,
    provider: Provider,
    course: Course,
    reference: str,
    issued_by: str,
    since: dt.date,
    until: dt.date | None,
    by: User,
) -> Authorisation:
    """Enter that a programme was assigned to the institution. Safe to call twice."""
    row, created = Authorisation.objects.get_or_create(
        provider=provider,
        course=course,
        reference=reference,
        since=since,
        defaults={"issued_by": issued_by, "until": until},
    )
    if created:
        record(by=by, action="enter_authorisation", target=row, unit_id=provider.unit_id)
    return row


@transaction.atomic
def name_signatory(
    *,
    provider: Provider,
    person: User,
    title: str,
    since: dt.date,
    until: dt.date | None,
    by: User,
) -> SignatoryPost:
    """Name who signs, under which title. Safe to call twice."""
    if person.pk == by.pk:
        raise OwnRecord(_("Nobody decides on their own record."))
    row, created = SignatoryPost.objects.get_or_create(
        provider=provider, person=person, title=title, since=since, defaults={"until": until}
    )
    if created:
        record(by=by, action="name_signatory", target=row, unit_id=provider.unit_id)
    return row


@transaction.atomic
def end_signatory(*, post: SignatoryPost, until: dt.date, by: User) -> SignatoryPost:
    """Write the last day on which somebody signs."""
    if until < post.since:
        raise Refused(_("The last day lies before the first."))
    SignatoryPost.objects.filter(pk=post.pk).update(until=until)
    post.refresh_from_db()
    after = {"until": until.isoformat()}
    record(by=by, action="end_signatory", target=post, unit_id=post.provider.unit_id, after=after)
    return post
