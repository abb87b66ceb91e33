"""A real browser on the real product; one city and one Chromium for all tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.city import City

QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# What a page may never say: it would be a broken file, script or policy.
LOUD = {"error"}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Return the running demo city."""
    running = City(tmp_path_factory.mktemp("city"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return Debian's Chromium; as root it has no sandbox to run in."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a window of its own (its own cookies)."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in LOUD:
            said.append(f"{message.text} at {message.location.get('url', '')}")

    def opened(**options: object) -> Page:
        context = chromium.new_context(
            locale="vi-VN",
            reduced_motion="reduce",  # axe must not judge a colour halfway through its change
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not said, said
