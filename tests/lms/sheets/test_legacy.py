import unicodedata

import pytest

from lms.sheets import find_table, read_workbook
from lms.sheets.legacy import from_tcvn3, from_vni
from tests.lms.sheets.make import xls, xlsx

# Each letter with each tone, as the fonts of the nineties had it.
TCVN3 = {
    "µ¶·¸¹ ¨»¼½¾Æ ©ÇÈÉÊË": "àảãáạ ăằẳẵắặ âầẩẫấậ",
    "ÌÎÏÐÑ ªÒÓÔÕÖ ×ØÜÝÞ ®": "èẻẽéẹ êềểễếệ ìỉĩíị đ",
    "ßáâãä «åæçèé ¬êëìíî": "òỏõóọ ôồổỗốộ ơờởỡớợ",
    "ïñòóô \u00adõö÷øù úûüýþ": "ùủũúụ ưừửữứự ỳỷỹýỵ",
}
VNI = {
    "aøaûaõaùaï aêaèaúaüaéaë aâaàaåaãaáaä": "àảãáạ ăằẳẵắặ âầẩẫấậ",
    "eøeûeõeùeï eâeàeåeãeáeä ìæóíò ñ Ñ": "èẻẽéẹ êềểễếệ ìỉĩíị đ Đ",
    "oøoûoõoùoï oâoàoåoãoáoä ôôøôûôõôùôï": "òỏõóọ ôồổỗốộ ơờởỡớợ",
    "uøuûuõuùuï ööøöûöõöùöï yøyûyõyùî": "ùủũúụ ưừửữứự ỳỷỹýỵ",
    "NGUYEÃN THÒ ÖÔÙC": "NGUYỄN THỊ ƯỚC",
}
NAMES = ["Nguyễn Thị Bảo", "Trần Quốc An", "Hồ Thuỳ Dương", "Đỗ Hữu Đạt", "Lý Mỹ Lan", "Lê Hà"]
IN_TCVN3 = [
    "NguyÔn ThÞ B¶o",
    "TrÇn Quèc An",
    "Hå Thuú D\u00ad¬ng",
    "§ç H÷u §¹t",
    "Lý Mü Lan",
    "Lª Hµ",
]
IN_VNI = [
    "Nguyeãn Thò Baûo", "Traàn Quoác An", "Hoà Thuyø Döông", "Ñoã Höõu Ñaït",
    "Lyù Myõ Lan", "Leâ Haø"
]  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), TCVN3.items())
def test_every_letter_of_tcvn3_is_converted(typed: str, meant: str) -> None:
    assert from_tcvn3(typed) == meant


@pytest.mark.parametrize(("typed", "meant"), VNI.items())
def test_every_letter_of_vni_is_converted(typed: str, meant: str) -> None:
    assert from_vni(typed) == meant


def test_words_in_the_capitals_font_of_tcvn3_become_capitals() -> None:
    assert from_tcvn3("NGUYÔN THÞ H¹NH") == "NGUYỄN THỊ HẠNH"


@pytest.mark.parametrize(
    ("names", "heads", "encoding"),
    [
        (IN_TCVN3, ["STT", "Hä vµ tªn", "§¬n vÞ"], "TCVN3"),
        (IN_VNI, ["STT", "Hoï vaø teân", "Ñôn vò"], "VNI"),
        (IN_TCVN3, ["STT", "Họ và tên", "Đơn vị"], "TCVN3"),  # only the column in the old font
    ],
)
def test_cells_in_old_fonts_are_converted_and_said(
    names: list[str], heads: list[str], encoding: str
) -> None:
    rows = [heads, *([number, name, "Sở Nội vụ"] for number, name in enumerate(names, start=1))]
    for data, name in ((xlsx(rows), "a.xlsx"), (xls(rows), "a.xls")):
        book = read_workbook(data, name)
        table = find_table(book.sheets[0])
        assert table is not None
        assert table.headings == ["STT", "Họ và tên", "Đơn vị"]
        converted = [str(row[1]).replace("Thùy", "Thuỳ") for _number, row in table.rows]
        assert converted == NAMES
        assert table.rows[0][1][2] == "Sở Nội vụ"
        assert encoding in book.notes[0]
        assert {3, 4} <= book.sheets[0].converted_rows


@pytest.mark.parametrize("extra", [[], [["Café Señor", "Garçon"]], [["Sè", "ôn"]]])
def test_a_sheet_in_unicode_stays_as_it_is(extra: list[list[str]]) -> None:
    rows = [["STT", "Họ và tên"], *([1, name] for name in NAMES), *extra[:1]]
    book = read_workbook(xlsx(rows), "a.xlsx")
    assert book.sheets[0].rows[1:7] == [[1.0, name] for name in NAMES]
    assert [cell for row in book.sheets[0].rows[7:] for cell in row] == [*(extra and extra[0])]
    assert book.notes == []


def _in_1258(text: str) -> bytes:
    """Encode as Windows does: hat and horn with the letter, the tone behind it."""
    behind = {"\u0300", "\u0309", "\u0303", "\u0301", "\u0323"}
    out = []
    for char in text:
        apart = unicodedata.normalize("NFD", char)
        tones = "".join(mark for mark in apart if mark in behind)
        rest = "".join(mark for mark in apart if mark not in behind)
        out.append(unicodedata.normalize("NFC", rest) + tones)
    return "".join(out).encode("cp1258")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (_in_1258("\n".join(["STT;Họ và tên", *(f"1;{name}" for name in NAMES)])), "Windows-1258"),
        ("\n".join(["STT;Hä vµ tªn", *(f"1;{n}" for n in IN_TCVN3)]).encode("cp1252"), "TCVN3"),
        ("\n".join(["STT;Hoï vaø teân", *(f"1;{n}" for n in IN_VNI)]).encode("cp1252"), "VNI"),
    ],
)  # fmt: skip
def test_one_byte_encodings_of_csv_are_told_apart(data: bytes, encoding: str) -> None:
    book = read_workbook(data, "a.csv")
    assert book.sheets[0].rows[0] == ["STT", "Họ và tên"]
    assert [str(row[1]).replace("Thùy", "Thuỳ") for row in book.sheets[0].rows[1:]] == NAMES
    assert encoding in book.notes[0]
