"""What this app adds to lower ones."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.panels import PersonPanel, explainers, person_panels
from accounts.permissions import Permission
from accounts.rights import rights
from assessment.slots import rests_on_result
from certificates import documents, exports, notices, panels, slices
from certificates.actions.issue import RENDER
from certificates.actions.recognition import FOLLOW_UP
from certificates.explain import PAPER
from certificates.issuing import KIND, IssueKind
from certificates.resting import papers_and_decisions
from enrolments.documents import ClassDocument, class_documents
from enrolments.slots import class_page_actions
from jobs.bulk import bulk_kinds
from jobs.exports import export_kinds
from jobs.slices import slice_kinds
from lms.home import home_lines, home_panels
from lms.navigation import LEARNING, MANAGING, MenuItem, menu
from notifications.kinds import NoticeKind, notice_kinds

rests_on_result.register("papers", papers_and_decisions)
bulk_kinds.register(KIND, IssueKind())
slice_kinds.register(RENDER, slices.render_papers)
slice_kinds.register(FOLLOW_UP, slices.follow_recognition)

for code, label, title, body in (
    (notices.RESULT, _("Recognised results"), notices.result_title, notices.result_body),
    (notices.ISSUED, _("Papers issued"), notices.issued_title, notices.issued_body),
    (notices.ENDED, _("Papers revoked or replaced"), notices.ended_title, notices.ended_body),
):
    notice_kinds.register(
        code, NoticeKind(code=code, label=label, mandatory=False, title=title, body=body)
    )


def may(permission: Permission, request: HttpRequest) -> bool:
    """Tell whether the person holds the permission on anything."""
    return rights(request.user).has(permission)


menu.register(
    "wallet",
    MenuItem(
        LEARNING,
        _("Certificates"),
        "certificates:wallet",
        "certificate",
        lambda request: request.user.is_authenticated,
    ),
    weight=60,
)
menu.register(
    "to_sign",
    MenuItem(
        MANAGING,
        _("To be signed"),
        "certificates:to_sign",
        "pencil-check",
        lambda request: may(Permission.SIGN_CERTIFICATES, request),
    ),
    weight=40,
)
menu.register(
    "registers",
    MenuItem(
        MANAGING,
        _("Certificate register"),
        "certificates:registers",
        "list-check",
        lambda request: may(Permission.SEE_CERTIFICATES, request),
    ),
    weight=45,
)
menu.register(
    "replacements",
    MenuItem(
        MANAGING,
        _("Requests for another paper"),
        "certificates:replacements",
        "refresh",
        lambda request: may(Permission.REVOKE_CERTIFICATES, request),
    ),
    weight=46,
)

explainers.register("certificate", PAPER, weight=50)
person_panels.register("certificates", PersonPanel(panels.papers_of_person), weight=60)
home_lines.register("to sign", panels.to_sign_line, weight=10)
home_lines.register("results", panels.results_line, weight=50)
home_panels.register("recent papers", panels.recent_papers, weight=60)
class_page_actions.register("recognition", panels.results_of_class, weight=50)

export_kinds.register(exports.REGISTER, exports.register_of)

class_documents.register(
    "bien-ban-xet-ket-qua",
    ClassDocument(
        code="bien-ban-xet-ket-qua",
        name=_("Minutes on the results"),
        used=_("Written at the meeting of the council that considers the results."),
        offers=documents.minutes_offers,
        make=documents.minutes,
    ),
    weight=90,
)
class_documents.register(
    "danh-sach-ky-nhan",
    ClassDocument(
        code="danh-sach-ky-nhan",
        name=_("List to hand papers out"),
        used=_("Signed by each learner who receives a certificate or attestation."),
        offers=documents.handing_offers,
        make=documents.handing_list,
    ),
    weight=100,
)
