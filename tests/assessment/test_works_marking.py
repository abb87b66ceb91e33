"""The trainer's side of a work, and what the learner learns of it when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from assessment.actions import grades
from assessment.actions.extensions import extend
from assessment.actions.marks import mark
from assessment.assignments import assignment_of, due_at
from assessment.errors import OwnRecord
from assessment.models import Extension, GradeCell, GradeEntry, Mark, Submission
from assessment.work_errors import MarkedMeanwhile, MarkRefused, ResultKnown
from enrolments.models import BlockProgress
from lms.clock import today
from tests.assessment.works import Task, make_task
from tests.make import make_enrolment, make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]
COMMENT = "Nhận-xét-kín-7fd31"
GIVEN = {"c-noi-dung": "5", "c-trinh-bay": "3", "comment": COMMENT, "do": "save"}
POINTS = {"noi-dung": Decimal(5), "trinh-bay": Decimal(3)}


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast)


def url_of(work: Submission) -> str:
    return reverse("works:mark", args=[work.pk])


def test_points_of_the_criteria_add_up_and_enter_the_ledger_once(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work, client = task.handed_in(), browser(cast.trainer)
    for _click in range(2):
        assert client.post(url_of(work), GIVEN).status_code == 302
    entry = GradeEntry.objects.get()
    assert (entry.points, entry.max_points) == (Decimal(8), Decimal(10))
    assert entry.is_passed
    assert Mark.objects.count() == 1
    work.refresh_from_db()
    assert work.state == "marked"


def test_nothing_of_the_mark_leaves_before_release(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work = task.handed_in()
    browser(cast.trainer).post(url_of(work), GIVEN)
    learner = browser(task.place.learner)
    pages = [task.url, reverse("works:receipt", args=[work.pk])]
    for url in pages:
        assert COMMENT not in learner.get(url).content.decode()
    grades.release(cohort=task.cohort, component_key=task.key, by=cast.trainer)
    page = learner.get(task.url).content.decode()
    assert COMMENT in page
    assert "5" in page


def test_a_comment_cannot_carry_a_script(task: Task, cast: Cast, browser: Browser) -> None:
    work = task.handed_in()
    facts = GIVEN | {"comment": "**Tốt** <script>alert(1)</script> [x](javascript:alert(1))"}
    browser(cast.trainer).post(url_of(work), facts)
    html = Mark.objects.get().comment_html
    assert "<strong>Tốt</strong>" in html
    assert "<script" not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize("points", ["-1", "6.5", "abc", ""])
def test_points_out_of_bounds_are_refused_with_the_form(
    task: Task, cast: Cast, browser: Browser, points: str
) -> None:
    work = task.handed_in()
    page = browser(cast.trainer).post(url_of(work), GIVEN | {"c-noi-dung": points})
    assert page.status_code == 422
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    "points",
    [{"noi-dung": Decimal(5)}, {**POINTS, "khac": Decimal(1)}, {**POINTS, "noi-dung": Decimal(7)}],
)
def test_the_action_itself_knows_the_bounds(
    task: Task, cast: Cast, points: dict[str, Decimal]
) -> None:
    work = task.handed_in()
    with pytest.raises(MarkRefused):
        mark(submission=work, by=cast.trainer, points=Decimal(0), criteria=points, comment="")


def test_a_work_without_criteria_is_marked_as_a_whole(cast: Cast, browser: Browser) -> None:
    task = make_task(cast, criteria=[])
    work = task.handed_in()
    client = browser(cast.trainer)
    assert client.post(url_of(work), {"points": "11"}).status_code == 422
    client.post(url_of(work), {"points": "4.5"})
    entry = GradeEntry.objects.get()
    assert (entry.points, entry.is_passed) == (Decimal("4.50"), False)


def test_nobody_marks_releases_or_extends_their_own(task: Task, cast: Cast) -> None:
    staff(task.cohort, task.place.learner)
    work = task.handed_in()
    with pytest.raises(OwnRecord):
        mark(submission=work, by=task.place.learner, points=Decimal(0), criteria=POINTS, comment="")
    with pytest.raises(OwnRecord):
        grades.release(cohort=task.cohort, component_key=task.key, by=task.place.learner)
    with pytest.raises(OwnRecord):
        extend(
            enrolment=task.place,
            component_key=task.key,
            by=task.place.learner,
            reason="x",
            extra_minutes=1,
        )
    assert not Mark.objects.exists()


def test_ones_own_work_is_not_in_ones_queue(task: Task, browser: Browser) -> None:
    staff(task.cohort, task.place.learner)
    work = task.handed_in()
    client = browser(task.place.learner)
    assert url_of(work) not in client.get(reverse("works:inbox")).content.decode()
    assert client.get(url_of(work)).status_code == 404


def test_only_trainers_of_the_class_see_its_works(task: Task, cast: Cast, browser: Browser) -> None:
    work = task.handed_in()
    other = make_task(cast)
    other.cohort.staff.all().delete()
    rival = make_user("Giảng Viên Khác")
    staff(other.cohort, rival)
    release = reverse("works:release", args=[task.cohort.pk, task.key])
    extension = reverse("works:extend", args=[task.place.pk, task.key])
    people = cast.everyone() | {"rival": rival}
    for name in ("rival", "hr", "stranger", "auditor", "administrator", "supervisor"):
        client = browser(people[name])
        theirs, absent = client.get(url_of(work)), client.get(reverse("works:mark", args=[99_999]))
        assert (theirs.status_code, theirs.content) == (404, absent.content), name
        assert client.get(release).status_code == 404, name
        assert client.get(extension).status_code == 404, name
    assert browser(cast.stranger).get(reverse("works:inbox")).status_code == 404
    assert url_of(work) not in browser(rival).get(reverse("works:inbox")).content.decode()


def test_a_draft_and_a_superseded_work_are_not_to_mark(
    task: Task, cast: Cast, browser: Browser
) -> None:
    first = task.handed_in()
    second = task.handed_in(text="bản hai")
    client = browser(cast.trainer)
    page = client.get(reverse("works:inbox")).content.decode()
    assert url_of(second) in page
    assert url_of(first) not in page
    assert client.get(url_of(first)).status_code == 404
    with pytest.raises(MarkRefused):
        mark(submission=first, by=cast.trainer, points=Decimal(0), criteria=POINTS, comment="")


def test_saving_goes_on_to_the_next_work_that_waits(
    task: Task, cast: Cast, browser: Browser
) -> None:
    first = task.handed_in()
    second = task.handed_in(task.another())
    client = browser(cast.trainer)
    assert client.post(url_of(first), GIVEN | {"do": "next"})["Location"] == url_of(second)
    last = client.post(url_of(second), GIVEN | {"do": "next"})
    assert last["Location"] == reverse("works:inbox")


def test_a_second_trainer_does_not_overwrite_unseen(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work, second = task.handed_in(), make_user("Giảng Viên Hai")
    staff(task.cohort, second)
    last = task.marked(work, cast.trainer)
    with pytest.raises(MarkedMeanwhile):
        mark(submission=work, by=second, points=Decimal(0), criteria=POINTS, comment="Khác.")
    browser(second).post(url_of(work), GIVEN | {"seen": last.pk})
    assert work.marks.count() == 2


def test_a_mark_is_never_changed(task: Task, cast: Cast) -> None:
    row = task.marked(task.handed_in(), cast.trainer)
    with pytest.raises(DatabaseError), transaction.atomic():
        Mark.objects.filter(pk=row.pk).update(points=10)


def test_a_change_after_release_is_a_correction_with_its_reason(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work = task.handed_in()
    last = task.marked(work, cast.trainer)
    grades.release(cohort=task.cohort, component_key=task.key, by=cast.trainer)
    facts = GIVEN | {"seen": last.pk, "c-noi-dung": "6"}
    client = browser(cast.trainer)
    assert client.post(url_of(work), facts).status_code == 422
    client.post(url_of(work), facts | {"reason": "Cộng nhầm"})
    entry = GradeCell.objects.select_related("entry").get().entry
    assert entry.points == Decimal(9)
    assert (entry.source, entry.reason) == ("correction", "Cộng nhầm")


def test_after_release_no_further_work_is_taken(task: Task, cast: Cast) -> None:
    task.marked(task.handed_in(), cast.trainer)
    grades.release(cohort=task.cohort, component_key=task.key, by=cast.trainer)
    with pytest.raises(ResultKnown):
        task.handed_in()


def test_release_shows_its_numbers_first_and_happens_once(
    task: Task, cast: Cast, browser: Browser
) -> None:
    task.marked(task.handed_in(), cast.trainer)
    task.handed_in(task.another())
    task.another()
    client = browser(cast.trainer)
    url = reverse("works:release", args=[task.cohort.pk, task.key])
    figures = client.get(url).context["figures"]
    assert (figures["handed_in"], figures["waiting"], figures["missing"]) == (2, 1, 1)
    assert not GradeCell.objects.filter(released_at__isnull=False).exists()
    client.post(url)
    client.post(url)
    assert GradeCell.objects.filter(released_at__isnull=False).count() == 1


def test_a_late_mark_of_a_released_assignment_completes_the_block(task: Task, cast: Cast) -> None:
    grades.release(cohort=task.cohort, component_key=task.key, by=cast.trainer)
    task.marked(task.handed_in(), cast.trainer)
    assert BlockProgress.objects.filter(block_key=task.key, completed_at__isnull=False).exists()


def test_another_due_day_holds_for_one_learner(task: Task, cast: Cast, browser: Browser) -> None:
    other = task.another()
    later = task.cohort.ends_on + dt.timedelta(days=3)
    url = reverse("works:extend", args=[task.place.pk, task.key])
    client = browser(cast.trainer)
    yesterday = today() - dt.timedelta(days=1)
    assert client.post(url, {"day": yesterday, "reason": "Ốm"}).status_code == 422
    assert client.post(url, {"day": later, "reason": "Ốm"}).status_code == 302
    assignment = assignment_of(task.cohort.version, task.key)
    assert assignment is not None
    assert due_at(task.place, assignment).astimezone().date() >= task.cohort.ends_on
    assert due_at(task.place, assignment) > due_at(other, assignment)
    assert Extension.objects.get().granted_by == cast.trainer


def test_the_queue_is_narrowed_by_state(task: Task, cast: Cast, browser: Browser) -> None:
    waiting, done = task.handed_in(), task.handed_in(task.another())
    task.marked(done, cast.trainer)
    client, inbox = browser(cast.trainer), reverse("works:inbox")
    for query, shown, hidden in (({}, waiting, done), ({"state": "marked"}, done, waiting)):
        page = client.get(inbox, query).content.decode()
        assert url_of(shown) in page
        assert url_of(hidden) not in page
    for query in ({"state": "late"}, {"cohort": "99999"}, {"assignment": "khong-phai"}):
        assert url_of(waiting) not in client.get(inbox, query).content.decode()


@pytest.mark.parametrize("many", [10, 1000])
def test_queue_and_marking_page_cost_the_same_for_any_number(
    task: Task, cast: Cast, browser: Browser, django_assert_max_num_queries: Any, many: int
) -> None:
    work = task.handed_in()
    fill(task, many, work)
    client = browser(cast.trainer)
    for url in (reverse("works:inbox"), url_of(work)):
        client.get(url)
        with django_assert_max_num_queries(16):
            assert client.get(url).status_code == 200


def fill(task: Task, many: int, like: Submission) -> None:
    learners = [make_user(unit=None) for _n in range(20)]
    places = [make_enrolment(task.cohort, one, by=task.by, unit=task.unit) for one in learners]
    Submission.objects.bulk_create(
        Submission(
            enrolment=places[n % 20],
            version=like.version,
            assignment_key=task.key,
            number=n // 20 + 1,
            state="submitted",
            submitted_at=like.submitted_at,
            superseded_at=None if n < 20 else like.submitted_at,
            receipt=f"BT-{n}",
        )
        for n in range(many)
    )


def test_cohort_staff_who_supervise_do_not_mark(task: Task, cast: Cast, browser: Browser) -> None:
    staff(task.cohort, cast.supervisor, Role.CLASS_SUPERVISOR)
    assert browser(cast.supervisor).get(reverse("works:inbox")).status_code == 404
