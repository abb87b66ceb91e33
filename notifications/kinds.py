"""Kinds of notice: declared here, filled by the `registry.py` of the apps that notify."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from lms.registries import Registry
from notifications.models import Notice

Words = Callable[[Mapping[str, Any], str], str]


def always(notices: list[Notice]) -> set[int]:
    """Want every notice: for facts that do not go stale, such as an issued certificate."""
    return {notice.pk for notice in notices}


@dataclass(frozen=True)
class NoticeKind:
    """What a kind is called, how it reads, and whether its notices are still wanted.

    `title` and `body` get the notice's context and the person's language, which is also the
    active one. `still_wanted` is asked in bulk just before sending and answers the ids to keep.
    `why` tells, with the document's number, why a mandatory kind cannot be switched off.
    """

    code: str
    label: str | Promise
    mandatory: bool
    title: Words
    body: Words
    still_wanted: Callable[[list[Notice]], set[int]] = always
    why: str | Promise = ""


notice_kinds: Registry[NoticeKind] = Registry("notice kinds")


def optional_kinds() -> list[NoticeKind]:
    """Return the kinds a person may switch off."""
    return [kind for kind in notice_kinds if not kind.mandatory]


def still_wanted(notices: Iterable[Notice]) -> set[int]:
    """Ask every kind once which of its notices are still wanted; an unknown kind wants none."""
    by_kind: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_kind[notice.kind].append(notice)
    wanted: set[int] = set()
    for code, of_kind in by_kind.items():
        if code in notice_kinds:
            wanted |= notice_kinds[code].still_wanted(of_kind)
    return wanted
