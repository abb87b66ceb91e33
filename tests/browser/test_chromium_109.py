"""The main pages in the oldest browser that offices have: drawn, quiet, not too wide."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.conftest import WorldCity, launch, windows_of
from tests.browser.looking import DESKTOP, PHONE, OpenWindow, keep_picture, overflow

MISSING = os.environ.get("CHROMIUM_109_MISSING", "run by `make e2e`, which fetches Chromium 109")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("world"),
    pytest.mark.skipif("CHROMIUM_109" not in os.environ, reason=MISSING),
]
MAIN = {
    "account_login": "",
    "certificates:verify": "",
    "enrolments:home": "learner",
    "courses:catalogue": "learner",
    "enrolments:lesson": "learner",
    "assessment:question": "learner",
    "certificates:wallet": "learner",
    "enrolments:cohort": "hr",
    "accounts:people": "hr",
    "enrolments:import_columns": "hr",
    "works:mark": "trainer",
    "reporting:health": "administrator",
}
# What must be to be seen: each line is a measured fact of the drawn page.
DRAWN = """() => {
  const style = (what, name) => {
    const found = document.querySelector(what);
    return found ? getComputedStyle(found)[name] : null;
  };
  const clear = "rgba(0, 0, 0, 0)";
  const wrong = [];
  if (style("main .btn-primary", "backgroundColor") === clear) wrong.push("primary button");
  if (style("main .form-control", "borderTopWidth") === "0px") wrong.push("border of an input");
  if (style("main .panel", "backgroundColor") === clear) wrong.push("panel");
  if (style("main .panel", "borderTopLeftRadius") === "0px") wrong.push("corner of a panel");
  if (style("main h1", "fontSize") === style("main p", "fontSize")) wrong.push("size of h1");
  if (style("body", "backgroundColor") === style("body", "color")) wrong.push("colours of text");
  if (!document.fonts.check("16px 'Be Vietnam Pro'", "ạếở")) wrong.push("fonts");
  for (const icon of document.querySelectorAll("main svg.icon")) {
    const box = icon.getBoundingClientRect();
    if (box.width > 64) { wrong.push("icon of " + box.width + " px"); break; }
  }
  return wrong;
}"""


@pytest.fixture(scope="module")
def oldest(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright, Path(os.environ["CHROMIUM_109"]))
    assert browser.version.startswith("109.")
    yield browser
    browser.close()


@pytest.fixture
def open_old(oldest: Browser) -> Iterator[Callable[..., Page]]:
    with windows_of(oldest) as opened:
        yield opened


def test_the_main_pages_are_drawn(world: WorldCity, open_old: OpenWindow) -> None:
    wrong = []
    urls = {entry["name"]: entry["url"] for entry in world.pages}
    for name, part in MAIN.items():
        page = open_old()
        if part:
            page.context.add_cookies([world.cookie(part)])  # type: ignore[list-item]
        wrong += [f"{name}: {what}" for what in drawn(page, f"{world.url}{urls[name]}")]
    assert not wrong, "\n".join(wrong)


def drawn(page: Page, address: str) -> list[str]:
    """Return what is not drawn as it should be, at both widths."""
    wrong: list[Any] = []
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(address)
        keep_picture(page, f"109-{size['width']}")
        wrong += [*page.evaluate(DRAWN), *overflow(page)]
    return wrong
