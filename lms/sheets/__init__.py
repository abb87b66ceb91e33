"""Spreadsheets as offices really send them: reading, and finding the table in them."""

from lms.sheets.reading import Sheet, SheetError, Workbook, read_workbook
from lms.sheets.tables import Table, find_table

__all__ = ["Sheet", "SheetError", "Table", "Workbook", "find_table", "read_workbook"]
