"""Who a sign-in name belongs to, and whether the password is theirs."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.http import HttpRequest

from accounts.models import User


def find_by_login(login: str) -> User | None:
    """Return the person of a sign-in code or of a verified personal address."""
    name = login.strip()
    if "@" in name:
        return find_by_personal_address(name)
    coded = User.objects.annotate(code=Lower("username")).filter(code=name.lower())
    person: User | None = coded.first()
    return person


def find_by_personal_address(email: str) -> User | None:
    """Return the one person who proved the address to be theirs; shared ones are nobody's."""
    address = email.strip().lower()
    proved = EmailAddress.objects.filter(user=OuterRef("pk"), email=address, verified=True)
    others = User.objects.annotate(mail=Lower("email")).exclude(pk=OuterRef("pk"))
    alone = User.objects.filter(Exists(proved), ~Exists(others.filter(mail=address)))
    person: User | None = alone.first()
    return person


class OfficeBackend(ModelBackend):
    """Sign-in by code or personal address; archived people are out on their next request."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django passes it by this name
        username: str | None = None,
        password: str | None = None,
        **_kwargs: object,
    ) -> User | None:
        """Return the person if the password is right; unknown names cost the same time."""
        if username is None or password is None:
            return None
        user = find_by_login(username)
        if user is None:
            User().set_password(password)
            return None
        right = user.check_password(password)
        return user if right and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """Refuse the inactive and the archived, at sign-in and on every request."""
        return isinstance(user, User) and user.is_active and user.archived_at is None
