"""CSV: one question a line, for those who write in a spreadsheet.

Columns by name, in any order: `kind`, `question`, `options`, `answer`, `tolerance`,
`explanation`, `topic`, `scheme`. Parts within a cell stand between bars: `a | b`.

- single, multiple: `options`, and `answer` with the words of the right ones
- true_false: `answer` true or false; numeric: a number, `tolerance`; short_text: accepted texts
- matching: `options` as `left = right | left = right`; a left side left empty makes a wrong partner
- ordering: `answer` with the steps in order; categorise: `options` as `group: a; b | group: c`
- cloze: `options` with the text and its gaps
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from assessment.interchange.base import (
    FaultError,
    Item,
    Read,
    UnreadableError,
    choice_data,
    matching_data,
    with_tags,
)
from assessment.kinds import Data, question_kinds
from assessment.kinds.categorise import groups_of
from assessment.kinds.gaps import pieces_of
from assessment.kinds.numeric import plain_number
from assessment.kinds.ordering import steps_of
from lms.text import fold, nfc

COLUMNS: Final = (
    *("kind", "question", "options", "answer", "tolerance", "explanation", "topic", "scheme"),
)
# The names a Vietnamese spreadsheet gives them, folded.
NAMES: Final = {
    "loai": "kind",
    "cau hoi": "question",
    "phuong an": "options",
    "dap an": "answer",
    "sai so": "tolerance",
    "giai thich": "explanation",
    "chu de": "topic",
    "cach tinh diem": "scheme",
}
TRUTH: Final = {"true": True, "dung": True, "false": False, "sai": False}
SAMPLE: Final = (
    ("single", "Thủ đô của Việt Nam là thành phố nào?", "Hà Nội | Huế | Đà Nẵng", "Hà Nội"),
    ("multiple", "Những số nào là số chẵn?", "2 | 3 | 4", "2 | 4"),
    ("true_false", "Một giờ có 60 phút.", "", "true"),
    ("short_text", "Viết tắt của trí tuệ nhân tạo trong tiếng Anh?", "", "AI | A.I."),
    ("numeric", "Một năm có mấy quý?", "", "4"),
    ("matching", "Ghép con vật với nơi sống.", "Cá = nước | Chim = rừng | = sa mạc", ""),
    ("ordering", "Xếp các mùa từ đầu năm.", "", "Xuân | Hạ | Thu | Đông"),
    ("categorise", "Xếp vào nhóm.", "Quả: cam; xoài | Rau: cải", ""),
    (
        "cloze",
        "Điền vào chỗ trống.",
        "Một tuần có [[#7]] ngày, bắt đầu từ [[?thứ Hai|thứ Ba]].",
        "",
    ),
)


def read(text: str) -> Read:
    """Return the questions, one a row below the names of the columns."""
    sign = max(";,\t", key=text.split("\n", 1)[0].count)
    rows = csv.reader(io.StringIO(text), delimiter=sign, strict=True)
    found = Read()
    try:
        columns = _columns(next(rows, []))
        before = rows.line_num
        for cells in rows:
            row = dict(zip(columns, cells, strict=False))
            if any(cell.strip() for cell in cells):
                found.take(before + 1, row.get("question", ""), partial(_item, row))
            before = rows.line_num
    except csv.Error as error:
        raise UnreadableError(
            _("Line %(line)s of the table cannot be read: %(error)s")
            % {"line": rows.line_num, "error": error}
        ) from error
    return found


def template() -> str:
    """Return a table with one question of each kind, to be written over."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([*row, "", "", "", ""] for row in SAMPLE)
    return out.getvalue()


def _columns(cells: list[str]) -> list[str]:
    names = [NAMES.get(fold(cell), fold(cell)) for cell in cells]
    missing = [name for name in ("kind", "question", "answer") if name not in names]
    if missing:
        raise UnreadableError(
            _("The first line names no column %(names)s.") % {"names": ", ".join(missing)}
        )
    return names


def _item(row: dict[str, str]) -> Item:
    kind = _kind(row.get("kind", ""))
    item = Item(
        kind=kind,
        body=row.get("question", "").strip(),
        data=READERS[kind](row),
        explanation=row.get("explanation", "").strip(),
        topic=nfc(row.get("topic", "")),
    )
    scheme = row.get("scheme", "").strip()
    return with_tags(item, [f"lms:scheme={scheme}"] if scheme else [])


def _kind(cell: str) -> str:
    said = fold(cell)
    for kind in question_kinds:
        if said in (fold(kind.code), fold(str(kind.label))):
            return kind.code
    raise FaultError(_("Questions of the type %(name)s are not taken.") % {"name": cell or "?"})


def _parts(cell: str) -> list[str]:
    return [text for text in map(nfc, cell.split("|")) if text]


def _choice(row: dict[str, str]) -> Data:
    options, right = _parts(row.get("options", "")), _parts(row.get("answer", ""))
    absent = [text for text in right if text not in options]
    if absent:
        raise FaultError(_("an answer is not among the options: %(text)s") % {"text": absent[0]})
    return choice_data([(text, text in right) for text in options])


def _true_false(row: dict[str, str]) -> Data:
    return {"correct": TRUTH.get(fold(row.get("answer", "")))}


def _short_text(row: dict[str, str]) -> Data:
    return {"accepted": _parts(row.get("answer", ""))}


def _numeric(row: dict[str, str]) -> Data:
    tolerance = row.get("tolerance", "").strip() or "0"
    value = row.get("answer", "").strip()
    return {"value": plain_number(value), "tolerance": plain_number(tolerance)}


def _matching(row: dict[str, str]) -> Data:
    parts = [part.partition("=") for part in row.get("options", "").split("|")]
    return matching_data((nfc(left), nfc(right)) for left, _sign, right in parts)


def _ordering(row: dict[str, str]) -> Data:
    return steps_of(_parts(row.get("answer", "")))


def _categorise(row: dict[str, str]) -> Data:
    parts = [part.partition(":") for part in row.get("options", "").split("|")]
    return groups_of(
        [
            (nfc(name), [text for text in map(nfc, texts.split(";")) if text])
            for name, _sign, texts in parts
        ]
    )


def _cloze(row: dict[str, str]) -> Data:
    return {"pieces": pieces_of(row.get("options", ""))}


READERS: Final[dict[str, Callable[[dict[str, str]], Data]]] = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "short_text": _short_text,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "categorise": _categorise,
}
