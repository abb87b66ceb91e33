"""A version as its readers meet it, made once per process: a published version never changes.

The catalogue, the course page and the lesson player read this and only ask the database for what
belongs to the person. Drafts are read anew each time.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from django.db.models import Prefetch
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from courses.blocks import BlockContext, BlockKind, CompletesOn, Data, block_kinds, kind_of
from courses.models import Block, CourseVersion, Lesson, Module
from lms.translated import translated

Key = TypeVar("Key")
Value = TypeVar("Value")

OUTLINES_AT_MOST: Final = 64
BLOCKS_AT_MOST: Final = 2000


class Bounded(Generic[Key, Value]):
    """A map that forgets what was used longest ago."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """Return what is held, and hold it a while longer."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key]

    def put(self, key: Key, value: Value) -> Value:
        """Hold a value, letting go of the oldest."""
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            while len(self._held) > self._size:
                self._held.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()

    def __len__(self) -> int:
        return len(self._held)


@dataclass(frozen=True)
class BlockOutline:
    """A block. `frozen` holds answers too: only its kind draws it."""

    id: int
    key: uuid.UUID
    kind: str
    language: str
    frozen: Data = field(repr=False)
    translations: Mapping[str, Data] = field(repr=False, default_factory=dict)

    @property
    def owner(self) -> BlockKind:
        """Return what knows how to treat the block."""
        return block_kinds[self.kind]

    @property
    def completes_on(self) -> CompletesOn:
        """Return when the block counts as done."""
        return self.owner.completes_on

    def spoken(self, language: str) -> str:
        """Return the language the reader gets: the wished one if the block has it."""
        return language if language in self.translations else self.language

    def marked(self, language: str) -> str:
        """Return the language the page says of the whole block; nothing where the block does."""
        return "" if self.owner.marks_language else self.spoken(language)

    def in_language(self, language: str) -> Data:
        """Return the frozen block with the words of a translation, if there is one."""
        return self.frozen | dict(self.translations.get(language, {}))


@dataclass(frozen=True)
class LessonOutline:
    """A lesson and its blocks. `number` counts through the whole course."""

    id: int
    key: uuid.UUID
    number: int
    title_vi: str
    title_en: str
    objective: str
    minutes: int
    is_required: bool
    completion: str
    blocks: tuple[BlockOutline, ...]
    title = translated("title")

    def block(self, key: uuid.UUID) -> BlockOutline | None:
        """Return the block of a key."""
        return next((row for row in self.blocks if row.key == key), None)

    @property
    def icon(self) -> str:
        """Return the sign of what the lesson mostly is: the block that asks for most."""
        weights = {CompletesOn.EVENT: 2, CompletesOn.WATCH: 1, CompletesOn.VIEW: 0}
        first = max(self.blocks, key=lambda row: weights[row.completes_on], default=None)
        return first.owner.icon if first else "file-text"


@dataclass(frozen=True)
class ModuleOutline:
    """A module with its periods by kind of study."""

    id: int
    key: uuid.UUID
    number: int
    title_vi: str
    title_en: str
    periods_online: Decimal
    periods_class: Decimal
    periods_guided: Decimal
    periods_test: Decimal
    lessons: tuple[LessonOutline, ...]
    title = translated("title")

    @property
    def periods(self) -> Decimal:
        """Return the periods of all kinds together."""
        return self.periods_online + self.periods_class + self.periods_guided + self.periods_test

    @property
    def minutes(self) -> int:
        """Return the minutes of all lessons."""
        return sum(lesson.minutes for lesson in self.lessons)


