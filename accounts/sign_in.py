"""One try to sign in: limits, the password, the new session."""

from __future__ import annotations

from django.contrib.auth import authenticate, login
from django.http import HttpRequest

from accounts.backends import find_by_login
from accounts.http import client_address
from accounts.limits import (
    WRONG_ADDRESS,
    WRONG_ANYWHERE,
    WRONG_HERE,
    Limit,
    is_known_place,
    remember_place,
)
from accounts.middleware import SHARED
from accounts.models import User
from audit.actions import record
from lms.text import fold


class TooManyTries(Exception):  # noqa: N818 - reads as what happened
    """The account or the address must wait; said alike whether or not the account exists."""


def try_sign_in(request: HttpRequest, *, login_name: str, password: str) -> User | None:
    """Return the person if the password is right; count the try if it is wrong."""
    account, address = account_key(login_name), client_address(request)
    if _must_wait(account, address):
        raise TooManyTries
    person = authenticate(request, username=login_name, password=password)
    if not isinstance(person, User):
        for limit, who in _counters(account, address):
            limit.take(who)
        record(by=None, action="sign_in_failed")
        return None
    WRONG_HERE.forget(f"{account} {address}")
    remember_place(account, address)
    return person


def start_session(request: HttpRequest, person: User, *, shared: bool = False) -> None:
    """Begin a session under a new key; on a shared computer it ends with the browser."""
    login(request, person, backend="accounts.backends.OfficeBackend")
    if shared:
        request.session[SHARED] = True
        request.session.set_expiry(0)
    record(by=person, action="sign_in", target=person)


def account_key(login_name: str) -> str:
    """Return one name for an account, by whichever of its names it was called."""
    person = find_by_login(login_name)
    return f"person {person.pk}" if person else f"name {fold(login_name)}"


def _must_wait(account: str, address: str) -> bool:
    if WRONG_HERE.is_used_up(f"{account} {address}"):
        return True
    # Where the person has come in before, strangers' wrong tries do not keep them out.
    if is_known_place(account, address):
        return False
    return WRONG_ANYWHERE.is_used_up(account) or WRONG_ADDRESS.is_used_up(address)


def _counters(account: str, address: str) -> list[tuple[Limit, str]]:
    return [
        (WRONG_HERE, f"{account} {address}"),
        (WRONG_ANYWHERE, account),
        (WRONG_ADDRESS, address),
    ]
