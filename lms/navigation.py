"""The menu: one list, the union of what a person's rights give, grouped as people think of it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.registries import Registry

LEARNING, MANAGING, TEACHING, SYSTEM = "learning", "managing", "teaching", "system"
GROUPS: dict[str, Promise] = {
    LEARNING: _("Learning"),
    MANAGING: _("Management"),
    TEACHING: _("Teaching"),
    SYSTEM: _("System"),
}


@dataclass(frozen=True)
class MenuItem:
    """A line of the menu. `shown(request)` asks the cached rights of the person."""

    group: str
    label: Promise
    url_name: str
    icon: str
    shown: Callable[[HttpRequest], bool]


menu: Registry[MenuItem] = Registry("menu")
