"""Identity numbers: encrypted for the few who may read them, indexed blindly for matching."""

import hashlib
import hmac
import re

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

LENGTH = 12


def normalised(number: str) -> str:
    """Return the digits of an identity number; empty when it is none."""
    digits = re.sub(r"[\s.\-]", "", number)
    return digits if len(digits) == LENGTH and digits.isascii() and digits.isdigit() else ""


def encrypt(number: str) -> str:
    """Return the number sealed with the newest key."""
    return _keys().encrypt(number.encode()).decode()


def decrypt(cipher: str) -> str:
    """Return the number, whichever of our keys sealed it."""
    return _keys().decrypt(cipher.encode()).decode()


def resealed(cipher: str) -> str:
    """Return the same number under the newest key."""
    return _keys().rotate(cipher.encode()).decode()


def blind_index(number: str) -> str:
    """Return what two equal numbers share and nobody can read."""
    key = settings.INDEX_KEY.encode()
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def masked(cipher: str) -> str:
    """Return the form shown on pages: that there is a number, and none of it."""
    return "•" * LENGTH if cipher else ""


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
