"""Append-only tables refuse the flush that ends a test with real commits; it lifts them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.test import TransactionTestCase

from lms import ledgers


@contextmanager
def flush_lifts_ledgers() -> Iterator[None]:
    """Let Django's transactional tests empty append-only tables."""
    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def lifting(case: Any) -> None:
        with ledgers.lifted():
            teardown(case)

    with patch.object(TransactionTestCase, "_fixture_teardown", lifting):
        yield
