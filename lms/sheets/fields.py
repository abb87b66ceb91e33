"""What a column of a list of people may hold, and by what it is known."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.sheets.reading import Cell
from lms.text import fold, nfc

EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
MOBILE: Final = re.compile(r"(?:\+?84|0)?[35789]\d{8}\Z")
IDENTITY: Final = re.compile(r"\d{12}\Z")
CODE: Final = re.compile(r"[A-Za-z]{1,6}[-./ ]?\d{2,10}\Z")
GAPS: Final = re.compile(r"[\s.\-()]")
BORN: Final = range(1930, 2015)
WORDS_OF_A_NAME: Final = range(2, 8)
YEAR_LIKE: Final = re.compile(
    r"(?:\d{1,2}\s*[./\-]\s*\d{1,2}\s*[./\-]\s*)?(?:19[3-9]\d|20[01]\d)\Z"
)
FAMILIES: Final = frozenset(
    {"nguyen", "tran", "le", "pham", "hoang", "huynh", "phan", "vu", "vo", "dang", "bui", "do"}
    | {"ho", "ngo", "duong", "ly", "dinh", "trinh", "truong", "cao", "mai", "luong", "dao", "doan"}
    | {"ha", "lam", "thai", "chau", "ta", "phung", "to", "luu", "quach", "kieu", "tang", "ton"}
)

Looks = Callable[[str], bool]


@dataclass(frozen=True)
class Field:
    """One meaning of a column: its headings, folded, and how its cells look."""

    key: str
    label: str | Promise
    headings: tuple[str, ...]
    looks: Looks | None = None


def shown(cell: Cell) -> str:
    """Return a cell as text; a whole number without a decimal point."""
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return nfc(str(cell))


def national_mobile(text: str) -> str:
    """Return a mobile number as it is dialled at home, `0903123456`, however it was written."""
    number = GAPS.sub("", text.lstrip("'"))
    return "0" + re.sub(r"\A(?:\+?84|0)", "", number) if number else ""


def heading_key(heading: str) -> str:
    """Return a heading folded, without footnote marks, units and brackets."""
    bare = re.sub(r"\(.*?\)|[*:.]", " ", fold(heading))
    return " ".join(bare.split())


def _is_name(text: str) -> bool:
    words = fold(text).split()
    return len(words) in WORDS_OF_A_NAME and words[0] in FAMILIES and not re.search(r"\d", text)


def _is_birth(text: str) -> bool:
    return YEAR_LIKE.match(text) is not None


PEOPLE: Final[Sequence[Field]] = (
    Field("staff_code", _("Staff code or sign-in code"), (
        "ma can bo", "ma cb", "ma so can bo", "ma cong chuc", "ma vien chuc", "ma cbcc",
        "ma can bo, cong chuc, vien chuc",
        "ma cbccvc", "ma so", "ma nhan vien", "ma nv", "ma dang nhap", "ma dinh danh ho so",
        "so hieu", "so hieu cbccvc", "so cbccvc", "so hieu cbcc", "so hieu can bo",
        "so hieu cong chuc", "ma hoc vien", "ma", "staff code", "code",
        "sign-in code", "employee id", "username",
    ), lambda text: CODE.match(text) is not None),
    Field("full_name", _("Full name"), (
        "ho va ten", "ho ten", "ho ten can bo", "ho va ten can bo", "ho va ten hoc vien",
        "ho ten hoc vien", "ho ten cbcc", "ho, ten", "ho va ten khai sinh", "ten hoc vien",
        "hoc vien", "ho chu dem va ten", "ho, chu dem va ten", "full name", "name",
    ), _is_name),
    Field("family_name", _("Family and middle name"), (
        "ho", "ho dem", "ho va dem", "ho va chu dem", "ho, chu dem", "ho lot", "ho va ten dem",
        "ho va ten lot", "ho va lot", "family name", "last name", "surname",
    )),
    Field("given_name", _("Given name"), ("ten", "ten goi", "given name", "first name")),
    Field("birth", _("Date or year of birth"), (
        "ngay sinh", "nam sinh", "ngay thang nam sinh", "ngay, thang, nam sinh", "sinh ngay",
        "ngay thang nam", "ns", "birth date", "date of birth", "year of birth", "birth year",
    ), _is_birth),
    Field("birth_male", _("Year of birth under “Nam” (male)"), ("nam",)),
    Field("birth_female", _("Year of birth under “Nữ” (female)"), ("nu",)),
    Field("gender", _("Gender"), ("gioi tinh", "phai", "gioi", "nam/nu", "nu", "gender", "sex"),
          lambda text: fold(text) in {"nam", "nu", "male", "female"}),
    Field("unit", _("Unit"), (
        "don vi", "don vi cong tac", "co quan", "co quan, don vi", "co quan/don vi", "noi cong tac",
        "ten don vi", "ma don vi", "co quan cong tac", "don vi cu", "phong ban", "phong, ban",
        "unit", "agency", "department", "unit code",
    )),
    Field("position", _("Position"), (
        "chuc vu", "chuc danh", "chuc vu, chuc danh", "chuc vu/chuc danh", "vi tri viec lam",
        "chuc vu, vi tri viec lam", "vi tri", "chuc vu hien tai", "position", "title",
    )),
    Field("category", _("Staff category"), (
        "nhom nhan su", "loai can bo", "doi tuong", "loai", "nhom", "loai hinh", "category",
        "staff category",
    )),
    Field("email", _("E-mail"), (
        "email", "e-mail", "thu dien tu", "dia chi email", "dia chi thu dien tu", "hop thu",
        "email cong vu", "mail",
    ), lambda text: EMAIL.match(text) is not None),
    Field("mobile", _("Mobile"), (
        "dien thoai", "so dien thoai", "sdt", "dt", "di dong", "so dt", "dien thoai di dong",
        "dien thoai lien he", "so di dong", "mobile", "phone",
    ), lambda text: MOBILE.match(GAPS.sub("", text)) is not None),
    Field("identity_number", _("Identity number"), (
        "cccd", "so cccd", "can cuoc", "so can cuoc", "can cuoc cong dan", "so dinh danh",
        "so dinh danh ca nhan", "cmnd", "so cmnd", "cmnd/cccd", "cccd/cmnd", "identity number",
        "so can cuoc cong dan", "id number",
    ), lambda text: IDENTITY.match(GAPS.sub("", text)) is not None),
    Field("note", _("Note"), ("ghi chu", "note", "notes", "remarks")),
)  # fmt: skip
ROW_NUMBERS: Final = ("stt", "tt", "so tt", "so thu tu", "no", "#")
KNOWN: Final = frozenset(ROW_NUMBERS).union(*(field.headings for field in PEOPLE))
