"""Sending 4,000 new people from a file, against `bulk_create` of the same rows."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from unittest import mock

import xlsxwriter
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.db.models import Max
from django.template import Template
from django.test import Client
from django.test.utils import instrumented_test_render  # type: ignore[attr-defined]  # not in stubs
from django.urls import reverse

from accounts.permissions import Role
from bench.city import City, names
from bench.report import Line
from bench.web import BenchError
from enrolments.models import Cohort
from jobs.models import BulkChange, Outbox
from jobs.models.bulk import ChangeState
from jobs.slices import run_slice
from tests.make import grant, make_cohort, make_user

HEADS = ["STT", "Mã cán bộ", "Họ và tên", "Ngày sinh", "Đơn vị", "Nhóm nhân sự"]
GOAL = 5
Model = Any  # a model's class: its manager is not known to types


def import_line(city: City, count: int) -> Line:
    """Create and enrol people from a file, check and writing together."""
    officer = make_user("Lê Thị Thu", unit=city.wards[0], username="thu")
    grant(officer, Role.HR_OFFICER, city.wards[0])
    cohort = make_cohort(city.cohort.version, by=city.officer, organiser=city.organiser)
    client = Client(SERVER_NAME="localhost")
    client.force_login(officer)
    before = {model: newest(model) for model in stored()}
    began = time.perf_counter()
    change = _sent(client, cohort, workbook(city, count))
    took = time.perf_counter() - began
    if change.state != ChangeState.APPLIED or cohort.enrolments.count() != count:
        raise BenchError(f"The import ended as {change.state}: {change.message} {change.counts}")
    rows = {
        model: list(model.objects.filter(pk__gt=last).order_by("pk"))
        for model, last in before.items()
    }
    floor = write_again({model: found for model, found in rows.items() if found})
    note = f"{sum(map(len, rows.values())):,} rows"
    name = f"import: create and enrol {count:,}"
    return Line(name, took, "s", floor, took / floor, GOAL, at_most=True, peer=58, note=note)


def workbook(city: City, count: int) -> bytes:
    """Return the list of a ward as its officer would send it."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADS)
    ward = city.wards[0].name
    for n, name in enumerate(names(count), start=1):
        born = f"{n % 27 + 1:02d}/{n % 12 + 1:02d}/{1970 + n % 30}"
        sheet.write_row(n, 0, [n, f"NV{n:05d}", name, born, ward, "Công chức"])
    book.close()
    return target.getvalue()


def _sent(client: Client, cohort: Cohort, data: bytes) -> BulkChange:
    upload = reverse("enrolments:import_upload", args=[cohort.pk])
    posted(client, upload, {"file": SimpleUploadedFile("danh-sach.xlsx", data)})
    change = BulkChange.objects.latest("pk")
    columns = reverse("enrolments:import_columns", args=[cohort.pk, change.pk])
    posted(client, columns, chosen_columns(client, columns))
    run_jobs()
    everybody = reverse("enrolments:import_decide_all", args=[cohort.pk, change.pk])
    posted(client, everybody, {"choice": "create"})
    posted(client, reverse("enrolments:import_confirm", args=[cohort.pk, change.pk]), {})
    run_jobs()
    change.refresh_from_db()
    return change


def chosen_columns(client: Client, address: str) -> dict[str, object]:
    """Return what the columns form sends as it is shown."""
    with mock.patch.object(Template, "_render", instrumented_test_render):
        form = client.get(address).context["form"]
    shown = {name: form[name].value() or "" for name in form.fields}
    return {**shown, "sheet": form.sheet["name"]}


def posted(client: Client, address: str, fields: dict[str, object]) -> None:
    """Send a form that must be taken."""
    answer = client.post(address, fields)
    if answer.status_code != HTTPStatus.FOUND:
        raise BenchError(f"{address} answered {answer.status_code}: {answer.content[:2000]!r}")


def run_jobs() -> None:
    """Carry every slice out here, as the worker would."""
    while row := Outbox.objects.undone().filter(task="jobs.run_slice").order_by("pk").first():
        row.take_lease()
        run_slice(row)


def stored() -> Iterator[Model]:
    """Yield the tables whose rows are counted by a number."""
    for model in apps.get_models():
        if isinstance(model._meta.pk, models.AutoField):
            yield model


def newest(model: Model) -> int:
    """Return the highest key of a table."""
    return model.objects.aggregate(last=Max("pk"))["last"] or 0


def write_again(rows: dict[Model, list[models.Model]]) -> float:
    """Write the same rows once more, under other keys, with `bulk_create` alone; return seconds."""
    took, renamed = 0.0, dict[tuple[Model, object], object]()
    for model in _in_order(rows):
        old = [row.pk for row in rows[model]]
        for row in rows[model]:
            _make_other(row, renamed)
        began = time.perf_counter()
        with transaction.atomic():
            model.objects.bulk_create(rows[model], batch_size=1000)
        took += time.perf_counter() - began
        renamed |= {(model, pk): row.pk for pk, row in zip(old, rows[model], strict=True)}
    return took


def _in_order(rows: dict[Model, list[models.Model]]) -> Iterator[Model]:
    """Yield each table after those it points at."""
    waiting = set(rows)
    while waiting:
        ready = {model for model in waiting if not _targets(model) & (waiting - {model})}
        yield from ready
        waiting -= ready


def _targets(model: Model) -> set[Model]:
    fields = model._meta.local_concrete_fields
    return {field.related_model for field in fields if field.is_relation}


def _make_other(row: models.Model, renamed: dict[tuple[Model, object], object]) -> None:
    """Take the key and whatever is unique off a row, and point it at the rows written again."""
    row.pk = None
    for field in row._meta.local_concrete_fields:
        value = getattr(row, field.attname)
        if field.is_relation:
            setattr(row, field.attname, renamed.get((field.related_model, value), value))
        elif isinstance(field, models.CharField) and value and _is_unique(field):
            setattr(row, field.attname, f"Z{value}"[: field.max_length])


def _is_unique(field: Any) -> bool:
    others = ("username", "staff_code", "fingerprint")  # unique with or within something
    return field.unique or field.name in others
