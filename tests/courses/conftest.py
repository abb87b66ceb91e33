"""What the tests of this app share."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _plain_words() -> Iterator[None]:
    """Let sentences be compared as they stand in the code, compiled catalogues or not."""
    with translation.override("en"):
        yield
