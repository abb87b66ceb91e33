"""Plans: quotas sent and answered, and what was reached, counted from the ledger alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.errors import Refused
from accounts.models import User
from audit.models import AuditEvent
from enrolments.models import Enrolment, HoursEntry
from lms.clock import today
from reporting import figures
from reporting.actions.plans import set_shares
from reporting.models import Plan, PlanLine
from reporting.models.plans import PlanState, ShareState
from tests.make import (
    make_cohort,
    make_course,
    make_enrolment,
    make_unit,
    make_user,
    make_version,
)
from tests.people import Cast
from tests.reporting.make import group, make_hours, make_line, make_sent_plan, share_of

Browser = Callable[[User], Client]


@pytest.fixture
def plan(cast: Cast) -> Plan:
    return make_sent_plan(cast)


def reached(plan: Plan) -> figures.Reached:
    return figures.board(plan)[0].reached


def place(cast: Cast, person: User) -> Enrolment:
    """Return a place of a person in a class of languages."""
    course = make_course(cast.provider, code="NN-09")
    course.content_group = group()
    course.save()
    by = cast.training_officer
    version = make_version(course, by=cast.trainer)
    cohort = make_cohort(version, by=by, organiser=cast.department)
    return make_enrolment(cohort, person, by=by, unit=cast.department)


def test_a_plan_is_made_shared_and_sent_through_the_pages(cast: Cast, browser: Browser) -> None:
    client, content = browser(cast.department_hr), group()
    head = {"unit": cast.department.pk, "year": 2026, "title_vi": "Kế hoạch năm 2026"}
    client.post(reverse("reporting:new_plan"), head)
    plan = Plan.objects.get()
    line = {"title_vi": "Ngoại ngữ", "content_group": content.pk, "quota": 100, "carried_over": 20}
    line |= {"reported_turns": 0}
    answer = client.post(reverse("reporting:new_line", args=[plan.pk]), line)
    assert answer.status_code == 302
    made = plan.lines.get()
    assert (made.target, made.position) == (120, 1)
    client.post(reverse("reporting:edit_line", args=[plan.pk, made.pk]), {**line, "quota": 90})
    assert plan.lines.get().target == 110
    changed = AuditEvent.objects.get(action="change_plan_line")
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before["quota"], changed.after["quota"]) == ("100", "90")


def test_figures_without_a_source_and_lines_twice_are_refused_in_words(
    cast: Cast, plan: Plan, browser: Browser
) -> None:
    address = reverse("reporting:new_line", args=[plan.pk])
    twice = {"title_vi": "Nữa", "content_group": group().pk, "quota": 1, "carried_over": 0}
    answer = browser(cast.department_hr).post(address, {**twice, "reported_turns": 4000})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Cần ghi văn bản có số liệu này." in page
    assert "Kế hoạch đã có dòng cho nhóm nội dung này." in page
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanLine.objects.create(
            plan=plan, title_vi="x", content_group=group("tin_hoc"), quota=1, reported_turns=9
        )


def test_quotas_never_exceed_the_line_and_a_changed_one_asks_again(
    cast: Cast, plan: Plan, browser: Browser
) -> None:
    share, client = share_of(plan), browser(cast.department_hr)
    browser(cast.hr).post(reverse("reporting:answer_share", args=[share.pk]), {"comment": ""})
    share.refresh_from_db()
    assert (share.state, share.answered_by) == (ShareState.ACCEPTED, cast.hr)
    division = make_unit("Phòng Công chức", parent=cast.department, kind="division")
    address = reverse("reporting:shares", args=[plan.pk, share.line_id])
    field = f"unit_{division.pk}"
    refused = client.post(address, {field: 61})
    assert refused.status_code == 422
    assert "lớn hơn 100 của dòng kế hoạch" in refused.content.decode()
    client.post(address, {field: 60})
    assert plan.lines.get().shares.count() == 2
    with pytest.raises(Refused, match="101"):
        set_shares(line=share.line, quotas={cast.ward.pk: 41}, by=cast.department_hr)
    set_shares(line=share.line, quotas={cast.ward.pk: 39, division.pk: 0}, by=cast.department_hr)
    share.refresh_from_db()
    assert (share.quota, share.state, share.answered_by) == (39, ShareState.SENT, None)
    assert plan.lines.get().shares.count() == 1


def test_a_line_is_not_lowered_below_what_its_units_were_given(
    cast: Cast, plan: Plan, browser: Browser
) -> None:
    line, client = plan.lines.get(), browser(cast.department_hr)
    given = share_of(plan).quota
    address = reverse("reporting:edit_line", args=[plan.pk, line.pk])
    form = {"title_vi": line.title_vi, "content_group": line.content_group_id}
    form |= {"carried_over": 0, "reported_turns": 0}
    refused = client.post(address, {**form, "quota": given - 1})
    assert refused.status_code == 422
    assert f"lớn hơn {given - 1} của dòng kế hoạch" in refused.content.decode()
    assert plan.lines.get().target == line.target
    assert client.post(address, {**form, "quota": given}).status_code == 302
    assert plan.lines.get().target == given


def test_a_unit_accepts_or_gives_an_opinion(cast: Cast, plan: Plan, browser: Browser) -> None:
    share, client = share_of(plan), browser(cast.hr)
    assert "Chỉ tiêu chờ trả lời" in client.get(reverse("reporting:plans")).content.decode()
    assert "chỉ tiêu kế hoạch chờ đơn vị trả lời" in client.get("/").content.decode()
    address = reverse("reporting:answer_share", args=[share.pk])
    client.post(address, {"comment": "Đề nghị giảm còn 30."})
    client.post(address, {"comment": "Đề nghị giảm còn 30."})
    share.refresh_from_db()
    assert (share.state, share.comment) == (ShareState.COMMENTED, "Đề nghị giảm còn 30.")
    assert AuditEvent.objects.filter(action="answer_plan_quota").count() == 1
    board = browser(cast.department_hr).get(
        reverse("reporting:plan_line", args=[plan.pk, share.line_id])
    )
    assert "Đề nghị giảm còn 30." in board.content.decode()
    Plan.objects.update(state=PlanState.CLOSED)
    late = client.post(address, {"comment": ""})
    assert late.status_code == 422
    assert "không ở trạng thái nhận trả lời" in late.content.decode()


def test_a_draft_is_seen_by_its_owner_alone_and_is_not_sent_to_nobody(
    cast: Cast, browser: Browser
) -> None:
    plan = make_sent_plan(cast)
    Plan.objects.update(state=PlanState.DRAFT, sent_at=None)
    address = reverse("reporting:plan", args=[plan.pk])
    assert browser(cast.hr).get(address).status_code == 404
    assert browser(cast.department_hr).get(address).status_code == 200
    plan.lines.get().shares.all().delete()
    sent = browser(cast.department_hr).post(
        reverse("reporting:send_plan", args=[plan.pk]), follow=True
    )
    assert "Chưa giao chỉ tiêu cho đơn vị nào" in sent.content.decode()
    plan.refresh_from_db()
    assert plan.state == PlanState.DRAFT


def test_turns_are_places_and_persons_are_people(cast: Cast, plan: Plan) -> None:
    person = make_user("Lê Văn Hai", unit=cast.department)
    taken = place(cast, person)
    # A long class credited module by module is one turn; a class on paper is another.
    make_hours(person, cast.department, enrolment=taken, rule="module:a")
    make_hours(person, cast.department, enrolment=taken, rule="module:b")
    make_hours(person, cast.department)
    assert reached(plan) == figures.Reached(turns=2, persons=1)


def test_what_was_taken_back_of_another_year_unit_or_group_does_not_count(
    cast: Cast, plan: Plan
) -> None:
    person = make_user("Lê Văn Hai", unit=cast.department)
    wrong = make_hours(person, cast.department)
    make_hours(person, cast.department, reverses=wrong, credited=Decimal(-4))
    make_hours(person, cast.department, year=today().year - 1)
    make_hours(person, cast.other_ward)
    make_hours(person, cast.department, content="tin_hoc")
    assert HoursEntry.objects.count() == 5
    assert reached(plan) == figures.Reached()


def test_a_line_of_a_course_takes_that_course_out_of_its_group(cast: Cast, plan: Plan) -> None:
    person = make_user("Lê Văn Hai", unit=cast.department)
    taken = place(cast, person)
    make_hours(person, cast.department, enrolment=taken)
    make_hours(person, cast.department)
    course = taken.cohort.course
    own = make_line(plan, by=cast.department_hr, course=course, title_vi="Riêng")
    by_title = {row.line.title: row.reached for row in figures.board(plan)}
    assert by_title == {
        "Bồi dưỡng ngoại ngữ": figures.Reached(1, 1),
        "Riêng": figures.Reached(1, 1),
    }
    assert figures.of_line(own).get().enrolment == taken
    assert figures.of_line(plan.lines.get(course=None)).get().enrolment is None


def test_the_board_is_exported_with_figures_before_the_system_and_their_source(
    cast: Cast, browser: Browser
) -> None:
    plan = make_sent_plan(cast)
    plan.lines.update(reported_turns=4000, source="Báo cáo tổng hợp")
    answer = browser(cast.auditor).get(reverse("reporting:export_plan", args=[plan.pk]))
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][5:8] == (4000, 4000, 0)
    assert rows[1][-1] == "Báo cáo tổng hợp"


@pytest.mark.parametrize("people", [10, 1000])
def test_the_board_costs_the_same_for_ten_and_for_a_thousand(
    people: int,
    cast: Cast,
    browser: Browser,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    plan = make_sent_plan(cast)
    one = make_hours(cast.department_hr, cast.department)
    copies = [HoursEntry(**{**_facts(one), "rule": f"r{n}"}) for n in range(people)]
    HoursEntry.objects.bulk_create(copies)
    client = browser(cast.department_hr)
    for name, args in (("plan", [plan.pk]), ("plan_line", [plan.pk, plan.lines.get().pk])):
        with django_assert_max_num_queries(15):
            assert client.get(reverse(f"reporting:{name}", args=args)).status_code == 200
    assert reached(plan).turns == people + 1


def _facts(entry: HoursEntry) -> dict[str, object]:
    names = [field.attname for field in HoursEntry._meta.concrete_fields if field.attname != "id"]
    return {name: getattr(entry, name) for name in names}
