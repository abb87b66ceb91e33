"""Places of this app that higher apps fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lms.registries import Registry

# By place: what already rests on its result (a decision, a paper), in words. Two queries or so.
rests_on_result: Registry[Callable[[Sequence[int]], Mapping[int, str]]] = Registry(
    "what rests on a result"
)


def resting_on(places: Sequence[int]) -> dict[int, str]:
    """Return, by place, what rests on its result; places without are left out."""
    found: dict[int, list[str]] = {}
    for look in rests_on_result:
        for place, words in look(places).items():
            found.setdefault(place, []).append(words)
    return {place: "; ".join(words) for place, words in found.items()}
