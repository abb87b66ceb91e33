"""The keys of identity numbers are changed without losing a number."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command
from pytest_django.fixtures import Settings

from accounts import identity
from accounts.models import User
from tests.make import make_user

NUMBER = "079081000123"


@pytest.mark.django_db
def test_after_a_rotation_the_older_key_can_go(settings: Settings) -> None:
    person, other = make_user(), make_user()
    User.objects.filter(pk=person.pk).update(identity_cipher=identity.encrypt(NUMBER))
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    for _n in range(2):
        call_command("rotate_field_keys")
    settings.FIELD_KEYS = [new]
    person.refresh_from_db()
    assert identity.decrypt(person.identity_cipher) == NUMBER
    other.refresh_from_db()
    assert other.identity_cipher == ""
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(InvalidToken):
        identity.decrypt(person.identity_cipher)
