"""Short files come at once, long ones from a job; nobody fetches what they may not see."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from python_calamine import CalamineWorkbook

from accounts.models import RoleGrant, User
from audit.models import AuditEvent
from files.models import StoredFile
from jobs import export_steps
from jobs.models import ExportPart, Job, Outbox
from lms.clock import today
from notifications.models import Notice
from tests.assessment.make import make_room
from tests.jobs.test_bulk import run_jobs
from tests.make import make_enrolment, make_user
from tests.people import Cast

Browser = Callable[[User], Client]
PEOPLE = reverse("accounts:export_people")


def rows_of(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def made_rows(file: StoredFile) -> list[list[Any]]:
    with default_storage.open(file.blob.storage_name) as content:
        return rows_of(content.read())


@pytest.fixture
def crowd(cast: Cast) -> list[User]:
    """Fill Hạnh's ward beyond what is sent at once."""
    return [make_user(f"Trần Văn {n}", unit=cast.ward) for n in range(205)]


def test_up_to_200_rows_are_sent_at_once(cast: Cast, browser: Browser) -> None:
    for n in range(197):
        make_user(f"Trần Văn {n}", unit=cast.ward)
    answer: Any = browser(cast.hr).get(PEOPLE)
    assert len(rows_of(b"".join(answer.streaming_content))) == 1 + 200
    assert not Job.objects.exists()
    told = AuditEvent.objects.get(action="export_people").after
    assert told == {"filter": "", "rows": 200}


def test_a_long_list_is_a_job_whose_file_holds_exactly_what_the_filter_leaves(
    cast: Cast, crowd: list[User], browser: Browser, settings: Settings, monkeypatch: Any
) -> None:
    monkeypatch.setattr(export_steps, "PART", 50)
    settings.SLICE_SECONDS = settings.STEP_SECONDS = 0
    client = browser(cast.hr)
    url = f"{PEOPLE}?q=tran"
    assert "205" in client.get(url).content.decode()
    assert not Job.objects.exists()
    first, second = client.post(url)["Location"], client.post(url)["Location"]
    job = Job.objects.get()
    assert first == second == job.get_absolute_url()
    assert AuditEvent.objects.filter(action="export_people").count() == 1
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, job.slices) == ("done", 205, 4)
    file = StoredFile.objects.get(purpose="export")
    assert file.keep_until is not None
    assert file.keep_until < timezone.now() + dt.timedelta(days=8)
    [_head, *lines] = made_rows(file)
    in_order = User.objects.filter(pk__in=[one.pk for one in crowd]).by_given_name()
    assert [line[0] for line in lines] == [one.username for one in in_order]
    assert not ExportPart.objects.exists()
    page = client.get(job.get_absolute_url()).content.decode()
    assert reverse("jobs:result_file", args=[job.pk]) in page
    assert Notice.objects.get(kind="export_ready").person == cast.hr
    client.post(url)
    assert Job.objects.count() == 2


def test_an_export_stopped_in_the_middle_goes_on_without_gap_or_twin(
    cast: Cast, crowd: list[User], browser: Browser, settings: Settings, monkeypatch: Any
) -> None:
    monkeypatch.setattr(export_steps, "PART", 50)
    settings.SLICE_SECONDS = settings.STEP_SECONDS = 0
    settings.OUTBOX_BACKOFF_SECONDS = 0
    browser(cast.hr).post(f"{PEOPLE}?q=tran")
    with monkeypatch.context() as broken:
        broken.setattr(export_steps, "write_xlsx", die)
        with pytest.raises(ConnectionResetError):
            run_jobs()
    assert ExportPart.objects.count() == 4  # the last went with its step
    run_again()
    lines = made_rows(StoredFile.objects.get(purpose="export"))
    assert len({line[0] for line in lines}) == len(lines) == 206


def die(*_args: Any) -> None:
    raise ConnectionResetError


def run_again() -> None:
    """Let the lease of the dead worker run out."""
    from_dead_worker = Outbox.objects.undone()
    from_dead_worker.update(lease=timezone.now() - dt.timedelta(minutes=5))
    run_jobs()


def test_only_the_owner_fetches_the_file_and_only_while_allowed(
    cast: Cast, crowd: list[User], browser: Browser
) -> None:
    browser(cast.hr).post(PEOPLE)
    run_jobs()
    url = reverse("jobs:result_file", args=[Job.objects.get().pk])
    there = browser(cast.hr).get(url)
    assert there.status_code == 302
    assert there["Location"].endswith("/nhan-su.xlsx")
    assert browser(cast.department_hr).get(url).status_code == 404
    RoleGrant.objects.filter(user=cast.hr).update(until=today())
    assert browser(cast.hr).get(url).status_code == 404


def test_rights_lost_meanwhile_leave_no_file(
    cast: Cast, crowd: list[User], browser: Browser
) -> None:
    browser(cast.hr).post(PEOPLE)
    RoleGrant.objects.filter(user=cast.hr).update(until=today())
    run_jobs()
    job = Job.objects.get()
    assert (job.state, job.result_file_id, bool(job.message)) == ("done", None, True)
    assert not StoredFile.objects.exists()


def test_learners_of_a_class_keep_dates_and_numbers_in_a_long_file(
    cast: Cast, browser: Browser
) -> None:
    room = make_room(cast, kinds=["single"])
    for n in range(200):
        person = make_user(f"Lê Thị {n}", unit=cast.ward)
        make_enrolment(room.cohort, person, by=cast.hr, unit=cast.ward)
    url = reverse("enrolments:export", args=[room.cohort.pk])
    assert browser(cast.department_hr).post(url).status_code == 302
    run_jobs()
    [_head, *lines] = made_rows(StoredFile.objects.get(purpose="export"))
    assert [line[0] for line in lines] == list(range(1, 202))
    assert {line[6] for line in lines} == {room.cohort.ends_on}
    assert browser(cast.stranger).post(url).status_code == 404
