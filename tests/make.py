"""Plain makers of rows; every argument has a sensible default."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

from django.utils import timezone

from accounts.models import Posting, RoleGrant, Unit, UnitClosure, UnitName, UnitPlacement, User
from accounts.permissions import Role
from courses.models import Block, Course, CourseVersion, Lesson, Module, Provider, Subject
from enrolments.models import Cohort, CohortStaff, Enrolment, Obligation
from lms.clock import end_of_day, today
from lms.text import fold, name_sort_key, split_name
from reference.models import Code

serial = itertools.count(1)
LONG_AGO = dt.date(2020, 1, 1)


def make_code(
    list_: str = "staff_category", code: str = "cong_chuc", name: str = "Công chức"
) -> Code:
    """Return an entry of a code list."""
    row, _created = Code.objects.get_or_create(list=list_, code=code, defaults={"name_vi": name})
    return row


def make_unit(
    name: str = "", *, parent: Unit | None = None, kind: str = "ward", code: str = ""
) -> Unit:
    """Return an open unit with its name, place and closure rows."""
    n = next(serial)
    name = name or f"Phường Số {n}"
    unit = Unit.objects.create(
        code=code or f"U{n:05d}", kind=kind, name=name, search_key=fold(name), opened_on=LONG_AGO
    )
    UnitName.objects.create(unit=unit, name=name, since=LONG_AGO)
    links = [UnitClosure(ancestor=unit, descendant=unit, depth=0)]
    if parent is not None:
        UnitPlacement.objects.create(unit=unit, parent=parent, since=LONG_AGO)
        links += [
            UnitClosure(ancestor_id=above, descendant=unit, depth=depth + 1)
            for above, depth in UnitClosure.objects.filter(descendant=parent).values_list(
                "ancestor_id", "depth"
            )
        ]
    UnitClosure.objects.bulk_create(links)
    return unit


def make_user(full_name: str = "", *, unit: Unit | None = None, **fields: Any) -> User:
    """Return a person; with a unit, one holding a primary post there."""
    n = next(serial)
    full_name = full_name or f"Nguyễn Văn Người {n}"
    family, middle, given = split_name(full_name)
    username = fields.pop("username", f"cb{n:05d}")
    password = fields.pop("password", None)
    title = fields.pop("title", "Chuyên viên")
    is_head = fields.pop("is_head", False)
    user = User(
        username=username,
        family_name=family,
        middle_name=middle,
        given_name=given,
        full_name=full_name,
        sort_key=name_sort_key(family=family, middle=middle, given=given),
        search_key=fold(full_name),
        **fields,
    )
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    if unit is not None:
        Posting.objects.create(
            user=user,
            unit=unit,
            title=title,
            category=make_code(),
            since=LONG_AGO,
            is_head=is_head,
        )
    return user


def grant(user: User, role: str, unit: Unit | None = None, *, scope: str = "unit") -> RoleGrant:
    """Give a role in a unit's subtree, for a provider's unit, or for the whole site."""
    return RoleGrant.objects.create(
        user=user, role=role, scope=scope, unit=unit, since=LONG_AGO, granted_by=None
    )


def make_provider(unit: Unit | None = None, **fields: Any) -> Provider:
    """Return a training institution."""
    n = next(serial)
    unit = unit or make_unit(f"Học viện Số {n}", kind="institution")
    return Provider.objects.create(
        unit=unit, code=fields.pop("code", f"HV{n}"), name_vi=unit.name, **fields
    )


def make_course(provider: Provider | None = None, *, code: str = "", title: str = "") -> Course:
    """Return a course without versions."""
    n = next(serial)
    code, title = code or f"KH-{n:02d}", title or f"Khóa bồi dưỡng số {n}"
    subject, _created = Subject.objects.get_or_create(
        code="ai", defaults={"name_vi": "Trí tuệ nhân tạo", "name_en": "Artificial intelligence"}
    )
    return Course.objects.create(
        provider=provider or make_provider(),
        subject=subject,
        code=code,
        title_vi=title,
        search_key=fold(f"{code} {title}"),
        study_form=make_code("study_form", "tu_xa", "Từ xa"),
        content_group=make_code("content_group", "so", "Kỹ năng số"),
    )


def make_version(course: Course | None = None, *, by: User, lessons: int = 3) -> CourseVersion:
    """Return a draft with one module and some lessons of one text block each."""
    course = course or make_course()
    number = course.versions.count() + 1
    version = CourseVersion.objects.create(
        course=course,
        number=number,
        title_vi=course.title_vi,
        periods_online=lessons,
        created_by=by,
    )
    module = Module.objects.create(
        version=version, position=1, title_vi="Chuyên đề 1", periods_online=lessons
    )
    for position in range(1, lessons + 1):
        lesson = Lesson.objects.create(
            version=version,
            module=module,
            position=position,
            title_vi=f"Bài {position}",
            objective="Nêu được nội dung chính.",
            minutes=45,
        )
        Block.objects.create(
            version=version,
            lesson=lesson,
            position=1,
            kind="text",
            data={"html": f"<p>Nội dung bài {position}.</p>"},
        )
    return version


def make_cohort(version: CourseVersion, *, by: User, organiser: Unit, **fields: Any) -> Cohort:
    """Return a class that is enrolling, open for thirty days."""
    n = next(serial)
    code = fields.pop("code", f"L{n:03d}")
    name = fields.pop("name", f"Lớp {n}")
    return Cohort.objects.create(
        course=version.course,
        version=version,
        code=code,
        name=name,
        search_key=fold(f"{code} {name} {version.title_vi}"),
        organiser=organiser,
        state=fields.pop("state", "enrolling"),
        starts_on=fields.pop("starts_on", today() - dt.timedelta(days=5)),
        ends_on=fields.pop("ends_on", today() + dt.timedelta(days=30)),
        created_by=by,
        **fields,
    )


def staff(cohort: Cohort, user: User, role: str = Role.TRAINER) -> CohortStaff:
    """Name a person on a class."""
    return CohortStaff.objects.create(cohort=cohort, user=user, role=role, since=LONG_AGO)


def make_enrolment(
    cohort: Cohort, learner: User, *, by: User, unit: Unit, **fields: Any
) -> Enrolment:
    """Return a place with its duty, as the action would leave it."""
    enrolment = Enrolment.objects.create(
        cohort=cohort,
        learner=learner,
        version=cohort.version,
        source=fields.pop("source", "ticked"),
        sending_unit=unit,
        learner_sort_key=learner.sort_key,
        lessons_total=cohort.version.lessons.filter(is_required=True).count(),
        enrolled_by=by,
        **fields,
    )
    Obligation.objects.create(
        person=learner,
        enrolment=enrolment,
        course=cohort.course,
        unit=unit,
        title_vi=cohort.version.title_vi,
        due_on=cohort.ends_on,
        due_at=end_of_day(cohort.ends_on),
    )
    Cohort.objects.filter(pk=cohort.pk).update(enrolled_count=cohort.enrolments.count())
    return enrolment


def mark_published(version: CourseVersion, *, by: User) -> CourseVersion:
    """Put a version in the published state without the check list (for tests of what follows)."""
    version.state = "published"
    version.published_at = timezone.now()
    version.published_by = by
    version.content_hash = uuid.uuid4().hex * 2  # what was read of another version is not its
    version.save()
    course = version.course
    course.current_version = version
    course.lesson_count = version.lessons.count()
    course.save()
    return version
