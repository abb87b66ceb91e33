"""Addresses: typed by the person, proved by a signed link, never taken from somebody else."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.db import transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from audit.actions import record
from jobs.actions import enqueue

SALT = "accounts.email"
VALID_SECONDS = 3 * 24 * 3600


@transaction.atomic
def ask_to_prove(*, person: User, email: str) -> None:
    """Note the address as not proved and send the link that proves it."""
    address = email.strip().lower()
    EmailAddress.objects.filter(user=person, verified=False).delete()
    EmailAddress.objects.get_or_create(user=person, email=address)
    enqueue(
        task="accounts.send_email_link",
        key=f"email-link:{person.pk}:{timezone.now().timestamp()}",
        args={"person": person.pk, "email": address},
        by=person,
        queue="mail",
    )
    record(by=person, action="ask_to_prove_email", target=person, after={"email": address})


@transaction.atomic
def use_shared(*, person: User, email: str) -> None:
    """Send mail to an address others use too; it lets nobody in."""
    before, person.email = person.email, email.strip().lower()
    person.save(update_fields=["email"])
    EmailAddress.objects.filter(user=person).delete()
    record(
        by=person,
        action="change_email",
        target=person,
        before={"email": before},
        after={"email": person.email},
    )


@transaction.atomic
def prove(*, token: str, by: User) -> bool:
    """Make the address of a link the person's own; False if it is no longer possible."""
    address = _address_in(token, by)
    if address is None or is_shared(address, by):
        return False
    taken = EmailAddress.objects.filter(email=address, verified=True).exclude(user=by)
    if taken.exists() or not EmailAddress.objects.filter(user=by, email=address).exists():
        return False
    EmailAddress.objects.filter(user=by).exclude(email=address).delete()
    EmailAddress.objects.filter(user=by).update(verified=True, primary=True)
    before, by.email = by.email, address
    by.save(update_fields=["email"])
    record(
        by=by,
        action="prove_email",
        target=by,
        before={"email": before},
        after={"email": address},
    )
    return True


@transaction.atomic
def ask_for_reset(*, person: User, slot: str) -> None:
    """Send a link for a new password to the verified address."""
    enqueue(
        task="accounts.send_reset_link",
        key=f"reset-link:{person.pk}:{slot}",
        args={"person": person.pk},
        by=None,
        queue="mail",
    )
    record(by=None, action="ask_for_reset", target=person)


def is_shared(email: str, person: User) -> bool:
    """Tell whether somebody else's mail goes to the address."""
    others = User.objects.annotate(mail=Lower("email")).exclude(pk=person.pk)
    return bool(others.filter(mail=email.strip().lower()).exists())


def email_link(person: User, email: str) -> str:
    """Return the link that proves an address."""
    token = signing.dumps({"person": person.pk, "email": email}, salt=SALT)
    return f"{settings.SITE_URL}{reverse('accounts:prove_email', args=[token])}"


def reset_link(person: User) -> str:
    """Return the link for a new password: valid once, and not after the next sign-in."""
    key = urlsafe_base64_encode(str(person.pk).encode())
    token = default_token_generator.make_token(person)
    return f"{settings.SITE_URL}{reverse('accounts:reset_password', args=[key, token])}"


def _address_in(token: str, person: User) -> str | None:
    try:
        held = signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return None
    return str(held["email"]) if held["person"] == person.pk else None
