"""People of the demo city do their work in a real browser; every page they meet passes axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.city import City

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("city")]
PASSWORD = "Trinh-dien-2026"
OpenWindow = Callable[..., Page]
DESKTOP, PHONE = {"width": 1366, "height": 800}, {"width": 390, "height": 800}


def sign_in(page: Page, city: City, code: str) -> None:
    page.goto(f"{city.url}/dang-nhap/")
    page.get_by_label("Mã đăng nhập").fill(code)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page).to_have_url(f"{city.url}/")


def look(page: Page, address: str) -> None:
    """Open a page at both widths in both themes: nothing overflows, axe finds nothing."""
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(address)
        for theme in ("light", "dark"):
            page.evaluate("t => document.documentElement.setAttribute('data-bs-theme', t)", theme)
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, (address, size, wide)
            page.evaluate(AXE_SCRIPT)
            found = page.evaluate(
                "axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))"
            )
            assert not found, (address, size, theme, found)


def test_a_learner_signs_in_and_goes_on_learning(city: City, open_window: OpenWindow) -> None:
    page = open_window()
    sign_in(page, city, "hanh")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hạnh")
    page.get_by_role("link", name="Danh mục khóa học").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for path in ("/", "/khoa-hoc/", "/bat-buoc/", "/so-tiet/", "/lich/", "/chung-chi/", "/ho-so/"):
        look(page, f"{city.url}{path}")


def test_an_officer_finds_her_people_and_classes(city: City, open_window: OpenWindow) -> None:
    page = open_window()
    sign_in(page, city, "thu")
    for path in ("/nhan-su/", "/don-vi/", "/lop/"):
        look(page, f"{city.url}{path}")


def test_a_visitor_may_sign_in_and_look_up_a_paper(city: City, open_window: OpenWindow) -> None:
    page = open_window()
    for path in ("/dang-nhap/", "/kich-hoat/", "/quen-mat-khau/", "/tra-cuu/"):
        look(page, f"{city.url}{path}")


def test_pages_are_read_and_filtered_without_javascript(
    city: City, open_window: OpenWindow
) -> None:
    page = open_window(java_script_enabled=False)
    sign_in(page, city, "hanh")
    page.goto(f"{city.url}/khoa-hoc/?q=tri+tue+nhan+tao")
    expect(page.get_by_text("Trí tuệ nhân tạo cơ bản cho công chức").first).to_be_visible()
