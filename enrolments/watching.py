"""How much of a recording was played: stretches, so that order and repeats do not matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Stretch = tuple[float, float]

ENOUGH = 0.9
GAP = 1.0  # seconds a player may skip between two stretches
STRETCHES_AT_MOST = 200


@dataclass(frozen=True)
class Watched:
    """What a player tells, or what is known of a recording: where it stands, what was played.

    `at` is the player's clock in milliseconds: a report that comes late does not move the
    position back.
    """

    position: float = 0
    duration: float = 0
    played: list[Stretch] = field(default_factory=list)
    at: int = 0

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Watched:
        """Return what the progress row of a block keeps."""
        return cls(
            position=state.get("position", 0),
            duration=state.get("duration", 0),
            played=[(start, end) for start, end in state.get("played", [])],
            at=state.get("at", 0),
        )

    def plus(self, told: Watched) -> Watched:
        """Return both together; the same whichever comes first, and however often."""
        newest = told if told.at >= self.at else self
        return Watched(
            position=newest.position,
            # The longest length named: a shorter one would make little count for much.
            duration=max(self.duration, told.duration),
            played=union([*self.played, *told.played]),
            at=newest.at,
        )

    @property
    def is_enough(self) -> bool:
        """Return whether so much was played that the recording counts as watched."""
        seconds = sum(min(end, self.duration) - start for start, end in self.played)
        return self.duration > 0 and seconds >= ENOUGH * self.duration

    def as_state(self) -> dict[str, Any]:
        """Return what the progress row keeps."""
        return {
            "position": round(self.position, 1),
            "duration": round(self.duration, 1),
            "played": [[round(start, 1), round(end, 1)] for start, end in self.played],
            "at": self.at,
        }


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the stretches joined where they touch; of very many, the longest are kept."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1] + GAP:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    longest = sorted(joined, key=lambda row: row[0] - row[1])[:STRETCHES_AT_MOST]
    return sorted(longest)
