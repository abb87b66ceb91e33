"""A class one can study in: lessons of text, one of them with a recording."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from courses.models import Block, CourseVersion, Lesson
from enrolments.actions.places import enrol
from enrolments.models import Cohort, Enrolment
from lms.clock import today
from tests.make import make_cohort, make_course, make_version, mark_published, staff
from tests.people import Cast


@dataclass
class Place:
    """A learner's place, with the lessons in order."""

    enrolment: Enrolment
    lessons: list[Lesson]
    video: Block

    def url(self, number: int, ending: str = "") -> str:
        """Return the address of a lesson, counted from one."""
        return f"/hoc/{self.enrolment.pk}/{self.lessons[number - 1].key}/{ending}"


def make_place(cast: Cast, *, sequential: bool = True, **cohort: Any) -> Place:
    """Enrol the learner of the cast; the second of three lessons holds a recording."""
    version = make_version(make_course(cast.provider), by=cast.trainer)
    CourseVersion.objects.filter(pk=version.pk).update(is_sequential=sequential)
    lessons = list(version.lessons.order_by("position"))
    for lesson in lessons:
        text = f"<p>Nội dung riêng của {lesson.title_vi}</p>"
        lesson.blocks.update(data={"html": text})
    video = make_video(lessons[1])
    version.refresh_from_db()
    mark_published(version, by=cast.trainer)
    defaults = {"state": "running", "starts_on": today() - dt.timedelta(days=5), **cohort}
    taught = make_cohort(version, by=cast.training_officer, organiser=cast.department, **defaults)
    staff(taught, cast.trainer)
    return Place(sent(cast, taught), lessons, video)


def sent(cast: Cast, cohort: Cohort) -> Enrolment:
    """Send the learner of the cast to a class."""
    return enrol(cohort=cohort, learner=cast.learner, unit=cast.ward, by=cast.hr, source="ticked")


def make_video(lesson: Lesson) -> Block:
    """Add a recording, without its file, to a lesson of a draft."""
    return Block.objects.create(
        version=lesson.version,
        lesson=lesson,
        position=9,
        kind="video",
        data={"title": "Bài giảng", "transcript_html": "<p>Xin chào.</p>", "captions": "WEBVTT"},
    )
