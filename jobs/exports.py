"""Files of many rows: declared here, filled by the `registry.py` of higher apps.

Up to 200 rows are sent at once. More are written by a job in slices, which leaves a file that
its owner may fetch for some days, as long as they may still see what is in it.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.actions import record
from jobs.actions import start_job
from jobs.models import Job
from lms.export import XLSX_TYPE, Cell, xlsx_response
from lms.pages import beyond, place_of
from lms.registries import Registry

AT_ONCE: Final = 200
KIND: Final = "jobs.export"
Row = TypeVar("Row", bound=Model)
Line = list[Cell]


@dataclass(frozen=True)
class Part:
    """Some lines. `after` says, in plain values, where the next begin; None at the end."""

    lines: list[Line]
    after: Any = None


def no_lines(_after: Any, _size: int) -> Part:
    """Return the end of a list without lines."""
    return Part([])


@dataclass(frozen=True)
class Export:
    """A file as one person may have it today. `action` is what the audit log calls it.

    A workbook is read in parts; what cannot be, a document, is written as a `whole`.
    """

    name: str
    header: Sequence[str] = ()
    count: int = 0
    part: Callable[[Any, int], Part] = no_lines
    action: str = ""
    target: Model | None = None
    unit_id: int | None = None
    whole: Callable[[], bytes] | None = None
    suffix: str = "xlsx"
    media_type: str = XLSX_TYPE

    @property
    def file_name(self) -> str:
        """Return the name under which the file is kept."""
        return f"{self.name}.{self.suffix}"


# From a person and plain arguments to the file; None where it is not theirs to have.
ExportKind = Callable[[AbstractBaseUser, Mapping[str, Any]], Export | None]
export_kinds: Registry[ExportKind] = Registry("exports")


def by_key(
    rows: QuerySet[Row], order: Sequence[str], line: Callable[[int, Row], Line]
) -> Callable[[Any, int], Part]:
    """Return the parts of a list in an order that ends in its primary key."""

    def part(after: Any, size: int) -> Part:
        number, values = after or (0, None)
        found = list(
            (rows.filter(beyond(order, values)) if values else rows).order_by(*order)[:size]
        )
        lines = [line(n, row) for n, row in enumerate(found, start=number + 1)]
        if len(found) < size:
            return Part(lines)
        return Part(lines, [number + size, place_of(found[-1], order)])

    return part


def respond(request: HttpRequest, kind: str, args: Mapping[str, Any]) -> HttpResponseBase:
    """Send a short file, offer to have a long one made, or (by POST) have it made."""
    user = _signed_in(request)
    export = export_kinds[kind](user, args)
    if export is None:
        raise Http404
    if request.method == "POST":
        return redirect(start_export(kind=kind, args=args, export=export, by=user))
    if export.count > AT_ONCE:
        return _offer(request, export)
    if export.whole:
        content = io.BytesIO(export.whole())
        _tell(export, args, user)
        return FileResponse(
            content,
            as_attachment=True,
            filename=export.file_name,
            content_type=export.media_type,
        )
    _tell(export, args, user)
    return xlsx_response(export.name, export.header, export.part(None, AT_ONCE + 1).lines)


@transaction.atomic
def start_export(
    *, kind: str, args: Mapping[str, Any], export: Export, by: AbstractBaseUser
) -> Job:
    """Have a file written in the background; the same wish again returns the job under way."""
    digest = hashlib.sha256(json.dumps(dict(args), sort_keys=True).encode()).hexdigest()[:32]
    wish = f"export:{kind}:{by.pk}:{digest}"
    mine = Job.objects.filter(key__startswith=f"{wish}:")
    under_way = mine.unfinished().first()
    if under_way:
        return under_way
    _tell(export, args, by)
    return start_job(
        kind=KIND,
        key=f"{wish}:{mine.count()}",
        by=by,
        total=export.count,
        args={"kind": kind, "args": dict(args), "language": get_language()},
        title=_("Export: %(name)s") % {"name": export.file_name},
        unit_id=export.unit_id,
    )


def _offer(request: HttpRequest, export: Export) -> HttpResponse:
    return render(request, "jobs/export_large.html", {"export": export, "limit": AT_ONCE})


def _tell(export: Export, args: Mapping[str, Any], by: AbstractBaseUser) -> None:
    if export.action:
        plain = {key: value for key, value in args.items() if isinstance(value, str)}
        facts = {**plain, "rows": export.count}
        record(
            by=by, action=export.action, target=export.target, unit_id=export.unit_id, after=facts
        )


def _signed_in(request: HttpRequest) -> AbstractBaseUser:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
