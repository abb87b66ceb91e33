"""A case (tình huống) as its author writes it, and what is wrong with it.

    What everybody reads first.

    == gate: 7.30, at the gate
    About forty people stand at the gate.

    + Ask for three speakers and offer them the reception room -> room
    They agree after some minutes.

    + Have the gate locked -> outside

    == room [good]: It is talked over
    What was done well, and what it rested on.

A step begins with `==` and its name; one with a rating in brackets is an ending. The first step
is where the case begins. A case only goes forward: no step leads back to an earlier one, so every
way comes to an end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from lms.text import fold

STEP: Final = re.compile(r"==[ \t]*([^\[\]:=]*)(?:\[([^\]]*)\])?[ \t]*(?::[ \t]*(.*?))?[ \t=]*")
CHOICE: Final = re.compile(r"\+[ \t]+(.*?)[ \t]*(?:->|→)[ \t]*(.*)")
CHOICES_AT_LEAST: Final = 2
CHOICES_AT_MOST: Final = 4
STEPS_AT_MOST: Final = 40


class Rating(StrEnum):
    """What is thought of an ending."""

    GOOD = "good"
    ACCEPTABLE = "acceptable"
    AVOID = "avoid"


# As they may be written, folded: with or without accents, in Vietnamese or in English.
RATINGS: Final = {
    **{rating.value: rating for rating in Rating},
    "tot": Rating.GOOD,
    "chap nhan duoc": Rating.ACCEPTABLE,
    "nen tranh": Rating.AVOID,
}


@dataclass
class Choice:
    """What may be done in a step, what comes of it, and where it leads."""

    line: int
    text: str
    to: str
    told: str = ""

    @property
    def target(self) -> str:
        """Return the key of the step it leads to."""
        return fold(self.to)


@dataclass
class Step:
    """A step; with a rating it is an ending."""

    line: int
    name: str
    title: str
    rating: str | None = None
    text: str = ""
    choices: list[Choice] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Return the name by which choices find it, however they spell it."""
        return fold(self.name)


@dataclass
class Script:
    """A whole case as written."""

    intro: str = ""
    steps: list[Step] = field(default_factory=list)
    # Lines that could not be understood, each as a sentence.
    odd: list[str] = field(default_factory=list)

    @property
    def by_key(self) -> dict[str, Step]:
        """Return the steps by key."""
        return {step.key: step for step in self.steps}

    def after(self, key: str) -> frozenset[str]:
        """Return all steps that can be come to from one."""
        met: set[str] = set()
        waiting, known = [key], self.by_key
        while waiting:
            targets = {choice.target for choice in known[waiting.pop()].choices}
            new = targets.intersection(known).difference(met)
            met |= new
            waiting.extend(new)
        return frozenset(met)


def read_script(text: str) -> Script:
    """Return what the text describes, right or wrong."""
    script = Script()
    for number, line in enumerate(text.splitlines(), start=1):
        _take(script, number, line)
    return script


def _take(script: Script, number: int, line: str) -> None:
    step = script.steps[-1] if script.steps else None
    if line.startswith("=="):
        script.steps.append(_step(script, number, line))
    elif step and line.startswith("+ "):
        _add_choice(script, step, number, line)
    elif step is None:
        script.intro += f"{line}\n"
    elif step.choices:
        step.choices[-1].told += f"{line}\n"
    else:
        step.text += f"{line}\n"


def _step(script: Script, number: int, line: str) -> Step:
    found = STEP.fullmatch(line)
    name, rating, title = found.groups() if found else (line.strip("= "), None, None)
    if not (name or "").strip():
        script.odd.append(_("Line %(line)s: a step needs a name.") % {"line": number})
    step = Step(number, (name or "").strip(), (title or "").strip())
    if rating is not None:
        step.rating = RATINGS.get(fold(rating), "")
    return step


def _add_choice(script: Script, step: Step, number: int, line: str) -> None:
    found = CHOICE.fullmatch(line.strip())
    if found is None or not found[1] or not found[2].strip():
        text = _("Line %(line)s: a choice is written “+ what is done -> name of a step”.")
        script.odd.append(text % {"line": number})
        step.choices.append(Choice(number, line[2:].strip(), ""))
    else:
        step.choices.append(Choice(number, found[1], found[2].strip()))


def faults(script: Script) -> list[str]:
    """Return what is wrong, each line naming where; nothing means that every way ends."""
    if not script.steps:
        return [_("The case has no step. A step begins with “== name”.")]
    found = [*script.odd, *_of_names(script)]
    found += [fault for step in script.steps for fault in _of_step(script, step)]
    return found or [*_of_ways(script)]


def _of_names(script: Script) -> Iterator[str]:
    if len(script.steps) > STEPS_AT_MOST:
        yield _("A case has at most %(n)s steps.") % {"n": STEPS_AT_MOST}
    seen: set[str] = set()
    for step in script.steps:
        if step.key in seen:
            facts = {"line": step.line, "name": step.name}
            yield _("Line %(line)s: another step is called “%(name)s”.") % facts
        seen.add(step.key)


def _of_step(script: Script, step: Step) -> Iterator[str]:
    facts = {"line": step.line, "name": step.name}
    if not step.text.strip():
        yield _("Line %(line)s: the step “%(name)s” has no text.") % facts
    if step.rating is not None:
        yield from _of_ending(step)
    elif not CHOICES_AT_LEAST <= len(step.choices) <= CHOICES_AT_MOST:
        facts |= {"n": len(step.choices)}
        yield (
            _(
                "Line %(line)s: the step “%(name)s” has %(n)s choices. A step has 2 to 4; an "
                "ending has none and says in brackets what is thought of it: [good], "
                "[acceptable], [avoid]."
            )
            % facts
        )
    texts = [choice.text.casefold() for choice in step.choices]
    for choice in step.choices:
        yield from _of_choice(script, choice, is_double=texts.count(choice.text.casefold()) > 1)


def _of_ending(step: Step) -> Iterator[str]:
    facts = {"line": step.line, "name": step.name}
    if not step.rating:
        yield (
            _("Line %(line)s: the ending “%(name)s” is one of [good], [acceptable], [avoid].")
            % facts
        )
    if step.choices:
        yield _("Line %(line)s: the ending “%(name)s” has choices.") % facts


def _of_choice(script: Script, choice: Choice, *, is_double: bool) -> Iterator[str]:
    facts = {"line": choice.line, "to": choice.to}
    if choice.to and choice.target not in script.by_key:
        yield _("Line %(line)s: there is no step “%(to)s”.") % facts
    if not choice.told.strip():
        yield _("Line %(line)s: nothing is said of what comes of this choice.") % facts
    if is_double:
        yield _("Line %(line)s: the step has this choice twice.") % facts


def _of_ways(script: Script) -> Iterator[str]:
    first = script.steps[0]
    met = script.after(first.key)
    for step in script.steps:
        facts = {"line": step.line, "name": step.name}
        if step.key in script.after(step.key):
            yield (
                _(
                    "Line %(line)s: from the step “%(name)s” a way leads back to it. A case only "
                    "goes forward; learners may begin it anew at any time."
                )
                % facts
            )
        elif step.key not in met and step is not first:
            yield _("Line %(line)s: no choice leads to the step “%(name)s”.") % facts
    if first.rating is not None:
        yield _("The case begins with an ending: the first step needs choices.")
