"""A cohort from a spreadsheet, through the pages: what rows mean, what is decided, who may."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from accounts import identity
from accounts.models import User
from accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from audit.models import AuditEvent
from enrolments.models import Enrolment, Obligation
from tests.enrolments.importing import HEADS, Walk, person, run_jobs
from tests.make import make_code, make_enrolment, make_unit, make_user
from tests.people import Cast, signed_in_as

pytestmark = pytest.mark.django_db


def test_each_row_gets_its_verdict_and_nothing_is_written(walk: Walk, cast: Cast) -> None:
    held = person("CB01", "Trần Quốc An", cast)
    make_enrolment(walk.cohort, held, by=cast.hr, unit=cast.ward)
    person("CB02", "Lý Mỹ Lan", cast)
    division = make_unit("Phòng Kinh tế", parent=cast.ward, kind="division")
    person("CB03", "Lê Hà", cast)
    person("CB05", "Tạ Bảo Ngọc", cast, birth_year=1981)
    before = (User.objects.count(), Enrolment.objects.count(), Obligation.objects.count())
    walk.check([
        ["UBND PHƯỜNG BẾN THÀNH"], ["DANH SÁCH CỬ HỌC VIÊN"], HEADS,
        [1, "CB01", "TRẦN QUỐC AN", "", "", ""],
        [2, "CB02", "Lý Mỹ Lan", "1990", "Phường Bến Thành", ""],
        [3, "CB03", "Lê Hà", "", "Phòng Kinh tế", ""],
        [4, "CB99", "Cao Hữu Phúc", "1985", "", "Công chức"],
        [5, "", "Tạ Bảo Ngọc", "1981", "", ""],
        [6, "CB06", "Mai Oanh", "hai mươi tuổi", "", ""],
        [7, "cb02", "Lý Mỹ Lan", "", "", ""],
        ["Tổng cộng: 7 người"],
    ])  # fmt: skip
    assert walk.verdicts() == {
        4: "same", 5: "new", 6: "moved", 7: "unknown", 8: "ambiguous", 9: "error", 10: "duplicate",
    }  # fmt: skip
    assert walk.change.counts["included"] == 2
    assert walk.after(6)["unit"] != division.pk
    assert "hai mươi tuổi" in walk.row(9).message
    now = (User.objects.count(), Enrolment.objects.count(), Obligation.objects.count())
    assert now == before
    page = walk.client.get(walk.at()).content.decode()
    assert "TRẦN QUỐC AN" in page  # the change of the name is shown
    assert "11" in page  # the total line that was left out


def test_unknown_people_are_put_on_record_in_the_same_act(walk: Walk, cast: Cast) -> None:
    heads = [*HEADS, "CCCD", "Giới tính", "Chức vụ"]
    number, unit = "099085000123", "Phường Bến Thành"
    first = [
        1,
        "CB91",
        "CAO HỮU PHÚC",
        "02/9/1985",
        unit,
        "Công chức",
        number,
        "Nam",
        "Chuyên viên",
    ]
    walk.check([heads, first, [2, "", "Kiều Nhã Uyên", "1990", "", "", "", "Nữ", ""]])
    assert walk.verdicts() == {2: "unknown", 3: "unknown"}
    assert walk.change.counts["included"] == 0
    assert walk.row(3).target_type == ""  # no category
    walk.client.post(walk.at("import_columns"), walk.columns(category=make_code().pk))
    run_jobs()
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    assert "099085000123" not in str(list(walk.change.rows.values_list("after", flat=True)))
    walk.confirm()
    made = User.objects.get(staff_code="CB91")
    assert (made.full_name, made.gender, made.username) == ("Cao Hữu Phúc", "male", "CB91")
    assert made.birth_date == dt.date(1985, 9, 2)
    assert identity.decrypt(made.identity_cipher) == "099085000123"
    assert not made.has_usable_password()
    post = made.postings.get()
    assert (post.unit, post.title, post.category) == (cast.ward, "Chuyên viên", make_code())
    other = User.objects.get(full_name="Kiều Nhã Uyên")
    assert (other.birth_year, other.staff_code) == (1990, None)
    assert Enrolment.objects.in_force().count() == 2
    assert AuditEvent.objects.filter(action="create_person").count() == 2


def test_one_unknown_row_is_decided_alone(walk: Walk) -> None:
    rows = [[n, f"CB9{n}", name, "1985", "", "Công chức"] for n, name in ((1, "Lê A"), (2, "Lê B"))]
    walk.check([HEADS, *rows])
    walk.decide(2, "create")
    walk.change.refresh_from_db()
    assert walk.change.counts["included"] == 1
    walk.confirm()
    assert [walk.row(2).state, walk.row(3).state] == ["applied", "planned"]
    assert not User.objects.filter(staff_code="CB92").exists()


def test_somebody_without_the_right_to_make_records_is_not_offered_it(
    walk: Walk, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    less = ROLE_PERMISSIONS[Role.HR_OFFICER] - {Permission.MANAGE_PEOPLE}
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.HR_OFFICER, less)
    walk.check([HEADS, [1, "CB91", "Cao Hữu Phúc", "1985", "", "Công chức"]])
    assert walk.row(2).target_type == ""
    walk.decide(2, "create")
    assert not walk.row(2).included


def test_an_ambiguous_row_is_decided_by_the_officer(walk: Walk, cast: Cast) -> None:
    one = person("CB01", "Nguyễn Thị Hạnh", cast, birth_year=1980)
    two = person("CB02", "Nguyễn Thị Hạnh", cast, birth_year=1980)
    other = person("CB03", "Lý Mỹ Lan", cast)
    row = [1, "", "NGUYỄN THỊ HẠNH", "1980", "", "Công chức"]
    walk.check([HEADS, row])
    assert walk.verdicts() == {2: "ambiguous"}
    page = walk.client.get(walk.at()).content.decode()
    assert "CB01" in page
    assert "CB02" in page
    assert walk.decide(2, other.pk).status_code == 404
    walk.decide(2, two.pk)
    assert (walk.row(2).included, walk.row(2).target_id) == (True, two.pk)
    walk.decide(2, "leave")
    assert not walk.row(2).included
    walk.decide(2, "create")
    assert walk.row(2).target_type == "new"
    walk.decide(2, two.pk)
    walk.confirm()
    assert [place.learner for place in Enrolment.objects.in_force()] == [two]
    assert User.objects.filter(full_name="Nguyễn Thị Hạnh").count() == 2
    assert one.enrolments.count() == 0


def test_people_outside_the_officers_scope_read_as_unknown(walk: Walk, cast: Cast) -> None:
    make_user("Hồ Thuỳ Dương", unit=cast.other_ward, username="CB77", staff_code="CB77")
    walk.check([
        HEADS,
        [1, "CB77", "Hồ Thuỳ Dương", "", "", "Công chức"],
        [2, "CB78", "Hồ Thuỳ Dương", "", "Phường Dĩ An", "Công chức"],
    ])  # fmt: skip
    assert walk.verdicts() == {2: "unknown", 3: "unknown"}
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    walk.change.refresh_from_db()
    assert walk.change.counts["included"] == 0
    page = walk.client.get(walk.at()).content.decode()
    assert "Dĩ An" not in page


def test_the_same_address_on_two_rows_matches_nobody(walk: Walk, cast: Cast) -> None:
    make_user("Lý Mỹ Lan", unit=cast.ward, username="CB01", email="vp@benthanh.vn")
    heads = [*HEADS, "Email"]
    rows = [[n, "", name, "", "", "", "vp@benthanh.vn"] for n, name in enumerate(["Lê A", "Lê B"])]
    walk.check([heads, *rows])
    assert set(walk.verdicts().values()) == {"unknown"}
    assert "vp@benthanh.vn" in walk.row(2).message


def test_a_code_that_lost_its_zeros_is_asked_about(walk: Walk, cast: Cast) -> None:
    lan = person("000123", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, 123, "Lý Mỹ", "", "", ""]])
    assert walk.verdicts() == {2: "ambiguous"}
    walk.decide(2, lan.pk)
    walk.confirm()
    assert Enrolment.objects.get().learner == lan


def test_a_person_without_a_birth_date_of_the_same_name_is_asked_about(
    walk: Walk, cast: Cast
) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, "", "Lý Mỹ Lan", "1990", "", ""], [2, "", "Lý Mỹ Lam", "1990", "", ""]])
    assert walk.verdicts() == {2: "ambiguous", 3: "unknown"}


def test_rows_are_filtered_by_verdict(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, "CB01", "Lý Mỹ Lan"], [2, "CB02", "Lê Hà", "", "", "Công chức"]])
    page = walk.client.get(f"{walk.at()}?verdict=unknown").content.decode()
    assert "Lê Hà" in page
    assert "Lý Mỹ Lan" not in page


@pytest.mark.parametrize("who", ["learner", "trainer", "training_officer", "auditor", "stranger"])
def test_nobody_else_reaches_the_pages(walk: Walk, cast: Cast, who: str) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, "CB01", "Lý Mỹ Lan"]])
    client = signed_in_as(getattr(cast, who))
    _all_absent(client, walk)
    assert client.get(reverse("enrolments:import_upload", args=[walk.cohort.pk])).status_code == 404


def test_another_officer_does_not_reach_my_import(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, "CB01", "Lý Mỹ Lan"]])
    _all_absent(signed_in_as(cast.other_hr), walk)


def _all_absent(client: Client, walk: Walk) -> None:
    for name in ("import", "import_columns", "import_file"):
        assert client.get(walk.at(name)).status_code == 404
    for name in ("import_confirm", "import_decide_all"):
        assert client.post(walk.at(name), {"choice": "create"}).status_code == 404
    address = walk.at("import_decide", walk.row(2).pk)
    assert client.post(address, {"choice": "leave"}).status_code == 404
    walk.change.refresh_from_db()
    assert walk.change.state == "planned"


def test_an_officer_who_lost_the_role_cannot_confirm(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, "CB01", "Lý Mỹ Lan"]])
    cast.hr.role_grants.update(until=dt.date(2021, 1, 1))
    assert walk.client.post(walk.at("import_confirm")).status_code == 404
    assert not Enrolment.objects.exists()
