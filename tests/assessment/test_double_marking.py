"""Who marks which works, and two marks that know nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessment.actions import marking_plans
from assessment.actions.appeals import ask_appeal, assign_appeal
from assessment.actions.blind_marks import mark_blind, moderate
from assessment.actions.carrying import carry_marks
from assessment.actions.gradebook import KeyedMark, enter_marks
from assessment.actions.grades import release
from assessment.actions.marking_plans import PlanRefused, PlanSpec, set_plan
from assessment.appeals import first_markers
from assessment.errors import OwnRecord
from assessment.gradebook import scheme_of
from assessment.models import BlindMark, GradeCell, Mark, MarkingPlan, MarkingTurn, Submission
from assessment.tasks import tick
from assessment.work_errors import MarkRefused
from tests.assessment.works import PNG, Task, make_task, upload
from tests.make import make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]
SECRET = "Nhận-xét-riêng-4c1e"


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast)


@pytest.fixture
def second(task: Task) -> User:
    return another_trainer(task, "Giảng Viên Hai")


@pytest.fixture
def third(task: Task) -> User:
    return another_trainer(task, "Giảng Viên Ba")


def another_trainer(task: Task, name: str) -> User:
    person = make_user(name)
    staff(task.cohort, person)
    return person


def plan_for(task: Task, markers: list[User], **fields: Any) -> MarkingPlan:
    return set_plan(
        cohort=task.cohort, key=task.key, spec=PlanSpec(markers=markers, **fields), by=task.by
    )


def double(task: Task, markers: list[User], **fields: Any) -> MarkingPlan:
    """Two independent markers; the training officer moderates."""
    return plan_for(task, markers, is_double=True, moderator=task.by, **fields)


def judged(work: Submission, by: User, content: str, form: str, comment: str = "") -> BlindMark:
    criteria = {"noi-dung": Decimal(content), "trinh-bay": Decimal(form)}
    return mark_blind(submission=work, by=by, points=Decimal(0), criteria=criteria, comment=comment)


def page_of(work: Submission, browser: Client) -> str:
    page = browser.get(reverse("works:mark", args=[work.pk]))
    assert page.status_code == 200
    return page.content.decode()


def sent(content: str = "5", form: str = "3", **more: str) -> dict[str, str]:
    return {"c-noi-dung": content, "c-trinh-bay": form, "do": "save", **more}


def test_neither_marker_learns_anything_of_the_other_before_both_are_done(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second])
    first_page = browser(cast.trainer).post(
        reverse("works:mark", args=[work.pk]), sent("5.75", "3.25", comment=SECRET)
    )
    assert first_page.status_code == 302
    client = browser(second)
    seen = [
        page_of(work, client),
        client.get(reverse("works:inbox")).content.decode(),
        client.get(reverse("works:plan", args=[task.cohort.pk, task.key])).content.decode(),
        client.get(reverse("assessment:gradebook", args=[task.cohort.pk])).content.decode(),
        client.get(reverse("works:release", args=[task.cohort.pk, task.key])).content.decode(),
    ]
    for text in seen:
        assert SECRET not in text
        assert cast.trainer.full_name not in text
        assert "5.75" not in text
        assert "5,75" not in text
    board = reverse("works:agreement", args=[task.cohort.pk, task.key])
    assert client.get(board).status_code == 404
    assert not GradeCell.objects.exists()


def test_two_marks_within_the_tolerance_become_their_mean(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second], tolerance=Decimal(1))
    for marker, facts in ((cast.trainer, sent("5", "3")), (second, sent("5.5", "3.25"))):
        browser(marker).post(reverse("works:mark", args=[work.pk]), facts | {"comment": "Được."})
    row = Mark.objects.get()
    assert row.kind == "joint"
    assert (row.points, row.criteria) == (
        Decimal("8.38"), {"noi-dung": "5.25", "trinh-bay": "3.13"}
    )  # fmt: skip
    assert row.comment.count("Được.") == 2
    assert cast.trainer.full_name not in row.comment
    assert GradeCell.objects.get().entry.points == Decimal("8.38")
    work.refresh_from_db()
    assert work.is_marked


def test_marks_too_far_apart_wait_for_the_moderator_who_sees_both(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second], tolerance=Decimal("1.5"))
    judged(work, cast.trainer, "6", "4", SECRET)
    judged(work, second, "5", "3")
    assert not Mark.objects.exists()
    client = browser(task.by)
    home = client.get("/").content.decode()
    assert reverse("works:agreement", args=[task.cohort.pk, task.key]) in home
    page = client.get(reverse("works:decide", args=[work.pk])).content.decode()
    assert SECRET in page
    assert second.full_name in page
    client.post(reverse("works:decide", args=[work.pk]), sent("5.5", "3.5"))
    row = Mark.objects.get()
    assert (row.kind, row.points) == ("moderated", Decimal(9))
    assert GradeCell.objects.get().entry.given_by == task.by


def test_a_gap_of_just_the_tolerance_is_within_it(task: Task, cast: Cast, second: User) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second], tolerance=Decimal(2))
    judged(work, cast.trainer, "6", "4")
    judged(work, second, "5", "3")
    assert Mark.objects.get().points == Decimal(9)


def test_a_marker_may_change_their_mark_until_the_other_is_there(
    task: Task, cast: Cast, second: User
) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second], tolerance=Decimal(0))
    judged(work, cast.trainer, "5", "3")
    judged(work, cast.trainer, "5", "3")
    judged(work, cast.trainer, "4", "3")
    assert BlindMark.objects.count() == 2
    judged(work, second, "4", "2")
    with pytest.raises(MarkRefused):
        judged(work, cast.trainer, "4", "2")
    assert not Mark.objects.exists()


def test_who_has_no_turn_cannot_mark_nor_read_the_work(
    task: Task, cast: Cast, second: User, third: User, browser: Browser
) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second])
    with pytest.raises(MarkRefused):
        judged(work, third, "5", "3")
    with pytest.raises(MarkRefused):
        task.marked(work, cast.trainer)
    assert browser(third).get(reverse("works:mark", args=[work.pk])).status_code == 404
    assert "Hồng Hạnh" not in browser(third).get(reverse("works:inbox")).content.decode()


def test_the_moderator_is_no_marker_and_decides_only_between_two_marks(
    task: Task, cast: Cast, second: User, third: User, browser: Browser
) -> None:
    work = task.handed_in()
    with pytest.raises(PlanRefused):
        plan_for(task, [cast.trainer, second], is_double=True, moderator=second)
    double(task, [cast.trainer, second])
    judged(work, cast.trainer, "5", "3")
    criteria = {"noi-dung": Decimal(5), "trinh-bay": Decimal(3)}
    told: dict[str, Any] = {"points": Decimal(0), "criteria": criteria, "comment": ""}
    with pytest.raises(MarkRefused):
        moderate(submission=work, by=task.by, **told)
    with pytest.raises(OwnRecord):
        moderate(submission=work, by=third, **told)
    url = reverse("works:decide", args=[work.pk])
    assert browser(task.by).get(url).status_code == 404
    judged(work, second, "1", "1")
    assert browser(task.by).get(url).status_code == 200
    assert browser(third).get(url).status_code == 404


def test_a_mark_of_two_is_not_typed_into_the_gradebook_instead(
    task: Task, cast: Cast, second: User
) -> None:
    double(task, [cast.trainer, second])
    item = scheme_of(task.cohort).item(task.key)
    assert item is not None
    typed = [KeyedMark(place=task.place.pk, points=Decimal(9), seen=None)]
    refused = enter_marks(cohort=task.cohort, item=item, marks=typed, by=task.by, reason="Nhập hộ")
    assert task.place.pk in refused
    assert not GradeCell.objects.exists()


def test_neither_of_two_markers_hears_the_appeal(task: Task, cast: Cast, second: User) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second])
    judged(work, cast.trainer, "5", "3")
    judged(work, second, "5", "3")
    release(cohort=task.cohort, component_key=task.key, by=task.by)
    assert {cast.trainer.pk, second.pk} <= first_markers(task.place, task.key)
    row = ask_appeal(enrolment=task.place, key=task.key, reason="Xem lại", by=cast.learner)
    for marker in (cast.trainer, second):
        with pytest.raises(OwnRecord):
            assign_appeal(appeal=row, to=marker, by=task.by)


def test_names_are_hidden_from_markers_until_the_release(
    task: Task, cast: Cast, browser: Browser
) -> None:
    name = "Nguyễn Thị Hồng Hạnh"
    client = browser(cast.learner)
    client.post(reverse("works:begin", args=[task.place.pk, task.key]))
    draft = Submission.objects.get()
    facts = {"text": "Bài viết.", "revision": draft.revision, "do": "attach"}
    png = upload("bai cua Hanh.png", PNG)
    client.post(reverse("works:edit", args=[draft.pk]), facts | {"paper": png})
    client.post(reverse("works:hand_in", args=[draft.pk]))
    work = Submission.objects.get()
    plan_for(task, [cast.trainer], is_anonymous=True)
    marker = browser(cast.trainer)
    for text in (page_of(work, marker), marker.get(reverse("works:inbox")).content.decode()):
        assert name not in text
        assert "Hanh" not in text
        assert work.receipt not in text
        assert work.code in text
    marker.post(reverse("works:mark", args=[work.pk]), sent())
    release(cohort=task.cohort, component_key=task.key, by=task.by)
    assert name in page_of(work, marker)


def test_works_are_shared_out_evenly_and_later_ones_by_the_tick(
    task: Task, cast: Cast, second: User, third: User
) -> None:
    for number in range(5):
        task.handed_in(task.another(f"Học Viên {number}"))
    double(task, [cast.trainer, second, third])
    task.handed_in()
    tick()
    tick()
    loads = [person.marking_turns.count() for person in (cast.trainer, second, third)]
    assert loads == [4, 4, 4]
    for work in Submission.objects.all():
        assert len({turn.marker_id for turn in work.turns.all()}) == 2


def test_a_later_version_goes_to_who_knows_the_earlier(
    task: Task, cast: Cast, second: User, third: User
) -> None:
    work = task.handed_in()
    plan_for(task, [cast.trainer, second, third])
    marker = work.turns.get().marker
    for number in range(2):
        task.handed_in(task.another(f"Học Viên {number}"))
    tick()
    again = task.handed_in(text="Bản sửa.")
    tick()
    assert again.turns.get().marker == marker


def test_a_single_work_is_handed_over_until_it_is_marked(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    plan_for(task, [cast.trainer, second])
    turn = work.turns.get()
    other = second if turn.marker == cast.trainer else cast.trainer
    url = reverse("works:hand_over", args=[turn.pk])
    for _click in range(2):
        browser(task.by).post(url, {"to": other.pk})
    turn.refresh_from_db()
    assert turn.marker == other
    with pytest.raises(MarkRefused):
        task.marked(work, second if other == cast.trainer else cast.trainer)
    task.marked(work, other)
    with pytest.raises(PlanRefused):
        marking_plans.hand_over(
            turn=turn, to=cast.trainer if other == second else second, by=task.by
        )


def test_who_leaves_the_plan_keeps_what_they_marked_and_hands_the_rest_on(
    task: Task, cast: Cast, second: User, third: User
) -> None:
    works = [task.handed_in(task.another(f"Học Viên {number}")) for number in range(4)]
    double(task, [cast.trainer, second])
    judged(works[0], second, "5", "3")
    double(task, [cast.trainer, third])
    assert second.marking_turns.count() == 1
    assert third.marking_turns.count() == 3
    assert MarkingTurn.objects.count() == 8


def test_one_mark_or_two_is_settled_by_the_first_mark(task: Task, cast: Cast, second: User) -> None:
    work = task.handed_in()
    plan = double(task, [cast.trainer, second])
    judged(work, plan.markers.first() or second, "5", "3")
    with pytest.raises(PlanRefused):
        plan_for(task, [cast.trainer, second])


def test_a_blind_marker_neither_shares_out_nor_reads_who_has_what(
    task: Task, cast: Cast, second: User, browser: Browser
) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second])
    client = browser(cast.trainer)
    url = reverse("works:plan", args=[task.cohort.pk, task.key])
    assert client.post(url, {"way": "single"}).status_code == 422
    turn = work.turns.get(marker=second)
    client.post(reverse("works:hand_over", args=[turn.pk]), {"to": cast.trainer.pk})
    turn.refresh_from_db()
    assert turn.marker == second
    with pytest.raises(PlanRefused):
        marking_plans.share_again(plan=MarkingPlan.objects.get(), by=cast.trainer)


def test_nobody_plans_the_marking_of_a_class_they_learn_in(task: Task, cast: Cast) -> None:
    with pytest.raises(OwnRecord):
        set_plan(cohort=task.cohort, key=task.key, spec=PlanSpec(), by=cast.learner)
    staff(task.cohort, cast.learner)
    with pytest.raises(PlanRefused):
        plan_for(task, [cast.learner])


def test_the_form_says_beside_the_field_what_two_marks_need(
    task: Task, cast: Cast, browser: Browser
) -> None:
    url = reverse("works:plan", args=[task.cohort.pk, task.key])
    page = browser(task.by).post(url, {"way": "double", "markers": [cast.trainer.pk]})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"markers", "moderator"}
    assert not MarkingPlan.objects.exists()


def test_marks_of_two_are_never_overwritten_in_the_database(
    task: Task, cast: Cast, second: User
) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second])
    row = judged(work, cast.trainer, "5", "3")
    with pytest.raises(DatabaseError), transaction.atomic():
        BlindMark.objects.filter(pk=row.pk).update(points=9)


def test_the_board_shows_the_figures_of_both_and_asks_the_same_for_more_works(
    task: Task, cast: Cast, second: User, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    works = [task.handed_in(task.another(f"Học Viên {number}")) for number in range(6)]
    double(task, [cast.trainer, second], tolerance=Decimal(1))
    for number, work in enumerate(works):
        judged(work, cast.trainer, str(number), "2")
        judged(work, second, str(max(number - 1, 0)), "2" if number % 2 else "3")
    url = reverse("works:agreement", args=[task.cohort.pk, task.key])
    client = browser(task.by)
    client.get(url)  # what is read once a process
    with django_assert_max_num_queries(15):
        page = client.get(url)
    whole = page.context["figures"].whole
    assert (whole.pairs, whole.within) == (6, 6)
    assert (whole.gap, whole.lean) == (pytest.approx(4 / 6), pytest.approx(2 / 6))
    assert whole.kappa == pytest.approx(27 / 31)
    assert [criterion.name for criterion, _one in page.context["figures"].criteria] == [
        "Nội dung", "Trình bày"
    ]  # fmt: skip


def test_a_work_that_goes_along_to_another_class_is_shared_out_there(
    task: Task, cast: Cast, second: User
) -> None:
    work = task.handed_in()
    double(task, [cast.trainer, second])
    carry_marks(task.place, task.another("Người Mới"), task.by)
    assert not work.turns.exists()
