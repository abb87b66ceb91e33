"""Makers of drafts that the check list lets out."""

from __future__ import annotations

from accounts.models import User
from courses.actions import publish
from courses.models import Course, CourseVersion
from tests.make import make_course, make_version


def make_draft(course: Course | None = None, *, by: User, lessons: int = 2) -> CourseVersion:
    """Return a draft that may be published."""
    version = make_version(course, by=by, lessons=lessons)
    words = {"summary_vi": "Tóm tắt.", "objectives_vi": "Nêu được.", "title_en": "Course"}
    CourseVersion.objects.filter(pk=version.pk).update(**words)
    version.refresh_from_db()
    return version


def make_published(course: Course | None = None, *, by: User, lessons: int = 2) -> CourseVersion:
    """Return a version published through the action."""
    draft = make_draft(course or make_course(), by=by, lessons=lessons)
    return publish(version=draft, by=by, change_note="Bản đầu tiên")
