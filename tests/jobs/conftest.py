"""One real broker and one real worker for all tests of this directory."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import current_app
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from jobs import relay
from jobs.models import Outbox
from tests.jobs import kinds, tasks
from tests.jobs.processes import Broker, Worker, wait_for

__all__ = ["kinds", "tasks"]


@pytest.fixture(scope="session")
def broker_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    running = Broker(tmp_path_factory.mktemp("broker"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def broker(broker_process: Broker, settings: Settings) -> Iterator[Broker]:
    """Return the broker, empty; this process publishes to it too."""
    broker_process.client.flushall()
    before = current_app.conf.get("broker_url")
    current_app.conf.update(broker_url=broker_process.url)
    settings.OUTBOX_STALE_SECONDS, settings.OUTBOX_LEASE_SECONDS = 2, 3
    settings.OUTBOX_BACKOFF_SECONDS = 0.1
    yield broker_process
    current_app.conf.update(broker_url=before)


@pytest.fixture(scope="session")
def worker_process(
    broker_process: Broker,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Worker]:
    worker = Worker(broker_process, tmp_path_factory.mktemp("worker") / "log")
    with django_db_blocker.unblock():
        worker.start()
    yield worker
    worker.kill()


@pytest.fixture
def worker(transactional_db: None, broker: Broker, worker_process: Worker) -> Worker:
    """Return the worker, running; the test's commits are seen by it."""
    if worker_process.process is None or worker_process.process.poll() is not None:
        worker_process.start()
    return worker_process


@pytest.fixture
def relay_once(broker: Broker) -> Callable[[], int]:
    """Return a function that publishes what is due."""
    return relay.publish_due


@pytest.fixture
def carry_out(relay_once: Callable[[], int]) -> Callable[..., None]:
    """Return a function that publishes again and again until nothing undone is left."""

    def settled() -> bool:
        relay_once()
        return not Outbox.objects.undone().exists()

    def until_settled(seconds: float = 90) -> None:
        wait_for(settled, seconds=seconds, what="the outbox to settle")

    return until_settled


@pytest.fixture
def flag(tmp_path: Path) -> str:
    """Return the path of a file that tells what a task did."""
    return str(tmp_path / "flag")
