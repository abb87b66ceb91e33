"""The file of an import: what the columns page shows of it, and its rows for the check."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from files.models import StoredFile
from lms.sheets import (
    PEOPLE,
    Mapping,
    SheetError,
    Table,
    Workbook,
    ask_order,
    find_tables,
    guess_mapping,
    read_workbook,
    samples,
)

NUMBERS_SHOWN = 12
TITLES_KEPT = 12
NAMED_BY = frozenset({"full_name", "given_name", "staff_code", "identity_number"})


def outline(data: bytes, name: str) -> dict[str, Any]:
    """Return what the columns page shows, small enough to be kept with the import."""
    book = read_workbook(data, name)
    guesses = [(table, guess_mapping(table, PEOPLE)) for table in find_tables(book)]
    # A template carries a list of units too: that is no list of people.
    lists = [(table, guess) for table, guess in guesses if not NAMED_BY.isdisjoint(guess)]
    tables = [table for table, _guess in lists]
    if not tables:
        raise SheetError(
            _("No table of people was found. The headings should include “Họ và tên”.")
        )
    if not any(table.rows for table in tables):
        raise SheetError(_("There are headings but no rows below them."))
    return {"notes": _notes(book, tables), "sheets": [_sheet(*one) for one in lists]}


def _notes(book: Workbook, tables: list[Table]) -> list[str]:
    notes = list(book.notes)
    by_name = {sheet.name: sheet for sheet in book.sheets}
    for table in tables:
        hidden = sorted(by_name[table.sheet].hidden_rows & {number for number, _row in table.rows})
        if hidden:
            sentence = _("Sheet %(sheet)s: hidden rows (%(count)d) are read too: %(rows)s.")
            notes.append(sentence % _listed(table.sheet, hidden))
        if table.left_out:
            sentence = _(
                "Sheet %(sheet)s: totals, names of groups, signatures (%(count)d) are not read:"
                " %(rows)s."
            )
            notes.append(sentence % _listed(table.sheet, table.left_out))
    return notes


def _listed(sheet: str, numbers: list[int]) -> dict[str, Any]:
    shown = ", ".join(str(number) for number in numbers[:NUMBERS_SHOWN])
    more = "…" if len(numbers) > NUMBERS_SHOWN else ""
    return {"sheet": sheet, "count": len(numbers), "rows": shown + more}


def _sheet(table: Table, guess: Mapping) -> dict[str, Any]:
    columns = range(len(table.headings))
    return {
        "name": table.sheet,
        "header_row": table.header_row,
        "rows": len(table.rows),
        "fingerprint": table.fingerprint,
        "headings": table.headings,
        "titles": table.titles[:TITLES_KEPT],
        "samples": [samples(table, at) for at in columns],
        "unsure_dates": [at for at in columns if ask_order(table, {"birth": at})],
        "guess": guess,
    }


def table_of(file_id: int, sheet: str) -> Table:
    """Return the table of a sheet of a stored file, with its cells; the first one otherwise."""
    file = StoredFile.objects.select_related("blob").get(pk=file_id)
    with default_storage.open(file.blob.storage_name) as content:
        tables = find_tables(read_workbook(content.read(), file.name))
    return next((table for table in tables if table.sheet == sheet), tables[0])
