"""Audiences: a sentence says who belongs; people join and leave by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Posting, User
from accounts.permissions import Role
from enrolments.models import Obligation
from jobs.models import BulkChange
from lms.clock import today
from requirements.actions.audiences import recompute
from requirements.models import Audience, AudienceMembership
from requirements.models.audiences import AudienceState
from requirements.sentences import UnreadableError, belong, read
from requirements.tasks import tick
from tests.enrolments.importing import run_jobs
from tests.make import (
    grant,
    make_code,
    make_cohort,
    make_course,
    make_enrolment,
    make_unit,
    make_user,
    make_version,
    mark_published,
)
from tests.people import Cast
from tests.requirements.make import (
    confirm,
    make_audience,
    make_requirement,
    put_in_force,
    undo,
)

Browser = Callable[[User], Client]


def read_page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"requirements:{name}", args=args))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def write_rule(client: Client, audience: Audience, act: str = "check", **typed: Any) -> str:
    sent = {f"s1-{name}": value for name, value in typed.items()}
    address = reverse("requirements:audience_rule", args=[audience.pk])
    answer = client.post(address, {**sent, "act": act}, follow=True)
    run_jobs()
    return unescape(answer.content.decode())


def members(audience: Audience) -> set[str]:
    open_ = AudienceMembership.objects.filter(audience=audience, until=None)
    return set(open_.values_list("person__username", flat=True))


def test_a_sentence_is_written_counted_looked_at_and_put_in_force(
    cast: Cast, browser: Browser
) -> None:
    client = browser(cast.hr)
    made = {"name": "Công chức phường", "unit": cast.ward.pk, "follows": "on"}
    page = client.post(reverse("requirements:new_audience"), made, follow=True).content.decode()
    audience = Audience.objects.get()
    assert "Tất cả" not in page
    assert members(audience) == set()
    counted = write_rule(client, audience, "count", categories=["cong_chuc"])
    assert "Hôm nay có 3 người thuộc quy tắc này" in counted
    assert "Nguyễn Thị Hồng Hạnh" in counted
    assert members(audience) == set()
    write_rule(client, audience, categories=["cong_chuc"])
    shown = unescape(
        client.get(BulkChange.objects.latest("pk").get_absolute_url()).content.decode()
    )
    assert "nhóm nhân sự: Công chức" in shown
    assert "Người vào nhóm: 3" in " ".join(shown.replace("</span>", "").split()).replace(
        '<span class="num">', ""
    )
    change = confirm(client)
    assert members(audience) == {"hanh", "thu", "duc"}
    page = read_page(client, "audience", audience.pk)
    assert "Nhóm nhân sự: Công chức" in page
    assert "Bùi Minh Đức" in page
    write_rule(client, audience, heads="on")
    second = confirm(client)
    assert members(audience) == {"duc"}
    undo(client, second)
    assert members(audience) == {"hanh", "thu", "duc"}
    undo(client, change)
    assert members(audience) == set()
    audience.refresh_from_db()
    assert audience.state == AudienceState.STOPPED


def test_what_cannot_be_read_or_would_take_everybody_is_refused(
    cast: Cast, browser: Browser
) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    assert "không có điều kiện nào" in write_rule(client, audience)
    page = write_rule(client, audience, units=f"{cast.ward.code}\nPhường Dĩ An\nxyz")
    assert "“Phường Dĩ An” không phải là đơn vị ở đây." in page
    assert "“xyz” không phải là đơn vị ở đây." in page
    assert f"“{cast.ward.code}”" not in page
    assert "Chọn khóa" in write_rule(client, audience, studied="done")
    assert not BulkChange.objects.filter(kind="requirements.audience").exists()


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {},
        [{}],
        ["x"],
        [{"all": True}],
        [{"units": "26743"}],
        [{"heads": 1}],
        [{"course": "x"}],
        [{"done": False, "years": 2}],
        [{"posted_since": "hôm qua"}],
        [{"categories": ["cong_chuc"]}, {}],
    ],
)
def test_a_malformed_rule_admits_nobody_and_stops_with_an_alarm(
    cast: Cast, browser: Browser, stored: Any
) -> None:
    with pytest.raises(UnreadableError):
        read(stored)
    if stored is None:
        return
    audience = make_audience(cast.ward, by=cast.hr)
    Audience.objects.filter(pk=audience.pk).update(sentences=stored)
    audience.refresh_from_db()
    make_user(unit=cast.ward)
    assert recompute(audience=audience) == (0, 0)
    assert members(audience) == {"hanh", "thu", "duc"}
    audience.refresh_from_db()
    assert audience.state == AudienceState.STOPPED
    assert "nhóm đối tượng đã dừng" in unescape(browser(cast.hr).get("/").content.decode())


def test_each_condition_narrows_and_alternatives_add(cast: Cast) -> None:
    team = make_unit("Văn phòng phường", parent=cast.ward, kind="division")
    newcomer = make_user("Trần Mới", unit=team, username="moi")
    leader = make_code("position", "lanh_dao_quan_ly", "Lãnh đạo, quản lý")
    Posting.objects.filter(user=newcomer).update(since=today(), position=leader)
    contract = make_user("Lý Hợp Đồng", unit=cast.ward, username="hd")
    other = make_code("staff_category", "hop_dong", "Hợp đồng")
    Posting.objects.filter(user=contract).update(category=other)
    course = make_course(cast.provider)
    version = mark_published(make_version(course, by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(version, by=cast.hr, organiser=cast.department)
    place = make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)
    long_ago = timezone.now() - dt.timedelta(days=800)
    type(place).objects.filter(pk=place.pk).update(state="completed", completed_at=long_ago)
    audience = make_audience(cast.ward, by=cast.hr)

    def who(*stored: dict[str, Any]) -> set[str]:
        found = User.objects.filter(belong(audience, read(list(stored))))
        return set(found.values_list("username", flat=True))

    everybody = {"hanh", "thu", "duc", "moi"}
    assert who({"categories": ["cong_chuc"]}) == everybody
    assert who({"categories": ["cong_chuc"], "units": [team.pk]}) == {"moi"}
    assert who({"kinds": ["division"]}) == {"moi"}
    assert who({"kinds": ["ward"]}) == everybody | {"hd"}
    assert who({"positions": ["lanh_dao_quan_ly"]}) == {"moi"}
    assert who({"posted_since": today().isoformat()}) == {"moi"}
    assert who({"heads": True}, {"categories": ["hop_dong"]}) == {"duc", "hd"}
    done = {"course": course.pk, "done": True}
    assert who(done) == {"hanh"}
    assert who(done | {"years": 2}) == set()
    assert who(done | {"years": 3}) == {"hanh"}
    assert who({"course": course.pk, "heads": True}) == {"duc"}
    assert "hanh" not in who({"course": course.pk})
    assert who({"units": [cast.other_ward.pk]}) == set()


def test_each_night_people_join_and_leave_with_what_they_must_finish(
    cast: Cast, browser: Browser
) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    course = make_course(cast.provider)
    requirement = make_requirement(audience, course, by=cast.hr)
    put_in_force(client, requirement)
    newcomer = make_user("Trần Mới", unit=cast.ward, username="moi")
    gone = Posting.objects.filter(user=cast.manager)
    gone.update(unit=cast.other_ward)
    tick()
    assert "moi" not in members(audience)  # the night has not come
    Audience.objects.update(next_at=timezone.now())
    tick()
    tick()
    assert members(audience) == {"hanh", "thu", "moi"}
    duty = Obligation.objects.get(person=newcomer)
    assert (duty.status, duty.title_vi) == ("open", requirement.title_vi)
    left = Obligation.objects.get(person=cast.manager)
    assert left.status == "cancelled"
    assert left.status_reason == "Không còn thuộc nhóm “Công chức của phường”."
    gone.update(unit=cast.ward)
    Audience.objects.update(next_at=timezone.now())
    tick()
    left.refresh_from_db()
    assert left.status == "open"
    assert Obligation.objects.filter(person=cast.manager).count() == 1
    assert "Bùi Minh Đức" in read_page(client, "audience", audience.pk)


def test_too_many_leaving_at_once_stops_and_a_person_looks(cast: Cast, browser: Browser) -> None:
    people = [make_user(unit=cast.ward) for _n in range(30)]
    audience = make_audience(cast.ward, by=cast.hr)
    Posting.objects.filter(user__in=people).update(unit=cast.other_ward)
    assert recompute(audience=audience) == (0, 0)
    assert len(members(audience)) == 33
    audience.refresh_from_db()
    assert "30 trên 33 người" in audience.problem
    client = browser(cast.hr)
    assert audience.problem in read_page(client, "audience", audience.pk)
    write_rule(client, audience, categories=["cong_chuc"])
    confirm(client)
    assert members(audience) == {"hanh", "thu", "duc"}
    audience.refresh_from_db()
    assert (audience.state, audience.problem) == (AudienceState.IN_FORCE, "")


def test_only_by_hand_means_that_the_night_changes_nothing(cast: Cast, browser: Browser) -> None:
    client, audience = browser(cast.hr), make_audience(cast.ward, by=cast.hr)
    client.post(reverse("requirements:audience_follow", args=[audience.pk]), {"follows": "0"})
    make_user(unit=cast.ward, username="moi")
    Audience.objects.update(next_at=timezone.now())
    tick()
    assert "moi" not in members(audience)
    client.post(reverse("requirements:audience_follow", args=[audience.pk]), {"follows": "1"})
    tick()
    assert "moi" in members(audience)


def test_marks_are_given_and_audiences_may_ask_for_them(cast: Cast, browser: Browser) -> None:
    client = browser(cast.hr)
    tag = make_code("person_tag", "hoi_nhap", "Trực tiếp làm công tác hội nhập kinh tế quốc tế")
    address = reverse("requirements:tags", args=[cast.learner.pk])
    person = reverse("accounts:person", args=[cast.learner.pk])
    assert "Chưa có nhãn" in unescape(client.get(person).content.decode())
    for _click in range(2):
        client.post(address, {"tags": [tag.pk]})
    assert tag.name_vi in unescape(client.get(person).content.decode())
    audience = make_audience(cast.ward, by=cast.hr, rule=[{"tags": ["hoi_nhap"]}])
    assert members(audience) == {"hanh"}
    client.post(address, {})
    recompute(audience=audience)
    assert members(audience) == set()
    own = client.post(reverse("requirements:tags", args=[cast.hr.pk]), {"tags": [tag.pk]})
    assert own.status_code == 422
    assert not cast.hr.tags.exists()


def test_an_officer_takes_nobody_of_another_unit(cast: Cast, browser: Browser) -> None:
    client = browser(cast.hr)
    made = {"name": "Ngoài phường", "unit": cast.city.pk, "follows": "on"}
    assert client.post(reverse("requirements:new_audience"), made).status_code == 422
    audience = make_audience(cast.ward, by=cast.hr, rule=[{"kinds": ["ward"]}])
    assert members(audience) == {"hanh", "thu", "duc"}
    stranger = browser(cast.other_hr)
    assert audience.name not in read_page(stranger, "audiences")
    address = reverse("requirements:audience", args=[audience.pk])
    assert stranger.get(address).status_code == 404


@pytest.mark.parametrize("people", [5, 120])
def test_the_pages_of_an_audience_ask_a_fixed_number_of_questions(
    cast: Cast, browser: Browser, people: int
) -> None:
    for _n in range(people):
        make_user(unit=cast.ward)
    audience = make_audience(cast.ward, by=cast.hr)
    client = browser(cast.hr)
    for name, args in (("audiences", []), ("audience", [audience.pk])):
        client.get(reverse(f"requirements:{name}", args=args))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse(f"requirements:{name}", args=args))
        assert len(asked) <= 15, name


def test_a_city_officer_keeps_an_audience_of_the_whole_city(cast: Cast, browser: Browser) -> None:
    grant(cast.department_hr, Role.HR_OFFICER, cast.city)
    client = browser(cast.department_hr)
    made = {"name": "Người đứng đầu", "unit": cast.city.pk, "follows": "on"}
    client.post(reverse("requirements:new_audience"), made)
    audience = Audience.objects.get()
    typed: dict[str, Any] = {"kinds": ["ward"], "heads": "on", "units": "Phường Bến Thành"}
    write_rule(client, audience, **typed)
    confirm(client)
    assert members(audience) == {"duc"}
