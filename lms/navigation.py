"""The menu: one list, the union of what a person's rights give, grouped as people think of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.registries import Registry

LEARNING, MANAGING, TEACHING, SYSTEM = "learning", "managing", "teaching", "system"
ACCOUNT = "account"  # shown under the person's own name, not in the menu
GROUPS: dict[str, Promise] = {
    LEARNING: _("Learning"),
    MANAGING: _("Management"),
    TEACHING: _("Teaching"),
    SYSTEM: _("System"),
    ACCOUNT: _("Account"),
}
BAR_SIZE = 5


@dataclass(frozen=True)
class MenuItem:
    """A line of the menu. `shown(request)` asks the cached rights of the person."""

    group: str
    label: Promise
    url_name: str
    icon: str
    shown: Callable[[HttpRequest], bool]
    short: Promise | None = None  # words for the bottom bar of a phone


@dataclass(frozen=True)
class Tool:
    """A button of the header, such as the bell."""

    icon: str
    label: str
    url: str
    count: int = 0


@dataclass(frozen=True)
class Line:
    """A menu item as this request draws it; `current` is what `aria-current` says."""

    label: Promise
    short: Promise
    icon: str
    url: str
    current: str


@dataclass(frozen=True)
class Group:
    """The lines that stand under one heading."""

    key: str
    label: Promise
    lines: list[Line]

    @property
    def is_current(self) -> bool:
        """Tell whether the page belongs to this group."""
        return any(line.current for line in self.lines)


@dataclass(frozen=True)
class Menu:
    """The menu of one request."""

    groups: list[Group]

    def _of(self, key: str) -> list[Line]:
        return next((group.lines for group in self.groups if group.key == key), [])

    @property
    def learning(self) -> list[Line]:
        """Return what everybody has: the top bar."""
        return self._of(LEARNING)

    @property
    def account(self) -> list[Line]:
        """Return the pages about oneself."""
        return self._of(ACCOUNT)

    @property
    def work(self) -> list[Group]:
        """Return the groups that a right opens."""
        return [group for group in self.groups if group.key not in (LEARNING, ACCOUNT)]

    @property
    def pages(self) -> list[Group]:
        """Return all groups but the account: the sidebar and the menu of a phone."""
        return [group for group in self.groups if group.key != ACCOUNT]

    @property
    def bar(self) -> list[Line]:
        """Return the bottom bar of a phone."""
        return self.learning[:BAR_SIZE]


menu: Registry[MenuItem] = Registry("menu")
header_tools: Registry[Callable[[HttpRequest], Tool | None]] = Registry("header tools")


def build_menu(request: HttpRequest) -> Menu:
    """Return the lines this person may follow, the line of the page marked."""
    if not request.user.is_authenticated:
        return Menu([])
    shown = [(item, _address(item.url_name)) for item in menu if item.shown(request)]
    here = _closest(request.path, [url for _item, url in shown])
    return Menu(
        [
            Group(key, label, [_line(item, url, request.path, here) for item, url in items])
            for key, label in GROUPS.items()
            if (items := [(item, url) for item, url in shown if item.group == key])
        ]
    )


@lru_cache
def _address(url_name: str) -> str:
    return reverse(url_name)


def build_tools(request: HttpRequest) -> list[Tool]:
    """Return the buttons of the header."""
    if not request.user.is_authenticated:
        return []
    return [tool for make in header_tools if (tool := make(request)) is not None]


def _line(item: MenuItem, url: str, path: str, here: str | None) -> Line:
    current = "" if url != here else "page" if url == path else "true"
    return Line(item.label, item.short or item.label, item.icon, url, current)


def _closest(path: str, urls: Iterable[str]) -> str | None:
    """Return the address above the page; the home page is above no other."""
    above = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(above, key=len, default=None)
