"""The letter that answers an appeal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from assessment.components import component_of
from assessment.models import Appeal, GradeEntry
from assessment.models.appeals import DECIDED
from enrolments.documents import Dossier, Offer
from enrolments.documents.common import paper
from lms.official import Centred, Official, short_day

NONE = _("No appeal about the class has been answered.")


def letter_offers(dossier: Dossier) -> Sequence[Offer]:
    """Offer a letter for each answered appeal to those who release results; never one's own."""
    if Permission.RELEASE_RESULTS not in dossier.seen.held:
        return []
    rows = Appeal.objects.filter(enrolment__cohort=dossier.cohort, state__in=DECIDED)
    rows = rows.exclude(enrolment__learner_id=dossier.user.pk).select_related("enrolment__learner")
    offers = [Offer(str(row.pk), row.enrolment.learner.full_name, 1) for row in rows.order_by("pk")]
    return offers or [Offer(missing=NONE)]


def letter(dossier: Dossier, key: str) -> Official:
    """Return the letter: what was asked, the mark before and after, the answer."""
    row = Appeal.objects.select_related(
        "enrolment__learner", "enrolment__version", "enrolment__sending_unit", "before", "after"
    ).get(pk=key)
    component = component_of(row.enrolment.version, row.component_key)
    title = component.title_vi if component else dossier.cohort.name
    decided = timezone.localdate(row.decided_at)
    return paper(
        dossier,
        "THÔNG BÁO",
        Centred(f"Kính gửi: Ông/Bà {row.enrolment.learner.full_name}", bold=True),
        f"Ngày {short_day(timezone.localdate(row.asked_at))}, Ông/Bà (đơn vị: "
        f"{row.enrolment.sending_unit}) đề nghị phúc khảo bài “{title}” của {dossier.cohort.name}.",
        f"Bài đã được người không chấm lần đầu xem lại, có kết quả ngày {short_day(decided)}:",
        f"- Điểm trước phúc khảo: {_points(row.before)}.",
        f"- Điểm sau phúc khảo: {_points(row.after or row.before)}.",
        f"Lý do: {row.answer}",
        "Trân trọng thông báo để Ông/Bà được biết./.",
        about="Kết quả phúc khảo",
        number="Số: ……/TB",
        signer_title="Thủ trưởng đơn vị",
        recipients=["Như trên", "Lưu: VT"],
    )


def _points(entry: GradeEntry) -> str:
    return f"{_figure(entry.points)}/{_figure(entry.max_points)} ({_figure(entry.percent)}%)"


def _figure(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")
