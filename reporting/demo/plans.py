"""Plans of the year and cooperation programmes of the demo city."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from accounts.models import Unit, User
from courses.models import Course, Provider
from reference.models import Code
from reporting.actions.plans import answer_share, close_plan, make_plan, save_line, send_plan
from reporting.actions.plans import set_shares as give_quotas
from reporting.actions.programmes import report_task
from reporting.demo.clock import Days, Diary, at
from reporting.demo.people import People
from reporting.demo.sources import read_yaml
from reporting.models import Plan, PlanShare, Programme, ProgrammeTask, TaskUpdate
from reporting.models.programmes import ProgrammeState

SENT_MONTH, SENT_DAY = 1, 15
FIRST_WORD = dt.date(2022, 1, 1)


def plan_plans(people: People, diary: Diary, days: Days) -> None:
    """Note in the diary what happens to plans and programmes."""
    rows = read_yaml("plans.yaml")
    for row in rows["plans"]:
        year = days.today.year + row["year"]
        # A plan of this year is not sent before the city begins, whatever today is.
        sent = max(dt.date(year, SENT_MONTH, SENT_DAY), days.today - dt.timedelta(days=329))
        diary.note(at(min(sent, days.today)), partial(_make_plan, row, year, people))
    for row in rows["programmes"]:
        _programme(row, people, diary, days)


def _make_plan(row: dict[str, Any], year: int, people: People) -> None:
    by = people["quang"]
    words = {
        "title_vi": f"{row['title']} năm {year}",
        "title_en": f"{row['title_en']} {year}",
        "document": row["document"],
    }
    plan = make_plan(unit=people.units[row["unit"]], year=year, data=words, by=by)
    for facts in row["lines"]:
        line = save_line(plan=plan, data=_line(facts, people), by=by)
        quotas = {people.units[code].pk: facts["share"] for code in row["units"]}
        give_quotas(line=line, quotas=quotas, by=by)
    send_plan(plan=plan, by=by)
    _answers(plan, row, people)
    if row.get("closed"):
        plan.refresh_from_db()
        close_plan(plan=plan, by=by)


def _line(facts: dict[str, Any], people: People) -> dict[str, Any]:
    course, partner = facts.get("course"), facts.get("partner")
    return {
        "title_vi": facts["title"],
        "title_en": facts["title_en"],
        "content_group": Code.objects.get(list="content_group", code=facts["group"]),
        "course": Course.objects.get(code=course) if course else None,
        "partner": Provider.objects.get(code=partner) if partner else None,
        "quarter": facts["quarter"],
        "quota": facts["quota"],
        "carried_over": facts.get("carried", 0),
        "budget": facts["budget"],
        "owner": people.units[facts["owner"]],
        "reported_turns": facts.get("reported", 0),
        "source": facts.get("source", ""),
    }


def _answers(plan: Plan, row: dict[str, Any], people: People) -> None:
    for share in PlanShare.objects.filter(line__plan=plan).select_related("unit", "line__plan"):
        if share.unit.code in row["accepted"]:
            answer_share(share=share, comment="", by=_officer(share.unit, people))
    said = row.get("commented")
    if said:
        share = PlanShare.objects.filter(line__plan=plan, unit__code=said["unit"])[0]
        answer_share(share=share, comment=said["words"], by=_officer(share.unit, people))


def _officer(unit: Unit, people: People) -> User:
    """Return who answers for a unit: its own officer, or the city's on its behalf."""
    grant = unit.role_grants.in_force().filter(role="hr_officer").select_related("user").first()
    return grant.user if grant else people["quang"]


def _programme(row: dict[str, Any], people: People, diary: Diary, days: Days) -> None:
    closed: dt.date | None = row.get("closed")
    programme = Programme.objects.create(
        unit=people.units["79"],
        partner=Provider.objects.get(code=row["partner"]),
        title_vi=row["title"],
        title_en=row["title_en"],
        starts_on=row["starts"],
        ends_on=row["ends"],
        state=ProgrammeState.CLOSED if closed else ProgrammeState.OPEN,
        closed_on=closed,
    )
    for number, facts in enumerate(row["tasks"], start=1):
        task = _task(programme, number, facts, people, days)
        if closed:
            _as_it_stood(task, facts, closed)
        else:
            moment = at(days.off(facts["days"]), 15)
            diary.note(moment, partial(_report, task, facts, people))


def _task(
    programme: Programme, number: int, facts: dict[str, Any], people: People, days: Days
) -> ProgrammeTask:
    due = facts.get("due")
    return ProgrammeTask.objects.create(
        programme=programme,
        number=number,
        title_vi=facts["title"],
        owner=people.units[facts["owner"]],
        due_on=days.off(due) if due else None,
        last_update_at=at(programme.starts_on),
    )


def _as_it_stood(task: ProgrammeTask, facts: dict[str, Any], day: dt.date) -> None:
    """Write the tasks of an ended programme as its last report gave them."""
    silent = facts["status"] == "not_updated"
    moment = at(FIRST_WORD) if silent else at(day, 14)
    note = facts.get("note", "")
    TaskUpdate.objects.create(task=task, status=facts["status"], note=note, at=moment)
    ProgrammeTask.objects.filter(pk=task.pk).update(
        status=facts["status"], last_note=note, last_update_at=moment
    )


def _report(task: ProgrammeTask, facts: dict[str, Any], people: People) -> None:
    by = _officer(task.owner, people)
    report_task(task=task, status=facts["status"], note=facts["note"], by=by)
