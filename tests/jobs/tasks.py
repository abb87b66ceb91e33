"""Tasks of the tests: what real ones do, with a way to fail at the worst moment."""

import os
import signal
import time
from pathlib import Path

from audit.actions import record
from jobs.models import Outbox
from jobs.work import outbox_task


@outbox_task(name="tests.note")
def note(row: Outbox) -> None:
    """Leave one trace that it ran."""
    record(by=None, action="ran", reason=row.key)


@outbox_task(name="tests.kill_first")
def kill_first(row: Outbox) -> None:
    """Leave a trace, then kill the process at the first run, before the commit."""
    record(by=None, action="ran", reason=row.key)
    flag = Path(row.args["flag"])
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)


@outbox_task(name="tests.kill_always")
def kill_always(row: Outbox) -> None:
    """Kill the process at each run."""
    with Path(row.args["log"]).open("a") as log:
        log.write("x")
    os.kill(os.getpid(), signal.SIGKILL)


@outbox_task(name="tests.fail")
def fail(row: Outbox) -> None:
    """Leave a trace and fail."""
    record(by=None, action="ran", reason=row.key)
    raise RuntimeError("no good")


@outbox_task(name="tests.slow")
def slow(row: Outbox) -> None:
    """Say that it has begun, and take its time before it writes."""
    Path(row.args["flag"]).touch()
    time.sleep(float(row.args["seconds"]))
    record(by=None, action="ran", reason=row.key)
