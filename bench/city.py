"""What is measured on: 4,000 people, 50 courses, one class with everybody in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Posting, Unit, User
from accounts.permissions import Role
from assessment.actions.questions import Wording, add_question, bank_of
from assessment.actions.quizzes import add_questions
from assessment.frozen import FrozenQuiz, quizzes_of
from assessment.models import Answer, Attempt, GradeCell, GradeEntry, Quiz
from courses.actions import add_block, publish
from courses.blocks import Content
from courses.models import Block, Course, CourseVersion, Lesson, Module
from enrolments.models import Cohort, Enrolment, LessonProgress, Obligation
from lms.clock import end_of_day
from lms.text import fold, name_sort_key, split_name
from tests.make import (
    LONG_AGO,
    grant,
    make_code,
    make_cohort,
    make_course,
    make_provider,
    make_unit,
    make_user,
)

PEOPLE, COURSES, LESSONS, WARDS = 4000, 50, 10, 20
QUIZZES, QUESTIONS = 5, 10
MARKED = 1000  # learners of the big class whose test is marked; they left the last question out
CLASSES_EACH = 5  # smaller classes a learner is in, beside the one that holds everybody
FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Ngô"]
MIDDLE = ["Thị", "Văn", "Hồng", "Minh", "Ngọc", "Quốc", "Thanh", "Xuân"]
GIVEN = ["Hạnh", "Thu", "Quang", "Lan", "Phúc", "Sơn", "Đức", "Yến", "Thanh", "Hòa", "Khánh"]
PARAGRAPH = (
    "<p>Cán bộ, công chức, viên chức nêu được nội dung chính của quy định, nhận ra tình huống "
    "thường gặp ở cơ quan và chọn được cách làm đúng thẩm quyền, đúng thời hạn.</p>"
)


@dataclass(frozen=True)
class City:
    """What the measurements start from."""

    officer: User
    organiser: Unit
    wards: list[Unit]
    people: list[User]
    cohort: Cohort
    small: list[Cohort]


@transaction.atomic
def load() -> City:
    """Fill an empty database."""
    top = make_unit("Ủy ban nhân dân Thành phố", kind="city", code="79")
    academy = make_unit("Học viện Cán bộ", parent=top, kind="institution", code="HVCB")
    wards = [make_unit(f"Phường Số {n:02d}", parent=top) for n in range(1, WARDS + 1)]
    officer = make_user("Cao Hữu Phúc", unit=academy, username="phuc")
    grant(officer, Role.TRAINING_OFFICER, academy)
    provider = make_provider(academy, code="HVCB")
    people = make_people("hv", PEOPLE, wards)
    titles = [f"Khóa bồi dưỡng kỹ năng số và ngoại ngữ {n:02d}" for n in range(1, COURSES + 1)]
    courses = [make_course(provider, title=title) for title in titles]
    versions = [
        make_version(course, by=officer, has_quiz=n < QUIZZES) for n, course in enumerate(courses)
    ]
    cohorts = [
        make_cohort(version, by=officer, organiser=academy, state="running") for version in versions
    ]
    for at, cohort in enumerate(cohorts):
        enrol(cohort, members(people, at), by=officer, wards=wards)
    sat(cohorts[0], count=MARKED)
    return City(officer, academy, wards, people, cohorts[0], cohorts[1:])


def members(people: Sequence[User], at: int) -> Sequence[User]:
    """Return everybody for the first class, every tenth person or so for the others."""
    step = COURSES // CLASSES_EACH
    return people if at == 0 else people[at % step :: step]


def names(count: int) -> Iterator[str]:
    """Yield names as people have them."""
    for n in range(count):
        middle, given = MIDDLE[n // 10 % len(MIDDLE)], GIVEN[n // 80 % len(GIVEN)]
        yield f"{FAMILY[n % len(FAMILY)]} {middle} {GIVEN[n // 880 % len(GIVEN)]} {given}"


def make_people(prefix: str, count: int, wards: Sequence[Unit]) -> list[User]:
    """Make many people, each with a post in a ward and an address."""
    rows = [_person(f"{prefix}{n:05d}", name) for n, name in enumerate(names(count))]
    people: list[User] = User.objects.bulk_create(rows, batch_size=1000)
    category = make_code()
    posts = [
        Posting(user=person, unit=ward, title="Chuyên viên", category=category, since=LONG_AGO)
        for person, ward in zip(people, around(wards), strict=False)
    ]
    Posting.objects.bulk_create(posts, batch_size=1000)
    return people


def around(wards: Sequence[Unit]) -> Iterator[Unit]:
    """Yield the wards again and again: whoever is n-th is of ward n modulo their number."""
    while True:
        yield from wards


def _person(username: str, full_name: str) -> User:
    family, middle, given = split_name(full_name)
    return User(
        username=username,
        password="!",
        email=f"{username}@cbcc.example",
        family_name=family,
        middle_name=middle,
        given_name=given,
        full_name=full_name,
        sort_key=name_sort_key(family=family, middle=middle, given=given),
        search_key=fold(full_name),
        birth_year=1985,
        last_login=timezone.now(),
    )


def make_version(course: Course, *, by: User, has_quiz: bool) -> CourseVersion:
    """Publish two modules of text lessons; the last one may have a test."""
    version = CourseVersion.objects.create(
        course=course,
        number=1,
        title_vi=course.title_vi,
        title_en=course.title_vi,
        summary_vi="Tóm tắt nội dung của khóa bồi dưỡng.",
        objectives_vi="Nêu được quy định.\nVận dụng vào công việc.",
        periods_online=LESSONS,
        created_by=by,
    )
    half = LESSONS // 2
    modules = [_module(version, position, half) for position in (1, 2)]
    lessons = [_lesson(version, modules[(n - 1) // half], n) for n in range(1, LESSONS + 1)]
    if has_quiz:
        _quiz(version, lessons[-1], by)
    return publish(version=version, by=by, change_note="Bản đầu tiên")


def _module(version: CourseVersion, position: int, periods: int) -> Module:
    title = f"Chuyên đề {position}"
    return Module.objects.create(
        version=version, position=position, title_vi=title, periods_online=periods
    )


def _lesson(version: CourseVersion, module: Module, position: int) -> Lesson:
    lesson = Lesson.objects.create(
        version=version,
        module=module,
        position=position,
        title_vi=f"Bài {position}. Nhận biết và xử lý tình huống",
        objective="Nêu được nội dung chính.",
        minutes=45,
    )
    Block.objects.bulk_create(
        Block(
            version=version,
            lesson=lesson,
            position=place,
            kind="text",
            data={"html": f"<h3>Mục {place}</h3>{PARAGRAPH * 4}"},
        )
        for place in (1, 2, 3)
    )
    return lesson


def _quiz(version: CourseVersion, lesson: Lesson, by: User) -> None:
    title = "Bài kiểm tra cuối khóa"
    content = Content(data={"title": title}, extra={"title_vi": title, "minutes": 45})
    block = add_block(lesson=lesson, kind="quiz", by=by, content=content)
    quiz = Quiz.objects.get(version=version, key=block.key)
    bank = bank_of(course=version.course, by=by)
    options = [{"key": f"k{n}", "text": f"Phương án {n}"} for n in range(1, 5)]
    wordings = [
        Wording(
            kind="single",
            body=f"Câu {n}: cách xử lý nào đúng?",
            data={"options": options, "correct": ["k1"]},
            explanation="Theo quy định.",
        )
        for n in range(1, QUESTIONS + 1)
    ]
    asked = [add_question(bank=bank, wording=wording, by=by) for wording in wordings]
    add_questions(quiz=quiz, questions=asked, by=by)


def enrol(cohort: Cohort, people: Sequence[User], *, by: User, wards: Sequence[Unit]) -> None:
    """Give people their places and duties; a third has begun, a tenth has finished."""
    keys = list(cohort.version.lessons.order_by("position").values_list("key", flat=True))
    places = [
        _place(
            cohort,
            person,
            wards[(person.pk - people[0].pk) % len(wards)],
            n=n,
            by=by,
            lessons=len(keys),
        )
        for n, person in enumerate(people)
    ]
    made = Enrolment.objects.bulk_create(places, batch_size=500)
    Obligation.objects.bulk_create(map(_duty, made), batch_size=500)
    LessonProgress.objects.bulk_create(
        (
            LessonProgress(enrolment=place, lesson_key=key, completed_at=timezone.now())
            for place in made
            for key in keys[: place.lessons_done]
        ),
        batch_size=500,
    )
    Cohort.objects.filter(pk=cohort.pk).update(enrolled_count=len(made))


def sat(cohort: Cohort, *, count: int) -> None:
    """Give learners who have begun a marked test: nine of ten questions right."""
    quiz = next(iter(quizzes_of(cohort.version).values()))
    begun = cohort.enrolments.exclude(state="enrolled").order_by("pk")
    attempts = Attempt.objects.bulk_create(_attempt(place, quiz) for place in begun[:count])
    answered = quiz.questions[:-1]
    Answer.objects.bulk_create(
        (
            Answer(
                attempt=attempt,
                question_key=question.key,
                revision=1,
                response={"choice": "k1"},
                saved_at=attempt.started_at,
                points=1,
            )
            for attempt in attempts
            for question in answered
        ),
        batch_size=1000,
    )
    entries = GradeEntry.objects.bulk_create(map(_entry, attempts), batch_size=500)
    GradeCell.objects.bulk_create(
        GradeCell(enrolment_id=entry.enrolment_id, component_key=quiz.key, entry=entry)
        for entry in entries
    )


def _attempt(place: Enrolment, quiz: FrozenQuiz) -> Attempt:
    now = timezone.now()
    return Attempt(
        enrolment=place,
        version_id=place.version_id,
        quiz_key=quiz.key,
        number=1,
        state="graded",
        seed=1,
        layout=[{"question": str(row.key), "options": []} for row in quiz.questions],
        started_at=now,
        submitted_at=now,
        graded_at=now,
        receipt=f"BENCH-{place.pk}",
        points=Decimal(QUESTIONS - 1),
        max_points=Decimal(QUESTIONS),
        percent=Decimal(90),
        is_passed=True,
    )


def _entry(attempt: Attempt) -> GradeEntry:
    return GradeEntry(
        enrolment_id=attempt.enrolment_id,
        component_key=attempt.quiz_key,
        source="automatic",
        points=Decimal(QUESTIONS - 1),
        max_points=Decimal(QUESTIONS),
        percent=Decimal(90),
        is_passed=True,
        attempt=attempt,
    )


def _place(
    cohort: Cohort, person: User, ward: Unit, *, n: int, by: User, lessons: int
) -> Enrolment:
    done = lessons if n % 10 == 0 else n % 3
    finished = done == lessons
    begun = timezone.now() - dt.timedelta(days=3)
    return Enrolment(
        cohort=cohort,
        learner=person,
        version=cohort.version,
        source="file",
        sending_unit=ward,
        learner_sort_key=person.sort_key,
        lessons_total=lessons,
        lessons_done=done,
        progress_percent=done * 100 // lessons,
        state="completed" if finished else "studying" if done else "enrolled",
        started_at=begun if done else None,
        last_active_at=begun if done else None,
        completed_at=begun if finished else None,
        enrolled_by=by,
    )


def _duty(place: Enrolment) -> Obligation:
    finished = place.completed_at is not None
    ends = place.cohort.ends_on
    return Obligation(
        person=place.learner,
        enrolment=place,
        course=place.cohort.course,
        unit=place.sending_unit,
        title_vi=place.version.title_vi,
        status="done" if finished else "open",
        done_at=place.completed_at,
        due_on=ends,
        due_at=end_of_day(ends),
    )


def make_officers(city: City, count: int) -> list[User]:
    """Return people who run the academy's classes, each with a session of their own."""
    officers = make_people("gv", count, [city.organiser])
    for person in officers:
        grant(person, Role.TRAINING_OFFICER, city.organiser)
    return officers
