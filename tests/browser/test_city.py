"""The rich pages of the demo city: names, long lists, charts; and what they weigh."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.city import City
from tests.browser.looking import DEMO_PASSWORD, OpenWindow, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("city")]
LEARNER = ("/", "/khoa-hoc/", "/bat-buoc/", "/so-tiet/", "/lich/", "/chung-chi/", "/ho-so/")
MAIN = {
    "hanh": (*LEARNER, "/thong-bao/"),
    "thu": ("/", "/nhan-su/", "/don-vi/", "/lop/", "/lop/chua-nhan-thu/", "/so-cap/"),
    "phuc": ("/", "/lop/", "/giang-day/ket-qua/", "/so-cap/", "/cap-lai/"),
    "lan": ("/giang-day/cham-bai/", "/giang-day/hoi-dap/", "/giang-day/khoa-hoc/"),
    "quantri": ("/", "/he-thong/", "/he-thong/nhat-ky/", "/he-thong/viec/", "/vai-tro/"),
}
HTML_AT_MOST, FIRST_VISIT_AT_MOST = 60 * 1024, 250 * 1024
# `make e2e` prints what is written here.
FIGURES = Path(os.environ.get("FIGURES", os.devnull))
# A line of an office far out: 256 kbit/s and 400 ms to and fro.
SLOW_LINE = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 256_000 / 8,
    "uploadThroughput": 256_000 / 8,
}


@pytest.mark.parametrize("code", MAIN)
def test_the_main_pages_are_accessible_and_fit(
    code: str, city: City, open_window: OpenWindow
) -> None:
    page = open_window()
    sign_in(page, city.url, code, DEMO_PASSWORD)
    wrong = [what for path in MAIN[code] for what in look(page, f"{city.url}{path}")]
    if find := {"thu": class_of, "hanh": lesson_of}.get(code):
        wrong += look(page, find(page, city.url))
    assert not wrong, "\n".join(wrong)


def class_of(page: Page, url: str) -> str:
    """Return the address of a full class."""
    page.goto(f"{url}/lop/?q=AI-01-L2")
    return f"{url}{page.locator('main tbody a').first.get_attribute('href')}"


def lesson_of(page: Page, url: str) -> str:
    """Return the address of the lesson that somebody has reached."""
    page.goto(url)
    page.get_by_role("button", name="Học tiếp").first.click()
    expect(page.locator(".lesson-aim")).to_be_visible()
    return page.url


@dataclass
class Line:
    """What came over a line, as the network saw it."""

    session: CDPSession
    received: float = 0
    addresses: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Count each byte of each answer, its head too."""
        self.session.send("Network.enable")
        self.session.on("Network.loadingFinished", self._add)
        self.session.on("Network.requestWillBeSent", self._note)

    def slow_down(self) -> None:
        """Make the line a bad one, with nothing kept from an earlier visit."""
        self.session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.session.send("Network.emulateNetworkConditions", SLOW_LINE)

    def _add(self, event: dict[str, Any]) -> None:
        self.received += event["encodedDataLength"]

    def _note(self, event: dict[str, Any]) -> None:
        self.addresses.append(event["request"]["url"])


Find = Callable[[Page, str], str]
WEIGHED: dict[str, tuple[str, Find]] = {
    "sign-in": ("", lambda _page, url: f"{url}/dang-nhap/"),
    "home": ("hanh", lambda _page, url: f"{url}/"),
    "lesson": ("hanh", lesson_of),
    "class": ("thu", class_of),
}


@pytest.mark.parametrize("name", WEIGHED)
def test_a_first_visit_over_a_slow_line_stays_light(
    name: str, city: City, open_window: OpenWindow
) -> None:
    who, find = WEIGHED[name]
    page = open_window()
    if who:
        sign_in(page, city.url, who, DEMO_PASSWORD)
    address = find(page, city.url)
    page.goto("about:blank")
    line = Line(page.context.new_cdp_session(page))
    line.watch()
    line.slow_down()
    answer = page.goto(address, timeout=120_000)
    assert answer
    html = len(gzip.compress(answer.body(), 6))
    readable = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    )
    said = f"{name}: HTML {html} B, first visit {line.received:.0f} B, readable {readable:.0f} ms"
    with FIGURES.open("a", encoding="utf-8") as figures:
        figures.write(f"{said}\n")
    assert html <= HTML_AT_MOST, said
    assert 0 < line.received <= FIRST_VISIT_AT_MOST, (said, line.addresses)
    assert answer.headers.get("content-encoding") == "gzip", "the HTML goes uncompressed"
