"""From a frozen paper to its PDF."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.urls import reverse

from certificates.models import Certificate
from certificates.models.register import CertificateKind
from certificates.snapshot import day_words, long_day
from lms.pdf import render

TITLES = {
    CertificateKind.CERTIFICATE: "Chứng chỉ",
    CertificateKind.COMPLETION: "Giấy chứng nhận hoàn thành khóa học",
}


def draw(certificate: Certificate) -> bytes:
    """Return the PDF of a paper; the same paper gives the same bytes."""
    template = f"certificates/{certificate.kind}.typ"
    return render(template, words_of(certificate), made_at=certificate.created_at)


def verify_url(certificate: Certificate) -> str:
    """Return the public address that the QR code holds."""
    site: str = settings.SITE_URL
    return site.rstrip("/") + reverse("certificates:verify", args=[certificate.token])


def qr_svg(address: str) -> str:
    """Return a QR code as a drawing."""
    target = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(target, kind="svg", border=1, xmldecl=False, omitsize=True)
    return target.getvalue().decode()


def words_of(certificate: Certificate) -> dict[str, Any]:
    """Return the words of the layout, in the language of official papers."""
    says = certificate.snapshot
    kind = CertificateKind(certificate.kind)
    where = f"{says['place']}, " if says["place"] else ""
    issued = long_day(dt.date.fromisoformat(says["issued_on"]))
    address = urlsplit(settings.SITE_URL).netloc + reverse("certificates:look_up")
    return {
        "title": f"{TITLES[kind]} {certificate.register_number}",
        "superior": says["superior"],
        "issuer": says["provider"],
        "salutation": says["salutation"],
        "name": says["name"].upper(),
        "birth_label": "Ngày sinh" if "/" in says["birth"] else "Năm sinh",
        "birth": says["birth"],
        "unit": says["unit"],
        "completed": "Đã hoàn thành khóa bồi dưỡng",
        "course": says["course_vi"],
        "begun": day_words(dt.date.fromisoformat(says["begun"])),
        "ended": day_words(dt.date.fromisoformat(says["ended"])),
        "periods": says["periods"],
        "decision": _decision(says),
        "replaces": _replaces(says),
        "serial": certificate.serial,
        "register_number": certificate.register_number,
        "address": address,
        "place_and_date": where + (issued if where else issued.capitalize()),
        "signatory_title": says["signatory_title"],
        "signatory_name": says["signatory_name"],
        "qr": qr_svg(verify_url(certificate)),
    }


def _decision(says: dict[str, Any]) -> str:
    if not says["decision"]:
        return ""
    day = long_day(dt.date.fromisoformat(says["decided_on"]))
    return f"Theo Quyết định số {says['decision']} {day} của {says['decided_by']}"


def _replaces(says: dict[str, Any]) -> str:
    if not says["replaces"]:
        return ""
    day = long_day(dt.date.fromisoformat(says["replaces_issued_on"]))
    return f"Thay thế văn bản số {says['replaces']} cấp {day}"
