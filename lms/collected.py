"""Static files, collected and compressed again only when one of them has changed."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP: Final = "collected.sha256"
# What else decides what comes out: the packages that hash and compress.
TOOLS: Final = ("django", "whitenoise", "brotli")


def collect() -> bool:
    """Collect the static files; False where those collected before are still the right ones."""
    stamp, wanted = Path(settings.STATIC_ROOT, STAMP), fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    # Gone first: a start that is interrupted half-way collects again.
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted)
    return True


def fingerprint() -> str:
    """Return a sum over the content of all static files and what is done with them."""
    total = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for name in TOOLS:
        total.update(f"{name} {version(name)}\n".encode())
    for finder in get_finders():
        # As the command does, which leaves the same files out.
        for path, storage in finder.list(settings.STATIC_LEFT_OUT):
            with storage.open(path) as file:
                total.update(f"{path} {hashlib.sha256(file.read()).hexdigest()}\n".encode())
    return total.hexdigest()
