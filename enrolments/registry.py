"""What this app tells lower ones."""

from django.utils.translation import gettext_lazy as _

from accounts.closing import holdings
from accounts.hanging import Hanging, hangings, happened_since
from accounts.imports.applying import record_uses
from accounts.merging import loose_ends, nothing
from accounts.panels import PersonPanel, explainers, person_panels
from accounts.permissions import COHORT_STAFF_PERMISSIONS, Permission
from accounts.registry import everybody, holders_of
from accounts.rights import RightSource, right_sources
from courses.publish_checks import impact_lines
from courses.slots import course_page_actions
from enrolments import exports, notices, panels, question_notices, reorganising, rounds
from enrolments.actions import consolidation
from enrolments.actions.moves import MOVE_LEARNERS, move_slice
from enrolments.actions.outside import REVIEWED
from enrolments.actions.questions import ANSWERED, ASKED
from enrolments.actions.requests import ANSWERED as REQUEST_ANSWERED
from enrolments.documents import ClassDocument, class_documents, lists, making, proposals, teaching
from enrolments.explain import CLASS
from enrolments.extending import KIND as EXTENSION
from enrolments.extending import ExtensionKind
from enrolments.imports.kind import CohortImport
from enrolments.imports.source import KIND
from enrolments.models import CohortStaff
from enrolments.outside_sheets import KIND as OUTSIDE
from enrolments.outside_sheets import OutsideSheetKind
from enrolments.placing import RoundKind
from enrolments.reminders import BY_HAND, COHORT_CHANGED, DUE_SOON, MANAGER_WEEKLY, OVERDUE
from enrolments.slots import class_page_actions
from enrolments.transferring import KIND as TRANSFER
from enrolments.transferring import TransferKind
from jobs.bulk import bulk_kinds
from jobs.exports import export_kinds
from jobs.slices import slice_kinds
from lms.home import home_lines
from lms.navigation import LEARNING, MANAGING, TEACHING, MenuItem, menu
from notifications.kinds import NoticeKind, notice_kinds

WHY = _("Required training is a duty of office; its reminders stay on.")

notice_kinds.register(
    DUE_SOON,
    NoticeKind(
        code=DUE_SOON,
        label=_("Reminders before the due date"),
        mandatory=True,
        title=notices.due_soon_title,
        body=notices.due_soon_body,
        still_wanted=notices.still_due,
        why=WHY,
    ),
)
notice_kinds.register(
    OVERDUE,
    NoticeKind(
        code=OVERDUE,
        label=_("Overdue notices"),
        mandatory=True,
        title=notices.overdue_title,
        body=notices.overdue_body,
        still_wanted=notices.still_due,
        why=WHY,
    ),
)
notice_kinds.register(
    BY_HAND,
    NoticeKind(
        code=BY_HAND,
        label=_("Reminders sent by hand"),
        mandatory=True,
        title=notices.due_soon_title,
        body=notices.due_soon_body,
        still_wanted=notices.still_standing,
        why=WHY,
    ),
)
notice_kinds.register(
    MANAGER_WEEKLY,
    NoticeKind(
        code=MANAGER_WEEKLY,
        label=_("Weekly list of overdue people of the unit"),
        mandatory=False,
        title=notices.weekly_title,
        body=notices.weekly_body,
    ),
)
notice_kinds.register(
    COHORT_CHANGED,
    NoticeKind(
        code=COHORT_CHANGED,
        label=_("Classes postponed or cancelled"),
        mandatory=True,
        title=notices.changed_title,
        body=notices.changed_body,
        why=WHY,
    ),
)
P = Permission


menu.register(
    "classes",
    MenuItem(
        MANAGING,
        _("Classes"),
        "enrolments:classes",
        "school",
        holders_of(P.SEE_COHORTS, P.SEND_PEOPLE, P.MANAGE_COHORTS),
    ),
    weight=20,
)
menu.register(
    "unreached",
    MenuItem(
        MANAGING,
        _("Not reached by e-mail"),
        "enrolments:unreached_of_units",
        "mail",
        holders_of(P.SEE_DELIVERY),
    ),
    weight=90,
)
notice_kinds.register(
    ASKED,
    NoticeKind(
        code=ASKED,
        label=_("Questions of learners"),
        mandatory=False,
        title=question_notices.asked_title,
        body=question_notices.asked_body,
    ),
)
notice_kinds.register(
    ANSWERED,
    NoticeKind(
        code=ANSWERED,
        label=_("Replies of trainers"),
        mandatory=False,
        title=question_notices.answered_title,
        body=question_notices.answered_body,
    ),
)

