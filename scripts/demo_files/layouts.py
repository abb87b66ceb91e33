"""Small lists, each with one habit of the offices that send them; all of them are read."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from typing import Final

from openpyxl import Workbook

from scripts.demo_files.people import STRANGERS, WARD, Person, of_the_ward, serial
from tests.lms.sheets.make import Rows, ods, xls, xlsx

TONES: Final = "\u0300\u0309\u0303\u0301\u0323"
HEADS: Final = ["STT", "Mã cán bộ", "Họ và tên", "Ngày sinh", "Đơn vị"]


def _known(*names: str) -> list[Person]:
    people = {one.name: one for one in of_the_ward()}
    return [people[name] for name in names]


def _plain(people: list[Person], heads: list[str] | None = None) -> list[list[object]]:
    lines = [[n, one.code, one.name, one.day, WARD] for n, one in enumerate(people, start=1)]
    return [list(heads or HEADS), *lines]


HANH, THU, HANG, HAN, DUC, HOA, VIET, NHI, THANH, TWICE = of_the_ward()
TU, KHANG, MAI, LE = STRANGERS


def columns_in_another_order() -> bytes:
    """Position first, number last."""
    heads = ["Chức vụ", "Đơn vị công tác", "Ngày sinh", "Họ và tên", "Mã số", "STT"]
    people = enumerate([HANH, DUC, TU], start=1)
    rows = [[p.position, WARD, p.day, p.name, p.code, n] for n, p in people]
    return xlsx([heads, *rows])


def headings_in_other_words() -> bytes:
    """What the columns hold, said otherwise; two columns nobody needs."""
    heads = ["TT", "Họ, chữ đệm và tên", "Sinh ngày", "Phái", "Cơ quan công tác", "Chức danh",
             "Trình độ", "Số CBCCVC", "SĐT"]  # fmt: skip
    people = enumerate([HANG, VIET, KHANG], start=1)
    rows = [[n, p.name, p.day, p.gender, WARD, p.position, "Đại học", p.code, "0900 000 011"]
            for n, p in people]  # fmt: skip
    return xlsx([["DANH SÁCH ĐĂNG KÝ HỌC"], heads, *rows])


def names_in_two_columns() -> bytes:
    """Family and middle name, then the given name."""
    rows = [["STT", "Họ và chữ đệm", "Tên", "Năm sinh"]]
    for number, person in enumerate([HANH, VIET, TU], start=1):
        family, _blank, given = person.name.rpartition(" ")
        rows.append([str(number), family, given, person.birth])
    return xls(rows)


def one_heading_over_two_columns() -> bytes:
    """`Họ và tên` stands over both columns of the name."""
    book, data = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.append(["STT", "Họ và tên", None, "Năm sinh", "Đơn vị"])
    sheet.merge_cells("B1:C1")
    for number, person in enumerate([HAN, DUC, KHANG], start=1):
        family, _blank, given = person.name.rpartition(" ")
        sheet.append([number, family, given, person.day, WARD])
    book.save(data)
    return data.getvalue()


def births_in_many_forms() -> bytes:
    """A year, a day, two figures, Excel's own number, a true date, the year first."""
    forms: list[object] = [1981, "02/3/1986", "14.2.91", serial(dt.date(1994, 10, 3))]
    forms += [dt.date(1988, 7, 21), "1972-05-09", "giữa năm 1990"]
    people = [HANH, THU, HANG, HAN, DUC, TU, KHANG]
    lines = [[n, p.name, form] for n, (p, form) in enumerate(zip(people, forms, strict=True), 1)]
    return xlsx([["STT", "Họ và tên", "Ngày, tháng, năm sinh"], *lines])


def month_first() -> bytes:
    """One date can only be month first: the other is unsure."""
    return (
        "STT,Họ và tên,Ngày sinh\n"
        f"1,{HANG.name},02/14/1991\n"
        f"2,{THU.name},03/02/1986\n"
        f"3,{HANH.name},1981\n"
    ).encode()


def several_sheets() -> bytes:
    """A sheet of words, one division each, and an old list that is hidden."""
    book, data = Workbook(), io.BytesIO()
    book.active.title = "Hướng dẫn"
    book.active.append(["Mỗi phòng điền một trang."])
    for title, people in (
        ("VHXH", [HANH]),
        ("HCC", [HANG, HAN, DUC]),
        ("Cũ", [HOA, VIET, NHI, TU]),
    ):
        sheet = book.create_sheet(title)
        for row in _plain(people):
            sheet.append(row)
    book["Cũ"].sheet_state = "hidden"
    book.save(data)
    return data.getvalue()


def hidden_rows() -> bytes:
    """Rows 3 and 4 were filtered away and are still in the file."""
    return xlsx(_plain([HANH, THU, TU, DUC]), hidden=[3, 4])


