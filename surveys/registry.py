"""What this app adds to lower ones."""

from django.utils.translation import gettext_lazy as _

from accounts.hanging import Hanging, hangings
from accounts.permissions import Permission
from accounts.registry import holders_of
from enrolments.slots import class_page_actions, own_place_actions
from jobs.exports import export_kinds
from lms.home import home_lines
from lms.navigation import MANAGING, MenuItem, menu
from notifications.kinds import NoticeKind, notice_kinds
from surveys import exports, notices, panels

class_page_actions.register("surveys", panels.surveys_of_class, weight=60)
own_place_actions.register("surveys", panels.surveys_of_place, weight=20)
home_lines.register("surveys", panels.asking_line, weight=80)
export_kinds.register(exports.ANSWERS, exports.answers)
for kind, label in (
    (notices.OPEN, _("A survey asks")),
    (notices.REMINDER, _("A survey is about to end")),
):
    notice_kinds.register(
        kind,
        NoticeKind(
            code=kind,
            label=label,
            mandatory=False,
            title=notices.title,
            body=notices.body,
            still_wanted=notices.still_asking,
        ),
    )
hangings.register(
    "surveys",
    Hanging(
        _("Surveys"),
        _("Stay, and are kept through the successor."),
        panels.surveys_of_units,
    ),
    weight=74,
)
menu.register(
    "surveys",
    MenuItem(
        MANAGING,
        _("Surveys"),
        "surveys:surveys",
        "checks",
        holders_of(Permission.MANAGE_SURVEYS),
    ),
    weight=58,
)
