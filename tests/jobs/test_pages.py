"""Progress, bulk changes, health and metrics over HTTP."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from jobs.actions import enqueue, start_job
from jobs.models import BulkChange, Heartbeat, Job, Outbox
from jobs.slices import run_slice
from tests.jobs.test_bulk import planned, run_jobs
from tests.make import make_unit, make_user

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]


def test_a_job_runs_in_slices_and_keeps_its_place(settings: LazySettings) -> None:
    settings.SLICE_SECONDS = 0
    job = start_job(kind="tests.count", key="c", by=make_user(), total=20)
    assert start_job(kind="tests.count", key="c", by=make_user(), total=9) == job
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, job.checkpoint["seen"]) == ("done", 20, [5, 10, 15, 20])
    assert Outbox.objects.count() == 4


def test_a_failing_step_keeps_what_was_committed_before_it(settings: LazySettings) -> None:
    settings.STEP_SECONDS = 0
    job = start_job(kind="tests.count", key="c", by=make_user(), total=20, args={"fail_at": 15})
    row = Outbox.objects.get()
    row.take_lease()
    with pytest.raises(RuntimeError):
        run_slice(row)
    job.refresh_from_db()
    assert (job.done, job.checkpoint["seen"]) == (10, [5, 10])
    assert Outbox.objects.get().done_at is None


def test_a_person_sees_the_progress_of_their_own_jobs_only(browser: Browser) -> None:
    owner = make_user()
    job = start_job(kind="tests.count", key="c", by=owner, total=20, title="Nhập danh sách")
    page = browser(owner).get(f"/viec/{job.pk}/")
    assert page.status_code == 200
    assert "Nhập danh sách" in page.content.decode()
    assert browser(make_user()).get(f"/viec/{job.pk}/").status_code == 404
    assert browser(owner).get("/viec/999999/").status_code == 404


def test_htmx_stops_asking_when_the_job_is_finished(browser: Browser) -> None:
    owner = make_user()
    job = start_job(kind="tests.count", key="c", by=owner, total=20)
    client = browser(owner)
    going = client.get(f"/viec/{job.pk}/", headers={"HX-Request": "true"})
    assert (going.status_code, b"every 1s" in going.content) == (200, True)
    Job.objects.update(state="done")
    ended = client.get(f"/viec/{job.pk}/", headers={"HX-Request": "true"})
    assert (ended.status_code, b"every 1s" in ended.content) == (286, False)


def test_a_bulk_change_is_confirmed_and_undone_through_its_pages(browser: Browser) -> None:
    owner = make_user()
    change = planned(owner, [make_unit() for _n in range(3)])
    client, address = browser(owner), f"/thay-doi/{change.pk}/"
    assert client.get(address).status_code == 200
    assert client.get(f"{address}?verdict=error").context["rows"] == []
    for verb in ["ghi/", "ghi/", "xem-hoan-tac/"]:
        assert client.post(address + verb).status_code == 302
        run_jobs()
    assert client.get(address).status_code == 200
    assert client.get(f"{address}hoan-tac/").context["change"].counts["undo"]["reversible"] == 3
    client.post(f"{address}hoan-tac/ghi/")
    run_jobs()
    assert BulkChange.objects.get().state == "undone"
    assert client.get(address).status_code == 200


def test_a_bulk_change_of_somebody_else_does_not_exist(browser: Browser) -> None:
    change = planned(make_user(), [make_unit()])
    client = browser(make_user())
    assert client.get(f"/thay-doi/{change.pk}/").status_code == 404
    assert client.post(f"/thay-doi/{change.pk}/ghi/").status_code == 404


def test_rows_are_paged_by_key(browser: Browser) -> None:
    owner = make_user()
    change = planned(owner, [make_unit() for _n in range(60)])
    first = browser(owner).get(f"/thay-doi/{change.pk}/")
    assert len(first.context["rows"]) == 50
    after = first.context["after"]
    assert len(browser(owner).get(f"/thay-doi/{change.pk}/?after={after}").context["rows"]) == 10


def test_live_and_ready_answer_strangers(client: Client) -> None:
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 200


def test_worker_health_needs_a_fresh_heartbeat_no_old_row_and_no_dead_letter(
    client: Client,
) -> None:
    assert client.get("/health/worker").status_code == 503
    Heartbeat.beat()
    assert client.get("/health/worker").status_code == 200
    row = enqueue(task="tests.note", key="k")
    old = timezone.now() - dt.timedelta(seconds=400)
    Outbox.objects.update(created_at=old)
    assert client.get("/health/worker").status_code == 503
    Outbox.objects.update(created_at=timezone.now(), dead_at=old)
    assert client.get("/health/worker").json()["faults"] == ["1 dead letter(s)"]
    row.delete()
    Heartbeat.objects.update(at=timezone.now() - dt.timedelta(seconds=130))
    assert client.get("/health/worker").status_code == 503


def test_metrics_are_for_this_machine_or_the_holder_of_the_token(
    client: Client, settings: LazySettings
) -> None:
    enqueue(task="tests.note", key="k")
    assert b'lms_outbox_undone{queue="default"} 1' in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 404
    settings.METRICS_TOKEN = "abc"
    assert client.get("/metrics").status_code == 404
    token = {"Authorization": "Bearer abc"}
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5", headers=token).status_code == 200