def hidden_rows_of_ods() -> bytes:
    """The same in LibreOffice."""
    return ods([[str(cell) for cell in row] for row in _plain([HANG, HAN, KHANG])], hidden=[4])


def merged_headings_and_numbering() -> bytes:
    """Three heading rows: spanning, below, and the numbers of the columns."""
    book, data = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.append(["STT", "Họ và tên", "Ngày sinh", None, "Vị trí việc làm", "Ghi chú"])
    sheet.append([None, None, "Nam", "Nữ", None, None])
    sheet.append(["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"])
    for cells in ("A1:A2", "B1:B2", "C1:D1", "E1:E2", "F1:F2"):
        sheet.merge_cells(cells)
    for number, person in enumerate([DUC, HANH, MAI], start=1):
        under = [person.day, None] if person.gender == "Nam" else [None, person.day]
        sheet.append([number, person.name, *under, person.position, None])
    book.save(data)
    return data.getvalue()


def ticks_under_nam_and_nu() -> bytes:
    """A cross says the gender; one row has both."""
    rows = [["STT", "Họ và tên", "Năm sinh", "Nam", "Nữ"], [1, DUC.name, 1988, "x", ""],
            [2, HAN.name, 1994, "", "x"], [3, TU.name, 1996, "x", "x"]]  # fmt: skip
    return xlsx(rows)


def lines_of_groups() -> bytes:
    """People under the name of their division, each group with its sum."""
    rows = [["DANH SÁCH CỬ HỌC VIÊN"], ["STT", "Họ và tên", "Năm sinh", "Chức vụ"],
            ["I", "Phòng Văn hóa - Xã hội"], [1, HANH.name, 1981, HANH.position], ["Cộng: 1"],
            ["II", "Trung tâm Phục vụ hành chính công"], [2, HANG.name, 1991, HANG.position],
            [3, NHI.name, 1998, NHI.position], ["Cộng: 2"], ["Tổng cộng: 3 người"],
            ["", "", "", "NGƯỜI LẬP BIỂU"]]  # fmt: skip
    return xls(rows)


def vni() -> bytes:
    """Typed with VNI-Times."""
    rows = [["STT", "Hoï vaø teân", "Naêm sinh", "Chöùc vuï"],
            [1, "Nguyeãn Thò Hoàng Haïnh", 1981, "Chuyeân vieân"],
            [2, "Phan Thò Haèng", 1991, "Chuyeân vieân"],
            [3, "Buøi Minh Ñöùc", 1988, "Chuyeân vieân"]]  # fmt: skip
    return xlsx(rows)


def tcvn3() -> bytes:
    """Typed with .VnTime, as .xls of the time."""
    rows = [["STT", "Hä vµ tªn", "Ngµy sinh", "Chøc vô"],
            [1, "NguyÔn ThÞ Hång H¹nh", "1981", "Chuyªn viªn"],
            [2, "Vâ Ngäc H©n", "3/10/1994", "Chuyªn viªn"],
            [3, "Bïi Minh §øc", "21/7/1988", "Chuyªn viªn"]]  # fmt: skip
    return xls(rows)


def _csv(people: list[Person], separator: str) -> str:
    rows = _plain(people)
    return "".join(separator.join(map(str, row)) + "\r\n" for row in rows)


def windows_1258() -> bytes:
    """One byte a letter, the tone behind it."""
    apart = []
    for char in _csv([HANH, THANH, TU], ","):
        parts = unicodedata.normalize("NFD", char)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        apart.append(base + "".join(part for part in parts if part in TONES))
    return "".join(apart).encode("cp1258")


def utf_16() -> bytes:
    """Excel's “Unicode text”: tabs, two bytes a letter."""
    return _csv([HANH, HOA, LE], "\t").encode("utf-16")


def utf_8_with_mark() -> bytes:
    """Excel's “CSV UTF-8”, with its mark at the beginning."""
    return _csv([THU, VIET], ",").encode("utf-8-sig")


def semicolons() -> bytes:
    """Excel where the comma is a decimal sign; a comma stands within a cell."""
    text = 'STT;Họ và tên;Năm sinh;Chức vụ\r\n1;Mai Văn Thành;1979;"Tổ trưởng, khu phố"\r\n'
    return (text + f"2;{DUC.name};1988;Chuyên viên\r\n").encode("utf-8-sig")


def open_document() -> bytes:
    """Saved with LibreOffice."""
    return ods([[str(cell) for cell in row] for row in _plain([HANH, TWICE, MAI])])


def letters_apart() -> bytes:
    """Names as a telephone or a Mac stores them: letter and mark apart."""
    rows = [[unicodedata.normalize("NFD", str(cell)) for cell in row] for row in _plain([HANG, TU])]
    return xlsx(rows)


