"""What this app tells lower ones."""

from django.utils.translation import gettext_lazy as _

from enrolments import notices
from enrolments.imports.kind import CohortImport
from enrolments.imports.source import KIND
from enrolments.reminders import DUE_SOON, MANAGER_WEEKLY, OVERDUE
from jobs.bulk import bulk_kinds
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
    MANAGER_WEEKLY,
    NoticeKind(
        code=MANAGER_WEEKLY,
        label=_("Weekly list of overdue people of the unit"),
        mandatory=False,
        title=notices.weekly_title,
        body=notices.weekly_body,
    ),
)
bulk_kinds.register(KIND, CohortImport())
