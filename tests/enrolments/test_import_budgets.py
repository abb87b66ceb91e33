"""What an import costs: a constant number of queries for 500 rows, seconds for 4,000 people."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from enrolments.imports.kind import CohortImport
from enrolments.models import Cohort, Enrolment
from jobs.bulk import PlannedSlice
from jobs.models import BulkRow
from tests.enrolments.importing import HEADS, Walk
from tests.make import make_user
from tests.people import Cast

pytestmark = pytest.mark.django_db
PLAN_AT_MOST, FINGERPRINTS_AT_MOST, APPLY_AT_MOST = 22, 8, 60
# On PostgreSQL a savepoint and a setting stand around each of the two looks for names.
AROUND_LOOKS = 8 if connection.vendor == "postgresql" else 0
UNDO_AT_MOST = 40


def names(number: int) -> list[str]:
    """Return different names without figures."""
    syllables = ["An", "Bình", "Chi", "Dung", "Giang", "Hà", "Khoa", "Lan", "Minh", "Nga"]
    return [
        f"Nguyễn {syllables[n % 10]} {syllables[n // 10 % 10]} {syllables[n // 100 % 10]}"
        f" {syllables[n // 1000 % 10]}"
        for n in range(number)
    ]


def rows(number: int, *, start: int = 0) -> list[list[object]]:
    return [
        [n, f"CB{start + n:05}", name, 1950 + n % 50, "Phường Bến Thành", "Công chức"]
        for n, name in enumerate(names(number))
    ]


@pytest.mark.parametrize("number", [20, 500])
def test_a_dry_run_asks_a_constant_number_of_questions(walk: Walk, cast: Cast, number: int) -> None:
    for n in range(5):  # matched, ambiguous and unknown rows alike
        make_user(names(20)[n], unit=cast.ward, username=f"CB{n:05}", staff_code=f"CB{n:05}")
        make_user(names(20)[n + 5], unit=cast.ward, birth_year=1950 + n + 5)
    change = walk.check([HEADS, *rows(number)])
    assert {"new", "unknown", "ambiguous"} <= set(walk.verdicts().values())
    with CaptureQueriesContext(
        connection,
    ) as asked:
        part: PlannedSlice = CohortImport().plan_slice(change, {})
    assert len(part.rows) == number
    assert len(asked) <= PLAN_AT_MOST + AROUND_LOOKS
    with CaptureQueriesContext(connection) as asked:
        CohortImport().fingerprints(change, list(BulkRow.objects.filter(change=change)))
    assert len(asked) <= FINGERPRINTS_AT_MOST


@pytest.mark.parametrize("number", [20, 500])
def test_writing_asks_a_constant_number_of_questions(walk: Walk, cast: Cast, number: int) -> None:
    change = walk.check([HEADS, *rows(number)])
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    planned = list(change.rows.all())
    with CaptureQueriesContext(connection) as asked:
        assert CohortImport().apply_rows(change, planned, cast.hr) == {}
    assert Enrolment.objects.count() == number
    # SQLite takes 999 values in a statement, so inserts go in smaller batches there.
    assert len(asked) <= APPLY_AT_MOST + number // 8


@pytest.mark.parametrize("number", [20, 500])
def test_undoing_asks_a_constant_number_of_questions(walk: Walk, cast: Cast, number: int) -> None:
    change = walk.check([HEADS, *rows(number)])
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    planned = list(change.rows.all())
    CohortImport().apply_rows(change, planned, cast.hr)
    with CaptureQueriesContext(connection) as asked:
        assert CohortImport().undo_reasons(change, planned) == {}
        CohortImport().undo_rows(change, planned, cast.hr)
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"mistake"}
    assert Cohort.objects.get().enrolled_count == 0
    assert len(asked) <= UNDO_AT_MOST + number // 8


def test_pages_cost_the_same_for_four_and_for_a_thousand_rows(walk: Walk) -> None:
    asked = []
    for number in (4, 1000):
        walk.check([HEADS, *rows(number)])
        with CaptureQueriesContext(connection) as queries:
            page = walk.client.get(walk.at())
        assert page.status_code == 200
        assert len(page.content) < 120_000
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 18


def test_four_thousand_people_are_put_on_record_and_enrolled_quickly(walk: Walk) -> None:
    table = [HEADS, *rows(4_000)]
    began = time.process_time()
    walk.check(table)
    checked = time.process_time()
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    walk.confirm()
    written = time.process_time()
    assert Enrolment.objects.count() == 4_000
    assert User.objects.filter(staff_code__startswith="CB0").count() == 4_000
    print(f"check {checked - began:.1f} s, write {written - checked:.1f} s")  # noqa: T201
    assert written - began < 60  # the bench holds the true mark
