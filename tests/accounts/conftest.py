"""These tests read English pages and hash fast."""

import pytest

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _english_and_fast(settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = FAST  # type: ignore[attr-defined]
