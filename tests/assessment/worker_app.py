"""The Celery application of the tests, whose marking can be killed at the worst moment.

While the file named by `KILL_WHILE_GRADING` does not exist, the first marking makes it and kills
its process after the marks are written and before anything is committed.
"""

import os
import signal
from pathlib import Path
from typing import Any

import django

django.setup()

from assessment.actions import grades  # noqa: E402 - settings first
from lms.celery import app  # noqa: E402

_record = grades.record_grade


def _killed_once(**facts: Any) -> Any:
    entry = _record(**facts)
    flag = Path(os.environ["KILL_WHILE_GRADING"])
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return entry


grades.record_grade = _killed_once

__all__ = ["app"]
