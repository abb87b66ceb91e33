"""Papers as PDF files: every letter, one compiler, flat memory."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from certificates.drawing import qr_svg
from lms import pdf

LETTERS = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
)
WORDS: dict[str, Any] = {
    "title": "Giấy chứng nhận",
    "superior": "Ủy ban nhân dân Thành phố",
    "issuer": "Học viện Cán bộ",
    "salutation": "Ông/Bà",
    "name": "NGUYỄN THỊ HỒNG HẠNH",
    "birth_label": "Ngày sinh",
    "birth": "02/9/1981",
    "unit": "Phường Bến Thành",
    "completed": "Đã hoàn thành khóa bồi dưỡng",
    "course": "Kỹ năng số",
    "begun": "01/10/2026",
    "ended": "30/10/2026",
    "periods": "40",
    "decision": "",
    "replaces": "",
    "serial": "GCN26-00001-ABCDE",
    "register_number": "0001/2026/GCN-HVCB",
    "address": "localhost/tra-cuu/",
    "place_and_date": "Huế, ngày 02 tháng 9 năm 2026",
    "signatory_title": "Giám đốc",
    "signatory_name": "Âu Dương Khánh",
    "qr": qr_svg("https://example.org/tra-cuu/abc/"),
}


def tool(name: str) -> str:
    """Return a program of poppler-utils, or leave the test out where it is missing."""
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def text_of(content: bytes, folder: Path) -> str:
    file = folder / "paper.pdf"
    file.write_bytes(content)
    done = subprocess.run([tool("pdftotext"), str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("template", ["certificate", "completion"])
def test_every_vietnamese_letter_is_drawn_and_can_be_read_back(
    template: str, tmp_path: Path
) -> None:
    words = {**WORDS, "unit": " ".join(LETTERS), "course": " ".join(LETTERS.upper())}
    text = text_of(pdf.render(f"certificates/{template}.typ", words), tmp_path)
    assert len(set(LETTERS)) - 22 == 67  # the letters that the plain alphabet lacks
    assert [letter for letter in LETTERS + LETTERS.upper() if letter not in text] == []
    for line in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"):
        assert line in text


def test_only_our_fonts_are_used_and_embedded(tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf.render("certificates/completion.typ", WORDS))
    done = subprocess.run([tool("pdffonts"), str(file)], capture_output=True, check=True)
    rows = done.stdout.decode().splitlines()[2:]
    assert rows
    assert all("Tinos" in row and " yes " in row for row in rows)


def test_a_long_title_stays_on_one_page(tmp_path: Path) -> None:
    words = {**WORDS, "course": "Bồi dưỡng kỹ năng lãnh đạo, quản lý " * 5, "unit": "Sở " * 40}
    words["decision"] = words["replaces"] = "Theo Quyết định số 12/QĐ-HVCB " * 3
    text = text_of(pdf.render("certificates/completion.typ", words), tmp_path)
    assert text.count("\f") == 1


def test_memory_stays_flat_over_two_hundred_papers() -> None:
    for n in range(20):
        pdf.render("certificates/completion.typ", {**WORDS, "name": f"NGUYỄN {n}"})
    before = resident()
    for n in range(200):
        pdf.render("certificates/completion.typ", {**WORDS, "name": f"TRẦN {n}"})
    assert resident() - before < 8 * 1024


def resident() -> int:
    """Return the resident memory of this process in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def test_a_process_forked_after_compiling_refuses_instead_of_hanging(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pdf.render("certificates/completion.typ", WORDS)
    real = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: real + 1)
    with pytest.raises(pdf.ForkedTooLateError):
        pdf.render("certificates/completion.typ", WORDS)
