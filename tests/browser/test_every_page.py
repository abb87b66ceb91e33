"""Each page of the product, as `tests/access.py` lists them, at both widths in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.access import ADDRESSES, Kind
from tests.browser.conftest import WorldCity
from tests.browser.looking import OpenWindow, look, narrow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("world")]
# Not there before something is applied; `test_a_list_is_sent_and_taken_back` looks at it.
ELSEWHERE = {"jobs:undo_preview"}
# Those on which most of the work is done, in the order of their first visitors.
MAIN = (
    "account_login",
    "accounts:activate",
    "certificates:look_up",
    "certificates:verify",
    "enrolments:home",
    "enrolments:lesson",
    "enrolments:cohort",
    "assessment:question",
    "assessment:review",
    "works:work",
    "works:mark",
    "accounts:people",
    "courses:catalogue",
    "certificates:wallet",
    "notifications:inbox",
)


class Visitors:
    """One window for each part of the cast."""

    def __init__(self, world: WorldCity, open_window: OpenWindow) -> None:
        self.world = world
        self.open_window = open_window
        self.pages: dict[str, Page] = {}

    def page_of(self, part: str) -> Page:
        """Return the window of a part; nobody has signed in to that of no part."""
        if part not in self.pages:
            page = self.open_window()
            if part:
                page.context.add_cookies([self.world.cookie(part)])  # type: ignore[list-item]
            self.pages[part] = page
        return self.pages[part]


def test_every_page_has_an_example(world: WorldCity) -> None:
    wanted = {name for name, entry in ADDRESSES.items() if entry.kind in (Kind.PAGE, Kind.PUBLIC)}
    assert {entry["name"] for entry in world.pages} == wanted - ELSEWHERE


def test_every_page_is_accessible_and_fits(world: WorldCity, open_window: OpenWindow) -> None:
    visitors, wrong = Visitors(world, open_window), []
    for entry in world.pages:
        found = look(visitors.page_of(entry["part"]), f"{world.url}{entry['url']}")
        wrong += [f"{entry['name']} as {entry['part'] or 'a visitor'}: {what}" for what in found]
    assert not wrong, "\n".join(wrong)


def test_the_home_page_of_everybody(world: WorldCity, open_window: OpenWindow) -> None:
    visitors, wrong = Visitors(world, open_window), []
    for part in world.sessions:
        wrong += [f"{part}: {what}" for what in look(visitors.page_of(part), f"{world.url}/")]
    assert not wrong, "\n".join(wrong)


def test_the_main_pages_flow_into_320_pixels(world: WorldCity, open_window: OpenWindow) -> None:
    visitors, wrong = Visitors(world, open_window), []
    for entry in world.pages:
        if entry["name"] in MAIN:
            page = visitors.page_of(entry["part"])
            wrong += [f"{entry['name']}: {what}" for what in narrow(page, world.url + entry["url"])]
    assert not wrong, "\n".join(wrong)
