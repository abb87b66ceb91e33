"""The way a learner takes through a published case. Nothing here writes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from courses.blocks import Data
from courses.case_script import Choice, Script, Step
from lms.html import from_markdown

CASE: Final = "case"


def freeze_script(script: Script) -> Data:
    """Return a faultless case as plain data; the keys of choices say nothing of what they bring."""
    return {
        "intro_html": str(from_markdown(script.intro)),
        "start": script.steps[0].key,
        "steps": {step.key: _step(step) for step in script.steps},
    }


def _step(step: Step) -> Data:
    return {
        "title": step.title,
        "html": str(from_markdown(step.text)),
        "rating": step.rating or "",
        "choices": [_choice(choice) for choice in step.choices],
    }


def _choice(choice: Choice) -> Data:
    return {
        "key": hashlib.sha256(choice.text.encode()).hexdigest()[:8],
        "text": choice.text,
        "html": str(from_markdown(choice.told)),
        "to": choice.target,
    }


@dataclass(frozen=True)
class Taken:
    """A step gone through, and what was chosen in it."""

    step: Data
    choice: Data


@dataclass(frozen=True)
class Walk:
    """Where a learner stands in a case, how they came there, and the endings they ever met."""

    steps: Mapping[str, Data]
    start: str
    way: tuple[Taken, ...] = ()
    met: frozenset[str] = frozenset()

    @classmethod
    def read(cls, frozen: Data, state: Mapping[str, Any]) -> Walk:
        """Return the way that is kept, as far as this version of the case has it."""
        steps = frozen["steps"]
        walk = cls(steps, frozen["start"], met=frozenset(state.get("met", ())).intersection(steps))
        for key in state.get("path", ()):
            further = walk.plus(key)
            if further is None:
                break
            walk = further
        return walk

    @property
    def place(self) -> str:
        """Return the key of the step one stands in."""
        return str(self.way[-1].choice["to"]) if self.way else self.start

    @property
    def here(self) -> Data:
        """Return the step one stands in."""
        return self.steps[self.place]

    @property
    def path(self) -> list[str]:
        """Return the keys of what was chosen, in order."""
        return [str(taken.choice["key"]) for taken in self.way]

    @property
    def is_over(self) -> bool:
        """Tell whether one stands in an ending."""
        return bool(self.here["rating"])

    @property
    def endings(self) -> int:
        """Return how many endings the case has."""
        return sum(1 for step in self.steps.values() if step["rating"])

    def plus(self, key: str) -> Walk | None:
        """Return the walk after one more choice, or nothing where there is no such choice."""
        choices: Sequence[Data] = self.here["choices"]
        choice = next((row for row in choices if row["key"] == key), None)
        if choice is None:
            return None
        after = Walk(self.steps, self.start, (*self.way, Taken(self.here, choice)), self.met)
        if not after.is_over:
            return after
        return Walk(self.steps, self.start, after.way, self.met | {after.place})

    def again(self) -> Walk:
        """Return the walk at its beginning; the endings met stay known."""
        return Walk(self.steps, self.start, met=self.met)

    def as_state(self) -> Data:
        """Return what is kept."""
        return {"path": self.path, "met": sorted(self.met)}
