"""What is asked of every page that a browser shows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, cast

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

DEMO_PASSWORD = "Trinh-dien-2026"
SIGN_IN = "/dang-nhap/"
DESKTOP, PHONE = {"width": 1366, "height": 800}, {"width": 390, "height": 800}
# The width of WCAG's reflow: 1280 px enlarged four times.
NARROW = {"width": 320, "height": 640}
OpenWindow = Callable[..., Page]

# A theme changes colours alone, so that in the dark one only the rules about colours can differ.
COLOURS = ["color-contrast", "link-in-text-block"]
AXE = """async rules => {
  const only = rules ? {runOnly: {type: "rule", values: rules}} : {};
  const found = await axe.run({...only, resultTypes: ["violations"], preload: false});
  return found.violations.map(v => [v.id, v.nodes.map(n => n.html).slice(0, 3)]);
}"""
SET_THEME = "theme => document.documentElement.setAttribute('data-bs-theme', theme)"
# What stands out to the right of the window, without what scrolls in a box of its own.
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
# How far the menu of the top bar has grown over the name of the portal.
COVERED = """() => {
  const [brand, first] = ["header .brand b", ".topnav a"].map(at => document.querySelector(at));
  if (!brand || !first || !first.offsetParent) return 0;
  const words = document.createRange();  // the letters: their box may have been squeezed
  words.selectNodeContents(brand);
  return words.getBoundingClientRect().right - first.getBoundingClientRect().left;
}"""


def sign_in(page: Page, url: str, code: str, password: str) -> None:
    """Sign in as people do."""
    page.goto(f"{url}{SIGN_IN}")
    page.get_by_label("Mã đăng nhập").fill(code)
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page).to_have_url(f"{url}/")


def look(page: Page, address: str) -> list[str]:
    """Open a page once and return what is wrong with it at both widths in both themes."""
    page.set_viewport_size(cast(Any, DESKTOP))
    answer = page.goto(address)
    wrong = [] if answer and answer.ok else [f"{address}: {answer and answer.status}"]
    if SIGN_IN in page.url and SIGN_IN not in address:
        return [*wrong, f"{address}: asks to sign in"]
    return [*wrong, *look_here(page)]


def look_here(page: Page) -> list[str]:
    """Return what is wrong with the page that is open."""
    page.evaluate(AXE_SCRIPT)
    return [
        f"{page.url} at {size['width']}: {what}"
        for size in (DESKTOP, PHONE)
        for what in _look_at(page, size)
    ]


def _look_at(page: Page, size: dict[str, int]) -> list[str]:
    page.set_viewport_size(cast(Any, size))
    wrong = overflow(page)
    for theme, rules in (("light", None), ("dark", COLOURS)):
        page.evaluate(SET_THEME, theme)
        keep_picture(page, f"{size['width']}-{theme}")
        wrong += [f"{theme}: {found}" for found in page.evaluate(AXE, rules)]
    page.evaluate(SET_THEME, "light")
    return wrong


def narrow(page: Page, address: str) -> list[str]:
    """Open a page at the width of reflow and return by how much it is too wide."""
    page.set_viewport_size(cast(Any, NARROW))
    page.goto(address)
    keep_picture(page, "320-light")
    return overflow(page)


def overflow(page: Page) -> list[str]:
    """Return by how much the page is wider than its window, and its menu than its place."""
    wide, covered = page.evaluate(TOO_WIDE), page.evaluate(COVERED)
    wrong = [f"{wide} px too wide"] if wide > 0 else []
    return [*wrong, f"the menu covers {covered} px of the name"] if covered > 0 else wrong


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture for human eyes where the environment names a folder for them."""
    if folder := os.environ.get("PICTURES"):
        path = page.url.split("//", 1)[1].partition("/")[2].partition("?")[0]
        page.screenshot(path=f"{folder}/{path.strip('/').replace('/', '_') or 'home'}-{name}.png")


def pick(page: Page, address: str, name: str, *, seconds: float) -> None:
    """Tick the box of a row that a worker may still have to make ready."""
    box = page.get_by_role("checkbox", name=name)
    deadline = time.monotonic() + seconds
    page.goto(address)
    while not box.count() and time.monotonic() < deadline:
        page.reload()
    box.check()


def after_job(page: Page, wanted: Locator, *, seconds: float) -> Locator:
    """Return what a page shows once a worker has done its job, by the link that leads there."""
    done = page.get_by_role("link", name="Xem kết quả")
    expect(done.or_(wanted).first).to_be_visible(timeout=seconds * 1000)
    if done.count():
        done.click()
    expect(wanted).to_be_visible()
    return wanted
