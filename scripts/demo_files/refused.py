"""Files that cannot be used, each for its own reason; each gets a sentence."""

from __future__ import annotations

import io
import zipfile
from typing import Final

from scripts.demo_files.clock import without_clock
from scripts.demo_files.layouts import DUC, HANH, HEADS
from scripts.demo_files.people import WARD
from tests.lms.sheets.make import encrypted, xls, xlsx

ROWS: Final = [HEADS, [1, HANH.code, HANH.name, HANH.day, WARD]]
SWOLLEN: Final = 9 * 1024 * 1024


def without_headings() -> bytes:
    """People from the first line on."""
    return xlsx([[1, HANH.name, 1981, HANH.position], [2, DUC.name, 1988, DUC.position]])


def headings_alone() -> bytes:
    """The form, sent back unfilled."""
    return xlsx([HEADS])


def blank_sheet() -> bytes:
    """A workbook in which nobody has typed."""
    return xlsx([])


def no_list() -> bytes:
    """A letter typed into a sheet."""
    return xlsx([["Kính gửi: Sở Nội vụ"], ["Đơn vị không có người tham gia đợt này."]])


def other_extension() -> bytes:
    """An .xlsx that was renamed."""
    return xlsx(ROWS)


def text_called_xlsx() -> bytes:
    """A text that was renamed."""
    return "STT,Họ và tên\n1,Lê A\n".encode()


def macros_inside() -> bytes:
    """A workbook with macros that was renamed to .xlsx."""
    data = io.BytesIO(xlsx(ROWS))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 sample")
    return data.getvalue()


def protected_xlsx() -> bytes:
    """The container in which a password puts an .xlsx."""
    return encrypted()


def protected_xls() -> bytes:
    """An .xls with a password."""
    return xls(ROWS, password=True)


def cut_off() -> bytes:
    """Half of a file: the line broke while it was sent."""
    whole = without_clock(xlsx(ROWS))
    return whole[: len(whole) // 2]


def swollen() -> bytes:
    """A few kilobytes that unpack to many megabytes."""
    data = io.BytesIO(xlsx(ROWS))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/media/trang.bin", b"\x00" * SWOLLEN)
    return data.getvalue()


def nothing() -> bytes:
    """No bytes at all."""
    return b""


REFUSED: Final = {
    "khong-tieu-de.xlsx": without_headings,
    "chi-co-tieu-de.xlsx": headings_alone,
    "trang-trang.xlsx": blank_sheet,
    "khong-phai-danh-sach.xlsx": no_list,
    "sai-phan-mo-rong.xls": other_extension,
    "sai-noi-dung.xlsx": text_called_xlsx,
    "co-macro.xlsm": macros_inside,
    "co-macro-doi-ten.xlsx": macros_inside,
    "co-mat-khau.xlsx": protected_xlsx,
    "co-mat-khau.xls": protected_xls,
    "hong.xlsx": cut_off,
    "phinh-to.xlsx": swollen,
    "rong.xlsx": nothing,
}
