"""Publishing: check, freeze, hash, put in force, tell the apps above; all or nothing."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import record
from courses.blocks import kind_of
from courses.canonical import content_hash
from courses.errors import NotOpenError, PublishRefusedError
from courses.models import Block, BlockTranslation, Course, CourseVersion, Moves, VersionState
from courses.publish_checks import blockers, check
from courses.signals import version_published


@transaction.atomic
def publish(
    *, version: CourseVersion, by: User, change_note: str, moves: Moves = Moves.NOBODY
) -> CourseVersion:
    """Put a draft in force for ever. Safe to call twice.

    Who studies the version before goes on with it, unless `moves` says otherwise: the app above
    that keeps places hears it with the signal and writes the moves in this transaction.
    """
    course = Course.objects.select_for_update().get(pk=version.course_id)
    version.refresh_from_db()
    if version.state == VersionState.PUBLISHED:
        return version
    if not version.is_open:
        raise NotOpenError
    problems = check(version)
    if blockers(problems):
        raise PublishRefusedError(problems)
    _freeze(version)
    previous = _retire(course)
    _put_in_force(version, by=by, change_note=change_note)
    _mirror(course, version)
    facts = {
        "number": version.number,
        "hash": version.content_hash,
        "replaces": previous.number if previous else None,
        "moves": moves,
        "warnings": len(problems),
    }
    unit_id = course.provider.unit_id
    record(
        by=by, action="publish", target=version, unit_id=unit_id, after=facts, reason=change_note
    )
    version_published.send(
        sender=CourseVersion, version=version, previous=previous, moves=moves, by=by
    )
    return version


def _freeze(version: CourseVersion) -> None:
    blocks = list(version.blocks.select_related("file__blob"))
    for block in blocks:
        block.frozen = kind_of(block).freeze(block)
    Block.objects.bulk_update(blocks, ["frozen"], batch_size=200)


def _retire(course: Course) -> CourseVersion | None:
    previous = course.versions.filter(state=VersionState.PUBLISHED).first()
    if previous:
        previous.state = VersionState.RETIRED
        previous.save(update_fields=["state"])
    return previous


def _put_in_force(version: CourseVersion, *, by: User, change_note: str) -> None:
    version.content_hash = content_hash(version)
    version.state = VersionState.PUBLISHED
    version.change_note = change_note
    version.published_at, version.published_by = timezone.now(), by
    version.save()


def _mirror(course: Course, version: CourseVersion) -> None:
    """Copy onto the course what lists show, so that they ask one table."""
    for name in ("title_vi", "title_en", "summary_vi", "summary_en", "periods"):
        setattr(course, name, getattr(version, name))
    translated = BlockTranslation.objects.filter(block__version=version)
    languages = {*version.blocks.values_list("language", flat=True)}
    languages |= {*translated.values_list("language", flat=True)}
    course.languages = " ".join(sorted(languages))[:40]
    course.lesson_count = version.lessons.count()
    course.current_version = version
    course.search_key = course.searchable()
    course.save()
