"""The Celery application as the worker of the tests loads it."""

import django

django.setup()

from lms.celery import app  # noqa: E402 - settings first
from tests.jobs import kinds, tasks  # noqa: E402

__all__ = ["app", "kinds", "tasks"]
