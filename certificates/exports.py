"""The register as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from certificates.forms.papers import PaperFilter
from certificates.models import Certificate, Register
from certificates.models.papers import CertificateQuerySet
from certificates.models.register import providers_allowing
from jobs.exports import Export, by_key
from lms.export import Cell

REGISTER: Final = "certificates.register"


def register_of(user: AbstractBaseUser, args: Mapping[str, Any]) -> Export | None:
    """Return every number of a register, narrowed as the page is."""
    if not isinstance(user, User):
        return None
    allowed = providers_allowing(user, Permission.SEE_CERTIFICATES)
    registers = Register.objects.filter(provider__in=allowed).select_related("provider")
    found = registers.filter(pk=args["register"]).first()
    if found is None:
        return None
    papers = PaperFilter(QueryDict(args["filter"])).narrow(papers_of(found))
    return Export(
        name=f"so-cap-{found.provider.code}-{found.kind}-{found.year}",
        header=_header(),
        count=papers.count(),
        part=by_key(papers, ("number", "pk"), _line),
        action="export_register",
        target=found,
        unit_id=found.provider.unit_id,
    )


def papers_of(register: Register) -> CertificateQuerySet:
    """Return every number taken, whatever became of it."""
    return Certificate.objects.filter(register=register)


def _header() -> list[str]:
    return [
        _("Register number"),
        _("Serial number"),
        _("Full name"),
        _("Date of birth"),
        _("Unit"),
        _("Course"),
        _("Class"),
        _("Decision"),
        _("Date of issue"),
        _("State"),
        _("Signed by"),
        _("Handed over on"),
        _("Receiver's signature"),
    ]


def _line(_number: int, paper: Certificate) -> list[Cell]:
    says = paper.snapshot
    return [
        paper.register_number,
        paper.serial,
        says["name"],
        says["birth"],
        says["unit"],
        says["course_vi"],
        says["class_code"],
        says["decision"],
        dt.date.fromisoformat(says["issued_on"]),
        paper.get_state_display(),
        says["signatory_name"],
        "",
        "",
    ]
