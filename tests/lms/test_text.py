"""Vietnamese order and folded search, on the vectors of the ICU locale `vi`."""

import unicodedata

import pytest

from lms.text import collate, fold, name_sort_key, split_name

ICU_ORDER = [
    "An",
    "Ánh",
    "Ân",
    "Ẩn",
    "Bình",
    "Cường",
    "Dũng",
    "Dương",
    "Đạt",
    "Đức",
    "Hà",
    "Hạ",
    "Hải",
    "Hạnh",
    "Hằng",
    "Hân",
    "Hoà",
    "Hòa",
    "Lan",
    "Lê",
    "Ngọc",
    "Oanh",
    "Ông",
    "Ơn",
    "Phúc",
    "Quý",
    "Quỳnh",
    "Tám",
    "Tâm",
    "Thuỷ",
    "Thuý",
    "Thủy",
    "Thúy",
    "Uyên",
    "Ưng",
    "Yến",
]


def test_given_names_sort_as_icu_sorts_them() -> None:
    jumbled = sorted(ICU_ORDER)
    assert sorted(jumbled, key=collate) == ICU_ORDER


def test_the_key_is_plain_lower_case_hex_so_every_collation_orders_it_alike() -> None:
    assert set("".join(map(collate, ICU_ORDER))) <= set("0123456789abcdef")


def test_people_sort_by_given_then_family_then_middle_name() -> None:
    names = ["Trần Thị An", "Lê Văn Bình", "Lê Thị An", "Lê Anh An"]
    by_key = sorted(names, key=lambda name: name_sort_key(**_parts(name)))
    assert by_key == ["Lê Anh An", "Lê Thị An", "Trần Thị An", "Lê Văn Bình"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Nguyễn Thị Thuý Đào", "nguyen thi thuy dao"),
        ("Hoà", "hoa"),
        ("Hòa", "hoa"),
        ("  ĐẶNG   tiến Dũng ", "dang tien dung"),
        (unicodedata.normalize("NFD", "Hạnh"), "hanh"),
    ],
)
def test_search_folds_marks_case_and_spaces(typed: str, found: str) -> None:
    assert fold(typed) == found


def test_a_single_name_is_a_given_name() -> None:
    assert split_name("Y") == ("", "", "Y")
    assert split_name("Nguyễn Thị Hồng Hạnh") == ("Nguyễn", "Thị Hồng", "Hạnh")


def _parts(name: str) -> dict[str, str]:
    family, middle, given = split_name(name)
    return {"family": family, "middle": middle, "given": given}
