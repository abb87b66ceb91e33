"""Write the sample lists of `demo/files/`: what a ward really sends, and its clean twin.

The people are invented. Run by hand after a change; the files are committed.
"""

from pathlib import Path

import xlwt
from openpyxl import Workbook
from openpyxl.styles import Font

FOLDER = Path(__file__).resolve().parents[1] / "demo" / "files"
WARD = "Phường Bến Thành"
# Name, gender, birth, position; the last columns belong to the clean twin alone.
PEOPLE = [
    ("Nguyễn Thị Hồng Hạnh", "Nữ", "1981", "Chuyên viên", "Công chức"),
    ("Trần Quốc An", "Nam", "02/9/1981", "Phó Trưởng phòng", "Công chức"),
    ("Lê Hoàng Ân", "Nam", "1990", "Chuyên viên", "Công chức"),
    ("Phạm Thị Thu Bình", "Nữ", "2.9.81", "Văn thư", "Viên chức"),
    ("Hồ Thuỳ Dương", "Nữ", "1994", "Chuyên viên", "Công chức"),
    ("Đỗ Hữu Đạt", "Nam", "15/6/1979", "Trưởng phòng", "Công chức"),
    ("Trương Xuân Hoà", "Nam", "1986", "Chuyên viên", "Công chức"),
    ("Lý Mỹ Lan", "Nữ", "1992", "Chuyên viên", "Viên chức"),
    ("Tôn Nữ Diệu Quỳnh", "Nữ", "1988", "Chuyên viên", "Công chức"),
    ("Âu Dương Khánh Ưng", "Nam", "1983", "Cán sự", "Công chức"),
    ("H'Linh Ayun", "Nữ", "1995", "Chuyên viên", "Tập sự"),
    ("Trịnh Hải Yến", "Nữ", "03/11/1985", "Chuyên viên", "Công chức"),
]
CLEAN = ["STT", "Mã cán bộ", "Họ và tên", "Ngày sinh", "Giới tính", "Đơn vị", "Chức vụ",
         "Nhóm nhân sự"]  # fmt: skip


def as_a_ward_sends_it() -> None:
    """Write an .xls with title block, two-row header, years under Nam and Nữ, capitals, total."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("DS CU HOC VIEN")
    bold = xlwt.easyxf("font: bold on; align: horiz center, vert center, wrap on")
    sheet.write_merge(0, 0, 0, 2, "ỦY BAN NHÂN DÂN", bold)
    sheet.write_merge(1, 1, 0, 2, WARD.upper(), bold)
    sheet.write_merge(3, 3, 0, 5, "DANH SÁCH CỬ HỌC VIÊN THAM GIA LỚP BỒI DƯỠNG", bold)
    for column, (heading, rows) in enumerate(
        [("STT", 1), ("Họ và tên", 1), ("Năm sinh", 0), ("", 0), ("Chức vụ", 1), ("Ghi chú", 1)]
    ):
        if heading == "Năm sinh":
            sheet.write_merge(5, 5, column, column + 1, heading, bold)
        elif heading:
            sheet.write_merge(5, 5 + rows, column, column, heading, bold)
    sheet.write(6, 2, "Nam", bold)
    sheet.write(6, 3, "Nữ", bold)
    for number, (name, gender, birth, position, _category) in enumerate(PEOPLE, start=1):
        born = int(birth) if birth.isdigit() else birth
        cells = [number, name.upper(), born, "", position, ""]
        if gender == "Nữ":
            cells[2], cells[3] = "", born
        for column, cell in enumerate(cells):
            sheet.write(6 + number, column, cell)
    last = 7 + len(PEOPLE)
    sheet.write_merge(last, last, 0, 5, f"Tổng cộng: {len(PEOPLE)} người", bold)
    sheet.write_merge(last + 2, last + 2, 3, 5, "TM. ỦY BAN NHÂN DÂN", bold)
    sheet.write_merge(last + 3, last + 3, 3, 5, "CHỦ TỊCH", bold)
    sheet.col(1).width = 9_000
    book.save(str(FOLDER / "danh-sach-cu-hoc-vien.xls"))


def clean_twin() -> None:
    """Write the same people as the template would have them."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Học viên"
    sheet.append(CLEAN)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, (name, gender, birth, position, category) in enumerate(PEOPLE, start=1):
        day = birth.replace(".", "/").replace("/81", "/1981")
        sheet.append([number, f"BT{number:04}", name, day, gender, WARD, position, category])
    sheet.column_dimensions["C"].width = 28
    sheet.freeze_panes = "A2"
    book.save(FOLDER / "danh-sach-cu-hoc-vien-sach.xlsx")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    as_a_ward_sends_it()
    clean_twin()
