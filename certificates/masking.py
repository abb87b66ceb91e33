"""What the public may see of a name, and whether what somebody typed is what a paper says."""

from __future__ import annotations

import re

from lms.text import fold, nfc

STARS = 3


def masked(name: str) -> str:
    """Return `N*** T** H***` for `Nguyễn Thị Hạnh`."""
    return " ".join(word[0] + "*" * min(len(word) - 1, STARS) for word in nfc(name).split())


def same_name(typed: str, written: str) -> bool:
    """Return whether both are the same name, tones and capitals aside."""
    return bool(fold(typed)) and fold(typed) == fold(written)


def same_birth(typed: str, written: str) -> bool:
    """Return whether both are the same day, or the same year where only that is written."""
    given, known = _parts(typed), _parts(written)
    if len(known) == 1:
        return given[-1:] == known
    return given == known


def _parts(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]
