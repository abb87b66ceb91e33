"""Local days and the instants they stand for (Asia/Ho_Chi_Minh)."""

import datetime as dt

from django.utils import timezone


def today() -> dt.date:
    """Return the office's date, not the server's."""
    return timezone.localdate()


def end_of_day(day: dt.date) -> dt.datetime:
    """Return the last moment of a local day, aware."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))


def start_of_day(day: dt.date) -> dt.datetime:
    """Return the first moment of a local day, aware."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
