"""The files an import hands out: the template to fill in, and the sent file with its verdicts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.permissions import Permission
from jobs.models import BulkChange, ChangeState
from lms.export import Cell
from lms.sheets.tables import Table
from reference.models import Code

ROWS: Final = 2_000  # with a list to choose from
CHOSEN: Final = (5, 7)  # the columns of unit and category
WIDTHS: Final = (6, 16, 28, 14, 10, 34, 26, 22, 28, 14, 18, 24)


def template(by: User) -> bytes:
    """Return a workbook with the headings, and the officer's units and the categories to choose."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#DCE8F4", "border": 1, "text_wrap": True})
    page, lists = book.add_worksheet(_("Learners")), book.add_worksheet(_("Lists"))
    text = book.add_format({"num_format": "@"})  # codes keep their zeros, dates stay as typed
    for column, (title, width) in enumerate(zip(_headings(), WIDTHS, strict=True)):
        page.set_column(column, column, width, text)
        page.write_string(0, column, title, head)
    page.freeze_panes(1, 0)
    units = [unit.name for unit in _units(by)]
    categories = [code.name for code in Code.objects.filter(list="staff_category")]
    for column, (title, names) in enumerate(
        ((_("Unit"), units), (_("Staff category"), categories))
    ):
        lists.set_column(column, column, 44)
        lists.write_string(0, column, title, head)
        for row, name in enumerate(names, start=1):
            lists.write_string(row, column, name)
        if names:
            letter = "AB"[column]
            source = f"='{lists.get_name()}'!${letter}$2:${letter}${len(names) + 1}"
            at = 5 + 2 * column
            page.data_validation(
                1, at, ROWS, at, {"validate": "list", "source": source, "error_type": "warning"}
            )
    book.close()
    return data.getvalue()


def _headings() -> list[str]:
    return [
        _("No."), _("Staff code"), _("Full name"), _("Birth date"), _("Gender"), _("Unit"),
        _("Position"), _("Staff category"), _("E-mail"), _("Mobile"),
        _("Identity number"), _("Note"),
    ]  # fmt: skip


def _units(by: User) -> list[Unit]:
    return list(Unit.objects.allowing(by, Permission.SEND_PEOPLE).open().order_by("search_key"))


def verdict_header(table: Table) -> list[str]:
    """Return the headings of the annotated file."""
    return [_("Row"), _("Verdict"), _("State"), _("Explanation"), *table.headings]


def verdict_rows(
    change: BulkChange, rows: Sequence[tuple[int, Sequence[Any]]]
) -> Iterator[list[Cell]]:
    """Yield these rows of the file as they were sent, each behind its verdict."""
    numbers = [number for number, _cells in rows]
    said = {row.number: row for row in change.rows.filter(number__in=numbers)}
    before = change.state in {ChangeState.PLANNED, ChangeState.APPLYING, ChangeState.REFUSED}
    for number, cells in rows:
        row = said.get(number)
        if row is None:
            continue
        planned = _("Will be written") if row.included else _("Left out")
        state = planned if before or not row.included else row.get_state_display()
        kept = (row.after or {}).get("kept", "")
        why = " ".join(filter(None, (row.reason, kept, row.message)))
        yield [number, row.get_verdict_display(), state, why, *(_cell(cell) for cell in cells)]


def _cell(cell: object) -> Cell:
    return cell if isinstance(cell, int | float | bool) else str(cell)
