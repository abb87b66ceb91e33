"""The one place that makes PDF files: a warm Typst compiler for each process that needs one.

A process that has compiled and then forks leaves children that hang for ever. So the compiler is
made on first use, in a worker's child or a web worker; a process forked later refuses at once.
"""

import datetime as dt
import json
import os
import threading
from collections.abc import Mapping
from typing import Any

import typst
from django.conf import settings

_lock = threading.Lock()
_warm: dict[int, typst.Compiler] = {}


class ForkedTooLateError(RuntimeError):
    """The parent had compiled before it forked: compiling here would hang."""


def render(
    template_name: str, data: Mapping[str, Any], *, made_at: dt.datetime | None = None
) -> bytes:
    """Return the PDF that a Typst template draws of the data; the same input, the same bytes."""
    source = settings.BASE_DIR / "templates" / template_name
    with _lock:
        pages = _compiler().compile(
            input=str(source),
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=made_at.replace(microsecond=0) if made_at else None,
        )
    if not isinstance(pages, bytes):
        raise TypeError("Typst gave no single file.")
    return pages


def _compiler() -> typst.Compiler:
    me = os.getpid()
    if me not in _warm:
        if _warm:
            raise ForkedTooLateError("Typst was used before this process was forked.")
        _warm[me] = typst.Compiler(
            root=str(settings.BASE_DIR / "templates"),
            font_paths=[str(settings.BASE_DIR / "static" / "vendor" / "pdf-fonts")],
            ignore_system_fonts=True,
        )
    return _warm[me]
