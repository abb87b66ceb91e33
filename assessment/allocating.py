"""Giving works to markers so that everybody has about as many, and pairs change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ToGive:
    """A work that lacks markers: who wrote it, who has it already, who had its earlier version."""

    work: int
    learner: int
    held_by: tuple[int, ...] = ()
    known_to: tuple[int, ...] = ()


def shared_out(
    works: Iterable[ToGive], markers: Collection[int], *, each: int, load: Counter[int]
) -> Iterator[tuple[int, int]]:
    """Yield (work, marker) until each work has `each` markers, or no more can be found.

    Whoever knows the earlier version of a work goes on with it; else the least loaded gets it, and
    among equals who has met the other marker of the work the least. `load` is added to. Nobody
    gets their own work.
    """
    met: Counter[tuple[int, int]] = Counter()
    for row in works:
        held = list(row.held_by)
        while len(held) < each:
            marker = _next(row, held, markers, load, met)
            if marker is None:
                break
            load[marker] += 1
            met.update((one, marker) for one in held)
            met.update((marker, one) for one in held)
            held.append(marker)
            yield row.work, marker


def _next(
    row: ToGive,
    held: Collection[int],
    markers: Collection[int],
    load: Mapping[int, int],
    met: Mapping[tuple[int, int], int],
) -> int | None:
    free = [one for one in markers if one != row.learner and one not in held]
    return min(
        free,
        key=lambda one: (
            one not in row.known_to,
            load[one],
            sum(met[one, other] for other in held),
            one,
        ),
        default=None,
    )
