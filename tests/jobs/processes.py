"""Real processes for the tests: broker, worker, and commands that can be killed."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from redis import Redis

from lms.broker import broker_command


def wait_for(ready: Callable[[], Any], *, seconds: float = 60, what: str = "it") -> None:
    """Wait until a condition holds, or fail."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)


def free_port() -> int:
    """Return a port nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """Return the address of the test database, for other processes."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    host, port = str(facts["HOST"]).replace("/", "%2F"), facts["PORT"]
    return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{host}:{port}/{facts['NAME']}"


# Where a test keeps files that the worker is to read.
FILES = Path(tempfile.mkdtemp(prefix="lms-files-"))


class Broker:
    """A private broker that can be stopped and started again."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.port = directory, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = Redis.from_url(self.url)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = broker_command(self.port, self.directory)
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(self._answers, what="the broker")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
        self.client.close()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except ConnectionError:
            return False
        except Exception as error:
            if "onnect" in str(error) or "loading" in str(error):
                return False
            raise


def environment(broker: Broker) -> dict[str, str]:
    """Return the environment of a process that shares database and broker with the tests."""
    return {
        **os.environ,
        "FILES_DIR": str(FILES),
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker.url,
        "OUTBOX_LEASE_SECONDS": "3",
        "OUTBOX_STALE_SECONDS": "2",
        "OUTBOX_BACKOFF_SECONDS": "0.1",
        "RELAY_POLL_SECONDS": "0.1",
        "VISIBILITY_TIMEOUT": "60",
        "UNACKED_RESTORE_INTERVAL": "1",
        "LOG_LEVEL": "WARNING",
        "DEBUG": "0",
    }


class Worker:
    """A Celery worker with two children, which can be killed."""

    def __init__(self, broker: Broker, log: Path) -> None:
        self.broker, self.log = broker, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "tests.jobs.worker_app", "worker"]
        command += [
            "-c",
            "2",
            "-Q",
            ",".join(settings.JOB_QUEUES),
            "--without-mingle",
            "-l",
            "WARNING",
        ]
        command += ["--without-gossip", "-n", f"tests-{os.getpid()}@%h"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=environment(self.broker),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill the worker and its children without a word."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def python(code: str, broker: Broker) -> "subprocess.Popen[str]":
    """Run code in a process of its own that has Django ready."""
    start = "import django; django.setup()\nimport tests.jobs.worker_app\n"
    return subprocess.Popen(
        [sys.executable, "-c", start + code],
        env=environment(broker),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
