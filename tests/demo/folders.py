"""The course folders of the demo, read by the product's own reader, as their tests ask for them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings

from courses.importing import BlockPlan, CoursePlan, LessonPlan, ModulePlan, read_course

DEMO: Final = Path(settings.BASE_DIR, "demo")
COURSES: Final = DEMO / "courses"
KINDS: Final = ("online", "class", "guided", "test")
# What opens a part of a lesson: a heading, or bold words at the start of a line.
OPENING: Final = re.compile(r"^(?:#+[ ]+(?P<heading>.+)|\*\*(?P<lead>[^*]+)\*\*)", re.MULTILINE)
WORD: Final = re.compile(r"[^\W_]+(?:[’'.,/-][^\W_]+)*")
LINK: Final = re.compile(r"\]\([^)]*\)")


def texts(value: Any) -> Iterator[str]:
    """Yield every text inside options."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@dataclass(frozen=True)
class Question:
    """A question of a test or of a lesson."""

    where: str
    row: dict[str, Any]

    @property
    def kind(self) -> str:
        """Return how it is asked."""
        return str(self.row.get("kind", "single"))

    @property
    def explanation(self) -> str:
        """Return why the answer is right."""
        return str(self.row.get("explanation", "")).strip()

    @property
    def options(self) -> list[str]:
        """Return what one chooses from."""
        return [str(option) for option in self.row.get("options", [])]

    @property
    def right(self) -> set[str]:
        """Return the right options."""
        answer = self.row.get("answer")
        return {str(one) for one in (answer if isinstance(answer, list) else [answer])}

    @property
    def longest_is_right(self) -> bool:
        """Tell whether choosing the longest gives the mark."""
        right, wrong = self._lengths()
        return min(right) > max(wrong, default=0)

    @property
    def shortest_is_right(self) -> bool:
        """Tell whether choosing the shortest gives the mark."""
        right, wrong = self._lengths()
        return max(right) < min(wrong, default=0)

    def _lengths(self) -> tuple[list[int], list[int]]:
        right = [len(option) for option in self.options if option in self.right]
        return right, [len(option) for option in self.options if option not in self.right]

    @property
    def first_is_right(self) -> bool:
        """Tell whether choosing from the top gives the mark."""
        return set(self.options[: len(self.right)]) == self.right


@dataclass(frozen=True)
class Lesson:
    """A lesson and the module it stands in."""

    course: str
    plan: LessonPlan
    module: ModulePlan

    @property
    def name(self) -> str:
        """Return the name of its file."""
        return self.plan.path.name

    @property
    def title(self) -> str:
        """Return its title."""
        return str(self.plan.fields["title_vi"])

    @property
    def raw(self) -> str:
        """Return the file as written."""
        return self.plan.path.read_text(encoding="utf-8")

    def blocks(self, *kinds: str) -> list[BlockPlan]:
        """Return its blocks of some kinds."""
        return [block for block in self.plan.blocks if block.kind in kinds]

    @property
    def running_text(self) -> str:
        """Return what is read: texts and notes, no questions and no transcripts."""
        notes = self.blocks("text", "callout")
        return "\n\n".join(f"{block.options.get('title', '')}\n{block.text}" for block in notes)

    @property
    def words(self) -> int:
        """Return how many words are read, the addresses of links apart."""
        return len(WORD.findall(LINK.sub("]", self.running_text)))

    @property
    def openings(self) -> list[str]:
        """Return how its parts open: headings, bold leads, titles of notes."""
        found = [row["heading"] or row["lead"] for row in OPENING.finditer(self.running_text)]
        return found + [str(row.options.get("title", "")) for row in self.blocks("callout")]

    def has_part(self, words: str) -> bool:
        """Tell whether a part opens with one of the words (a pattern)."""
        return any(re.search(words, opening, re.IGNORECASE) for opening in self.openings)

    def part(self, words: str) -> str:
        """Return the text below the heading, lead or note that opens with the words; '' if none."""
        for block in self.blocks("callout"):
            if re.match(words, str(block.options.get("title", "")), re.IGNORECASE):
                return block.text
        text = "\n\n".join(block.text for block in self.blocks("text"))
        rows = [*OPENING.finditer(text), None]
        for row, following in pairwise(rows):
            if row and re.match(words, row["heading"] or row["lead"], re.IGNORECASE):
                return text[row.end() : following.start() if following else len(text)].strip()
        return ""

    @property
    def questions(self) -> list[Question]:
        """Return what it asks while one reads."""
        asked = self.blocks("question")
        return [Question(self.name, row.options | {"body": row.text}) for row in asked]


@dataclass(frozen=True)
class Course:
    """A course folder."""

    plan: CoursePlan

    @property
    def code(self) -> str:
        """Return its code."""
        return self.plan.code

    @property
    def lessons(self) -> list[Lesson]:
        """Return its lessons in order."""
        modules = self.plan.modules
        return [Lesson(self.code, row, module) for module in modules for row in module.lessons]

    @property
    def final_test(self) -> tuple[Lesson, list[Question]] | None:
        """Return the last test of the course and its questions."""
        for lesson in reversed(self.lessons):
            for block in reversed(lesson.blocks("quiz")):
                rows = block.options.get("questions") or []
                return lesson, [Question(lesson.name, row) for row in rows]
        return None

    @property
    def test_questions(self) -> list[Question]:
        """Return the questions of the last test; none where there is no test."""
        return self.final_test[1] if self.final_test else []

    def blocks(self, *kinds: str) -> list[tuple[Lesson, BlockPlan]]:
        """Return all blocks of some kinds with their lessons."""
        return [(lesson, block) for lesson in self.lessons for block in lesson.blocks(*kinds)]

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """Return the sessions in class: sessions.yaml is a list."""
        path = self.plan.folder / "sessions.yaml"
        found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else []
        if not isinstance(found, list):
            raise TypeError(f"{path}: a list of sessions is expected.")
        return found


def periods(module: ModulePlan, kind: str) -> float:
    """Return the periods of one kind."""
    return float(module.fields[f"periods_{kind}"])


def slug(course: Course, module: ModulePlan) -> str:
    """Return the slug of a module as the folder names it."""
    number = course.plan.modules.index(module)
    return str(course.plan.facts["modules"][number]["slug"])


@cache
def course(code: str) -> Course:
    """Return a course by its code."""
    return Course(read_course(COURSES / code))


@cache
def sources() -> dict[str, dict[str, Any]]:
    """Return the instruments that may be cited, by number."""
    rows = yaml.safe_load((DEMO / "sources.yaml").read_text(encoding="utf-8"))
    return {row["number"]: row for row in rows}


def dates_in(text: str) -> list[dt.date]:
    """Return the dates of a text: 30/6/2025 or ngày 30 tháng 6 năm 2025."""
    found = re.findall(r"\b(\d{1,2})(?:/| tháng )(\d{1,2})(?:/| năm )(\d{4})\b", text)
    return [dt.date(int(year), int(month), int(day)) for day, month, year in found]
