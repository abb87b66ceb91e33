"""What this app tells lower ones."""

from django.utils.translation import gettext_lazy as _

from accounts.hanging import Hanging, hangings
from accounts.merging import loose_ends, nothing
from accounts.panels import PersonPanel, person_panels
from accounts.permissions import Permission
from accounts.registry import holders_of
from enrolments.notices import due_soon_body
from enrolments.slots import duty_panels
from jobs.bulk import bulk_kinds
from jobs.exports import export_kinds
from lms.home import home_lines
from lms.navigation import MANAGING, MenuItem, menu
from notifications.kinds import NoticeKind, notice_kinds
from requirements import audience_change, exports, notices, panels, reorganising, requirement_change

bulk_kinds.register(audience_change.KIND, audience_change.AudienceKind())
bulk_kinds.register(requirement_change.KIND, requirement_change.RequirementKind())
export_kinds.register(exports.REQUIREMENT, exports.people)
duty_panels.register("requirement", panels.duty_panel)
person_panels.register("tags", PersonPanel(panels.person_tags), weight=15)
home_lines.register("stopped audiences", panels.stopped_line, weight=5)
notice_kinds.register(
    notices.NEW_DUTY,
    NoticeKind(
        code=notices.NEW_DUTY,
        label=_("New required training"),
        mandatory=True,
        title=notices.new_title,
        body=due_soon_body,
        why=_("Required training is a duty of office; its reminders stay on."),
    ),
)
menu.register(
    "requirements",
    MenuItem(
        MANAGING,
        _("Required training by rule"),
        "requirements:requirements",
        "clipboard-check",
        holders_of(Permission.MANAGE_REQUIREMENTS),
    ),
    weight=24,
)
hangings.register(
    "requirements",
    Hanging(
        _("Requirements in force"),
        _("Go with their audience; no duty comes or goes by it."),
        reorganising.requirements,
    ),
    weight=70,
)
hangings.register(
    "audiences",
    Hanging(
        _("Audiences"),
        _("Keep their people and rest, until somebody has looked at the rule."),
        reorganising.audiences,
        reorganising.AudiencesMover(),
    ),
    weight=71,
)
hangings.register(
    "rules",
    Hanging(
        _("Audiences of other units whose rule names it"),
        _("Keep their people and rest, until somebody has looked at the rule."),
        reorganising.rules,
        reorganising.RulesMover(),
    ),
    weight=72,
)
loose_ends.register("requirements.audiencemembership.person", nothing)
loose_ends.register("requirements.requirementduty.person", nothing)
