"""What this app adds to lower ones: lines of the menu, the notice of a test letter."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.hanging import Hanging, hangings
from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.slots import quota_sources
from jobs.exports import export_kinds
from lms.home import home_lines, work_panels
from lms.navigation import MANAGING, SYSTEM, MenuItem, menu
from notifications.kinds import NoticeKind, notice_kinds
from reporting import exports, notices, panels, reorganising
from reporting.actions.test_mail import TEST_MAIL


def _holders(permission: Permission) -> Callable[[HttpRequest], bool]:
    return lambda request: rights(request.user).has(permission)


LINES = [
    ("health", SYSTEM, _("System health"), "heart-rate-monitor", Permission.SEE_JOBS, 10),
    ("jobs", SYSTEM, _("Jobs"), "list-details", Permission.SEE_JOBS, 20),
    ("audit_log", SYSTEM, _("Audit log"), "history", Permission.SEE_AUDIT, 30),
    ("plans", MANAGING, _("Training plans"), "clipboard-list", Permission.SEE_PLANS, 60),
    ("programmes", MANAGING, _("Cooperation programmes"), "flag", Permission.SEE_PLANS, 62),
    ("year_reports", MANAGING, _("Report of the year"), "report", Permission.SEE_PLANS, 64),
    ("delivery_log", MANAGING, _("Letters sent"), "mail", Permission.SEE_DELIVERY, 90),
]

menu.register(
    "reporting-tracking",
    MenuItem(
        MANAGING,
        _("Follow-up of required training"),
        "reporting:tracking",
        "chart-bar",
        panels.compares_units,
    ),
    weight=40,
)
menu.register(
    "reporting-team",
    MenuItem(MANAGING, _("My unit"), "reporting:team", "users-group", panels.heads_a_team),
    weight=42,
)

for name, group, label, icon, permission, weight in LINES:
    item = MenuItem(group, label, f"reporting:{name}", icon, _holders(permission))
    menu.register(f"reporting-{name}", item, weight=weight)

quota_sources.register("plans", panels.plan_quotas)
home_lines.register("overdue", panels.overdue_line, weight=22)
home_lines.register("due this week", panels.due_line, weight=24)
home_lines.register("lists to confirm", panels.lists_line, weight=26)
home_lines.register("failed lists", panels.failed_lists_line, weight=28)
home_lines.register("plan quotas", panels.quotas_line, weight=60)
home_lines.register("silent tasks", panels.silent_tasks_line, weight=62)

home_lines.register("unreached", panels.unreached_line, weight=70)
work_panels.register("unit people", panels.unit_panel, weight=10)
export_kinds.register(exports.TRACKING, exports.tracked)
export_kinds.register(exports.PEOPLE, exports.people)
export_kinds.register(exports.YEARLY, exports.year_report)

notice_kinds.register(
    TEST_MAIL,
    NoticeKind(
        code=TEST_MAIL,
        label=_("Test letters"),
        mandatory=True,
        title=notices.letter_title,
        body=notices.letter_body,
        why=_("Sent only to the administrator who asks for it."),
    ),
)
hangings.register(
    "plans",
    Hanging(
        _("Its own training plans of this year"),
        _("Stay with the unit of that day; its successor sees and keeps them."),
        reorganising.plans,
    ),
    weight=80,
)
hangings.register(
    "quotas",
    Hanging(
        _("Quotas in training plans"),
        _("Go to the successor; where it has one in the same line, the two are added."),
        reorganising.quotas,
        reorganising.QUOTAS,
    ),
    weight=81,
)
