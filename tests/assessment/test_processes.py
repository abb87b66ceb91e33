"""Real processes: marking that is killed, submits and starts that race."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from assessment.actions.attempts import submit
from assessment.models import Attempt, GradeCell, GradeEntry
from jobs.models import Outbox
from tests.assessment.make import Room, make_room
from tests.jobs.processes import Broker, database_url, environment
from tests.people import make_cast

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES, CALLS = 4, 10


@pytest.fixture
def room(transactional_db: None) -> Room:
    return make_room(make_cast())


def _worker(broker: Broker, flag: Path, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "-A", "tests.assessment.worker_app", "worker"]
    command += ["-c", "1", "-Q", "grading", "--without-mingle", "--without-gossip"]
    with log.open("ab") as out:
        return subprocess.Popen(
            [*command, "-l", "WARNING", "-n", f"grading-{os.getpid()}@%h"],
            env=environment(broker) | {"KILL_WHILE_GRADING": str(flag)},
            cwd=settings.BASE_DIR,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def test_an_attempt_whose_marking_is_killed_is_marked_once(
    room: Room, broker: Broker, carry_out: Callable[..., None], tmp_path: Path
) -> None:
    submit(attempt=room.begin(), by=room.learner)
    flag = tmp_path / "killed"
    worker = _worker(broker, flag, tmp_path / "log")
    try:
        carry_out(seconds=60)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert flag.exists()
    assert Attempt.objects.get().state == "graded"
    assert GradeEntry.objects.count() == GradeCell.objects.count() == 1
    assert Outbox.objects.get(task="assessment.grade").attempts == 2


def _race(code: str) -> list[str]:
    """Run the code in several processes, each in several threads; return what they print."""
    start = (
        "import django; django.setup()\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from django.db import connection\n"
        "from assessment.actions.attempts import start, submit\n"
        "from assessment.models import Attempt\n"
        "from enrolments.models import Enrolment\n"
    )
    end = (
        "def run(_n):\n"
        "    try:\n        return act()\n"
        "    finally:\n        connection.close()\n"
        f"with ThreadPoolExecutor({CALLS}) as pool:\n"
        f"    print(*pool.map(run, range({CALLS})))\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", start + code + end],
            env={**os.environ, "DATABASE_URL": database_url(), "LOG_LEVEL": "ERROR"},
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _n in range(PROCESSES)
    ]
    said = [process.communicate(timeout=120)[0].split() for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES
    return [word for words in said for word in words]


@pytest.mark.postgres
def test_forty_submits_at_once_give_one_result(room: Room) -> None:
    attempt = room.begin()
    connection.close()
    receipts = _race(
        "def act():\n"
        f"    attempt = Attempt.objects.select_related('enrolment').get(pk={attempt.pk})\n"
        "    return submit(attempt=attempt, by=attempt.enrolment.learner).receipt\n"
    )
    assert receipts == [attempt.receipt] * PROCESSES * CALLS
    assert Outbox.objects.filter(task="assessment.grade").count() == 1


@pytest.mark.postgres
def test_forty_starts_at_once_give_one_attempt(room: Room) -> None:
    connection.close()
    made = _race(
        "import uuid\n"
        "def act():\n"
        f"    place = Enrolment.objects.select_related('learner').get(pk={room.enrolment.pk})\n"
        f"    key = uuid.UUID('{room.quiz.key}')\n"
        "    return start(enrolment=place, quiz_key=key, by=place.learner).pk\n"
    )
    assert len(set(made)) == 1
    assert Attempt.objects.count() == 1
