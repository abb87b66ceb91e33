"""Every list of `demo/files/` through the officer's pages, against `demo/files/EXPECTED.yaml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml
from django.utils import translation

from enrolments.models import Enrolment
from lms.sheets import PEOPLE, find_tables, guess_mapping, read_workbook, values
from tests.demo.city import make_ward
from tests.demo.folders import DEMO
from tests.enrolments.importing import Walk, run_jobs
from tests.people import signed_in_as

FOLDER: Final = DEMO / "files"
EXPECTED: Final = yaml.safe_load((FOLDER / "EXPECTED.yaml").read_text(encoding="utf-8"))
LARGEST: Final = 1_000_000


@pytest.fixture(autouse=True)
def _plain_words() -> Iterator[None]:
    """Let sentences be compared as they stand in the code, compiled catalogues or not."""
    with translation.override("en"):
        yield


@pytest.fixture
def walk(db: None) -> Walk:
    officer, cohort = make_ward()
    return Walk(signed_in_as(officer), cohort)


def test_each_file_has_its_expected_answer_and_all_are_small() -> None:
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert files.keys() - {"EXPECTED.yaml"} == EXPECTED.keys()
    assert len(EXPECTED) > 30
    assert sum(files.values()) < LARGEST


def test_a_file_that_cannot_be_used_says_why(walk: Walk) -> None:
    refused = {name: row["refused"] for name, row in EXPECTED.items() if "refused" in row}
    found = {name: _refusal(walk, name) for name in refused}
    assert found == refused
    assert not walk.change.pk


def test_the_dry_run_of_a_file_says_what_is_expected(walk: Walk) -> None:
    read = {name: row for name, row in EXPECTED.items() if "refused" not in row}
    found = {name: _dry_run(walk, name, row.get("rows", {})) for name, row in read.items()}
    assert found == read
    assert not Enrolment.objects.exists()


def test_what_a_ward_sends_and_its_clean_twin_tell_of_the_same_people() -> None:
    names = ("danh-sach-cu-hoc-vien.xls", "danh-sach-cu-hoc-vien.xlsx")
    as_sent, again, clean = (_people(name) for name in (*names, "danh-sach-cu-hoc-vien-sach.xlsx"))
    assert as_sent == again == clean
    assert len(clean) == 14


def test_those_who_fit_alone_are_taken_in_one_click_and_namesakes_are_left_to_choose(
    walk: Walk,
) -> None:
    _dry_run(walk, "danh-sach-cu-hoc-vien.xls", {})
    assert walk.client.get(walk.at()).context["alone"] == 9
    for _click in range(2):
        walk.client.post(walk.at("import_decide_all"), {"choice": "take"})
    walk.change.refresh_from_db()
    taken = walk.change.rows.filter(included=True)
    assert (walk.change.counts["included"], taken.count()) == (9, 9)
    assert not walk.row(17).included
    walk.confirm()
    placed = Enrolment.objects.values_list("learner__full_name", flat=True)
    assert set(placed) == {row.label for row in taken}


def _refusal(walk: Walk, name: str) -> str:
    response = walk.send((FOLDER / name).read_bytes(), name)
    assert response.status_code == 422, name
    return " ".join(response.context["form"].errors["file"])


def _dry_run(walk: Walk, name: str, rows: dict[int, str]) -> dict[str, Any]:
    """Return what came of a file, of the rows only those that are asked for."""
    response = walk.send((FOLDER / name).read_bytes(), name)
    assert response.status_code == 302, (name, response.context["form"].errors)
    page = walk.client.get(walk.at("import_columns"))
    shown = {key: page.context["form"][key].value() or "" for key in page.context["form"].fields}
    walk.client.post(walk.at("import_columns"), {**shown, "sheet": page.context["sheet"]["name"]})
    run_jobs()
    planned = {row.number: row for row in walk.change.rows.all()}
    found: dict[str, Any] = {"verdicts": dict(Counter(row.verdict for row in planned.values()))}
    if page.context["notes"]:
        found["notes"] = page.context["notes"]
    if rows:
        found["rows"] = {number: _told(planned[number]) for number in rows if number in planned}
    return found


def _told(row: Any) -> str:
    return f"{row.verdict}: {row.label} | {row.message}".rstrip(" |")


def _people(name: str) -> list[tuple[object, ...]]:
    [table] = find_tables(read_workbook((FOLDER / name).read_bytes(), name))
    rows = values(table, guess_mapping(table, PEOPLE))
    told = ("full_name", "gender", "position")
    return [(*map(row.get, told), row.birth_date, row.birth_year) for row in rows]
