"""How tests read the documents of a class back."""

from __future__ import annotations

import io
from typing import Any

from django.test import Client
from django.urls import reverse
from docx import Document

from enrolments.models import Cohort


class Paper:
    """A DOCX as Word would show it."""

    def __init__(self, content: bytes) -> None:
        self.document = Document(io.BytesIO(content))

    @property
    def tables(self) -> list[list[list[str]]]:
        """Return the text of all cells."""
        return [
            [[cell.text for cell in row.cells] for row in table.rows]
            for table in self.document.tables
        ]

    @property
    def text(self) -> str:
        """Return all lines, those of the tables too."""
        lines = [line.text for line in self.document.paragraphs]
        lines += [cell for table in self.tables for row in table for cell in row]
        return "\n".join(lines)

    def roll(self, first: str = "STT") -> list[list[str]]:
        """Return the rows of the list that begins with a number, its header first."""
        return next(table for table in self.tables if table[0][0] == first)


def address(cohort: Cohort, code: str, form: str = "docx") -> str:
    """Return where a document is fetched."""
    return reverse("enrolments:document", args=[cohort.pk, code, form])


def fetch(client: Client, cohort: Cohort, code: str, of: str = "", form: str = "docx") -> Any:
    """Ask for a document."""
    return client.get(address(cohort, code, form), {"of": of})


def paper_of(client: Client, cohort: Cohort, code: str, of: str = "") -> Paper:
    """Return a document that must be there."""
    answer = fetch(client, cohort, code, of)
    assert answer.status_code == 200, answer.status_code
    return Paper(answer.getvalue())
