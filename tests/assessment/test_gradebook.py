"""The gradebook: components weigh what the class decided, marks are typed, the sum is printed."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.permissions import Role
from assessment.actions.grades import release
from assessment.gradebook import Item, Scheme, Score, final_of
from assessment.models import GradeCell, GradeEntry, GradeItem
from audit.models import AuditEvent
from certificates.actions.recognition import decide, propose
from enrolments.actions.places import enrol_many, withdraw
from enrolments.models import Cohort, Enrolment
from jobs.models import BulkChange
from tests.assessment.works import Task, make_paper_item, make_task
from tests.certificates.make import make_decision, make_ended
from tests.enrolments.importing import run_jobs
from tests.lms.sheets.make import xlsx
from tests.make import make_enrolment, make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def task(cast: Cast) -> Task:
    """Return a class with an assignment, marked 8 of 10 for the learner."""
    task = make_task(cast)
    task.marked(task.handed_in(), cast.trainer)
    return task


@pytest.fixture
def oral(cast: Cast, task: Task) -> GradeItem:
    """Return its oral examination, marked on paper."""
    return make_paper_item(task.cohort, by=cast.training_officer)


def at(name: str, task: Task, *args: object) -> str:
    return reverse(f"assessment:{name}", args=[task.cohort.pk, *args])


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def type_marks(client: Client, task: Task, item: GradeItem, marks: dict[Enrolment, str]) -> str:
    """Type marks as the page shows the fields, and save."""
    address = at("enter_marks", task, item.component_key)
    shown = {row.place.pk: row.cell for row in client.get(address).context["rows"]}
    sent = {f"m{place.pk}": text for place, text in marks.items()}
    sent |= {f"s{pk}": str(cell.entry_id) for pk, cell in shown.items() if cell}
    return unescape(client.post(address, sent, follow=True).content.decode())


def points(place: Enrolment, item: GradeItem) -> Decimal | None:
    cell = GradeCell.objects.filter(enrolment=place, component_key=item.component_key).first()
    return cell.entry.points if cell else None


def wanted(task: Task, item: GradeItem, **changes: Any) -> dict[str, Any]:
    """Return what the page of components sends: the work weighs 2, the oral examination 1."""
    fields: dict[str, Any] = {
        "revision": 1, "method": "weighted", "least_percent": 50, "drop_lowest": 0,
        "i0-key": str(task.key), "i0-counts": "on", "i0-weight": "2", "i0-is_required": "on",
        "i1-key": str(item.component_key), "i1-counts": "on", "i1-weight": "1",
        "i1-title_vi": item.title_vi, "i1-max_points": "10", "i1-pass_percent": "50",
        "i1-is_required": "on",
    }  # fmt: skip
    return fields | changes


def test_components_weigh_what_the_class_decided_and_the_sum_is_printed(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    answer = office.post(at("grade_scheme", task), wanted(task, oral))
    assert answer.status_code == 302
    assert "Đã lưu điểm" in type_marks(office, task, oral, {task.place: "9,5"})
    shown = read(office, at("gradebook", task))
    # (2 × 8/10 + 1 × 9,5/10) : 3 × 10 = 8,5
    for words in ("8,5", "Giỏi", "Đạt", "hệ số 2", "chưa công bố"):
        assert words in shown, words
    told = read(office, at("learner_grades", task, task.place.pk))
    assert "(2 × 8/10 + 1 × 9,5/10) : (2 + 1) × 10" in " ".join(told.split())
    assert AuditEvent.objects.filter(action="set_grade_scheme").count() == 2


def test_learners_see_their_sum_as_far_as_it_is_released(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office, learner = browser(cast.training_officer), browser(cast.learner)
    type_marks(office, task, oral, {task.place: "4"})
    address = reverse("assessment:own_grades", args=[task.place.pk])
    assert address in read(learner, reverse("enrolments:overview", args=[task.place.pk]))
    hidden = read(learner, address)
    assert "4/10" not in hidden
    assert "8/10" not in hidden
    assert "Nhập điểm" not in hidden
    release(cohort=task.cohort, component_key=task.key, by=cast.training_officer)
    half = read(learner, address)
    assert "8/10" in half
    assert "4/10" not in half
    assert "Chưa có điểm tổng kết" in half
    assert office.get(at("release", task, oral.component_key)).status_code == 200
    office.post(at("release", task, oral.component_key))
    whole = read(learner, address)
    assert "4/10" in whole
    assert "Không đạt" in whole
    assert "dưới mức đạt" in whole
    assert cast.training_officer.full_name not in whole


def test_a_mark_typed_in_error_before_the_release_is_never_shown_to_its_learner(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    for text in ("9,25", "6"):
        type_marks(office, task, oral, {task.place: text})
    office.post(at("release", task, oral.component_key))
    type_marks(office, task, oral, {task.place: "6,5"})
    page = read(browser(cast.learner), reverse("assessment:own_grades", args=[task.place.pk]))
    assert "9,25" not in page
    assert page.count("6/10") == 1
    assert "6,5/10" in page


def test_a_wrong_mark_stays_beside_its_reason_and_the_others_are_saved(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office, other = browser(cast.training_officer), task.another("Lê Văn Tám")
    third = task.another("Trần Thị Chín")
    page = type_marks(office, task, oral, {task.place: "7", other: "11", third: "bảy"})
    for words in ("Điểm từ 0 đến 10", "“bảy” không phải là số", 'value="bảy"', 'value="11"'):
        assert words in page, words
    assert (points(task.place, oral), points(other, oral)) == (Decimal(7), None)


def test_two_who_type_the_same_mark_do_not_overwrite_each_other(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office, trainer = browser(cast.training_officer), browser(cast.trainer)
    type_marks(office, task, oral, {task.place: "7,5"})
    address = at("enter_marks", task, oral.component_key)
    page = trainer.post(address, {f"m{task.place.pk}": "5", f"s{task.place.pk}": ""})
    assert page.status_code == 422
    assert f"{cast.training_officer.full_name} vừa nhập 7,5" in unescape(page.content.decode())
    type_marks(trainer, task, oral, {task.place: "6"})
    type_marks(trainer, task, oral, {task.place: "6"})
    assert points(task.place, oral) == Decimal(6)
    entries = GradeEntry.objects.filter(component_key=oral.component_key).order_by("pk")
    assert [entry.source for entry in entries] == ["marker", "correction"]


def test_an_emptied_field_takes_the_mark_back_and_the_ledger_keeps_it(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    type_marks(office, task, oral, {task.place: "7"})
    type_marks(office, task, oral, {task.place: ""})
    assert points(task.place, oral) is None
    assert GradeEntry.objects.filter(component_key=oral.component_key).count() == 2
    assert "Đã rút" in read(office, at("learner_grades", task, task.place.pk))


def test_marks_of_the_system_are_corrected_with_a_reason_alone(
    cast: Cast, task: Task, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    assert office.get(at("enter_marks", task, task.key)).status_code == 404
    address = at("correct_grade", task, task.place.pk, task.key)
    seen = GradeCell.objects.get(enrolment=task.place).entry_id
    assert office.post(address, {"points": "9", "seen": seen}).status_code == 422
    assert office.post(address, {"points": "10,5", "seen": seen, "reason": "x"}).status_code == 422
    office.post(address, {"points": "9", "seen": seen, "reason": "Cộng nhầm"})
    entry = GradeCell.objects.get(enrolment=task.place).entry
    assert (entry.points, entry.source, entry.reason) == (Decimal(9), "correction", "Cộng nhầm")


def test_an_exempt_component_leaves_the_sum_and_comes_back(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    for _click in range(2):
        office.post(
            at("exempt_component", task, task.place.pk, oral.component_key), {"reason": "Có IELTS"}
        )
    assert task.place.grade_exemptions.count() == 1
    shown = read(office, at("gradebook", task))
    assert "miễn" in shown
    assert "Giỏi" in shown
    office.post(at("end_component_exemption", task, task.place.pk, oral.component_key))
    assert "Giỏi" not in read(office, at("gradebook", task))


def test_a_component_with_marks_keeps_its_scale_and_its_place(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    type_marks(office, task, oral, {task.place: "7"})
    address = at("grade_scheme", task)
    page = office.post(address, wanted(task, oral, **{"i1-max_points": "20"}))
    assert "đã có điểm: thang điểm" in unescape(page.content.decode())
    gone = {name: text for name, text in wanted(task, oral).items() if name != "i1-counts"}
    page = office.post(address, gone)
    assert "đã có điểm thì không bỏ được" in unescape(page.content.decode())
    page = office.post(address, wanted(task, oral, revision=0))
    assert "Vừa có người sửa" in unescape(page.content.decode())
    page = office.post(address, wanted(task, oral, **{"i2-counts": "on", "i2-title_vi": ""}))
    assert "Cần điền mục này" in unescape(page.content.decode())
    assert GradeItem.objects.filter(scheme__cohort=task.cohort).count() == 2
    named = {"i2-title_vi": "Thi nói", "i2-max_points": "10", "i2-pass_percent": "50"}
    office.post(address, wanted(task, oral, **named, **{"i2-weight": "1"}))
    assert GradeItem.objects.filter(scheme__cohort=task.cohort, title_vi="Thi nói").exists()


def test_nobody_types_their_own_mark_nor_finds_it(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    staff(task.cohort, cast.learner, Role.TRAINER)
    own = browser(cast.learner)
    assert cast.learner.full_name not in [
        row.place.learner.full_name for row in own.get(at("gradebook", task)).context["rows"]
    ]
    own.post(at("enter_marks", task, oral.component_key), {f"m{task.place.pk}": "10"})
    assert points(task.place, oral) is None
    assert own.get(at("learner_grades", task, task.place.pk)).status_code == 404
    page = own.post(at("grade_scheme", task), wanted(task, oral))
    assert "Không ai" in unescape(page.content.decode())


def sheet(client: Client, task: Task, rows: list[list[Any]]) -> BulkChange:
    """Send a workbook of marks and have it read."""
    file = SimpleUploadedFile("diem.xlsx", xlsx(rows))
    answer = client.post(at("mark_sheet", task), {"file": file})
    assert answer.status_code == 302, answer.context["form"].errors
    run_jobs()
    return BulkChange.objects.latest("pk")


def test_a_workbook_of_marks_is_shown_written_and_taken_back(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office, other = browser(cast.training_officer), task.another("Lê Văn Tám")
    User.objects.filter(pk=cast.learner.pk).update(staff_code="HN-0007")
    task.place.learner.refresh_from_db()
    left = task.another("Trần Thị Chín")
    type_marks(office, task, oral, {other: "5,5"})
    rows: list[list[Any]] = [
        ["STT", "Mã đăng nhập", "Họ và tên", "THI VẤN ĐÁP", "Bài thu hoạch cuối khóa"],
        [1, task.place.learner.staff_code, "x", 7.5, 10],
        [2, other.learner.username, "x", "6,5", ""],
        [3, "KHONG-CO", "x", 8, ""],
        [4, task.place.learner.username, "x", 9, ""],
        [5, cast.hr.username, "x", "", ""],
        [6, left.learner.username, "x", "７，５", ""],
    ]
    change = sheet(office, task, rows)
    page = read(office, reverse("jobs:change", args=[change.pk]))
    for words in ("5,5 → 6,5", "không có ai mang mã “KHONG-CO”", "Một dòng phía trên"):
        assert words in page, words
    assert points(task.place, oral) is None
    for _click in range(2):
        office.post(reverse("jobs:confirm", args=[change.pk]))
        run_jobs()
    assert (points(task.place, oral), points(other, oral)) == (Decimal("7.5"), Decimal("6.5"))
    # The work done on line is not read from a file.
    assert GradeCell.objects.get(component_key=task.key).entry.points == Decimal(8)
    assert points(left, oral) == Decimal("7.5")
    withdraw(enrolment=left, by=cast.hr, reason="Nghỉ việc")
    type_marks(office, task, oral, {other: "7"})
    office.post(reverse("jobs:preview_undo", args=[change.pk]))
    run_jobs()
    office.post(reverse("jobs:undo", args=[change.pk]))
    run_jobs()
    assert (points(task.place, oral), points(other, oral)) == (None, Decimal(7))
    change.refresh_from_db()
    assert change.counts["states"] == {"undone": 1, "kept": 2, "planned": 2}


def test_a_file_without_a_column_of_marks_gets_a_sentence(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    for rows, words in (
        ([["Mã đăng nhập", "Họ và tên", "Điểm"], ["A1", "x", 5]], "“Thi vấn đáp”"),
        ([["a", "b"], [1, 2]], "Không tìm thấy bảng"),
    ):
        file = SimpleUploadedFile("diem.xlsx", xlsx(rows))
        page = office.post(at("mark_sheet", task), {"file": file})
        assert page.status_code == 422
        assert words in unescape(page.content.decode())


def test_the_export_has_the_marks_and_is_read_again_as_no_change(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    office = browser(cast.training_officer)
    type_marks(office, task, oral, {task.place: "9,5"})
    content = office.get(at("export_grades", task)).getvalue()
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert rows[0][4:] == (
        "Bài thu hoạch cuối khóa", "Thi vấn đáp", "Điểm tổng kết", "Xếp loại", "Kết quả",
    )  # fmt: skip
    assert rows[1][4:] == (8, 9.5, 8.8, "Giỏi", "Đạt")
    change = sheet(office, task, [list(row) for row in rows])
    assert change.rows.to_apply().count() == 0
    assert change.rows.count() == 1


@pytest.mark.parametrize("count", [10, 1000])
def test_the_page_asks_the_same_for_more_learners(
    cast: Cast,
    task: Task,
    oral: GradeItem,
    browser: Browser,
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    people = User.objects.bulk_create(
        User(username=f"x{n}", full_name="Lê An", given_name="An", sort_key=f"{n:05d}")
        for n in range(count)
    )
    enrol_many(
        cohort=task.cohort, people=[(one, cast.ward) for one in people], by=cast.hr, source="file"
    )
    client = browser(cast.training_officer)
    client.get(at("gradebook", task))
    with django_assert_max_num_queries(15):
        client.get(at("gradebook", task))


def test_the_council_gets_the_final_mark_and_a_low_one_fails(cast: Cast, browser: Browser) -> None:
    ended = make_ended(cast)
    office = cast.training_officer
    good = ended.enrol(make_user("Trần Văn Tốt", unit=cast.ward), grade=90)
    low = ended.enrol(make_user("Lê Thị Thấp", unit=cast.ward), grade=50)
    oral = make_paper_item(ended.cohort, by=office, is_required=False)
    for place, mark in ((good, "8"), (low, "2")):
        type_marks_in(browser(office), ended.cohort, oral, place, mark)
    release(cohort=ended.cohort, component_key=oral.component_key, by=office)
    recognition = propose(cohort=ended.cohort, by=office)
    lines = {line.enrolment_id: line for line in recognition.lines.all()}
    first, second = lines[good.pk], lines[low.pk]
    assert (first.result, first.final_mark, first.classification) == (
        "passed", Decimal("8.5"), "Giỏi",
    )  # fmt: skip
    assert (second.result, second.proposed_reason) == (
        "failed", "Điểm tổng kết 3,5, yêu cầu từ 5",
    )  # fmt: skip
    page = read(browser(office), reverse("certificates:recognition", args=[recognition.pk]))
    assert "8,5" in page
    for code, of in (("bien-ban-xet-ket-qua", str(recognition.number)), ("bang-diem", "")):
        text = printed(browser(office), ended.cohort, code, of)
        assert "Điểm tổng kết" in text, code
        assert "8,5" in text, code
    decide(recognition=recognition, decision=make_decision(ended), by=office)
    said = type_marks_in(browser(office), ended.cohort, oral, low, "10")
    assert "quyết định" in said
    assert points(low, oral) == Decimal(2)


def printed(client: Client, cohort: Cohort, code: str, of: str) -> str:
    """Return the cells of a document of the class."""
    paper = client.get(reverse("enrolments:document", args=[cohort.pk, code, "docx"]), {"of": of})
    assert paper.status_code == 200
    tables = Document(io.BytesIO(paper.getvalue())).tables
    return "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)


def type_marks_in(
    client: Client, cohort: Cohort, item: GradeItem, place: Enrolment, text: str
) -> str:
    """Type one mark as the page shows it."""
    address = reverse("assessment:enter_marks", args=[cohort.pk, item.component_key])
    cell = GradeCell.objects.filter(enrolment=place, component_key=item.component_key).first()
    sent = {f"m{place.pk}": text, f"s{place.pk}": str(cell.entry_id) if cell else ""}
    return unescape(client.post(address, sent, follow=True).content.decode())


def test_a_learner_of_another_class_is_not_there(
    cast: Cast, task: Task, oral: GradeItem, browser: Browser
) -> None:
    stranger = make_enrolment(make_task(cast).cohort, make_user(unit=cast.ward), by=cast.hr,
                              unit=cast.ward)  # fmt: skip
    office = browser(cast.training_officer)
    assert office.get(at("learner_grades", task, stranger.pk)).status_code == 404
    office.post(at("enter_marks", task, oral.component_key), {f"m{stranger.pk}": "5"})
    assert points(stranger, oral) is None


SHARES = st.lists(
    st.tuples(
        st.integers(0, 20),  # half points of ten
        st.integers(1, 9),  # weight
        st.booleans(),  # required
        st.booleans(),  # exempt
    ),
    min_size=1,
    max_size=8,
)


@given(SHARES, st.integers(0, 3), st.sampled_from(["weighted", "points"]))
def test_final_marks_are_bounded_rise_with_each_part_and_do_not_hang_on_the_order(
    rows: list[tuple[int, int, bool, bool]], drops: int, method: str
) -> None:
    items = [
        Item(uuid.UUID(int=n), f"{n}", "", Decimal(10), 50, "paper", Decimal(weight), required)
        for n, (_half, weight, required, _exempt) in enumerate(rows)
    ]
    scores = {
        item.key: Score(Decimal(row[0]) / 2, Decimal(10), is_passed=row[0] >= 10, is_released=True)
        for item, row in zip(items, rows, strict=True)
    }
    exempt = {item.key for item, row in zip(items, rows, strict=True) if row[3]}
    scheme = Scheme(tuple(items), method=method, drop_lowest=drops)
    final = final_of(scheme, scores, exempt)
    if final.so_far is None:
        assert not final.counted
        return
    assert 0 <= final.so_far <= 100
    counted = [part.score.percent for part in final.counted if part.score]
    assert min(counted) <= final.so_far + Decimal("1e-9")
    assert final.so_far <= max(counted) + Decimal("1e-9")
    better = {key: Score(min(score.points + 1, Decimal(10)), Decimal(10), is_passed=True,
                         is_released=True) for key, score in scores.items()}  # fmt: skip
    after = final_of(scheme, better, exempt).so_far
    assert after is not None
    assert after >= final.so_far
    if not drops:
        turned = Scheme(tuple(reversed(items)), method=method)
        assert final_of(turned, scores, exempt).so_far == pytest.approx(final.so_far)


def test_the_lowest_of_the_other_components_is_left_out() -> None:
    keys = [uuid.UUID(int=n) for n in range(3)]
    items = tuple(
        Item(key, "", "", Decimal(10), 50, "paper", is_required=key == keys[0]) for key in keys
    )
    scores = {
        key: Score(Decimal(points), Decimal(10), is_passed=points >= 5, is_released=True)
        for key, points in zip(keys, (6, 2, 9), strict=True)
    }
    final = final_of(Scheme(items, drop_lowest=1), scores)
    assert final.mark == Decimal("7.5")
    assert [part.standing for part in final.parts] == ["counted", "dropped", "counted"]
    assert final_of(Scheme(items), scores).mark == Decimal("5.7")
    assert final_of(Scheme(items), {keys[1]: scores[keys[1]]}).mark is None
