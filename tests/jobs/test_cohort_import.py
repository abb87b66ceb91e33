"""A list sent to a class is written by a real worker, once."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from enrolments.models import Enrolment
from tests.enrolments.importing import HEADS, Walk
from tests.jobs.processes import FILES, Worker
from tests.make import make_code, make_cohort, make_version, mark_published
from tests.people import make_cast, signed_in_as


def test_a_worker_checks_writes_and_takes_back_a_list(
    worker: Worker, carry_out: Callable[..., None], settings: Settings
) -> None:
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": str(FILES)}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    cast = make_cast()
    category = make_code()
    version = mark_published(make_version(by=cast.trainer), by=cast.trainer)
    cohort = make_cohort(version, by=cast.department_hr, organiser=cast.department)
    walk = Walk(signed_in_as(cast.hr), cohort)
    names = ("Lê A", "Lê B", "Lê C")
    walk.send([HEADS, *([n, f"CB9{n}", name, 1985] for n, name in enumerate(names))])
    walk.client.post(walk.at("import_columns"), walk.columns(category=category.pk))
    carry_out()
    walk.client.post(walk.at("import_decide_all"), {"choice": "create"})
    click_twice(walk.client, walk.at("import_confirm"))
    carry_out()
    assert Enrolment.objects.in_force().filter(cohort=cohort).count() == 3
    assert User.objects.filter(staff_code__startswith="CB9").count() == 3
    assert "Lê B" in walk.client.get(walk.at()).content.decode()
    walk.client.post(reverse("jobs:preview_undo", args=[walk.change.pk]))
    carry_out()
    click_twice(walk.client, reverse("jobs:undo", args=[walk.change.pk]))
    carry_out()
    assert not Enrolment.objects.in_force().exists()
    assert not User.objects.filter(staff_code__startswith="CB9").exists()


def click_twice(client: Client, address: str) -> None:
    """Press a button again before the next page has come."""
    for _click in range(2):
        assert client.post(address).status_code == 302
