"""What this app adds to lower ones: kinds of blocks, lines of the menu, notices, jobs."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from accounts.rights import rights
from assessment import (
    appeal_papers,
    documents,
    exports,
    marking_sheets,
    notices,
    panels,
    room_papers,
    script_exports,
)
from assessment.actions.corrections import REMARK, remark_slice
from assessment.actions.grades import SETTLE_RELEASE
from assessment.actions.releases import RELEASED, settle_release
from assessment.block_kinds import QuestionKind, QuizKind
from assessment.correcting import KIND, CorrectionKind
from assessment.importing import import_question, import_quiz
from assessment.mark_sheets import KIND as MARK_SHEET
from assessment.mark_sheets import MarkSheetKind
from assessment.script_sheets import KIND as SCRIPT_SHEET
from assessment.script_sheets import ScriptSheetKind
from assessment.work_blocks import AssignmentKind
from assessment.work_importing import import_assignment
from courses.blocks import block_kinds
from courses.importing import block_importers
from enrolments.documents import ClassDocument, class_documents
from enrolments.slots import class_page_actions, own_place_actions
from jobs.bulk import bulk_kinds
from jobs.exports import export_kinds
from jobs.slices import slice_kinds
from lms.home import home_lines
from lms.navigation import TEACHING, MenuItem, menu
from notifications.kinds import NoticeKind, notice_kinds

block_kinds.register("question", QuestionKind(), weight=70)
block_kinds.register("quiz", QuizKind(), weight=80)
block_kinds.register("assignment", AssignmentKind(), weight=90)

block_importers.register("question", import_question)
block_importers.register("quiz", import_quiz)
block_importers.register("assignment", import_assignment)

home_lines.register("to mark", panels.to_mark_line, weight=20)
home_lines.register("marks far apart", panels.to_decide_line, weight=21)
class_page_actions.register("marking plans", panels.marking_of_class, weight=42)
class_page_actions.register("tests", panels.tests_of_class, weight=40)
own_place_actions.register("marks", panels.own_marks, weight=10)
class_page_actions.register("gradebook", panels.gradebook_of_class, weight=35)
class_page_actions.register("rooms", panels.rooms_of_class, weight=45)

class_documents.register(
    "danh-sach-phong-thi",
    ClassDocument(
        code="danh-sach-phong-thi",
        name=_("List of the examination room"),
        used=_("Used by the invigilators of a test; learners sign when they hand in."),
        offers=documents.room_offers,
        make=documents.room_list,
    ),
    weight=60,
)
class_documents.register(
    "bien-ban-phong-thi",
    ClassDocument(
        code="bien-ban-phong-thi",
        name=_("Minutes of an examination room"),
        used=_("Signed by the invigilators: who came, what happened, how each test ended."),
        offers=room_papers.minutes_offers,
        make=room_papers.room_minutes,
    ),
    weight=65,
)
class_documents.register(
    "phieu-diem",
    ClassDocument(
        code="phieu-diem",
        name=_("Score sheet"),
        used=_("Signed by the markers of one test or assignment and kept with it."),
        offers=documents.score_offers,
        make=documents.score_sheet,
    ),
    weight=70,
)
class_documents.register(
    "bang-diem",
    ClassDocument(
        code="bang-diem",
        name=_("Summary of marks"),
        used=_("Lies before the council with the released marks of all work that counts."),
        offers=documents.summary_offers,
        make=documents.summary,
    ),
    weight=80,
)

slice_kinds.register(SETTLE_RELEASE, settle_release)
bulk_kinds.register(KIND, CorrectionKind())
slice_kinds.register(REMARK, remark_slice)
bulk_kinds.register(MARK_SHEET, MarkSheetKind())
bulk_kinds.register(marking_sheets.KIND, marking_sheets.MarkingSheetKind())
bulk_kinds.register(SCRIPT_SHEET, ScriptSheetKind())
export_kinds.register(exports.GRADES, exports.grades)
export_kinds.register(marking_sheets.KIND, marking_sheets.sheet)
export_kinds.register(script_exports.NAMES, script_exports.names)
export_kinds.register(script_exports.SHEET, script_exports.sheet)

notice_kinds.register(
    RELEASED,
    NoticeKind(
        code=RELEASED,
        label=_("Results are released"),
        mandatory=False,
        title=notices.released_title,
        body=notices.released_body,
    ),
)


def _writes_questions(request: HttpRequest) -> bool:
    return rights(request.user).has(Permission.EDIT_QUESTIONS)


def _releases_results(request: HttpRequest) -> bool:
    return rights(request.user).has(Permission.RELEASE_RESULTS)


def _marks(request: HttpRequest) -> bool:
    return rights(request.user).has(Permission.MARK)


menu.register(
    "works", MenuItem(TEACHING, _("Marking"), "works:inbox", "clipboard-list", _marks), weight=30
)
menu.register(
    "question-banks",
    MenuItem(TEACHING, _("Question bank"), "assessment:banks", "list-check", _writes_questions),
    weight=40,
)
menu.register(
    "test-results",
    MenuItem(TEACHING, _("Test results"), "assessment:results", "chart-bar", _releases_results),
    weight=50,
)

notice_kinds.register(
    notices.RESIT,
    NoticeKind(
        code=notices.RESIT,
        label=_("Resits"),
        mandatory=True,
        title=notices.resit_title,
        body=notices.resit_body,
    ),
)
notice_kinds.register(
    notices.APPEAL,
    NoticeKind(
        code=notices.APPEAL,
        label=_("Appeals are answered"),
        mandatory=True,
        title=notices.appeal_title,
        body=notices.appeal_body,
    ),
)
home_lines.register("appeals", panels.appeals_line, weight=25)
menu.register(
    "appeals",
    MenuItem(TEACHING, _("Appeals"), "assessment:appeals", "gavel", _releases_results),
    weight=55,
)
class_documents.register(
    "thong-bao-phuc-khao",
    ClassDocument(
        code="thong-bao-phuc-khao",
        name=_("Letter that answers an appeal"),
        used=_("Goes to the learner: the mark before and after, and why."),
        offers=appeal_papers.letter_offers,
        make=appeal_papers.letter,
    ),
    weight=85,
)
