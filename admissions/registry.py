"""What this app tells lower ones."""

from django.db.models import CharField, Value
from django.utils.translation import gettext_lazy as _

from accounts.hanging import Hanging, hangings
from accounts.models import Posting
from accounts.permissions import Permission
from accounts.registry import everybody, holders_of
from accounts.rights import RightSource, right_sources
from admissions import notices, panels, reorganising
from admissions.models import Deputy
from admissions.offers import offered_seats
from courses.slots import course_page_actions
from enrolments.quotas import kept_seats
from enrolments.slots import class_page_actions
from lms.home import home_lines
from lms.navigation import ACCOUNT, MANAGING, MenuItem, menu
from notifications.kinds import NoticeKind, notice_kinds

DECIDES = {"": frozenset({Permission.DECIDE_APPLICATIONS})}
NO_ROLE = Value("", output_field=CharField())
right_sources.register(
    "heads",
    RightSource(
        lambda user: (
            Posting.objects.in_force().filter(user=user, is_head=True).annotate(role=NO_ROLE)
        ),
        DECIDES,
    ),
)
right_sources.register(
    "deputies",
    RightSource(
        lambda user: Deputy.objects.in_force().filter(deputy=user).annotate(role=NO_ROLE),
        DECIDES,
    ),
)
course_page_actions.register("apply", panels.course_action, weight=20)
class_page_actions.register("applications", panels.class_action, weight=20)
kept_seats.register("offers", offered_seats)
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
    MenuItem(ACCOUNT, _("Applications"), "admissions:mine", "user-plus", everybody),
    weight=70,
)
menu.register(
    "to decide",
    MenuItem(
        MANAGING,
        _("Approve applications"),
        "admissions:to_decide",
        "user-check",
        holders_of(*panels.DECIDERS),
    ),
    weight=44,
)
hangings.register(
    "applications",
    Hanging(
        _("Applications that wait for approval or a seat"),
        _("The steps still to come are decided there."),
        reorganising.applications,
        reorganising.ApplicationsMover(),
    ),
    weight=60,
)
