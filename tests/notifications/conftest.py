"""A clean slate for each mail test."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.notifications import make
from tests.notifications.sink import Sink, running_sink


@pytest.fixture(autouse=True)
def _nothing_is_finished() -> Iterator[None]:
    make.finished.clear()
    yield
    make.finished.clear()


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    """Run a mail server and point the project at it."""
    with running_sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server
