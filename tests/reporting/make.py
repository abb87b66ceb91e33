"""Plans, programmes and entries of hours for the tests of this app."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.models import Unit, User
from enrolments.models import Enrolment, HoursEntry
from lms.clock import today
from reference.models import Code
from reporting.actions.plans import make_plan, save_line, send_plan, set_shares
from reporting.models import Plan, PlanLine, PlanShare, Programme, ProgrammeTask
from tests.make import make_code
from tests.people import Cast

LANGUAGES = "ngoai_ngu"


def group(code: str = LANGUAGES) -> Code:
    return make_code("content_group", code)


def make_line(plan: Plan, *, by: User, **fields: Any) -> PlanLine:
    words = {"title_vi": "Bồi dưỡng ngoại ngữ", "content_group": group(), "quota": 100}
    return save_line(plan=plan, data={**words, **fields}, by=by)


def make_sent_plan(cast: Cast, quota: int = 40) -> Plan:
    """Return a plan of the department with a quota for the ward."""
    by = cast.department_hr
    words = {"title_vi": "Kế hoạch năm"}
    plan = make_plan(unit=cast.department, year=today().year, data=words, by=by)
    line = make_line(plan, by=by)
    set_shares(line=line, quotas={cast.ward.pk: quota}, by=by)
    send_plan(plan=plan, by=by)
    plan.refresh_from_db()
    return plan


def share_of(plan: Plan) -> PlanShare:
    return PlanShare.objects.get(line__plan=plan)


def make_programme(cast: Cast) -> Programme:
    """Return a programme of the department with one task of the ward."""
    programme = Programme.objects.create(
        unit=cast.department,
        partner=cast.provider,
        title_vi="Chương trình phối hợp",
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2030, 12, 31),
    )
    ProgrammeTask.objects.create(
        programme=programme, number=1, title_vi="Khảo sát nhu cầu", owner=cast.ward
    )
    return programme


def make_hours(
    person: User,
    unit: Unit,
    *,
    enrolment: Enrolment | None = None,
    content: str = LANGUAGES,
    category: Code | None = None,
    **fields: Any,
) -> HoursEntry:
    return HoursEntry.objects.create(
        person=person,
        year=fields.pop("year", today().year),
        declared=Decimal(4),
        credited=fields.pop("credited", Decimal(4)),
        rule=fields.pop("rule", "opening_balance"),
        enrolment=enrolment,
        title="Lớp",
        closing_on=today(),
        unit=unit,
        category=category,
        content_group=group(content),
        **fields,
    )
