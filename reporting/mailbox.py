"""Letters that the file backend wrote instead of sending: for demonstrations and first steps."""

from __future__ import annotations

import datetime as dt
import email
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

FILE_BACKEND: Final = "django.core.mail.backends.filebased.EmailBackend"
NAME: Final = re.compile(r"\A[0-9]{8}-[0-9]{6}-[0-9]+\.log\Z")
RULE: Final = b"-" * 79
FILES_AT_MOST: Final = 50
BYTES_AT_MOST: Final = 1024 * 1024


@dataclass(frozen=True)
class Letter:
    """A letter in a file of the backend."""

    file: str
    number: int
    written_at: dt.datetime
    mail: EmailMessage

    @property
    def subject(self) -> str:
        """Return the subject line."""
        return str(self.mail["Subject"] or "")

    @property
    def to(self) -> str:
        """Return whom it goes to."""
        return str(self.mail["To"] or "")

    @property
    def message_id(self) -> str:
        """Return what makes a repeated delivery known as the same letter."""
        return str(self.mail["Message-ID"] or "")

    @property
    def text(self) -> str:
        """Return the plain text; an HTML part is never drawn."""
        body = self.mail.get_body(preferencelist=("plain",))
        return str(body.get_content()) if body is not None else ""


def is_in_use() -> bool:
    """Return whether mail goes to files here."""
    backend: str = settings.EMAIL_BACKEND
    return backend == FILE_BACKEND


def newest() -> list[Letter]:
    """Return the letters of the newest files, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    if not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.iterdir() if NAME.match(path.name)), reverse=True)
    return [letter for name in names[:FILES_AT_MOST] for letter in reversed(_read(folder / name))]


def letter(name: str, number: int) -> Letter | None:
    """Return one letter; a name that the backend would not give is no file."""
    path = Path(settings.EMAIL_FILE_PATH) / name
    if not NAME.match(name) or not path.is_file():
        return None
    return next((found for found in _read(path) if found.number == number), None)


def _read(path: Path) -> list[Letter]:
    with path.open("rb") as content:
        written = content.read(BYTES_AT_MOST)
    at = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone())
    parts = [part.strip() for part in written.split(RULE) if part.strip()]
    return [
        Letter(path.name, number, at, email.message_from_bytes(part, policy=default))
        for number, part in enumerate(parts, start=1)
    ]
