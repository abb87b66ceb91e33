"""The whole demo city, in one transaction."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction

from accounts.models import User
from lms.clock import today
from reporting.demo.clock import as_of, at
from reporting.demo.people import ADMINISTRATOR, People, make_administrator, make_people
from reporting.demo.units import make_units

CITY_AGE: Final = dt.timedelta(days=330)


@transaction.atomic
def seed() -> bool:
    """Make the city; False where it stands already, whatever was done in it since."""
    if User.objects.filter(username=ADMINISTRATOR).exists():
        return False
    with as_of(at(today() - CITY_AGE)):
        people = make_inhabitants()
    return bool(people)


def make_inhabitants() -> People:
    """Make units and people as they were on the day the city began."""
    by = make_administrator()
    return make_people(make_units(by), by)
