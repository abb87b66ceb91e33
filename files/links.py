"""Short signed links to the separate origin: the only way to what people uploaded."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core import signing

from files.models import StoredFile

SALT: Final = "files.link"


@dataclass(frozen=True)
class Link:
    """What a genuine link says."""

    file_id: int
    user_id: int
    inline: bool
    name: str


def link_to(
    file: StoredFile, *, user: AbstractBaseUser, inline: bool = False, name: str = ""
) -> str:
    """Return a link that works for two hours. Call it only after checking what the file is part of.

    The file server keeps no session: the link names the person it was made for, and stops
    working when that person's account does. `name` stands for the name of the file, which may tell
    whose it is.
    """
    name = name or file.name
    token = signing.TimestampSigner(salt=SALT).sign_object([file.pk, user.pk, int(inline), name])
    return f"{settings.FILES_URL}/{token}/{quote(name, safe='')}"


def read_link(token: str) -> Link | None:
    """Return what the link says, or None when it is forged or too old."""
    signer = signing.TimestampSigner(salt=SALT)
    try:
        file_id, user_id, inline, name = signer.unsign_object(
            token, max_age=settings.FILE_LINK_SECONDS
        )
    except (signing.BadSignature, ValueError):
        return None
    return Link(file_id, user_id, bool(inline), name)
