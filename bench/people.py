"""A file of 40,000 people of the whole city: checked, then written, in one worker's memory."""

from __future__ import annotations

import io
import resource
import time

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.permissions import Role
from bench.city import City, names
from bench.report import Line
from bench.web import BenchError
from bench.writing import chosen_columns, posted, run_jobs
from jobs.models import BulkChange
from jobs.models.bulk import ChangeState
from lms.clock import today
from tests.make import grant, make_user

HEADS = ["Mã cán bộ", "Họ và tên", "Ngày sinh", "Đơn vị", "Chức vụ", "Nhóm nhân sự", "Số CCCD"]
SECONDS, MEGABYTES = 60, 500
SURE = 0.9  # of the rows


def people_lines(city: City, count: int) -> list[Line]:
    """Check and write a file of new people by an officer of the city."""
    officer = make_user("Lê Thị Thanh", unit=city.organiser, username="thanh-nv")
    grant(officer, Role.HR_OFFICER, scope="site")
    client = Client(SERVER_NAME="localhost")
    client.force_login(officer)
    data = workbook(city, count)
    began = time.perf_counter()
    change = _checked(client, data)
    checked = time.perf_counter() - began
    posted(client, reverse("jobs:confirm", args=[change.pk]), {})
    run_jobs()
    written = time.perf_counter() - began - checked
    change.refresh_from_db()
    # A few rows are namesakes of people on record, born alike as far as is known: asked about.
    whole = change.counts.get("states") == {"applied": change.counts["included"]}
    if change.state != ChangeState.APPLIED or not whole or change.counts["included"] < count * SURE:
        raise BenchError(f"The file ended as {change.state}: {change.message} {change.counts}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"people from a file, {count:,} rows"
    return [
        Line(f"{name}: check", checked, "s", goal=SECONDS, at_most=True),
        Line(f"{name}: write", written, "s", goal=SECONDS, at_most=True),
        Line(f"{name}: peak of the process", peak, "MB", goal=MEGABYTES, at_most=True),
    ]


def workbook(city: City, count: int) -> bytes:
    """Return the list of a city as its personnel department keeps it."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADS)
    for n, name in enumerate(names(count), start=1):
        born = f"{n % 27 + 1:02d}/{n % 12 + 1:02d}/{1970 + n % 30}"
        ward = city.wards[n % len(city.wards)].name
        identity = f"0790{n:08d}"
        sheet.write_row(
            n, 0, [f"NS{n:06d}", name, born, ward, "Chuyên viên", "Công chức", identity]
        )
    book.close()
    return target.getvalue()


def _checked(client: Client, data: bytes) -> BulkChange:
    sent = {"since": today().isoformat(), "mode": "changes"}
    file = SimpleUploadedFile("nhan-su.xlsx", data)
    posted(client, reverse("accounts:people_upload"), {**sent, "file": file})
    change = BulkChange.objects.latest("pk")
    columns = reverse("accounts:people_columns", args=[change.pk])
    posted(client, columns, chosen_columns(client, columns))
    run_jobs()
    change.refresh_from_db()
    return change
