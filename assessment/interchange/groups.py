"""Groupings told as pairs, for systems that know no groups."""

from __future__ import annotations

from assessment.kinds import Data
from assessment.kinds.categorise import groups_of


def pairs_of_groups(data: Data) -> list[tuple[str, str]]:
    """Return each thing with the name of its group; an empty group stands alone."""
    names = {row["key"]: row["text"] for row in data["groups"]}
    pairs = [(row["text"], names[row["group"]]) for row in data["items"]]
    filled = {name for _text, name in pairs}
    return [*pairs, *(("", name) for name in names.values() if name not in filled)]


def groups_of_pairs(pairs: list[tuple[str, str]]) -> Data:
    """Return the groups that pairs tell of."""
    groups: dict[str, list[str]] = {}
    for text, name in pairs:
        groups.setdefault(name, []).extend([text] if text else [])
    return groups_of(list(groups.items()))


def pairs_of_matching(data: Data) -> list[tuple[str, str]]:
    """Return the pairs; a partner of none stands alone."""
    pairs = [(row["left"], row["right"]) for row in data["pairs"]]
    return [*pairs, *(("", row["text"]) for row in data.get("distractors", []))]