notice_kinds.register(
    REQUEST_ANSWERED,
    NoticeKind(
        code=REQUEST_ANSWERED,
        label=_("Answers to requests about duties"),
        mandatory=True,
        title=notices.request_title,
        body=notices.request_body,
    ),
)
home_lines.register("duty requests", panels.requests_line, weight=15)
menu.register(
    "duty-requests",
    MenuItem(
        MANAGING,
        _("Requests about duties"),
        "enrolments:requests",
        "message",
        holders_of(P.SEND_PEOPLE),
    ),
    weight=45,
)
notice_kinds.register(
    REVIEWED,
    NoticeKind(
        code=REVIEWED,
        label=_("Answers to declared trainings"),
        mandatory=False,
        title=notices.reviewed_title,
        body=notices.reviewed_body,
    ),
)
home_lines.register("outside", panels.outside_line, weight=17)
menu.register(
    "outside",
    MenuItem(
        MANAGING,
        _("Trainings held outside"),
        "enrolments:outside",
        "certificate",
        holders_of(P.SEND_PEOPLE),
    ),
    weight=47,
)
home_lines.register("deferred", panels.deferred_line, weight=18)
menu.register(
    "deferred",
    MenuItem(
        MANAGING,
        _("Places put off"),
        "enrolments:deferred",
        "hourglass",
        holders_of(P.SEND_PEOPLE, P.MANAGE_COHORTS),
    ),
    weight=46,
)
home_lines.register("questions", panels.unanswered_line, weight=40)
impact_lines.register("learners", panels.publish_impact)
slice_kinds.register(MOVE_LEARNERS, move_slice)
explainers.register("class", CLASS, weight=40)
right_sources.register(
    "cohort staff",
    RightSource(
        lambda user: CohortStaff.objects.in_force().filter(user_id=user.pk),
        COHORT_STAFF_PERMISSIONS,
    ),
)
course_page_actions.register("learning", panels.course_action, weight=10)
person_panels.register("learning", PersonPanel(panels.person_learning), weight=20)
person_panels.register("hours", PersonPanel(panels.person_hours), weight=30)

menu.register(
    "home", MenuItem(LEARNING, _("Home"), "enrolments:home", "home", everybody), weight=10
)
menu.register(
    "required",
    MenuItem(LEARNING, _("Required"), "enrolments:required", "clipboard-check", everybody),
    weight=30,
)
menu.register(
    "agenda",
    MenuItem(LEARNING, _("Calendar"), "enrolments:agenda", "calendar-event", everybody),
    weight=40,
)
menu.register(
    "hours",
    MenuItem(LEARNING, _("Hours"), "enrolments:hours", "report-analytics", everybody),
    weight=60,
)
menu.register(
    "questions",
    MenuItem(
        TEACHING,
        _("Questions of learners"),
        "enrolments:questions",
        "message-circle",
        holders_of(Permission.ANSWER_LEARNERS),
    ),
    weight=50,
)

bulk_kinds.register(KIND, CohortImport())
bulk_kinds.register(EXTENSION, ExtensionKind())
bulk_kinds.register(TRANSFER, TransferKind())
bulk_kinds.register(OUTSIDE, OutsideSheetKind())

export_kinds.register(exports.LEARNERS, exports.learners)
export_kinds.register(exports.VERDICTS, exports.verdicts)

