"""The demo city: complete, right in its sums, made once."""

import io
from unicodedata import normalize

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts.models import CorrectionRequest, Posting, RoleGrant, Unit, User
from accounts.permissions import Role
from certificates.models import Certificate, CertificateState
from courses.importing import read_course
from courses.models import Block, Course, Module
from enrolments.models import Cohort, Enrolment, HoursEntry, LessonQuestion, Obligation, Session
from enrolments.models.cohorts import CohortState
from enrolments.models.duties import ObligationStatus
from lms.clock import today
from reference.calendar import WorkingCalendar
from reporting.demo.named import named_people
from reporting.demo.sources import FOLDER, read_yaml
from requirements.models import Requirement
from tests.people import signed_in_as

PERIODS = {
    "NN-01": 120,
    "NN-02": 160,
    "NN-03": 120,
    "NN-04": 60,
    "LD-01": 160,
    "LD-02": 40,
    "LD-03": 40,
    "LD-04": 40,
    "AI-01": 24,
    "AI-02": 40,
    "AI-03": 16,
    "AI-04": 16,
    "QL-01": 16,
}
NOTE = "Tài liệu minh họa, không thay thế văn bản chính thức."
LEAST_WORDS = 120


def rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


@pytest.mark.django_db
def test_without_demo_the_city_is_refused(settings: LazySettings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo_logins")
    assert not User.objects.exists()


def test_each_course_folder_adds_up_and_each_module_has_a_lesson() -> None:
    for code, periods in PERIODS.items():
        plan = read_course(FOLDER / "courses" / code)
        kinds = ("online", "class", "guided", "test")
        found = sum(row.fields[f"periods_{kind}"] for row in plan.modules for kind in kinds)
        assert (code, found) == (code, periods)
        assert all(module.lessons for module in plan.modules)
        assert all(lesson.fields["objective"] for m in plan.modules for lesson in m.lessons)


def test_each_lesson_says_that_it_is_an_illustration_and_is_long_enough() -> None:
    for path in (FOLDER / "courses").glob("*/*.md"):
        text = path.read_text(encoding="utf-8")
        assert NOTE in text, path
        assert len(text.split()) > LEAST_WORDS, path


@pytest.mark.django_db
def test_the_city_is_whole_and_a_second_run_changes_nothing(settings: LazySettings) -> None:
    settings.DEMO = True
    call_command("seed_demo", stdout=io.StringIO())
    before = rows()
    call_command("seed_demo", stdout=io.StringIO())
    assert rows() == before
    units_and_people_are_there()
    courses_are_published()
    classes_stand_in_every_state()
    learning_is_believable()
    papers_are_there()
    logins_are_printed()
    every_page_says_that_it_is_an_illustration()


def units_and_people_are_there() -> None:
    communes = Unit.objects.open().filter(kind__in=["ward", "commune", "special_zone"])
    assert communes.count() == 168
    assert Unit.objects.exclude(closed_on=None).count() == 2
    assert 560 <= User.objects.count() <= 640
    assert User.objects.filter(email="").count() > 100
    assert User.objects.filter(email="demo-phuong@cbcc.example").count() == 3
    assert User.objects.filter(full_name="Nguyễn Thị Hạnh", birth_year=1985).count() == 2
    assert User.objects.filter(birth_date=None, birth_year__isnull=False).count() >= 2
    assert Posting.objects.in_force().filter(is_primary=False).count() == 2
    # The files of demo/files name people by these codes.
    for one in named_people(read_yaml("people.yaml")):
        assert User.objects.get(username=one.code).full_name == one.name
    assert CorrectionRequest.objects.open().count() == 1
    # The files of demo/files name people by these codes, which stay the same.
    for row in read_yaml("people.yaml")["edge"]:
        assert User.objects.get(username=row["code"]).full_name == row["name"]
    typed = User.objects.get(username="00901").full_name
    assert typed == normalize("NFC", typed)
    everything = User.objects.get(username="binh")
    assert everything.enrolments.exists()
    assert everything.role_grants.count() == 2
    wrong = CorrectionRequest.objects.open().get().person
    paper = Certificate.objects.get(person=wrong, enrolment__cohort__code="AI-04-L1")
    assert wrong.full_name in str(paper.snapshot)
    held = set(RoleGrant.objects.in_force().values_list("role", flat=True))
    assert held == set(Role.values)
    addresses = User.objects.exclude(email="").values_list("email", flat=True)
    assert all(address.endswith("@cbcc.example") for address in addresses)


def courses_are_published() -> None:
    assert set(Course.objects.offered().values_list("code", flat=True)) == set(PERIODS)
    for course in Course.objects.offered():
        assert course.periods == PERIODS[course.code]
    assert not Module.objects.filter(lessons=None).exists()


def classes_stand_in_every_state() -> None:
    states = set(Cohort.objects.values_list("state", flat=True))
    assert states == set(CohortState.values)
    assert Cohort.objects.filter(seats=40, enrolled_count=37).exists()
    assert Cohort.objects.count() >= 30
    assert 1800 <= Enrolment.objects.count() <= 2600
    twice = Enrolment.objects.in_force().values("learner", "cohort__course")
    assert not twice.annotate(places=Count("pk")).filter(places__gt=1).exists()
    for meeting in Session.objects.filter(cancelled_at=None):
        assert WorkingCalendar().is_working_day(timezone.localdate(meeting.starts_at)), meeting


def learning_is_believable() -> None:
    calendar = WorkingCalendar()
    for day in set(Obligation.objects.values_list("due_on", flat=True)):
        assert calendar.is_working_day(day), day
    held = set(Obligation.objects.values_list("status", flat=True))
    assert {ObligationStatus.OVERDUE, ObligationStatus.OPEN, ObligationStatus.DONE} <= held
    assert not Enrolment.objects.filter(last_active_at__date__gt=today()).exists()
    assert LessonQuestion.objects.unanswered().count() == 2
    for rule in Requirement.objects.in_force():
        assert rule.duties.exclude(obligation__status="cancelled").exists(), rule
    planned = read_yaml("requirements.yaml")["requirements"]
    assert Requirement.objects.in_force().count() == len(planned)
    almost = User.objects.get(full_name="Phan Quốc Việt")
    hours = HoursEntry.objects.of_year(today().year).filter(person=almost)
    assert sum(entry.credited for entry in hours) == 38


def papers_are_there() -> None:
    held = set(Certificate.objects.values_list("state", flat=True))
    assert {CertificateState.ISSUED, CertificateState.REVOKED, CertificateState.REPLACED} <= held


def logins_are_printed() -> None:
    printed = io.StringIO()
    call_command("demo_logins", stdout=printed)
    plan = read_yaml("people.yaml")
    assert plan["password"] in printed.getvalue()
    for row in plan["logins"]:
        assert f"{row['code']:<8} {row['name']:<22} {row['part']}\n" in printed.getvalue()
        assert User.objects.get(username=row["code"]).check_password(plan["password"])


def every_page_says_that_it_is_an_illustration() -> None:
    learner = User.objects.get(username="hanh")
    client = signed_in_as(learner)
    quiz = Block.objects.filter(kind="quiz", version__enrolments__learner=learner).first()
    assert quiz
    place = Enrolment.objects.get(learner=learner, version=quiz.version)
    lessons = list(place.version.lessons.order_by("module__position", "position"))
    addresses = [
        reverse("enrolments:home"),
        reverse("courses:catalogue"),
        reverse("courses:detail", args=[place.version.course.code]),
        reverse("enrolments:overview", args=[place.pk]),
        reverse("enrolments:lesson", args=[place.pk, lessons[0].key]),
        reverse("enrolments:lesson", args=[place.pk, lessons[-1].key]),
    ]
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200, address
        assert NOTE in page.content.decode(), address
