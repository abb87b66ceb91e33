"""An officer sends people by a file, and takes it back; each step passes axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import WorldCity
from tests.browser.looking import OpenWindow, after_job, look_here, sign_in
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("world")]
LIST = "Mã cán bộ;Họ và tên\nhanh;NGUYỄN THỊ HỒNG HẠNH\nCB77;Kiều Nhã Uyên\n".encode()
PATIENCE = 30.0


def test_a_list_is_sent_and_taken_back(world: WorldCity, open_window: OpenWindow) -> None:
    officer = open_window()
    sign_in(officer, world.url, "thu", PASSWORD)
    officer.goto(f"{world.url}/lop/{world.walk['still_class']}/nhap-danh-sach/")
    officer.locator("input[type=file]").set_input_files(
        {"name": "danh-sach.csv", "mimeType": "text/csv", "buffer": LIST}
    )
    officer.get_by_role("button", name="Gửi và đọc tệp").click()
    officer.get_by_role("button", name="Kiểm tra các dòng").click()
    confirm = officer.get_by_role("button", name=re.compile("^Xác nhận"))
    wrong = look_after(officer, confirm)
    confirm.click()
    preview = officer.get_by_role("button", name="Xem trước việc hoàn tác")
    wrong += look_after(officer, preview)
    preview.click()
    after_job(officer, officer.get_by_role("link", name="Hoàn tác…"), seconds=PATIENCE).click()
    undo = officer.get_by_role("button", name=re.compile("^Hoàn tác 1"))
    wrong += look_after(officer, undo)
    undo.click()
    wrong += look_after(officer, officer.get_by_text("Đã hoàn tác").first)
    assert not wrong, "\n".join(wrong)


def look_after(officer: Page, wanted: Locator) -> list[str]:
    """Wait for the worker, then return what is wrong with the page."""
    after_job(officer, wanted, seconds=PATIENCE)
    return look_here(officer)
