"""A browser walking through the import of a list, and the worker's part of it."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from enrolments.models import Cohort
from jobs.models import BulkChange, BulkRow, Outbox
from jobs.slices import run_slice
from tests.lms.sheets.make import Rows, xlsx
from tests.make import make_user
from tests.people import Cast

HEADS = ["STT", "Mã cán bộ", "Họ và tên", "Ngày sinh", "Đơn vị", "Nhóm nhân sự"]


def run_jobs() -> None:
    """Carry every slice out here, as the worker would."""
    while row := Outbox.objects.undone().filter(task="jobs.run_slice").order_by("pk").first():
        assert row.take_lease()
        run_slice(row)


class Walk:
    """One officer's import into one class."""

    def __init__(self, client: Client, cohort: Cohort) -> None:
        self.client, self.cohort = client, cohort
        self.change = BulkChange()

    def send(self, rows: Rows | bytes, name: str = "ds.xlsx") -> Any:
        """Send a file; remember the import it began."""
        data = rows if isinstance(rows, bytes) else xlsx(rows)
        address = reverse("enrolments:import_upload", args=[self.cohort.pk])
        response = self.client.post(address, {"file": SimpleUploadedFile(name, data)})
        self.change = BulkChange.objects.order_by("-pk").first() or self.change
        return response

    def at(self, name: str = "import", *args: int) -> str:
        return reverse(f"enrolments:{name}", args=[self.cohort.pk, self.change.pk, *args])

    def columns(self, **chosen: object) -> dict[str, Any]:
        """Return what the columns form would send as it is shown."""
        form = self.client.get(self.at("import_columns")).context["form"]
        shown = {name: form[name].value() or "" for name in form.fields}
        return {**shown, "sheet": form.sheet["name"], **chosen}

    def check(self, rows: Rows | bytes, name: str = "ds.xlsx", **chosen: object) -> BulkChange:
        """Send a file, take the columns as guessed, and have the rows checked."""
        response = self.send(rows, name)
        assert response.status_code == 302, response.context["form"].errors
        response = self.client.post(self.at("import_columns"), self.columns(**chosen))
        assert response.status_code == 302, response.context["form"].errors
        run_jobs()
        self.change.refresh_from_db()
        return self.change

    def confirm(self) -> BulkChange:
        assert self.client.post(self.at("import_confirm")).status_code == 302
        run_jobs()
        self.change.refresh_from_db()
        return self.change

    def undo(self) -> BulkChange:
        self.client.post(reverse("jobs:preview_undo", args=[self.change.pk]))
        run_jobs()
        self.client.post(reverse("jobs:undo", args=[self.change.pk]))
        run_jobs()
        self.change.refresh_from_db()
        return self.change

    def verdicts(self) -> dict[int, str]:
        return dict(self.change.rows.values_list("number", "verdict"))

    def row(self, number: int) -> BulkRow:
        return self.change.rows.get(number=number)

    def after(self, number: int) -> dict[str, Any]:
        return self.row(number).after or {}

    def decide(self, number: int, choice: object) -> Any:
        address = self.at("import_decide", self.row(number).pk)
        return self.client.post(address, {"choice": choice})

    def file(self) -> list[tuple[object, ...]]:
        """Return the rows of the annotated file."""
        response = self.client.get(self.at("import_file"))
        book = load_workbook(io.BytesIO(response.getvalue()))
        return list(book.active.iter_rows(values_only=True))


def person(code: str, name: str, cast: Cast, **fields: object) -> User:
    """Return somebody of the ward with a staff code."""
    return make_user(name, unit=cast.ward, username=code, staff_code=code, **fields)