bulk_kinds.register(consolidation.KIND, RoundKind())
export_kinds.register(exports.NOMINATIONS, exports.nominations)
menu.register(
    "rounds",
    MenuItem(
        MANAGING,
        _("Nomination rounds"),
        "enrolments:rounds",
        "send",
        holders_of(P.SEND_PEOPLE, P.MANAGE_COHORTS),
    ),
    weight=22,
)
home_lines.register("rounds", panels.rounds_line, weight=20)
notice_kinds.register(
    rounds.ASKED,
    NoticeKind(
        code=rounds.ASKED,
        label=_("Nomination rounds that wait for the unit's answer"),
        mandatory=True,
        title=rounds.asked_title,
        body=rounds.asked_body,
        still_wanted=rounds.still_waiting,
        why=_("The unit owes an answer; its reminders stay on."),
    ),
)
notice_kinds.register(
    rounds.RETURNED,
    NoticeKind(
        code=rounds.RETURNED,
        label=_("Lists of nominations returned for correction"),
        mandatory=True,
        title=rounds.returned_title,
        body=rounds.returned_body,
        why=_("The unit owes an answer; its reminders stay on."),
    ),
)
holdings.register("round answers", panels.answers_of_unit, weight=30)
holdings.register("classes", panels.classes_of_unit, weight=10)
holdings.register("learners", panels.learners_of_unit, weight=20)

for weight, document in enumerate(
    (
        ClassDocument(
            code="to-trinh",
            name=_("Proposal to open the class"),
            used=_("Asks the superior for the decision; programme, time, people and staff."),
            offers=proposals.proposal_offers,
            make=proposals.proposal,
        ),
        ClassDocument(
            code="danh-sach-mo-lop",
            name=_("List behind the opening decision"),
            used=_("Goes with the decision that opens the class; names every learner."),
            offers=lists.opening_offers,
            make=lists.opening_list,
        ),
        ClassDocument(
            code="danh-sach-cu",
            name=_("List behind a sending decision"),
            used=_("Goes with the decision by which a unit sends its own people."),
            offers=lists.sending_offers,
            make=lists.sending_list,
        ),
        ClassDocument(
            code="giay-trieu-tap",
            name=_("Summons to the class"),
            used=_("Sent to the units before the class begins, with the list of those called."),
            offers=lists.summons_offers,
            make=lists.summons,
        ),
        ClassDocument(
            code="lich-hoc",
            name=_("Schedule"),
            used=_("Given to learners and trainers; names the sessions, places and trainers."),
            offers=teaching.schedule_offers,
            make=teaching.schedule,
        ),
        ClassDocument(
            code="diem-danh",
            name=_("Attendance sheet to sign"),
            used=_("Signed by the learners at a session; the marks are then entered here."),
            offers=teaching.attendance_offers,
            make=teaching.attendance,
        ),
    ),
    start=0,
):
    class_documents.register(document.code, document, weight=10 * weight)
export_kinds.register(making.KIND, making.document_of)
record_uses.register("places", panels.places_since)

SEEN = _("Stay with the unit of that day; its successor sees and keeps them.")
for weight, (key, label, counter) in enumerate(
    (
        ("classes", _("Classes it organises that are not over"), reorganising.classes),
        ("learners", _("Learners it sent who still study"), reorganising.learners),
        ("duties", _("Duties still to be done"), reorganising.duties),
    ),
    start=1,
):
    hangings.register(key, Hanging(label, SEEN, counter), weight=weight * 10)
hangings.register(
    "requests",
    Hanging(
        _("Requests about duties that wait for an answer"),
        _("Answered by who has the person then."),
        reorganising.requests,
    ),
    weight=40,
)
hangings.register(
    "answers",
    Hanging(
        _("Nomination rounds that wait for its answer"),
        _("The round asks the successor; where it is asked already, the two quotas are added."),
        reorganising.answers,
        reorganising.AnswersMover(),
    ),
    weight=50,
)
happened_since.register("places", reorganising.places_given, weight=10)
happened_since.register("hours", reorganising.hours_entered, weight=20)
# A duty that no class gave ends with the post; the record that stays has its own.
loose_ends.register("enrolments.obligation.person", reorganising.binding_duties)
loose_ends.register("enrolments.calendarfeed.person", nothing)
loose_ends.register("enrolments.annualnorm.person", nothing)  # worked out anew each day

class_page_actions.register("quotas", panels.quotas_of_class, weight=15)
hangings.register(
    "class quotas",
    Hanging(
        _("Quotas in classes that take learners"),
        _("Go to the successor, added up where it has one."),
        reorganising.class_quotas,
        reorganising.CLASS_QUOTAS,
    ),
    weight=45,
)
