"""Documents of a class about its end: the minutes on its results, the list to hand papers out."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Permission
from certificates.models import Certificate, Recognition, RecognitionLine, SignatoryPost
from certificates.models.papers import CertificateState
from certificates.models.register import CertificateKind
from enrolments.documents import Dossier, Offer
from enrolments.documents.common import ROOM_TO_SIGN, annex_of, in_all, numbered, paper, span
from enrolments.models.places import Result
from lms.official import BY_HAND, DOTS, Official, Part, Signer, Table, long_day

NOT_PROPOSED = gettext_lazy("The results of the class are not proposed yet.")
NOT_ISSUED = gettext_lazy("No paper of the class is issued yet.")
NOT_SIGNED = gettext_lazy("The papers of the class wait for the signature.")


def minutes_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer the minutes on each proposal to those who propose results."""
    if Permission.PROPOSE_RESULTS not in dossier.seen.held:
        return []
    found = Recognition.objects.filter(cohort=dossier.cohort).order_by("number")
    sizes = found.annotate(size=Count("lines")).values_list("number", "size")
    return [Offer(str(number), _recognition_words(number), size) for number, size in sizes] or [
        Offer(missing=NOT_PROPOSED)
    ]


def _recognition_words(number: int) -> str:
    if number == 1:
        return _("Results of the class")
    return _("Supplementary recognition %(number)s") % {"number": number - 1}


def minutes(dossier: Dossier, key: str) -> Official:
    """Return the minutes of the meeting on results, its own words left open."""
    found = Recognition.objects.select_related("decision__issuer")
    recognition = found.get(cohort=dossier.cohort, number=key)
    related = recognition.lines.select_related("enrolment__learner", "enrolment__sending_unit")
    lines = list(related.order_by("enrolment__learner_sort_key", "pk"))
    return paper(
        dossier,
        "BIÊN BẢN",
        "# 1. Thời gian, địa điểm",
        f"Cuộc họp bắt đầu lúc …… giờ …… {DOTS} tại {DOTS}{DOTS}.",
        "# 2. Thành phần",
        f"Chủ tịch Hội đồng: Ông/Bà {DOTS}{DOTS}.",
        f"Thư ký: Ông/Bà {DOTS}{DOTS}.",
        f"Các thành viên: {DOTS}{DOTS}{DOTS}.",
        "# 3. Kết quả xét",
        f"Lớp mở {span(dossier)}. {_counts(lines)}",
        _results(lines),
        "# 4. Kết luận",
        *_conclusion(recognition),
        "Cuộc họp kết thúc lúc …… giờ …… cùng ngày./.",
        about=f"Họp xét kết quả {dossier.cohort.name}",
        signers=[Signer("Thư ký", "", BY_HAND), Signer("Chủ tịch Hội đồng", "", BY_HAND)],
    )


def _counts(lines: Sequence[RecognitionLine]) -> str:
    totals = dict.fromkeys(Result.values, 0)
    for line in lines:
        totals[line.result] += 1
    words = "; ".join(f"{Result(value).label}: {n}" for value, n in totals.items() if n)
    return f"Số học viên được xét: {len(lines)}. {words}."


def _results(lines: Sequence[RecognitionLine]) -> Table:
    has_marks = any(line.final_mark is not None for line in lines)
    rows = (
        [
            line.enrolment.learner.full_name,
            line.enrolment.sending_unit.name,
            *([_mark(line), line.classification] if has_marks else []),
            line.get_result_display(),
            line.reason or line.proposed_reason,
        ]
        for line in lines
    )
    marks = ["Điểm tổng kết", "Xếp loại"] if has_marks else []
    return Table(
        header=["STT", "Họ và tên", "Đơn vị", *marks, "Kết quả", "Lý do"],
        rows=numbered(rows),
        widths=[7, 22, 21, 9, 10, 11, 20] if has_marks else [7, 25, 27, 13, 28],
        numeric=[0, 3],
    )


def _mark(line: RecognitionLine) -> str:
    return "" if line.final_mark is None else f"{line.final_mark.normalize():f}".replace(".", ",")


def _conclusion(recognition: Recognition) -> list[Part]:
    decision = recognition.decision
    if decision is None:
        return [
            "Hội đồng đề nghị người có thẩm quyền quyết định công nhận kết quả theo danh sách trên."
        ]
    day, issuer = long_day(decision.issued_on), decision.issuer.name
    return [f"Kết quả được công nhận tại Quyết định số {decision.reference} {day} của {issuer}."]


def handing_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer the list to hand papers out to those who issue them."""
    if Permission.ISSUE_CERTIFICATES not in dossier.seen.held:
        return []
    papers = Certificate.objects.filter(enrolment__cohort=dossier.cohort).in_force()
    states = dict(papers.order_by().values_list("state").annotate(n=Count("pk")))
    waiting = states.pop(CertificateState.AWAITING_SIGNATURE, 0)
    signed = sum(states.values())
    if signed:
        return [Offer(rows=signed)]
    return [Offer(missing=NOT_SIGNED if waiting else NOT_ISSUED)]


def handing_list(dossier: Dossier, _key: str) -> Official:
    """Return the signed papers of the class with room to sign for each."""
    papers = Certificate.objects.filter(enrolment__cohort=dossier.cohort).in_force().handed_out()
    found = list(
        papers.select_related("recognition__decision__issuer").order_by(
            "enrolment__learner_sort_key", "pk"
        )
    )
    rows = (
        [
            row.snapshot["name"],
            row.snapshot["birth"],
            row.snapshot["unit"],
            row.register_number,
            "",
            "",
        ]
        for row in found
    )
    table = Table(
        header=["STT", "Họ và tên", "Ngày sinh", "Đơn vị", "Số vào sổ", "Ký nhận", "Ghi chú"],
        rows=numbered(rows),
        widths=[6, 26, 13, 28, 20, 16, 10],
        numeric=[0, 2, 4],
        row_height=ROOM_TO_SIGN,
    )
    decisions = {row.recognition.decision for row in found if row.recognition}
    return paper(
        dossier,
        f"DANH SÁCH CẤP {_kinds(found).upper()} – KÝ NHẬN",
        table,
        in_all(len(found)),
        about=f"{dossier.cohort.name} ({span(dossier)})",
        note=annex_of(decisions.pop(), "") if len(decisions) == 1 else "",
        is_landscape=True,
        signers=[Signer("Người phát", "", BY_HAND), _signatory(dossier)],
    )


def _kinds(papers: Sequence[Certificate]) -> str:
    with_authority = {row.kind for row in papers} == {CertificateKind.CERTIFICATE}
    return "chứng chỉ" if with_authority else "giấy chứng nhận"


def _signatory(dossier: Dossier) -> Signer:
    """Return who signs for the institution, where exactly one does today."""
    provider = dossier.cohort.course.provider_id
    posts = SignatoryPost.objects.filter(provider=provider).in_force().select_related("person")
    named = list(posts[:2])
    if len(named) != 1:
        return Signer("Thủ trưởng đơn vị")
    return Signer(named[0].title, named[0].person.full_name)
