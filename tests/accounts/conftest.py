"""These tests read English pages and hash fast."""

import pytest

from accounts.models import User
from tests.people import Cast

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _english_and_fast(settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = FAST  # type: ignore[attr-defined]


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Return the cast, all of whom chose English."""
    User.objects.update(language="en")
    return cast
