"""A document of a class as a file for one person: see `jobs.exports`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.utils import translation
from django.utils.text import slugify

from accounts.models import User
from enrolments.documents import ClassDocument, Dossier, class_documents
from enrolments.models import PaperTemplate
from enrolments.sight import seen_by
from jobs.exports import Export
from lms.docx_template import fill
from lms.official import as_pdf
from lms.official_docx import DOCX_TYPE, as_docx

KIND: Final = "enrolments.document"
WRITERS: Final = {"docx": (DOCX_TYPE, as_docx), "pdf": ("application/pdf", as_pdf)}


def document_of(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return the document if the person may have it today."""
    seen = seen_by(user, args["cohort"]) if isinstance(user, User) else None
    code, form = args["code"], args["form"]
    if seen is None or code not in class_documents or form not in WRITERS:
        return None
    dossier, kind = Dossier(seen), class_documents[code]
    for offer in kind.offers(dossier):
        if offer.key == args["of"] and not offer.missing:
            return Export(
                name=f"{code}-{slugify(seen.cohort.code) or seen.cohort.pk}",
                count=offer.rows,
                action="take_document",
                target=seen.cohort,
                unit_id=seen.cohort.organiser_id,
                whole=partial(_written, kind, dossier, offer.key, form),
                suffix=form,
                media_type=WRITERS[form][0],
            )
    return None


def _written(kind: ClassDocument, dossier: Dossier, key: str, form: str) -> bytes:
    """Write the document, in the office's own layout where it has one for the editable file.

    It speaks Vietnamese, whatever the reader's screen speaks.
    """
    with translation.override("vi"):
        paper = kind.make(dossier, key)
    own = PaperTemplate.objects.serving(dossier.cohort.organiser, kind.code)
    if form == "docx" and own:
        return fill(own.content(), paper)
    return WRITERS[form][1](paper)
