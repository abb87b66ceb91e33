"""Courses and the people named on them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from audit.actions import record
from courses.models import Course, CourseStaff, CourseVersion, Provider, Subject
from lms.clock import today
from reference.models import Code


@transaction.atomic
def create_course(
    *,
    provider: Provider,
    subject: Subject,
    code: str,
    title_vi: str,
    study_form: Code,
    content_group: Code,
    by: User,
    title_en: str = "",
    summary_vi: str = "",
    summary_en: str = "",
) -> Course:
    """Make a course with an empty first draft, its author named on it. Safe to call twice."""
    course, is_new = Course.objects.get_or_create(
        code=code,
        provider=provider,
        defaults={
            "subject": subject,
            "title_vi": title_vi,
            "title_en": title_en,
            "summary_vi": summary_vi,
            "summary_en": summary_en,
            "study_form": study_form,
            "content_group": content_group,
        },
    )
    if not is_new:
        return course
    course.search_key = course.searchable()
    course.save(update_fields=["search_key"])
    CourseVersion.objects.create(
        course=course,
        number=1,
        title_vi=title_vi,
        title_en=title_en,
        summary_vi=summary_vi,
        summary_en=summary_en,
        created_by=by,
    )
    record(by=by, action="create_course", target=course, unit_id=provider.unit_id)
    name_staff(course=course, user=by, by=by)
    return course


@transaction.atomic
def name_staff(
    *, course: Course, user: User, by: User, until: dt.date | None = None
) -> CourseStaff:
    """Name a person on the course from today. Safe to call twice."""
    row, is_new = CourseStaff.objects.get_or_create(
        course=course, user=user, role=Role.TRAINER, until=None
    )
    if until:
        CourseStaff.objects.filter(pk=row.pk).update(until=until)
    if is_new or until:
        facts = {"user": user.pk, "name": str(user), "until": until}
        _record_staff("name_course_staff", course, by, facts)
    return row


@transaction.atomic
def end_staff(*, staff: CourseStaff, by: User) -> bool:
    """End a person's part on the course today. Safe to call twice."""
    day = today()
    if not CourseStaff.objects.filter(pk=staff.pk, until=None).update(until=day):
        return False
    facts = {"user": staff.user_id, "name": str(staff.user), "until": day}
    _record_staff("end_course_staff", staff.course, by, facts)
    return True


@transaction.atomic
def archive_course(*, course: Course, by: User) -> bool:
    """Take the course out of the catalogue; who studies it goes on. Safe to call twice."""
    offered = Course.objects.filter(pk=course.pk, archived_at=None)
    if not offered.update(archived_at=timezone.now()):
        return False
    record(by=by, action="archive_course", target=course, unit_id=course.provider.unit_id)
    return True


def _record_staff(action: str, course: Course, by: User, facts: dict[str, object]) -> None:
    unit_id = course.provider.unit_id
    record(by=by, action=action, target=course, unit_id=unit_id, after=facts)
