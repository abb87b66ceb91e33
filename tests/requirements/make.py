"""Makers of audiences and requirements."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Unit, User
from courses.models import Course
from jobs.models import BulkChange
from lms.clock import today
from reference.models import LegalBasis
from requirements.actions.audiences import adopt, create_audience, recompute
from requirements.actions.requirements import CourseSet, save_requirement
from requirements.models import Audience, Requirement
from requirements.models.requirements import DueKind
from tests.enrolments.importing import run_jobs

EVERY_OFFICIAL = [{"categories": ["cong_chuc"]}]


def make_audience(
    unit: Unit, *, by: User, rule: Any = None, name: str = "Công chức của phường"
) -> Audience:
    """Return an audience in force with its members of today."""
    audience = create_audience(name=name, unit=unit, follows=True, by=by)
    audience = adopt(audience=audience, stored=rule or EVERY_OFFICIAL, by=by)
    recompute(audience=audience)
    audience.refresh_from_db()
    return audience


def make_requirement(
    audience: Audience, *courses: Course, by: User, needed: int | None = None, **facts: Any
) -> Requirement:
    """Return a draft: these courses, all or so many of them, within forty days."""
    basis, _created = LegalBasis.objects.get_or_create(
        symbol="171/2025/NĐ-CP", defaults={"title": "Đào tạo, bồi dưỡng công chức"}
    )
    told: dict[str, Any] = {
        "title_vi": "An toàn thông tin cho công chức",
        "legal_basis": basis,
        "due_kind": DueKind.JOINING,
        "due_days": 40,
        "min_days": 30,
    }
    keys = tuple(course.pk for course in courses)
    return save_requirement(
        audience=audience,
        facts=told | facts,
        sets=[CourseSet(needed or len(keys), keys)],
        by=by,
    )


def confirm(client: Client) -> BulkChange:
    """Confirm the latest change as its page does, twice, and carry it out."""
    change = BulkChange.objects.latest("pk")
    for _click in range(2):
        client.post(reverse("jobs:confirm", args=[change.pk]))
        run_jobs()
    change.refresh_from_db()
    return change


def undo(client: Client, change: BulkChange) -> BulkChange:
    """Look what can be undone, and undo it."""
    for verb in ("preview_undo", "undo"):
        client.post(reverse(f"jobs:{verb}", args=[change.pk]))
        run_jobs()
    change.refresh_from_db()
    return change


def put_in_force(client: Client, requirement: Requirement) -> BulkChange:
    """Put a requirement in force as an officer does."""
    client.post(reverse("requirements:start_requirement", args=[requirement.pk]))
    run_jobs()
    return confirm(client)


def days(n: int) -> dt.date:
    """Return the day so many days from today."""
    return today() + dt.timedelta(days=n)
