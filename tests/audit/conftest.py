from collections.abc import Iterator

import pytest

from tests.ledgers import flush_lifts_ledgers


@pytest.fixture(autouse=True, scope="session")
def _ledgers_are_lifted_for_the_flush() -> Iterator[None]:
    with flush_lifts_ledgers():
        yield
