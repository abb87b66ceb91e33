"""The broker and the relay of the job tests, for marking by a real worker."""

from tests.jobs.conftest import (
    broker,
    broker_process,
    carry_out,
    relay_once,
)

__all__ = [
    "broker",
    "broker_process",
    "carry_out",
    "relay_once",
]
