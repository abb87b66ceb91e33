"""Spreadsheets as offices really send them: reading, finding the table, saying what it holds."""

from lms.sheets.columns import Mapping, guess_mapping, samples
from lms.sheets.fields import PEOPLE, Field
from lms.sheets.reading import Sheet, Workbook, read_workbook
from lms.sheets.scanning import SheetError
from lms.sheets.tables import Table, find_table, find_tables
from lms.sheets.values import Row, ask_order, values

__all__ = [
    "PEOPLE",
    "Field",
    "Mapping",
    "Row",
    "Sheet",
    "SheetError",
    "Table",
    "Workbook",
    "ask_order",
    "find_table",
    "find_tables",
    "guess_mapping",
    "read_workbook",
    "samples",
    "values",
]
