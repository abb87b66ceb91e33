"""One-time codes: the way in for people without e-mail."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.actions.people import CODE_ALPHABET
from accounts.errors import Refused
from accounts.models import ActivationCode, PasswordReset, RoleGrant, User
from accounts.permissions import Permission
from audit.actions import record

HALF = 5  # a code reads XXXXX-XXXXX
MOST_FAILURES = 10
MOST_SLIPS = 200


@dataclass(frozen=True)
class IssuedCode:
    """A fresh code in clear: on its way to paper, kept nowhere."""

    person: User
    code: str


@dataclass(frozen=True)
class Issue:
    """What came of issuing codes: the codes, and who got none and why."""

    codes: list[IssuedCode]
    refused: list[tuple[User, str]]


@transaction.atomic
def issue_codes(*, people: Iterable[User], by: User) -> Issue:
    """Issue a new code to each person; earlier open codes die."""
    asked = list(people)[:MOST_SLIPS]
    reasons = _reasons_against(asked, by)
    chosen = [person for person in asked if person.pk not in reasons]
    now = timezone.now()
    ActivationCode.objects.filter(person__in=chosen, used_at=None, voided_at=None).update(
        voided_at=now
    )
    codes = [IssuedCode(person, _new_code()) for person in chosen]
    expires_at = now + timedelta(days=settings.ACTIVATION_DAYS)
    ActivationCode.objects.bulk_create(
        ActivationCode(
            person=issued.person,
            code_hash=hash_of(issued.person, issued.code),
            issued_by=by,
            issued_at=now,
            expires_at=expires_at,
        )
        for issued in codes
    )
    for person in chosen:
        record(by=by, action="issue_activation_code", target=person)
    refused = [(person, reasons[person.pk]) for person in asked if person.pk in reasons]
    return Issue(codes, refused)


@transaction.atomic
def activate(*, person: User, code: str, password: str) -> None:
    """Use the code up and set the password; every other session of the person ends."""
    used = ActivationCode.objects.open().filter(person=person, code_hash=hash_of(person, code))
    held = used.select_for_update().first()
    if held is None or used.update(used_at=timezone.now()) != 1:
        raise Refused(_("The code is not right or no longer valid."))
    _set_password(person, password, issued_by=held.issued_by)
    record(by=person, action="activate", target=person)


@transaction.atomic
def reset_by_mail(*, person: User, password: str) -> None:
    """Set a new password for someone who opened a link sent to their verified address."""
    _set_password(person, password, issued_by=None)
    record(by=person, action="reset_password", target=person)


@transaction.atomic
def change_password(*, person: User, password: str) -> None:
    """Set the password the person chose; the caller keeps this one session."""
    person.set_password(password)
    person.save(update_fields=["password"])
    record(by=person, action="change_password", target=person)


def count_wrong_code(*, person: User | None) -> None:
    """Count a wrong try; an open code dies after too many. Nobody's costs the same time."""
    held = ActivationCode.objects.open().filter(person=person.pk if person else 0)
    held.update(failures=F("failures") + 1)
    held.filter(failures__gte=MOST_FAILURES).update(voided_at=timezone.now())


@transaction.atomic
def untold_resets(*, person: User) -> list[PasswordReset]:
    """Return the resets the person has not been told of, and note that they are told now."""
    untold = PasswordReset.objects.filter(person=person, told_at=None)
    resets = list(untold.select_related("issued_by").order_by("at"))
    untold.filter(pk__in=[reset.pk for reset in resets]).update(told_at=timezone.now())
    return resets


def hash_of(person: User, code: str) -> str:
    """Return what is kept of a code; it opens nothing for anybody else."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    return salted_hmac(f"accounts.activation.{person.pk}", plain, algorithm="sha256").hexdigest()


def _new_code() -> str:
    letters = "".join(secrets.choice(CODE_ALPHABET) for _place in range(2 * HALF))
    return f"{letters[:HALF]}-{letters[HALF:]}"


def _set_password(person: User, password: str, *, issued_by: User | None) -> None:
    had_one = person.has_usable_password()
    person.set_password(password)
    person.save(update_fields=["password"])
    if had_one:
        PasswordReset.objects.create(person=person, issued_by=issued_by)


def _reasons_against(people: list[User], by: User) -> dict[int, str]:
    ids = [person.pk for person in people]
    allowed = User.objects.allowing(by, Permission.ISSUE_ACTIVATION_CODES).active()
    within = set(allowed.filter(pk__in=ids).values_list("pk", flat=True))
    staff = set(RoleGrant.objects.in_force().filter(user__in=ids).values_list("user", flat=True))
    invites = set(
        User.objects.allowing(by, Permission.GRANT_ROLES)
        .filter(pk__in=staff)
        .values_list("pk", flat=True)
    )
    reasons = {}
    for pk in ids:
        if pk == by.pk:
            reasons[pk] = _("Nobody issues a code to themselves.")
        elif pk not in within:
            reasons[pk] = _("Not found.")
        elif pk in staff - invites:
            reasons[pk] = _("Holds a staff role: an administrator issues the code.")
    return reasons
