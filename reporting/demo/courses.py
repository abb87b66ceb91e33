"""Institutions, subjects and the thirteen courses, read from their folders and published."""

from __future__ import annotations

from typing import Any, Final

from audit.actions import record
from certificates.actions.setup import authorise, ensure_register, name_signatory
from certificates.models import CertificateKind
from courses.actions.catalogue import name_staff
from courses.actions.importing import import_course
from courses.importing import read_course
from courses.models import CourseVersion, Provider, Subject
from lms.clock import today
from reporting.demo.people import FIRST_POST, People
from reporting.demo.sources import FOLDER, read_yaml

NOTE: Final = "Ban hành lần đầu"


def make_catalogue(people: People) -> dict[str, CourseVersion]:
    """Make everything on offer; return the published versions by course code."""
    plan = read_yaml("catalogue.yaml")
    providers = {row["code"]: _provider(row, people) for row in plan["providers"]}
    for order, row in enumerate(plan["subjects"]):
        Subject.objects.get_or_create(code=row["code"], defaults={**row, "order": order})
    versions = {}
    for folder in sorted((FOLDER / "courses").iterdir()):
        course = read_course(folder)
        author = people[plan["authors"][course.code]]
        version, _changed = import_course(
            plan=course, by=author, change_note=NOTE, is_published=True
        )
        name_staff(course=version.course, user=author, by=people.by)
        versions[course.code] = version
    for row in plan["authorisations"]:
        _authorise(row, versions[row["course"]], providers, people)
    return versions


def _provider(row: dict[str, Any], people: People) -> Provider:
    provider, _created = Provider.objects.get_or_create(
        code=row["code"],
        defaults={
            "unit": people.units[row["unit"]],
            "name_vi": row["name"],
            "name_en": row["name_en"],
        },
    )
    record(by=people.by, action="create_provider", target=provider, unit_id=provider.unit_id)
    signatory = people[row["signatory"]]
    name_signatory(
        provider=provider,
        person=signatory,
        title=row["signatory_title"],
        since=FIRST_POST,
        until=None,
        by=people.by,
    )
    for kind in CertificateKind.values:
        register = ensure_register(provider=provider, kind=kind, year=today().year, by=people.by)
        register.place = row["place"]
        register.save(update_fields=["place"])
    return provider


def _authorise(
    row: dict[str, Any], version: CourseVersion, providers: dict[str, Provider], people: People
) -> None:
    authorise(
        provider=providers[row["provider"]],
        course=version.course,
        reference=row["reference"],
        issued_by=row["issued_by"],
        since=FIRST_POST,
        until=None,
        by=people.by,
    )
