"""Committed work happens once, whatever is killed (kept quick by short leases)."""

import datetime as dt
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from audit.models import AuditEvent
from jobs import relay
from jobs.actions import enqueue, retry_dead
from jobs.models import Heartbeat, LeaseLost, Outbox
from tests.jobs.processes import Broker, Worker, environment, python, wait_for
from tests.make import make_user


def runs(key: str) -> int:
    """Return how many runs of a task left their trace."""
    return AuditEvent.objects.filter(action="ran", reason=key).count()


@pytest.mark.django_db
def test_the_second_call_with_a_key_writes_nothing() -> None:
    first = enqueue(task="tests.note", key="k", args={"n": 1})
    assert enqueue(task="tests.note", key="k", args={"n": 2}) == first
    assert Outbox.objects.get().args == {"n": 1}


@pytest.mark.django_db
def test_a_row_for_a_queue_nobody_listens_to_is_refused() -> None:
    with pytest.raises(ValueError, match="No worker"):
        enqueue(task="tests.note", key="k", queue="nowhere")


@pytest.mark.django_db
def test_a_lease_is_taken_by_one_worker_only() -> None:
    row = enqueue(task="tests.note", key="k")
    assert row.take_lease()
    assert not Outbox.objects.get().take_lease()


@pytest.mark.django_db
def test_a_worker_whose_lease_passed_on_cannot_mark_the_row_done() -> None:
    row = enqueue(task="tests.note", key="k")
    assert row.take_lease()
    Outbox.objects.update(lease=timezone.now() - dt.timedelta(seconds=1))
    assert Outbox.objects.get().take_lease()
    with pytest.raises(LeaseLost):
        row.mark_done()


def test_committed_work_is_done_within_a_second_or_two(
    worker: Worker, carry_out: Callable[..., None]
) -> None:
    for n in range(20):
        enqueue(task="tests.note", key=f"k{n}")
    carry_out()
    assert [runs(f"k{n}") for n in range(20)] == [1] * 20


def test_work_that_was_rolled_back_never_happens(
    worker: Worker, carry_out: Callable[..., None]
) -> None:
    with transaction.atomic():
        enqueue(task="tests.note", key="k")
        transaction.set_rollback(True)
    carry_out()
    assert runs("k") == 0


def test_a_writer_killed_right_after_its_commit_loses_nothing(
    worker: Worker, broker: Broker, carry_out: Callable[..., None]
) -> None:
    code = """
import os, signal
from jobs.actions import enqueue
for n in range(20):
    if os.fork() == 0:
        from django.db import connection
        connection.close()
        enqueue(task="tests.note", key=f"w{n}")
        os.kill(os.getpid(), signal.SIGKILL)
    os.wait()
"""
    _out, err = python(code, broker).communicate(timeout=120)
    assert Outbox.objects.count() == 20, err
    carry_out()
    assert [runs(f"w{n}") for n in range(20)] == [1] * 20


def test_a_broker_that_loses_everything_loses_nothing(
    worker: Worker, broker: Broker, relay_once: Callable[[], int], carry_out: Callable[..., None]
) -> None:
    worker.kill()
    for n in range(20):
        enqueue(task="tests.note", key=f"f{n}")
    assert relay_once() == 20
    broker.client.flushall()
    worker.start()
    carry_out()
    assert [runs(f"f{n}") for n in range(20)] == [1] * 20


def test_a_task_whose_process_is_killed_is_done_once(
    worker: Worker, carry_out: Callable[..., None], flag: str
) -> None:
    enqueue(task="tests.kill_first", key="k", args={"flag": flag})
    carry_out()
    assert runs("k") == 1
    assert Outbox.objects.get().attempts == 2


def test_a_task_whose_whole_worker_is_killed_is_done_once(
    worker: Worker, relay_once: Callable[[], int], carry_out: Callable[..., None], flag: str
) -> None:
    enqueue(task="tests.slow", key="k", args={"flag": flag, "seconds": 1})
    relay_once()
    wait_for(Path(flag).exists, what="the task to begin")
    worker.kill()
    worker.start()
    carry_out()
    assert runs("k") == 1


def test_poison_becomes_a_dead_letter_and_blocks_nobody(
    worker: Worker, carry_out: Callable[..., None], flag: str
) -> None:
    enqueue(task="tests.kill_always", key="poison", args={"log": flag})
    for n in range(3):
        enqueue(task="tests.note", key=f"good{n}")
    carry_out(40)
    assert [runs(f"good{n}") for n in range(3)] == [1, 1, 1]
    assert Outbox.objects.dead().get().key == "poison"
    assert len(Path(flag).read_text()) <= 5


def test_a_failing_task_is_tried_five_times_then_dead_then_open_to_retry(
    worker: Worker, carry_out: Callable[..., None]
) -> None:
    enqueue(task="tests.fail", key="k")
    carry_out(30)
    row = Outbox.objects.dead().get()
    assert (row.attempts, row.last_error, runs("k")) == (5, "RuntimeError: no good", 0)
    assert retry_dead(row=row, by=make_user())
    assert not retry_dead(row=row, by=make_user())
    assert Outbox.objects.undone().get().attempts == 0


def test_two_relays_carry_each_row_out_once(worker: Worker, broker: Broker) -> None:
    command = [sys.executable, "manage.py", "relay"]
    relays = [
        subprocess.Popen(command, env=environment(broker), stdout=subprocess.PIPE)
        for _n in range(2)
    ]
    try:
        for process in relays:
            assert process.stdout
            process.stdout.readline()  # it stands, and ends when it is told to
        for n in range(30):
            enqueue(task="tests.note", key=f"r{n}")
            time.sleep(0.02)
        wait_for(lambda: not Outbox.objects.undone().exists(), what="the relays")
    finally:
        for process in relays:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(60) for process in relays]
        for process in relays:
            if process.stdout:
                process.stdout.close()
    assert codes == [0, 0]
    assert [runs(f"r{n}") for n in range(30)] == [1] * 30


def test_at_most_200_rows_of_a_queue_are_in_flight(
    transactional_db: None,
    broker: Broker,
    worker_process: Worker,
    relay_once: Callable[[], int],
    settings: Settings,
) -> None:
    worker_process.kill()
    settings.OUTBOX_STALE_SECONDS = 600  # what is in flight stays there, however slow the machine
    Outbox.objects.bulk_create(Outbox(key=f"b{n}", task="tests.note") for n in range(230))
    enqueue(task="tests.note", key="mail", queue="mail")
    assert relay_once() == 201
    assert relay_once() == 0


def test_without_a_broker_rows_wait_and_the_relay_goes_on_trying(
    transactional_db: None, broker: Broker, worker_process: Worker
) -> None:
    worker_process.kill()
    broker.stop()
    try:
        enqueue(task="tests.note", key="k")
        stop = threading.Event()
        thread = threading.Thread(target=_relay, args=(stop,))
        thread.start()
        time.sleep(1.5)
        stop.set()
        thread.join(15)
        assert not thread.is_alive()
        assert Outbox.objects.get().published_at is None
    finally:
        broker.start()
    assert relay.publish_due() == 1


def _relay(stop: threading.Event) -> None:
    try:
        relay.run(stop)
    finally:
        connection.close()


def test_two_heartbeats_at_once_are_one(worker: Worker, broker: Broker) -> None:
    with current_app.connection_for_write() as connection_:
        for _n in range(2):
            current_app.send_task("jobs.heartbeat", queue="default", connection=connection_)
    wait_for(Heartbeat.objects.exists, what="a heartbeat")
    time.sleep(0.3)
    assert Heartbeat.objects.count() == 1
