"""What a version asks of a learner: which lessons, and which blocks complete each of them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from courses.blocks import CompletesOn, block_kinds
from courses.models import Block, Completion, CourseVersion, Lesson


@dataclass(frozen=True)
class Demands:
    """The lessons of a version and the blocks that complete them, by key."""

    required: frozenset[uuid.UUID]
    blocks: dict[uuid.UUID, frozenset[uuid.UUID]]  # by lesson
    viewed: dict[uuid.UUID, frozenset[uuid.UUID]]  # those that count once they are seen
    lesson_of: dict[uuid.UUID, uuid.UUID]  # by block


def demands_of(version: CourseVersion) -> Demands:
    """Return what the version asks; a published version never changes, so it is read once."""
    if version.content_hash:
        return _published(version.pk, version.content_hash)
    return _read(version.pk)


@lru_cache(maxsize=256)
def _published(version_id: int, _content_hash: str) -> Demands:
    return _read(version_id)


def forget() -> None:
    """Drop what is held, as a new process would start."""
    _published.cache_clear()


def _read(version_id: int) -> Demands:
    lessons = Lesson.objects.filter(version=version_id).values_list("key", "is_required")
    blocks: dict[uuid.UUID, set[uuid.UUID]] = {key: set() for key, _required in lessons}
    viewed: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = Block.objects.filter(version=version_id).order_by()
    facts = rows.values_list("lesson__key", "lesson__completion", "key", "kind")
    for lesson_key, completion, key, kind in facts:
        blocks[lesson_key].add(key)
        if completion == Completion.READ or block_kinds[kind].completes_on == CompletesOn.VIEW:
            viewed[lesson_key].add(key)
    return Demands(
        required=frozenset(key for key, required in lessons if required),
        blocks={lesson: frozenset(keys) for lesson, keys in blocks.items()},
        viewed={lesson: frozenset(viewed[lesson]) for lesson in blocks},
        lesson_of={key: lesson for lesson, keys in blocks.items() for key in keys},
    )
