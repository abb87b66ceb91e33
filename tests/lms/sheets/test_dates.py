import datetime as dt

import pytest

from lms.sheets.dates import read_date


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("1981", 1981),
        (1981.0, 1981),
        ("02/9/1981", dt.date(1981, 9, 2)),
        ("2.9.81", dt.date(1981, 9, 2)),
        ("2-9-05", dt.date(2005, 9, 2)),
        (29831.0, dt.date(1981, 9, 2)),
        (dt.datetime(1981, 9, 2), dt.date(1981, 9, 2)),  # noqa: DTZ001 - as the reader gives it
        ("09/13/1981", None),
        ("31/2/1981", None),
        ("khoảng 1981", None),
        ("", None),
        (True, None),
    ],
)
def test_a_birth_date_is_read_day_first_and_a_year_stays_a_year(cell: str, meant: object) -> None:
    assert read_date(cell, today=dt.date(2026, 11, 22)) == meant
