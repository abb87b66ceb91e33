"""Making a plan, sending it to units, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import Unit, User
from audit.actions import record
from reporting.models import Plan, PlanLine, PlanShare
from reporting.models.plans import PlanState, ShareState

LINE_FIELDS = (
    "title_vi",
    "title_en",
    "content_group",
    "course",
    "partner",
    "quarter",
    "quota",
    "carried_over",
    "budget",
    "owner",
    "reported_turns",
    "source",
)


@transaction.atomic
def make_plan(*, unit: Unit, year: int, data: Mapping[str, Any], by: User) -> Plan:
    """Begin a plan. Safe to call twice with the same unit, year and title."""
    plan, created = Plan.objects.get_or_create(
        unit=unit, year=year, title_vi=data["title_vi"], defaults={**data, "created_by": by}
    )
    if created:
        record(by=by, action="make_plan", target=plan, unit_id=unit.pk)
    return plan


@transaction.atomic
def save_line(
    *, plan: Plan, data: Mapping[str, Any], by: User, line: PlanLine | None = None
) -> PlanLine:
    """Add a line to a plan, or change one. The quotas that units have answered stay as they are.

    Raises Refused where less would be left than the units have been given.
    """
    _open(plan)
    fields = {name: data[name] for name in LINE_FIELDS if name in data}
    if line is None:
        line = PlanLine.objects.create(plan=plan, position=plan.lines.count() + 1, **fields)
        record(by=by, action="add_plan_line", target=line, unit_id=plan.unit_id)
        return line
    before = {name: str(getattr(line, name)) for name in fields}
    after = {name: str(value) for name, value in fields.items()}
    if before != after:
        for name, value in fields.items():
            setattr(line, name, value)
        _hold(line)
        _fits(line, [share.quota for share in line.shares.all()])
        line.save(update_fields=list(fields))
        record(
            by=by,
            action="change_plan_line",
            target=line,
            unit_id=plan.unit_id,
            before=before,
            after=after,
        )
    return line


@transaction.atomic
def set_shares(*, line: PlanLine, quotas: Mapping[int, int], by: User) -> None:
    """Give units their quota of a line. A changed quota asks the unit again; 0 takes it away.

    Raises Refused where the quotas together exceed the line's.
    """
    _open(line.plan)
    # The target as it stands now, not as it was when the page was opened.
    line.quota, line.carried_over = _hold(line)
    held = {share.unit_id: share for share in line.shares.all()}
    wanted = {**{unit: share.quota for unit, share in held.items()}, **quotas}
    _fits(line, wanted.values())
    before = {str(unit): share.quota for unit, share in held.items() if unit in quotas}
    for unit_id, quota in quotas.items():
        _set_share(line, held.get(unit_id), unit_id, quota)
    after = {str(unit): quota for unit, quota in quotas.items()}
    if before != after:
        record(
            by=by,
            action="share_plan_line",
            target=line,
            unit_id=line.plan.unit_id,
            before=before,
            after=after,
        )


def _hold(line: PlanLine) -> tuple[int, int]:
    """Hold the line's row and return its quota and what was carried over.

    Whoever holds it decides alone: two sums that fit may not fit together.
    """
    row = PlanLine.objects.select_for_update().get(pk=line.pk)
    return row.quota, row.carried_over


def _fits(line: PlanLine, quotas: Iterable[int]) -> None:
    """Raise Refused where the quotas together exceed the line's."""
    together = sum(quotas)
    if together > line.target:
        raise Refused(
            _("The quotas of the units add up to %(sum)s, more than the %(target)s of the line.")
            % {"sum": together, "target": line.target}
        )


def _set_share(line: PlanLine, share: PlanShare | None, unit_id: int, quota: int) -> None:
    if share is None and quota:
        PlanShare.objects.create(line=line, unit_id=unit_id, quota=quota)
    elif share is not None and not quota:
        share.delete()  # a draft of a figure, not a record: what was said of it is in the audit
    elif share is not None and share.quota != quota:
        PlanShare.objects.filter(pk=share.pk).update(
            quota=quota, state=ShareState.SENT, comment="", answered_at=None, answered_by=None
        )


@transaction.atomic
def send_plan(*, plan: Plan, by: User) -> None:
    """Send a draft to its units. Safe to call twice; refused while nobody has a quota."""
    if not PlanShare.objects.filter(line__plan=plan).exists():
        raise Refused(_("No unit has a quota yet: there is nobody to send the plan to."))
    draft = Plan.objects.filter(pk=plan.pk, state=PlanState.DRAFT)
    if draft.update(state=PlanState.SENT, sent_at=timezone.now()) == 1:
        record(by=by, action="send_plan", target=plan, unit_id=plan.unit_id)


@transaction.atomic
def close_plan(*, plan: Plan, by: User) -> None:
    """Close a plan that was sent: its figures are still counted, its quotas stand."""
    if Plan.objects.filter(pk=plan.pk, state=PlanState.SENT).update(state=PlanState.CLOSED) == 1:
        record(by=by, action="close_plan", target=plan, unit_id=plan.unit_id)


@transaction.atomic
def answer_share(*, share: PlanShare, comment: str, by: User) -> None:
    """Accept a quota, or, with an opinion, ask for another. The last answer stands."""
    state = ShareState.COMMENTED if comment else ShareState.ACCEPTED
    sent = PlanShare.objects.filter(pk=share.pk, line__plan__state=PlanState.SENT)
    changed = sent.exclude(state=state, comment=comment).update(
        state=state, comment=comment, answered_at=timezone.now(), answered_by=by
    )
    if changed:
        record(
            by=by,
            action="answer_plan_quota",
            target=share,
            unit_id=share.unit_id,
            after={"state": state, "comment": comment},
        )
    elif not sent.exists():
        raise Refused(_("The plan is not open for answers."))


def _open(plan: Plan) -> None:
    if plan.state == PlanState.CLOSED:
        raise Refused(_("The plan is closed."))
