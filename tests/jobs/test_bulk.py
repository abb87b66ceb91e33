"""Preview, apply, undo: exactly what was shown, once, and back again."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Unit, User
from audit.models import AuditEvent
from jobs import bulk
from jobs.actions import confirm, draft, plan, preview_undo, undo
from jobs.models import BulkChange, Job, Outbox
from jobs.slices import run_slice
from tests.jobs.kinds import Renaming
from tests.make import make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return make_user("Lê Thị Thu")


@pytest.fixture
def units() -> list[Unit]:
    return [make_unit() for _n in range(10)]


def run_jobs() -> None:
    """Carry every slice out here, as the worker would."""
    while row := Outbox.objects.undone().order_by("pk").first():
        assert row.take_lease()
        run_slice(row)


def planned(officer: User, units: list[Unit], name: str = "mới") -> BulkChange:
    """Return a change that is ready to be confirmed."""
    params = {"units": [unit.pk for unit in units], "name": name}
    change = draft(kind="tests.rename", key=f"r{name}", title="Đổi tên", by=officer, params=params)
    assert plan(change=change, by=officer)
    run_jobs()
    change.refresh_from_db()
    return change


def names() -> list[str]:
    return list(Unit.objects.order_by("pk").values_list("name_en", flat=True))


def test_a_plan_writes_nothing_and_counts_everything(officer: User, units: list[Unit]) -> None:
    Unit.objects.filter(pk=units[0].pk).update(name_en="mới")
    before = names()
    change = planned(officer, units)
    assert names() == before
    assert change.state == "planned"
    assert change.counts == {"verdicts": {"same": 1, "update": 9}, "included": 9}
    assert list(change.rows.values_list("number", flat=True)) == list(range(2, 12))


def test_confirming_twice_applies_once(officer: User, units: list[Unit]) -> None:
    change = planned(officer, units)
    again = BulkChange.objects.get()
    assert [confirm(change=change, by=officer), confirm(change=again, by=officer)] == [True, False]
    run_jobs()
    change.refresh_from_db()
    assert change.state == "applied"
    assert names() == ["mới"] * 10
    assert change.counts["states"] == {"applied": 10}
    assert AuditEvent.objects.filter(action="bulk_change_applied").count() == 1


def test_a_row_that_moved_since_is_left_out_and_listed(officer: User, units: list[Unit]) -> None:
    change = planned(officer, units)
    Unit.objects.filter(pk=units[3].pk).update(name_en="khác")
    confirm(change=change, by=officer)
    run_jobs()
    row = change.rows.get(state="left_out")
    assert (row.target_id, names().count("mới")) == (units[3].pk, 9)
    assert row.reason


def test_the_whole_is_refused_when_more_than_one_per_cent_moved(
    officer: User, units: list[Unit]
) -> None:
    change = planned(officer, units)
    Unit.objects.filter(pk__in=[units[3].pk, units[4].pk]).update(name_en="khác")
    confirm(change=change, by=officer)
    run_jobs()
    change.refresh_from_db()
    assert (change.state, names().count("mới")) == ("refused", 0)
    assert change.message


def test_the_whole_is_refused_when_the_rule_moved(officer: User, units: list[Unit]) -> None:
    change = planned(officer, units)
    make_unit(code="RULE")
    confirm(change=change, by=officer)
    run_jobs()
    change.refresh_from_db()
    assert (change.state, names().count("mới")) == ("refused", 0)


def test_an_undo_reverses_untouched_rows_and_lists_the_others(
    officer: User, units: list[Unit]
) -> None:
    before = names()
    change = planned(officer, units)
    confirm(change=change, by=officer)
    run_jobs()
    Unit.objects.filter(pk=units[3].pk).update(name_en="sửa sau")
    change.refresh_from_db()
    assert preview_undo(change=change, by=officer)
    run_jobs()
    change.refresh_from_db()
    assert change.counts["undo"] == {"reversible": 9, "kept": 1}
    assert [undo(change=change, by=officer), undo(change=change, by=officer)] == [True, False]
    run_jobs()
    change.refresh_from_db()
    assert change.state == "undone"
    assert change.rows.get(state="kept").reason == "renamed since"
    before[3] = "sửa sau"
    assert names() == before


def test_an_undo_stopped_in_the_middle_goes_on_where_it_was(
    officer: User, units: list[Unit], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = names()
    change = planned(officer, units)
    confirm(change=change, by=officer)
    run_jobs()
    change.refresh_from_db()
    monkeypatch.setattr(bulk, "CHUNK", 3)
    settings.STEP_SECONDS = 0
    assert undo(change=change, by=officer)
    kind, seen = Renaming.undo_rows, []

    def fails_once(self: Renaming, change: BulkChange, rows: Any, by: Any) -> None:
        kind(self, change, rows, by)
        seen.append(len(rows))
        if len(seen) == 2:
            raise ConnectionResetError

    monkeypatch.setattr(Renaming, "undo_rows", fails_once)
    with pytest.raises(ConnectionResetError):
        run_jobs()
    job = Job.objects.latest("pk")
    assert (job.done, job.total) == (3, 10)
    assert [left == old for left, old in zip(names(), before, strict=True)].count(True) == 3
    Outbox.objects.undone().update(lease=timezone.now() - dt.timedelta(minutes=5))
    run_jobs()
    change.refresh_from_db()
    job.refresh_from_db()
    assert (names(), change.state, job.done) == (before, "undone", 10)
    assert seen == [3, 3, 3, 3, 1]
    assert AuditEvent.objects.filter(action="bulk_change_undone").count() == 1


def test_an_undo_is_refused_after_its_period(officer: User, units: list[Unit]) -> None:
    change = planned(officer, units)
    confirm(change=change, by=officer)
    run_jobs()
    BulkChange.objects.update(undo_until="2020-01-01T00:00:00Z")
    change.refresh_from_db()
    assert not undo(change=change, by=officer)


def test_somebody_else_may_not_confirm(officer: User, units: list[Unit]) -> None:
    change = planned(officer, units)
    with pytest.raises(PermissionDenied):
        confirm(change=change, by=make_user())


def test_the_queries_of_a_chunk_do_not_grow(
    officer: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    units = [make_unit() for _n in range(60)]
    change = planned(officer, units)
    confirm(change=change, by=officer)
    with django_assert_max_num_queries(40):
        run_jobs()
    assert Job.objects.filter(state="done").count() == 2
