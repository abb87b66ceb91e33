"""What this app tells lower ones."""

from django.utils.translation import gettext_lazy as _

from accounts.registry import everybody
from admissions import notices, panels
from courses.slots import course_page_actions
from enrolments.slots import class_page_actions
from lms.home import home_lines
from lms.navigation import LEARNING, MANAGING, MenuItem, menu
from notifications.kinds import NoticeKind, notice_kinds

course_page_actions.register("apply", panels.course_action, weight=20)
class_page_actions.register("applications", panels.class_action, weight=20)
home_lines.register("applications", panels.deciding_line, weight=12)
home_lines.register("offers", panels.offer_line, weight=3)
notice_kinds.register(
    notices.TO_DECIDE,
    NoticeKind(
        code=notices.TO_DECIDE,
        label=_("Applications that wait for approval"),
        mandatory=False,
        title=notices.decide_title,
        body=notices.decide_body,
        still_wanted=notices.still_to_decide,
    ),
)
notice_kinds.register(
    notices.ANSWERED,
    NoticeKind(
        code=notices.ANSWERED,
        label=_("Answers to one's applications, seats that are offered"),
        mandatory=True,
        title=notices.answered_title,
        body=notices.answered_body,
        why=_("A seat is kept for a time only."),
    ),
)
menu.register(
    "applications",
    MenuItem(LEARNING, _("Applications"), "admissions:mine", "user-plus", everybody),
    weight=70,
)
menu.register(
    "to decide",
    MenuItem(
        MANAGING, _("Approve applications"), "admissions:to_decide", "user-check", panels.decides
    ),
    weight=44,
)
