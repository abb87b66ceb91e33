"""Reminders through relay, broker and two worker children, against bare `smtplib`."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.pool import Pool
from pathlib import Path

from django.utils import timezone

from bench.city import City
from bench.report import Line
from bench.web import BenchError, children, resident, wait_for
from certificates.notices import ISSUED
from jobs.actions import enqueue
from jobs.models import Outbox
from lms.broker import broker_command
from lms.clock import today
from notifications.actions import NoticeSpec, hand_over_due, hand_to_mail_queue, plan_notices
from notifications.models import Message
from scripts.processes import QUEUES, tool
from scripts.suites import ROOT, free_port

ABOUT = {"title_vi": "Kỹ năng số", "title_en": "", "number": "1", "state": "issued", "reason": ""}
GOAL, CHILDREN, WORKER_MEMORY, DELAY_GOAL = 3, 2, 200, 1
ROUND = 800  # letters; as many for each child


def mail_lines(city: City, folder: Path, count: int) -> list[Line]:
    """Send one letter a person, each marked by itself; none may be lost."""
    ours = floor = 0.0
    with _sink(folder) as (port, taken), _senders() as pool, _workers(folder, port) as worker:
        # By turns, for what the neighbours of this machine do changes from second to second.
        for first in range(0, count, ROUND):
            ids = _letters(city, range(first, min(first + ROUND, count)))
            known = len(taken())
            ours += _sent(ids)
            raw = taken()[known:]
            if len(raw) != len(ids):
                raise BenchError(f"{len(ids)} letters were marked sent and {len(raw)} arrived.")
            floor += _bare(pool, port, raw)
        memory = max(map(resident, children(worker.pid)), default=0)
    rates = count / ours, count / floor
    return [
        Line("mail, two children", rates[0], "/s", rates[1], ours / floor, GOAL, True, 41),
        Line("outbox row to broker, p95", _delay(), "s", goal=DELAY_GOAL, at_most=True),
        Line("Celery child, resident", memory, "MB", goal=WORKER_MEMORY, at_most=True),
    ]


def _sent(ids: Sequence[int]) -> float:
    """Hand letters over and wait until all are marked; return seconds."""
    began = time.perf_counter()
    while hand_to_mail_queue(now=timezone.now()):
        pass
    sent = Message.objects.filter(pk__in=ids, state=Message.State.SENT)
    wait_for(lambda: sent.count() == len(ids), f"{len(ids)} letters to be sent", 300)
    return time.perf_counter() - began


def _letters(city: City, whose: range) -> list[int]:
    specs = [
        NoticeSpec(
            person_id=person.pk,
            kind=ISSUED,
            subject=f"bench:{person.pk}",
            due_on=today(),
            send_at=timezone.now(),
            context=ABOUT,
        )
        for person in city.people[whose.start : whose.stop]
    ]
    plan_notices(notices=specs)
    while hand_over_due(now=timezone.now()):
        pass
    queued = Message.objects.filter(state=Message.State.QUEUED)
    queued.update(not_before=timezone.now())  # at night as by day
    return list(queued.values_list("pk", flat=True))


def _delay() -> float:
    """Return how long a committed row waited to be published, for nearly all of them."""
    rows = Outbox.objects.filter(queue="mail", published_at__isnull=False)
    waits = sorted((row.published_at - row.created_at).total_seconds() for row in rows)  # type: ignore[operator]
    return waits[int(len(waits) * 0.95)]


@contextlib.contextmanager
def _sink(folder: Path) -> Iterator[tuple[int, Callable[[], list[bytes]]]]:
    """Run the mail server in a process of its own."""
    letters = folder / "letters"
    command = [sys.executable, "-m", "bench.sink", str(letters)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        port = int(process.stdout.readline())

        def taken() -> list[bytes]:
            process.stdin.write("\n")
            process.stdin.flush()
            process.stdout.readline()
            return list(pickle.loads(letters.read_bytes()))

        yield port, taken
        process.stdin.close()


@contextlib.contextmanager
def _workers(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run broker, relay and worker, as `make run` has them."""
    broker = free_port()
    environment = {
        **os.environ,
        "REDIS_URL": f"redis://127.0.0.1:{broker}/0",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    worker = [tool("celery"), "--app=lms", "worker", f"--concurrency={CHILDREN}"]
    commands = [
        broker_command(broker, folder / "broker"),
        [*worker, f"--queues={QUEUES}", f"--hostname=bench-{broker}@%h", "--loglevel=WARNING"],
        [sys.executable, str(ROOT / "manage.py"), "relay"],
    ]
    started: list[subprocess.Popen[bytes]] = []
    log = (folder / "worker.log").open("ab")
    try:
        started += [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            for command in commands
        ]
        _warm()
        yield started[1]
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()
        log.close()


def _warm() -> None:
    """Have every child carry out something first: what is measured is not its start."""
    for n in range(4 * CHILDREN):
        enqueue(task="notifications.send_mail", key=f"warm:{n}", args={"messages": []})
    wait_for(
        lambda: not Outbox.objects.undone().filter(key__startswith="warm:").exists(), "the worker"
    )


@contextlib.contextmanager
def _senders() -> Iterator[Pool]:
    """Start as many bare senders as the worker has children."""
    with multiprocessing.get_context("spawn").Pool(CHILDREN) as pool:
        pool.starmap(_nothing, [()] * CHILDREN)
        yield pool


def _bare(pool: Pool, port: int, raw: Sequence[bytes]) -> float:
    """Send the same letters over as many connections, and nothing else; return seconds."""
    began = time.perf_counter()
    pool.starmap(_send, [(port, raw[at::CHILDREN]) for at in range(CHILDREN)])
    return time.perf_counter() - began


def _nothing() -> None:
    """Let the processes start before the clock does."""


def _send(port: int, raw: Sequence[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for letter in raw:
            server.sendmail("a@cbcc.example", ["b@cbcc.example"], letter)