@dataclass(frozen=True)
class Outline:
    """A version: what it is called, what it asks, what it holds."""

    version_id: int
    course_id: int
    number: int
    content_hash: str
    title_vi: str
    title_en: str
    summary_vi: str
    summary_en: str
    objectives_vi: str
    objectives_en: str
    min_attendance_percent: int | None
    is_sequential: bool
    issues_at_once: bool
    modules: tuple[ModuleOutline, ...]
    title = translated("title")
    summary = translated("summary")
    objectives = translated("objectives")

    @property
    def lessons(self) -> tuple[LessonOutline, ...]:
        """Return the lessons of all modules in order."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @property
    def required_lessons(self) -> tuple[LessonOutline, ...]:
        """Return the lessons a learner must complete."""
        return tuple(lesson for lesson in self.lessons if lesson.is_required)

    @property
    def minutes(self) -> int:
        """Return the minutes of all lessons."""
        return sum(module.minutes for module in self.modules)

    @property
    def periods(self) -> Decimal:
        """Return the periods of all modules."""
        return sum((module.periods for module in self.modules), Decimal(0))

    @property
    def goals(self) -> list[str]:
        """Return what one can do after the course, line by line."""
        return [line.strip(" -•\t") for line in self.objectives.splitlines() if line.strip()]

    @property
    def requirements(self) -> list[str]:
        """Return what single blocks ask for the certificate."""
        asked = (block.owner.requirement(block.frozen) for block in self.blocks())
        return [line for line in asked if line]

    def blocks(self) -> Iterator[BlockOutline]:
        """Yield the blocks of all lessons in order."""
        return (block for lesson in self.lessons for block in lesson.blocks)

    def lesson(self, key: uuid.UUID) -> LessonOutline | None:
        """Return the lesson of a key."""
        return next((lesson for lesson in self.lessons if lesson.key == key), None)

    def lesson_of(self, block_key: uuid.UUID) -> LessonOutline | None:
        """Return the lesson in which the block of a key stands."""
        held = (row for row in self.lessons if any(block.key == block_key for block in row.blocks))
        return next(held, None)

    def module_of(self, lesson: LessonOutline) -> ModuleOutline:
        """Return the module a lesson stands in."""
        return next(module for module in self.modules if lesson in module.lessons)

    def beside(self, lesson: LessonOutline) -> tuple[LessonOutline | None, LessonOutline | None]:
        """Return the lessons before and after."""
        lessons = self.lessons
        at = lessons.index(lesson)
        before = lessons[at - 1] if at else None
        return before, lessons[at + 1] if at + 1 < len(lessons) else None


COPIED: Final = (
    *("title_vi", "title_en", "summary_vi", "summary_en", "objectives_vi", "objectives_en"),
    *("min_attendance_percent", "is_sequential", "issues_at_once"),
)
# What `outline` reads of a version: a list that reads no more of it still gets its outline.
READ_OF_VERSION: Final = ("course_id", "number", "state", "content_hash", *COPIED)

_outlines: Final[Bounded[tuple[int, str], Outline]] = Bounded(OUTLINES_AT_MOST)
_html: Final[Bounded[tuple[str, int, str, str], SafeString]] = Bounded(BLOCKS_AT_MOST)


def outline(version: CourseVersion) -> Outline:
    """Return the outline of a version; of a published one without a query after the first."""
    if version.is_open:
        return _read(version)
    # Two courses may hold the same content under one hash; their rows differ.
    key = (version.pk, version.content_hash)
    return _outlines.get(key) or _outlines.put(key, _read(version))


def block_html(made: Outline, block: BlockOutline, context: BlockContext) -> SafeString:
    """Return the HTML of a block for one reader; kept where it is the same for everybody."""
    context = replace(context, language=block.spoken(context.language))
    frozen = block.in_language(context.language)
    if block.owner.is_personal or not made.content_hash:
        return block.owner.render(frozen, context)
    # The words around the text, such as the name of a note, are in the language of the page.
    key = (made.content_hash, block.id, context.language, get_language() or "")
    return _html.get(key) or _html.put(key, block.owner.render(frozen, context))


def forget() -> None:
    """Drop what is held, as a new process would start."""
    _outlines.clear()
    _html.clear()


def _read(version: CourseVersion) -> Outline:
    lessons = Lesson.objects.order_by("position", "pk").prefetch_related(
        Prefetch("blocks", Block.objects.order_by("position", "pk").select_related("file__blob")),
        "blocks__translations",
    )
    modules = version.modules.order_by("position", "pk").prefetch_related(
        Prefetch("lessons", lessons)
    )
    made, counted = [], 0
    for number, module in enumerate(modules, start=1):
        rows = [
            _lesson(row, counted + place) for place, row in enumerate(module.lessons.all(), start=1)
        ]
        counted += len(rows)
        made.append(_module(module, number, tuple(rows)))
    return Outline(
        version_id=version.pk,
        course_id=version.course_id,
        number=version.number,
        content_hash=version.content_hash,
        modules=tuple(made),
        **_same(version, *COPIED),
    )


def _module(module: Module, number: int, lessons: tuple[LessonOutline, ...]) -> ModuleOutline:
    names = ("title_vi", "title_en", "periods_online", "periods_class", "periods_guided")
    facts = _same(module, "id", "key", *names, "periods_test")
    return ModuleOutline(number=number, lessons=lessons, **facts)


def _lesson(lesson: Lesson, number: int) -> LessonOutline:
    names = ("title_vi", "title_en", "objective", "minutes", "is_required", "completion")
    facts = _same(lesson, "id", "key", *names)
    blocks = tuple(_block(block) for block in lesson.blocks.all())
    return LessonOutline(number=number, blocks=blocks, **facts)


def _block(block: Block) -> BlockOutline:
    # A draft has nothing frozen yet: its preview shows what publishing would freeze.
    frozen = kind_of(block).freeze(block) if block.frozen is None else block.frozen
    words = {row.language: row.data for row in block.translations.all()}
    return BlockOutline(block.pk, block.key, block.kind, block.language, frozen, words)


def _same(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
