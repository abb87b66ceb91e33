"""The broker and the relay of the job tests, for marking by a real worker."""

from tests.jobs.conftest import (
    _ledgers_are_lifted_for_the_flush,
    broker,
    broker_process,
    carry_out,
    relay_once,
)

__all__ = [
    "_ledgers_are_lifted_for_the_flush",
    "broker",
    "broker_process",
    "carry_out",
    "relay_once",
]
