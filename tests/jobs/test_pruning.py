"""What is over is taken out in batches; what somebody may still need stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import ActivationCode
from accounts.tasks import prune as prune_accounts
from files.actions import keep_made
from files.models import Blob, StoredFile
from files.tasks import sweep
from interop.models import IdempotentCall
from interop.tasks import prune as prune_calls
from jobs.models import ExportPart, Job, Outbox
from jobs.tasks import prune
from lms import pruning
from tests.make import make_user

pytestmark = pytest.mark.django_db
OLD = dt.timedelta(days=40)


def outbox(key: str, **fields: Any) -> Outbox:
    return Outbox.objects.create(task="t.t", key=key, **fields)


def test_done_work_goes_after_its_time_and_dead_letters_stay(monkeypatch: Any) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    old = timezone.now() - OLD
    for n in range(5):
        outbox(f"done {n}", done_at=old)
    outbox("done now", done_at=timezone.now())
    outbox("dead", dead_at=old, created_at=old)
    outbox("waiting", created_at=old)
    prune()
    assert set(Outbox.objects.values_list("key", flat=True)) == {"done now", "dead", "waiting"}


def test_one_tick_stops_when_its_time_is_over_and_the_next_goes_on(monkeypatch: Any) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    for n in range(5):
        outbox(f"done {n}", done_at=timezone.now() - OLD)
    rows = Outbox.objects.filter(done_at__isnull=False)
    assert pruning.delete_some(rows, seconds=0) == 2
    assert pruning.delete_some(rows) == 3


def test_lines_of_a_stopped_export_go_those_of_one_under_way_stay() -> None:
    old = timezone.now() - OLD
    for key, state in (("a", "failed"), ("b", "running")):
        job = Job.objects.create(kind="jobs.export", key=key, state=state, finished_at=old)
        ExportPart.objects.create(job=job, number=0, lines=[])
    prune()
    assert ExportPart.objects.get().job.key == "b"


def test_ended_sessions_and_expired_codes_go() -> None:
    now, person, officer = timezone.now(), make_user(), make_user()
    for n, days in enumerate((-40, -1, 1)):
        Session.objects.create(session_key=f"s{n}", expire_date=now + dt.timedelta(days=days))
        ActivationCode.objects.create(
            person=person,
            issued_by=officer,
            code_hash=f"h{n}",
            expires_at=now + dt.timedelta(days=days),
            voided_at=now if days < 0 else None,
        )
    prune_accounts()
    assert set(Session.objects.values_list("session_key", flat=True)) == {"s2"}
    assert set(ActivationCode.objects.values_list("code_hash", flat=True)) == {"h1", "h2"}


def test_old_replies_of_the_interface_go_and_none_is_ever_changed() -> None:
    for key, at in (("old", timezone.now() - OLD), ("new", timezone.now())):
        with time_machine.travel(at):
            IdempotentCall.objects.create(user=make_user(), key=key, digest="d", answer={})
    prune_calls()
    assert IdempotentCall.objects.get().key == "new"
    with pytest.raises(DatabaseError), transaction.atomic():
        IdempotentCall.objects.update(digest="e")


def test_files_past_their_time_go_with_their_content() -> None:
    now = timezone.now()
    for n, until in enumerate((now - OLD, now + OLD, None)):
        keep_made(
            content=f"{n}".encode(),
            name=f"{n}.xlsx",
            owner_id=make_user().pk,
            media_type="text/plain",
            purpose="export",
            unit_id=None,
            keep_until=until,
        )
    Blob.objects.update(created_at=now - OLD)
    gone = StoredFile.objects.get(name="0.xlsx").blob.storage_name
    for _n in range(2):
        sweep()
    assert set(StoredFile.objects.values_list("name", flat=True)) == {"1.xlsx", "2.xlsx"}
    assert not default_storage.exists(gone)
    assert Blob.objects.count() == 2


def test_every_tick_of_the_timetable_is_a_task() -> None:
    current_app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named <= set(current_app.tasks)
