"""What this app adds to lower ones: lines of the menu, the notice of a test letter."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.slots import quota_sources
from lms.home import home_lines
from lms.navigation import MANAGING, SYSTEM, MenuItem, menu
from notifications.kinds import NoticeKind, notice_kinds
from reporting import notices, panels
from reporting.actions.test_mail import TEST_MAIL


def _holders(permission: Permission) -> Callable[[HttpRequest], bool]:
    return lambda request: rights(request.user).has(permission)


LINES = [
    ("health", SYSTEM, _("System health"), "heart-rate-monitor", Permission.SEE_JOBS, 10),
    ("jobs", SYSTEM, _("Jobs"), "list-details", Permission.SEE_JOBS, 20),
    ("audit_log", SYSTEM, _("Audit log"), "history", Permission.SEE_AUDIT, 30),
    ("plans", MANAGING, _("Training plans"), "clipboard-list", Permission.SEE_PLANS, 60),
    ("programmes", MANAGING, _("Cooperation programmes"), "flag", Permission.SEE_PLANS, 62),
    ("delivery_log", MANAGING, _("Letters sent"), "mail", Permission.SEE_DELIVERY, 90),
]

for name, group, label, icon, permission, weight in LINES:
    item = MenuItem(group, label, f"reporting:{name}", icon, _holders(permission))
    menu.register(f"reporting-{name}", item, weight=weight)

quota_sources.register("plans", panels.plan_quotas)
home_lines.register("plan quotas", panels.quotas_line, weight=60)
home_lines.register("silent tasks", panels.silent_tasks_line, weight=62)

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
