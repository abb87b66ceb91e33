"""Write the sample lists of `demo/files/`: what offices really send, and what cannot be used.

The people are invented. Run by hand after a change, `python -m scripts.make_demo_files`; the files
are committed and come out the same every time.
"""

from __future__ import annotations

from typing import Final

from scripts.demo_files.clock import without_clock
from scripts.demo_files.layouts import READ
from scripts.demo_files.people import DEMO
from scripts.demo_files.refused import REFUSED
from scripts.demo_files.ward import as_xls, as_xlsx, clean_twin

FOLDER: Final = DEMO / "files"
WARD: Final = {
    "danh-sach-cu-hoc-vien.xls": as_xls,
    "danh-sach-cu-hoc-vien.xlsx": as_xlsx,
    "danh-sach-cu-hoc-vien-sach.xlsx": clean_twin,
}


def main() -> None:
    """Write every file anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, build in {**WARD, **READ, **REFUSED}.items():
        (FOLDER / name).write_bytes(without_clock(build()))


if __name__ == "__main__":
    main()
