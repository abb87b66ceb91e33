"""Guessing what each column of a table holds, by its heading and by its cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lms.sheets.fields import ROW_NUMBERS, Field, heading_key, shown
from lms.sheets.tables import Table

SAMPLE: Final = 60
BY_HEADING, BY_ENDING = 3.0, 2.5  # above anything the cells alone can say
BY_CELLS: Final = 1.0
MOSTLY: Final = 0.6
SAMPLES_SHOWN: Final = 3

Mapping = dict[str, int]


@dataclass(frozen=True)
class _Column:
    """A column as it is judged: its heading folded, the first cells that say something."""

    key: str
    texts: list[str]

    @classmethod
    def of(cls, table: Table, at: int) -> "_Column":
        """Look at a column once, for all the fields it is compared with."""
        shown_cells = map(shown, table.column(at)[:SAMPLE])
        return cls(heading_key(table.headings[at]), [text for text in shown_cells if text])


def guess_mapping(table: Table, fields: Sequence[Field]) -> Mapping:
    """Return, by the key of a field, the column that most likely holds it."""
    columns = [_Column.of(table, at) for at in range(len(table.headings))]
    scores = [
        (_score(column, field), -at, -rank, field.key)
        for at, column in enumerate(columns)
        for rank, field in enumerate(fields)
    ]
    mapping: Mapping = {}
    for score, minus_at, _rank, key in sorted(scores, reverse=True):
        if score > 0 and key not in mapping and -minus_at not in mapping.values():
            mapping[key] = -minus_at
    return _with_given_name(table, mapping, {field.key for field in fields})


def samples(table: Table, at: int) -> list[str]:
    """Return the first different cells of a column that say something."""
    texts = (shown(cell) for cell in table.column(at)[:SAMPLE])
    return list(dict.fromkeys(text for text in texts if text))[:SAMPLES_SHOWN]


def _score(column: _Column, field: Field) -> float:
    key = column.key
    if key in field.headings:
        return BY_HEADING
    # `Năm sinh / Nam`: the lower of two headings says more.
    last = key.rpartition("/")[2].strip()
    if last != key and last in field.headings:
        return BY_ENDING
    return 0.0 if key in ROW_NUMBERS else _look(column.texts, field)


def _look(texts: list[str], field: Field) -> float:
    """Return how many of the cells look like the field; few of them prove nothing."""
    if not field.looks or not texts:
        return 0.0
    share = sum(map(field.looks, texts)) / len(texts)
    return share * BY_CELLS if share >= MOSTLY else 0.0


def _with_given_name(table: Table, mapping: Mapping, wanted: set[str]) -> Mapping:
    """See a heading that spans two columns: the family name stands under it, the given beside."""
    at = mapping.get("full_name", mapping.get("family_name", -1))
    beside = at + 1
    if at < 0 or "given_name" in mapping or beside >= len(table.headings):
        return _as_parts(mapping)
    blank = not table.headings[beside].strip() and beside not in mapping.values()
    words = [text for text in map(shown, table.column(beside)[:SAMPLE]) if text]
    single = bool(words) and all(" " not in word and word[:1].isalpha() for word in words)
    if blank and single and {"family_name", "given_name"} <= wanted:
        mapping = {**mapping, "given_name": beside}
    return _as_parts(mapping)


def _as_parts(mapping: Mapping) -> Mapping:
    """Read a column of names beside one of given names as family and middle names."""
    if "given_name" not in mapping or "full_name" not in mapping or "family_name" in mapping:
        return mapping
    parts = {**mapping, "family_name": mapping["full_name"]}
    return {key: at for key, at in parts.items() if key != "full_name"}
