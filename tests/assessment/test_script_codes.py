"""Scripts on paper under codes: who marks knows no name, who knows the names marks nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from assessment.actions.gradebook import KeyedMark, enter_marks
from assessment.actions.grades import release
from assessment.actions.script_codes import code_scripts, drop_coding, join_scripts
from assessment.appeals import first_markers
from assessment.errors import GradebookRefused, OwnRecord
from assessment.gradebook import scheme_of
from assessment.models import GradeCell, GradeEntry, ScriptCode, ScriptCoding, ScriptMark
from audit.models import AuditEvent
from enrolments.actions.places import enrol_many
from enrolments.models import Enrolment
from jobs.models import BulkChange
from tests.assessment.works import Task, make_paper_item, make_task
from tests.enrolments.importing import run_jobs
from tests.lms.sheets.make import xlsx
from tests.make import make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def task(cast: Cast) -> Task:
    task = make_task(cast)
    for name in ("Lê Văn Tám", "Trần Thị Chín"):
        task.another(name)
    return task


@pytest.fixture
def coding(task: Task, cast: Cast) -> ScriptCoding:
    item = make_paper_item(task.cohort, by=cast.training_officer, title="Thi viết")
    return code_scripts(cohort=task.cohort, key=item.component_key, by=cast.training_officer)


def at(name: str, coding: ScriptCoding) -> str:
    return reverse(f"assessment:{name}", args=[coding.cohort_id, coding.component_key])


def typed(client: Client, coding: ScriptCoding, texts: list[str], **more: Any) -> Any:
    """Type into the list of codes from the top, over what stands there now."""
    rows = zip(coding.codes.with_marks().order_by("code"), texts, strict=False)
    sent: dict[str, Any] = {}
    for row, text in rows:
        sent |= {f"m{row.pk}": text, f"s{row.pk}": row.mark or ""}
    return client.post(at("key_scripts", coding), sent | more)


def marks_by_place(coding: ScriptCoding) -> dict[int, Decimal]:
    cells = GradeCell.objects.filter(component_key=coding.component_key)
    return {cell.enrolment_id: cell.entry.points for cell in cells.select_related("entry")}


def test_every_learner_has_one_code_that_says_nothing_and_a_second_press_changes_none(
    coding: ScriptCoding, task: Task, cast: Cast
) -> None:
    codes = list(coding.codes.order_by("enrolment").values_list("code", flat=True))
    assert len(set(codes)) == task.cohort.enrolments.count() == 3
    assert {len(str(code)) for code in codes} == {3}
    task.another("Ngô Văn Mười")
    for _press in range(2):
        code_scripts(cohort=task.cohort, key=coding.component_key, by=cast.training_officer)
    after = list(coding.codes.order_by("enrolment").values_list("code", flat=True))
    assert (after[:3], len(after)) == (codes, 4)


def test_marks_by_code_meet_their_names_only_when_joined_and_learners_after_the_release(
    coding: ScriptCoding, task: Task, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.trainer)
    page = client.get(at("key_scripts", coding)).content.decode()
    names = list(task.cohort.enrolments.values_list("learner__full_name", flat=True))
    assert not any(name in page for name in names)
    assert typed(client, coding, ["7,5", "v", "11"]).status_code == 422
    assert typed(client, coding, ["7,5", "v", "9"]).status_code == 302
    assert not GradeEntry.objects.filter(component_key=coding.component_key).exists()
    client.post(at("scripts", coding), {"do": "join"})
    places = list(coding.codes.order_by("code").values_list("enrolment", flat=True))
    assert marks_by_place(coding) == {places[0]: Decimal("7.5"), places[2]: Decimal(9)}
    for _again in range(2):
        assert join_scripts(coding=coding, by=cast.training_officer) == {}
    assert GradeEntry.objects.filter(component_key=coding.component_key).count() == 2
    assert AuditEvent.objects.filter(action="join_scripts").count() == 1
    grades = reverse("assessment:own_grades", args=[places[0]])
    learner = browser(Enrolment.objects.get(pk=places[0]).learner)
    assert "7,5" not in learner.get(grades).content.decode()
    release(cohort=task.cohort, component_key=coding.component_key, by=cast.training_officer)
    assert "7,5" in learner.get(grades).content.decode()


def test_whoever_has_seen_the_names_enters_nothing_and_whoever_entered_sees_none(
    coding: ScriptCoding, cast: Cast, browser: Browser
) -> None:
    office, trainer = browser(cast.training_officer), browser(cast.trainer)
    content = office.get(at("script_names", coding)).getvalue()
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert rows[0][1:] == ("Mã đăng nhập", "Họ và tên", "Đơn vị", "Số phách")
    assert cast.learner.full_name in {row[2] for row in rows}
    assert AuditEvent.objects.filter(action="see_script_names").count() == 1
    assert office.get(at("key_scripts", coding)).status_code == 302
    typed(office, coding, ["5"])
    assert not ScriptMark.objects.exists()
    typed(trainer, coding, ["5"])
    assert trainer.get(at("script_names", coding)).status_code == 302
    assert list(coding.seen_by.all()) == [cast.training_officer]


def test_under_codes_no_mark_is_entered_by_name_nor_anything_released(
    coding: ScriptCoding, task: Task, cast: Cast, browser: Browser
) -> None:
    item = scheme_of(task.cohort).item(coding.component_key)
    assert item
    mark = KeyedMark(task.place.pk, Decimal(5), None)
    with pytest.raises(GradebookRefused):
        enter_marks(cohort=task.cohort, item=item, marks=[mark], by=cast.trainer)
    with pytest.raises(GradebookRefused):
        release(cohort=task.cohort, component_key=item.key, by=cast.training_officer)
    page = browser(cast.trainer).get(at("enter_marks", coding))
    assert page.headers["Location"] == at("scripts", coding)
    rows: list[list[Any]] = [["Mã đăng nhập", "Họ và tên", "Thi viết"], ["a", "b", 5]]
    file = SimpleUploadedFile("d.xlsx", xlsx(rows))
    url = reverse("assessment:mark_sheet", args=[task.cohort.pk])
    assert browser(cast.trainer).post(url, {"file": file}).status_code == 422


def test_names_are_joined_only_when_every_script_is_marked_and_codes_given_up_only_before(
    coding: ScriptCoding, task: Task, cast: Cast, browser: Browser
) -> None:
    typed(browser(cast.trainer), coding, ["5", "6"])
    with pytest.raises(GradebookRefused, match="1 bài"):
        join_scripts(coding=coding, by=cast.training_officer)
    with pytest.raises(GradebookRefused):
        drop_coding(coding=coding, by=cast.training_officer)
    other = make_paper_item(task.cohort, by=cast.training_officer, title="Thi nói")
    fresh = code_scripts(cohort=task.cohort, key=other.component_key, by=cast.training_officer)
    for expected in (True, False):
        assert drop_coding(coding=fresh, by=cast.training_officer) is expected


def test_two_who_type_the_same_code_do_not_overwrite_each_other(
    coding: ScriptCoding, task: Task, cast: Cast, browser: Browser
) -> None:
    second = make_user("Giảng Viên Hai")
    staff(task.cohort, second)
    row = coding.codes.order_by("code")[0]
    late = {f"m{row.pk}": "6", f"s{row.pk}": ""}
    typed(browser(cast.trainer), coding, ["5"])
    answer = browser(second).post(at("key_scripts", coding), late)
    assert answer.status_code == 422
    assert "Người khác vừa nhập 5" in answer.content.decode()
    assert [mark.points for mark in ScriptMark.objects.all()] == [Decimal(5)]
    typed(browser(second), coding, ["6"])
    assert [mark.points for mark in ScriptMark.objects.all()] == [Decimal(5), Decimal(6)]
    with pytest.raises(DatabaseError), transaction.atomic():
        ScriptMark.objects.update(points=9)


def test_a_sheet_of_codes_is_filled_in_shown_written_and_taken_back(
    coding: ScriptCoding, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.trainer)
    content = client.get(at("script_sheet", coding)).getvalue()
    rows = [list(r) for r in load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]
    assert rows[0] == ["STT", "Số phách", "Điểm"]
    rows[1][2], rows[2][2] = "8,25", "vắng"
    rows += [[4, 99999, 5], [5, rows[1][1], 6]]
    file = SimpleUploadedFile("phach.xlsx", xlsx(rows))
    assert client.post(at("script_file", coding), {"file": file}).status_code == 302
    run_jobs()
    change = BulkChange.objects.latest("pk")
    page = client.get(reverse("jobs:change", args=[change.pk])).content.decode()
    assert "Không có số phách này." in page
    assert change.rows.to_apply().count() == 2
    client.post(reverse("jobs:confirm", args=[change.pk]))
    run_jobs()
    marks = [(row.points, row.is_absent) for row in coding.codes.with_marks().order_by("code")]
    assert marks == [(Decimal("8.25"), False), (None, True), (None, None)]
    client.post(reverse("jobs:preview_undo", args=[change.pk]))
    run_jobs()
    client.post(reverse("jobs:undo", args=[change.pk]))
    run_jobs()
    assert coding.codes.with_marks().waiting().count() == 3


def test_nobody_handles_codes_of_a_class_they_learn_in_and_who_marked_hears_no_appeal(
    coding: ScriptCoding, task: Task, cast: Cast, browser: Browser
) -> None:
    staff(task.cohort, task.place.learner)
    own = browser(task.place.learner)
    assert own.get(at("key_scripts", coding)).status_code == 302
    assert own.get(at("script_names", coding)).status_code == 302
    with pytest.raises(OwnRecord):
        join_scripts(coding=coding, by=task.place.learner)
    typed(browser(cast.trainer), coding, ["5", "6", "7"])
    join_scripts(coding=coding, by=cast.training_officer)
    markers = first_markers(task.place, coding.component_key)
    assert markers == {cast.trainer.pk, cast.training_officer.pk}


@pytest.mark.parametrize("count", [10, 1000])
def test_the_list_of_codes_asks_the_same_for_more_learners(
    coding: ScriptCoding,
    task: Task,
    cast: Cast,
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
    code_scripts(cohort=task.cohort, key=coding.component_key, by=cast.training_officer)
    assert ScriptCode.objects.filter(coding=coding).count() == count + 3
    client = browser(cast.trainer)
    for name in ("scripts", "key_scripts"):
        client.get(at(name, coding))
        with django_assert_max_num_queries(15):
            assert client.get(at(name, coding)).status_code == 200
