"""What the demo city is made of: the files under `demo/`."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from django.conf import settings

FOLDER: Final = Path(settings.BASE_DIR, "demo")
Choice = TypeVar("Choice")


def read_yaml(name: str) -> dict[str, Any]:
    """Return a file of the demo folder."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    found = yaml.load(text, Loader=yaml.CSafeLoader)
    if not isinstance(found, dict):
        raise TypeError(f"demo/{name}: names and values are expected.")
    return found


def read_rows(path: Path, name: str) -> list[dict[str, Any]]:
    """Return a list of rows, alone in its file or under a name."""
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    rows = found.get(name) if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise TypeError(f"{path}: a list of rows is expected.")
    return rows


def read_csv(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the demo folder."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(about: str, below: int) -> int:
    """Return a number that looks drawn by lot and is always the same for the same words."""
    digest = hashlib.sha256(about.encode()).digest()
    return int.from_bytes(digest[:6], "big") % below


def pick(choices: Sequence[Choice], about: str) -> Choice:
    """Return one of the choices, always the same one for the same words."""
    return choices[number(about, len(choices))]
