"""An officer sends people by a file, and takes it back; each step passes axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WorldCity
from tests.browser.looking import OpenWindow, look_here, sign_in
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("world")]
LIST = "Mã cán bộ;Họ và tên\nhanh;NGUYỄN THỊ HỒNG HẠNH\nCB77;Kiều Nhã Uyên\n".encode()
PATIENCE = 30_000


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
    expect(confirm).to_be_visible(timeout=PATIENCE)
    wrong = look_here(officer)
    confirm.click()
    undo = officer.get_by_role("button", name="Xem trước việc hoàn tác")
    expect(undo).to_be_visible(timeout=PATIENCE)
    wrong += look_here(officer)
    undo.click()
    link = officer.get_by_role("button", name=re.compile("^Hoàn tác 1"))
    officer.get_by_role("link", name="Hoàn tác…").or_(link).click(timeout=PATIENCE)
    expect(link).to_be_visible()
    wrong += look_here(officer)
    link.click()
    expect(officer.get_by_text("Đã hoàn tác").first).to_be_visible(timeout=PATIENCE)
    assert not wrong, "\n".join(wrong)
