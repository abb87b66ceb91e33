"""A real browser on the real product: two installations and one Chromium for all tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    sync_playwright,
)

from tests.browser.city import City

QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# What a page may never say: it would be a broken file, script or policy.
LOUD = {"error"}


@dataclass
class WorldCity:
    """An installation that holds the world of the tests, and what is where in it."""

    city: City
    pages: list[dict[str, str]]
    sessions: dict[str, str]
    walk: dict[str, Any]

    @property
    def url(self) -> str:
        return self.city.url

    def cookie(self, part: str) -> dict[str, str]:
        """Return the cookie with which a browser is signed in as one of the cast."""
        return {"name": "sessionid", "value": self.sessions[part], "url": self.url}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Return the running demo city."""
    running = City(tmp_path_factory.mktemp("city"), is_demo=True)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorldCity]:
    """Return a running installation with one of everything."""
    running = City(tmp_path_factory.mktemp("world"), is_demo=False)
    yield WorldCity(running, **make_world_in(running))
    running.stop()


def make_world_in(city: City) -> dict[str, Any]:
    """Fill an empty installation and start it."""
    city.python("manage.py", "prepare")
    told = {"DJANGO_SETTINGS_MODULE": "lms.settings", "ALLOWED_HOSTS": "testserver"}
    found: dict[str, Any] = json.loads(city.python("-m", "tests.browser.examples", **told))
    city.start()
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return what starts browsers."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Return Debian's Chromium."""
    browser = launch(playwright, Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")))
    yield browser
    browser.close()


def launch(playwright: Playwright, path: Path) -> Browser:
    """Start a Chromium; as root it has no sandbox to run in."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    return playwright.chromium.launch(executable_path=path, args=[*QUIET, *sandbox])


@pytest.fixture
def open_window(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a window of its own (its own cookies)."""
    with windows_of(chromium) as opened:
        yield opened


@contextmanager
def windows_of(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open windows whose pages must say nothing bad until they are closed."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in LOUD:
            said.append(f"{message.text} at {message.location.get('url', '')}")

    def opened(**options: Any) -> Page:
        # axe must not judge a colour halfway through its change.
        context = browser.new_context(locale="vi-VN", reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not said, said
