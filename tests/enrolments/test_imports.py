"""A cohort from a spreadsheet, through the pages."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts import identity
from accounts.models import User
from accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from audit.models import AuditEvent
from enrolments.models import Attendance, Cohort, Enrolment, Obligation, Session, SheetLayout
from jobs.models import BulkChange
from notifications.models import Notice
from tests.enrolments.importing import HEADS, Walk, run_jobs
from tests.lms.sheets.make import ods, xls, xlsx
from tests.make import (
    grant,
    make_code,
    make_cohort,
    make_enrolment,
    make_unit,
    make_user,
    make_version,
    mark_published,
)
from tests.people import Cast, signed_in_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    return make_cohort(version, by=cast.department_hr, organiser=cast.department)


@pytest.fixture
def walk(cast: Cast, cohort: Cohort) -> Walk:
    make_code()
    return Walk(signed_in_as(cast.hr), cohort)


def person(code: str, name: str, cast: Cast, **fields: object) -> User:
    return make_user(name, unit=cast.ward, username=code, staff_code=code, **fields)


def visible_state(cohort: Cohort) -> list[object]:
    """Return everything a reader or an export of the class could show."""
    cohort.refresh_from_db()
    places = cohort.enrolments.in_force().order_by("pk")
    duties = Obligation.objects.outstanding().order_by("pk")
    notices = Notice.objects.exclude(state="stopped").order_by("pk")
    people = User.objects.active().order_by("pk").values_list("username", "full_name", "staff_code")
    rows = [list(rows.values_list()) for rows in (places, duties, notices)]
    return [cohort.enrolled_count, *rows, list(people)]


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


def test_confirming_gives_places_with_duties_and_undo_takes_them_back(
    walk: Walk, cast: Cast
) -> None:
    people = [person(f"CB0{n}", f"Lý Văn {n}", cast) for n in "ABC"]
    before = visible_state(walk.cohort)
    walk.check([HEADS, *([n, one.username, one.full_name] for n, one in enumerate(people))])
    change = walk.confirm()
    assert change.state == "applied"
    places = Enrolment.objects.in_force().filter(cohort=walk.cohort)
    assert {place.learner for place in places} == set(people)
    assert {(place.source, place.sending_unit) for place in places} == {("file", cast.ward)}
    assert Obligation.objects.filter(enrolment__in=places).count() == 3
    assert walk.row(2).target_id == places.get(learner=people[0]).pk
    walk.cohort.refresh_from_db()
    assert walk.cohort.enrolled_count == 3
    change = walk.undo()
    assert change.state == "undone"
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"mistake"}
    assert not Obligation.objects.outstanding().exists()
    assert visible_state(walk.cohort) == before


def test_a_place_worked_on_since_stays_when_the_rest_is_undone(walk: Walk, cast: Cast) -> None:
    people = [person(f"CB0{n}", f"Lý Văn {n}", cast) for n in "ABCD"]
    walk.check([HEADS, *([n, one.username, one.full_name] for n, one in enumerate(people))])
    walk.confirm()
    now = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
    session = Session.objects.create(
        cohort=walk.cohort, number=1, starts_at=now, ends_at=now + dt.timedelta(hours=3)
    )
    places = {place.learner_id: place for place in Enrolment.objects.all()}
    Attendance.objects.create(
        session=session, enrolment=places[people[0].pk], status="present", recorded_by=cast.hr
    )
    Enrolment.objects.filter(learner=people[1]).update(started_at=now, state="studying")
    walk.undo()
    assert [walk.row(n).state for n in (2, 3, 4, 5)] == ["kept", "kept", "undone", "undone"]
    assert walk.row(2).reason
    assert walk.row(2).reason != walk.row(3).reason
    assert Enrolment.objects.in_force().count() == 2


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


def test_undo_archives_records_nobody_used_and_they_can_be_sent_again(
    walk: Walk, cast: Cast
) -> None:
    rows = [HEADS, *([n, f"CB9{n}", f"Cao Hữu {name}", "1985", "", "Công chức"]
                     for n, name in enumerate(["Phúc", "Lộc"]))]  # fmt: skip
    walk.check(rows)
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    walk.confirm()
    User.objects.filter(staff_code="CB91").update(last_login=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    walk.undo()
    assert User.objects.get(staff_code="CB91").is_active
    assert walk.after(3)["kept"]
    gone = User.objects.get(pk=walk.after(2)["person"])
    assert gone.archived_at is not None
    assert not Enrolment.objects.in_force().exists()
    walk.check(rows)
    assert walk.verdicts() == {2: "unknown", 3: "new"}
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    walk.confirm()
    assert Enrolment.objects.in_force().count() == 2


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


def test_rows_that_changed_since_the_check_are_left_out_and_listed(walk: Walk, cast: Cast) -> None:
    people = [person(f"CB{n:03}", f"Lý Văn {n}", cast) for n in range(3)]
    walk.check([HEADS, *([n, one.username] for n, one in enumerate(people))])
    post = people[1].postings.get()
    post.unit = cast.other_ward
    post.save()
    walk.confirm()
    assert [walk.row(n).state for n in (2, 3, 4)] == ["applied", "left_out", "applied"]
    assert walk.row(3).reason
    assert Enrolment.objects.count() == 2


def test_the_whole_is_refused_when_many_rows_changed(walk: Walk, cast: Cast) -> None:
    people = [person(f"CB{n:03}", f"Lý Văn {n}", cast) for n in range(10)]
    walk.check([HEADS, *([n, one.username] for n, one in enumerate(people))])
    for one in people[:2]:
        one.postings.update(unit=cast.other_ward)
    assert walk.confirm().state == "refused"
    assert not Enrolment.objects.exists()
    assert walk.client.get(walk.at()).status_code == 200


def test_the_whole_is_refused_when_the_columns_changed(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, "CB01", "Lý Mỹ Lan"]])
    BulkChange.objects.update(params={**walk.change.params, "mapping": {"full_name": 2}})
    assert walk.confirm().state == "refused"
    assert not Enrolment.objects.exists()


def test_two_clicks_confirm_once(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([HEADS, [1, "CB01", "Lý Mỹ Lan"]])
    walk.client.post(walk.at("import_confirm"))
    walk.client.post(walk.at("import_confirm"))
    assert walk.decide(2, "leave").status_code == 302
    run_jobs()
    assert Enrolment.objects.count() == 1
    assert AuditEvent.objects.filter(action="confirm_bulk_change").count() == 1


def test_more_people_than_seats_fill_the_class_in_the_order_of_the_file(
    walk: Walk, cast: Cast
) -> None:
    Cohort.objects.filter(pk=walk.cohort.pk).update(seats=2)
    people = [person(f"CB{n:03}", f"Lý Văn {n}", cast) for n in range(3)]
    walk.check([HEADS, *([n, one.username] for n, one in enumerate(people))])
    walk.confirm()
    assert [walk.row(n).state for n in (2, 3, 4)] == ["applied", "applied", "left_out"]
    assert "2" in walk.client.get(walk.at()).content.decode()


def test_a_class_that_closed_meanwhile_takes_nobody_and_no_record_is_made(walk: Walk) -> None:
    walk.check([HEADS, [1, "CB91", "Cao Hữu Phúc", "1985", "", "Công chức"]])
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    Cohort.objects.filter(pk=walk.cohort.pk).update(state="postponed")
    walk.confirm()
    assert (walk.row(2).state, "new" in walk.after(2)) == ("left_out", True)
    assert not User.objects.filter(staff_code="CB91").exists()


def test_columns_are_remembered_for_the_layout(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    rows = [["STT", "Họ và tên", "Bí danh"], [1, "Lý Mỹ Lan", "CB01"]]
    walk.check(rows, column_2="staff_code", column_1="note")
    assert walk.verdicts() == {2: "new"}
    walk.send(rows)
    assert walk.columns()["column_2"] == "staff_code"
    assert walk.columns()["column_1"] == "note"
    colleague = make_user("Đỗ Hữu Đạt", unit=cast.ward)
    grant(colleague, Role.HR_OFFICER, cast.ward)
    hers = Walk(signed_in_as(colleague), walk.cohort)
    hers.send(rows)
    assert hers.columns()["column_2"] == "staff_code"
    other = Walk(signed_in_as(cast.other_hr), walk.cohort)
    other.send(rows)
    assert other.columns()["column_1"] == "full_name"
    assert SheetLayout.objects.count() == 1


@pytest.mark.parametrize(
    "chosen",
    [{"column_1": "", "column_2": ""}, {"column_1": "full_name", "column_2": "full_name"}],
)
def test_columns_that_make_no_sense_are_sent_back(walk: Walk, chosen: dict[str, str]) -> None:
    walk.send([HEADS, [1, "CB01", "Lý Mỹ Lan"]])
    response = walk.client.post(walk.at("import_columns"), walk.columns(**chosen))
    assert response.status_code == 422
    walk.change.refresh_from_db()
    assert walk.change.state == "draft"


def test_unsure_dates_are_asked_about(walk: Walk, cast: Cast) -> None:
    rows = [HEADS, [1, "CB1", "Lê A", "09/13/1981"], [2, "CB2", "Lê B", "02/09/1981"]]
    walk.check(rows)
    assert walk.verdicts()[3] == "error"
    walk.check(rows, order="day")
    assert walk.verdicts()[2] == "error"
    walk.check(rows, order="month")
    assert set(walk.verdicts().values()) == {"unknown"}


def test_one_of_several_sheets_is_chosen(walk: Walk) -> None:
    more: dict[str, Any] = {
        "Phòng A": [HEADS, [1, "CB1", "Lê A"]],
        "Phòng B": [HEADS, [1, "CB2", "Lê B"]] * 2,
    }
    walk.send(xlsx([["Hướng dẫn"]], more=more))
    page = walk.client.get(walk.at("import_columns")).content.decode()
    assert "Phòng A" in page
    assert "Phòng B" in page
    walk.client.post(walk.at("import_columns"), walk.columns(sheet="Phòng A"))
    run_jobs()
    assert [row.label for row in walk.change.rows.all()] == ["Lê A · CB1"]


@pytest.mark.parametrize(("make", "name"), [(xls, "ds.xls"), (ods, "ds.ods"), (xlsx, "ds.xlsx")])
def test_a_list_as_a_ward_keeps_it_works(walk: Walk, cast: Cast, make: object, name: str) -> None:
    person("CB01", "Nguyễn Thị Hạnh", cast, birth_year=1981)
    rows = [
        ["UBND PHƯỜNG BẾN THÀNH"], [""], ["DANH SÁCH CỬ HỌC VIÊN"],
        ["STT", "Họ và tên", "", "Năm sinh", "", "Chức vụ"],
        ["", "", "", "Nam", "Nữ", ""],
        ["1", "NGUYỄN THỊ", "HẠNH", "", "1981", "Chuyên viên"],
        ["2", "CAO HỮU", "LỘC", "2.9.85", "", "Chuyên viên"],
        ["Tổng cộng: 2 người"], ["", "", "", "", "TM. ỦY BAN NHÂN DÂN"],
    ]  # fmt: skip
    walk.check(make(rows), name, category=make_code().pk)  # type: ignore[operator]
    assert walk.verdicts() == {6: "ambiguous", 7: "unknown"}
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    walk.confirm()
    made = User.objects.get(full_name="Cao Hữu Lộc")
    assert (made.gender, made.birth_date) == ("male", dt.date(1985, 9, 2))
    assert (made.family_name, made.middle_name, made.given_name) == ("Cao", "Hữu", "Lộc")


def test_old_fonts_are_converted_and_shown_before_confirming(walk: Walk) -> None:
    rows = [["STT", "Hä vµ tªn", "Ngµy sinh"], [1, "NguyÔn V¨n Hïng", "1981"]]
    walk.send(rows)
    page = walk.client.get(walk.at("import_columns")).content.decode()
    assert "TCVN3" in page
    assert "Nguyễn Văn Hùng" in page


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b""),
        ("a.pdf", b"%PDF-1.4"),
        ("a.xls", xlsx([HEADS, [1, "CB1", "Lê A"]])),
        ("a.xlsx", xlsx([["Ghi nhớ"], ["abc"]])),
        ("a.xlsx", xlsx([HEADS])),
        ("a.xls", xls([HEADS], password=True)),
        ("a.csv", b"\x00\x01\x02"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(walk: Walk, name: str, data: bytes) -> None:
    response = walk.send(data, name)
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not BulkChange.objects.exists()


def test_the_template_can_be_filled_in_and_sent(walk: Walk, cast: Cast) -> None:
    person("000123", "Lý Mỹ Lan", cast)
    address = reverse("enrolments:import_template", args=[walk.cohort.pk])
    book = load_workbook(io.BytesIO(walk.client.get(address).getvalue()))
    units = [cell.value for cell in book.worksheets[1]["A"]][1:]
    assert [name for name in units if name] == ["Phường Bến Thành"]
    sheet = book.worksheets[0]
    sheet.append([1, "000123", "Lý Mỹ Lan", "02/9/1981", "Nữ", "Phường Bến Thành"])
    data = io.BytesIO()
    book.save(data)
    walk.check(data.getvalue())
    assert walk.verdicts() == {2: "new"}


def test_the_file_comes_back_with_its_verdicts(walk: Walk, cast: Cast) -> None:
    person("CB01", "Lý Mỹ Lan", cast)
    walk.check([["DANH SÁCH"], HEADS, [1, "CB01", "LÝ MỸ LAN"], [2, "CB02", "=HYPERLINK(1)"]])
    heads, first, second = walk.file()
    assert heads[4:] == tuple(HEADS)
    assert first[0] == 3
    assert first[4:7] == (1, "CB01", "LÝ MỸ LAN")
    assert second[6] in {"=HYPERLINK(1)", "'=HYPERLINK(1)", "1", None, 0, ""}
    walk.confirm()
    assert walk.file()[1][2] != first[2]


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


def test_the_sample_of_a_ward_and_its_clean_twin_say_the_same(walk: Walk) -> None:
    found = []
    for name in ("danh-sach-cu-hoc-vien.xls", "danh-sach-cu-hoc-vien-sach.xlsx"):
        data = (settings.BASE_DIR / "demo" / "files" / name).read_bytes()
        walk.check(data, name, category=make_code().pk)
        plans = [(row.after or {})["new"] for row in walk.change.rows.order_by("number")]
        told = ("full_name", "birth_date", "birth_year", "gender", "unit", "title")
        found.append([[plan[key] for key in told] for plan in plans])
    assert found[0] == found[1]
    assert len(found[0]) == 12
