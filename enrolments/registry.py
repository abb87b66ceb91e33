"""What this app tells lower ones."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from accounts.rights import rights
from enrolments import notices
from enrolments.imports.kind import CohortImport
from enrolments.imports.source import KIND
from enrolments.reminders import BY_HAND, COHORT_CHANGED, DUE_SOON, MANAGER_WEEKLY, OVERDUE
from jobs.bulk import bulk_kinds
from lms.navigation import MANAGING, MenuItem, menu
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


def holders_of(*any_of: Permission) -> Callable[[HttpRequest], bool]:
    """Return a test that shows a line to those who hold one of the permissions."""
    return lambda request: rights(request.user).has(*any_of)


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

bulk_kinds.register(KIND, CohortImport())
