"""An office's own layouts of the documents of its classes."""

from __future__ import annotations

import datetime as dt
import io
from typing import BinaryIO, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Unit, User
from audit.actions import record
from enrolments.models import PaperTemplate
from files.accept import DOCX
from files.actions import store
from lms.docx_template import checked_template
from lms.official import PLACE, Official

PURPOSE: Final = "paper_template"
SAMPLE: Final = Official(
    agency="", title="", about="", place=PLACE, day=dt.date(2026, 1, 1), parts=()
)


def use_template(*, unit: Unit, code: str, content: BinaryIO, name: str, by: User) -> PaperTemplate:
    """Take a DOCX for a kind of document from now on; the one before it is kept, out of use.

    Raises `ValidationError` for a file that cannot serve, or that fetches others when opened.
    """
    DOCX.check_size(content.seek(0, io.SEEK_END))
    DOCX.check(content, name)
    content.seek(0)
    kept = io.BytesIO(checked_template(content.read(), SAMPLE))
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        _end(unit, code)
        file = store(content=kept, name=name, by=by, accept=DOCX, purpose=PURPOSE, unit_id=unit.pk)
        made = PaperTemplate.objects.create(unit=unit, code=code, file=file, created_by=by)
        after = {"code": code, "file": file.name}
        record(by=by, action="use_paper_template", target=made, unit_id=unit.pk, after=after)
    return made


@transaction.atomic
def drop_template(*, unit: Unit, code: str, by: User) -> bool:
    """Go back to the built-in layout. Return whether there was another; twice does it once."""
    held = PaperTemplate.objects.in_use().filter(unit=unit, code=code).first()
    if held is None or not _end(unit, code):
        return False
    before = {"code": code, "file": held.file.name}
    record(by=by, action="drop_paper_template", target=held, unit_id=unit.pk, before=before)
    return True


def _end(unit: Unit, code: str) -> int:
    held = PaperTemplate.objects.in_use().filter(unit=unit, code=code)
    return held.update(ended_at=timezone.now())
