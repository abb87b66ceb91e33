"""Invented Vietnamese names: family, middle and given names put together by lot."""

from __future__ import annotations

from typing import Final

from reporting.demo.sources import number, pick

WOMEN_PERCENT: Final = 54
FAMILIES: Final = (
    *(["Nguyễn"] * 30 + ["Trần"] * 11 + ["Lê"] * 9 + ["Phạm"] * 7 + ["Huỳnh"] * 5 + ["Hoàng"] * 3),
    *(
        ["Phan"] * 4
        + ["Vũ"] * 3
        + ["Võ"] * 4
        + ["Đặng"] * 2
        + ["Bùi"] * 2
        + ["Đỗ"] * 2
        + ["Hồ"] * 2
    ),
    *(["Ngô"] * 2 + ["Dương"] * 2 + ["Lý", "Đinh", "Trương", "Mai", "Cao", "Lâm", "Tạ", "Châu"]),
    *["Đoàn", "Lương", "Trịnh", "Tô", "Thái", "Kiều", "Quách", "Tăng", "Từ", "La", "Văn", "Hà"],
)
MEN: Final = (
    *["Văn", "Minh", "Quốc", "Hữu", "Đức", "Thanh", "Hoàng", "Anh", "Công", "Đình", "Trọng"],
    *["Ngọc", "Xuân", "Thành", "Bá", "Gia", "Khắc", "Tấn", "Chí", "Thế", "Hải", "Nhật", "Phước"],
)
MEN_GIVEN: Final = (
    *["An", "Bảo", "Bình", "Cường", "Danh", "Duy", "Dũng", "Đạt", "Định", "Đức", "Giang", "Hà"],
    *["Hải", "Hậu", "Hiếu", "Hoà", "Hoàng", "Huy", "Hùng", "Hưng", "Khánh", "Khoa", "Kiên"],
    *["Lâm", "Linh", "Long", "Lộc", "Luân", "Nam", "Nghĩa", "Nhân", "Phong", "Phú", "Phúc"],
    *["Phước", "Quân", "Quý", "Sang", "Sơn", "Tài", "Tâm", "Tân", "Thái", "Thành", "Thắng"],
    *["Thịnh", "Thuận", "Tiến", "Toàn", "Trí", "Trung", "Tú", "Tuấn", "Tùng", "Việt", "Vinh", "Vũ"],
)
WOMEN: Final = (
    *(["Thị"] * 8 + ["Thị Thu", "Thị Kim", "Thị Ngọc", "Thị Mỹ", "Thị Hồng", "Thị Thanh"]),
    *["Ngọc", "Thanh", "Kim", "Mỹ", "Bích", "Diệu", "Hoài", "Hồng", "Khánh", "Minh", "Phương"],
    *["Quỳnh", "Thảo", "Thu", "Thuỳ", "Tuyết", "Bảo", "Cẩm", "Như", "Tường", "Ánh", "Xuân"],
)
WOMEN_GIVEN: Final = (
    *["An", "Anh", "Ánh", "Bình", "Châu", "Chi", "Cúc", "Diễm", "Diệp", "Dung", "Duyên", "Đào"],
    *["Giang", "Hà", "Hân", "Hạnh", "Hằng", "Hiền", "Hoa", "Hoà", "Hương", "Hường", "Khanh"],
    *["Lan", "Liên", "Linh", "Loan", "Ly", "Mai", "My", "Nga", "Ngân", "Nguyệt", "Nhi", "Nhung"],
    *["Oanh", "Phương", "Phượng", "Quyên", "Quỳnh", "Sương", "Tâm", "Thảo", "Thơ", "Thu", "Thuý"],
    *["Thủy", "Thư", "Tiên", "Trang", "Trâm", "Trinh", "Trúc", "Tuyền", "Uyên", "Vân", "Vy", "Yến"],
)


def invented_name(about: str, *, is_woman: bool) -> tuple[str, str, str]:
    """Return family, middle and given name of somebody who does not exist."""
    family = pick(FAMILIES, f"family {about}")
    if is_woman:
        return family, pick(WOMEN, f"middle {about}"), pick(WOMEN_GIVEN, f"given {about}")
    given = pick([name for name in MEN_GIVEN if name != family], f"given {about}")
    middle = pick([name for name in MEN if name not in {given, family}], f"middle {about}")
    return family, middle, given


def is_woman(about: str) -> bool:
    """Return whether the person is one of the women, who are slightly more than half."""
    return number(f"gender {about}", 100) < WOMEN_PERCENT
