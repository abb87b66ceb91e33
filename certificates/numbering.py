"""How numbers print: `{number:04d}/{year}/GCN-HVCB`. Forms differ per institution: they are data.

`{check}` stands for letters nobody can guess: without them whoever knows one serial number knows
the next, and could read the register through the public page.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from certificates.models.register import CertificateKind

PART: Final = re.compile(r"\{(number|year|yy|check)(?::0([1-9])d)?\}")
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are mistaken for another
CHECK_LENGTH: Final = 5
SHORT: Final = {CertificateKind.CERTIFICATE: "CC", CertificateKind.COMPLETION: "GCN"}


def write(form: str, *, number: int, year: int, check: str = "") -> str:
    """Return a number as the register prints it."""
    values = {"number": number, "year": year, "yy": year % 100, "check": check}

    def part(found: re.Match[str]) -> str:
        width = int(found[2] or (2 if found[1] == "yy" else 0))
        return str(values[found[1]]).zfill(width)

    return PART.sub(part, form)


def new_check() -> str:
    """Return letters that cannot be guessed."""
    return "".join(secrets.choice(LETTERS) for _n in range(CHECK_LENGTH))


def parts_of(form: str) -> set[str]:
    """Return what a form names; braces it does not know are reported as `?`."""
    names = {found[1] for found in PART.finditer(form)}
    return names | ({"?"} if set("{}") & set(PART.sub("", form)) else set())


def default_forms(kind: str, code: str) -> tuple[str, str]:
    """Return the forms of register number and serial number to begin with."""
    short = SHORT[CertificateKind(kind)]
    return f"{{number:04d}}/{{year}}/{short}-{code}", f"{short}{{yy}}-{{number:05d}}-{{check}}"
