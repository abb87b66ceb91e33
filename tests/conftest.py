"""What every test may ask for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from tests.ledgers import flush_lifts_ledgers
from tests.people import Cast, make_cast, signed_in_as


@pytest.fixture
def cast(db: None) -> Cast:
    """Return the people of `tests/people.py`."""
    return make_cast()


@pytest.fixture
def browser(db: None) -> Callable[[User], Client]:
    """Return a function that signs a person in."""
    return signed_in_as


@pytest.fixture(autouse=True, scope="session")
def _flush_lifts_ledgers() -> Iterator[None]:
    """Let tests with real commits empty the append-only tables behind them."""
    with flush_lifts_ledgers():
        yield


@pytest.fixture(autouse=True)
def _fresh_limits(request: pytest.FixtureRequest) -> None:
    """Start each test that may use the database with no sign-in limits left over."""
    for database in ("transactional_db", "db"):
        if database in request.fixturenames:
            request.getfixturevalue(database)
            cache.clear()
            return


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    """Keep the files and the mail of each test apart."""
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": str(tmp_path / "files")}}
    # Pages are tested without collecting the assets first.
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    storages["staticfiles"] = {"BACKEND": plain}
    settings.STORAGES = storages
    settings.STATIC_ROOT = str(tmp_path)
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
