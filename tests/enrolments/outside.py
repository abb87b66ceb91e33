"""Makers of trainings held outside."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.models import User
from enrolments.actions.outside import Facts, declare
from enrolments.models import OutsideTraining
from lms.clock import today
from reference.models import Code


def make_facts(title: str = "Tin học văn phòng", **fields: Any) -> Facts:
    """Return a training of five days that ended ten days ago, of 40 periods."""
    ends_on = fields.pop("ends_on", today() - dt.timedelta(days=10))
    told: dict[str, Any] = {
        "content_group": Code.objects.get(list="content_group", code="tin_hoc"),
        "periods": Decimal(40),
        "starts_on": ends_on - dt.timedelta(days=4),
        "issuer": "Trường Cán bộ Thành phố",
    }
    return Facts(title=title, ends_on=ends_on, **(told | fields))


def make_declared(person: User, title: str = "Tin học văn phòng", **fields: Any) -> OutsideTraining:
    """Return a training that a person declared and that waits for review."""
    return declare(person=person, facts=make_facts(title, **fields))