def the_same_twice() -> bytes:
    """One code twice, one name and year twice, one person by code and by name."""
    rows = _plain([HANH, DUC, HANH, TU, TU])
    return xlsx([*rows, [6, "", TU.name, "05/6/1996", WARD]])


def zeros_lost() -> bytes:
    """Codes became numbers, but for one that shows their length."""
    rows = _plain([HANG, HAN, DUC])
    for row in rows[2:]:
        row[1] = int(str(row[1]))
    return xlsx(rows)


def zeros_lost_everywhere() -> bytes:
    """Codes became numbers, all of them; so did an identity number."""
    rows: Rows = [["STT", "Mã", "Họ và tên", "CCCD"], [1, int(HANG.code), HANG.name, ""],
                  [2, "", TU.name, 97196000123], [3, "", KHANG.name, "0972900"]]  # fmt: skip
    return xlsx(rows)


def one_mailbox_for_three() -> bytes:
    """Three people of one counter share an address."""
    rows = [[n, p.name, p.day, "demo-phuong@cbcc.example"]
            for n, p in enumerate([HANG, HAN, KHANG], start=1)]  # fmt: skip
    return xlsx([["STT", "Họ tên", "Ngày sinh", "Email"], *rows])


def contacts_as_typed() -> bytes:
    """Telephones with dots and +84, an address that is none."""
    rows = [["STT", "Họ và tên", "Năm sinh", "Điện thoại", "Thư điện tử"],
            [1, HANH.name, 1981, "+84 900 000 021", "không có"],
            [2, TU.name, 1996, 900000022, "tu@cbcc.example"],
            [3, KHANG.name, 1990, "0900.000.023 (nhà)", ""]]  # fmt: skip
    return xlsx(rows)


def units_as_written() -> bytes:
    """The ward and its bodies, as each office writes them; one unit of somebody else."""
    units = ["UBND phường Bến Thành", "PHƯỜNG BẾN THÀNH", "Phòng Văn hoá – Xã hội",
             "P. Bến Thành", "Phường Dĩ An"]  # fmt: skip
    people = [HANG, DUC, HANH, HAN, LE]
    rows = [[n, p.code, p.name, p.day, unit]
            for n, (p, unit) in enumerate(zip(people, units, strict=True), start=1)]  # fmt: skip
    return xlsx([HEADS, *rows])


def blank_lines_and_footnotes() -> bytes:
    """Lines left blank, a footnote below, a stray blank column at the left."""
    rows = [["", "STT", "Họ và tên(*)", "Năm sinh"], [], ["", 1, HANH.name, 1981], [],
            ["", 2, VIET.name, 1984], [], ["", "(*) Ghi đúng theo căn cước."]]  # fmt: skip
    return xlsx(rows)


def wrong_code() -> bytes:
    """The code of one colleague beside the name of another."""
    return xlsx([HEADS, [1, HANG.code, HAN.name, "", WARD], [2, DUC.code, "Bùi Minh Đúc", "", ""]])


READ: Final = {
    "thu-tu-cot-khac.xlsx": columns_in_another_order,
    "ten-cot-khac.xlsx": headings_in_other_words,
    "ho-dem-va-ten.xls": names_in_two_columns,
    "mot-tieu-de-hai-cot.xlsx": one_heading_over_two_columns,
    "ngay-sinh-nhieu-kieu.xlsx": births_in_many_forms,
    "thang-truoc-ngay.csv": month_first,
    "nhieu-trang.xlsx": several_sheets,
    "dong-an.xlsx": hidden_rows,
    "dong-an.ods": hidden_rows_of_ods,
    "tieu-de-ba-dong.xlsx": merged_headings_and_numbering,
    "danh-dau-nam-nu.xlsx": ticks_under_nam_and_nu,
    "chia-nhom.xls": lines_of_groups,
    "vni-times.xlsx": vni,
    "tcvn3.xls": tcvn3,
    "windows-1258.csv": windows_1258,
    "utf-16.csv": utf_16,
    "utf-8-bom.csv": utf_8_with_mark,
    "cham-phay.csv": semicolons,
    "libreoffice.ods": open_document,
    "to-hop-dau.xlsx": letters_apart,
    "trung-nguoi.xlsx": the_same_twice,
    "mat-so-0.xlsx": zeros_lost,
    "mat-so-0-tat-ca.xlsx": zeros_lost_everywhere,
    "chung-hop-thu.xlsx": one_mailbox_for_three,
    "dien-thoai-thu.xlsx": contacts_as_typed,
    "ten-don-vi.xlsx": units_as_written,
    "dong-trong.xlsx": blank_lines_and_footnotes,
    "nham-ma.xlsx": wrong_code,
}
