"""Appeals: asked in time, heard by who has not marked, answered once, before the recognition."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document

from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import Role
from assessment.actions.appeals import ask_appeal
from assessment.actions.grades import release
from assessment.models import Appeal, GradeCell, GradeEntry
from audit.models import AuditEvent
from certificates.actions.recognition import decide as recognise
from certificates.actions.recognition import propose
from enrolments.models import Enrolment
from notifications.models import Notice
from tests.assessment.make import make_room, mark_all
from tests.assessment.works import Task, make_appeal, make_released
from tests.certificates.make import make_decision, make_ended
from tests.make import staff
from tests.people import Cast

Browser = Callable[[User], Client]
WHY = "Tiêu chí Nội dung: phần ví dụ chưa được tính."


@pytest.fixture
def task(cast: Cast) -> Task:
    """Return a class whose trainer has marked the learner's work: 8 of 10, released."""
    return make_released(cast, cast.trainer)


def own(task: Task) -> str:
    return reverse("assessment:appeal", args=[task.place.pk, task.key])


def ask(client: Client, task: Task, reason: str = WHY) -> str:
    return unescape(client.post(own(task), {"reason": reason}, follow=True).content.decode())


def answer(client: Client, appeal: Appeal, points: str, words: str = "Đã tính ví dụ.") -> str:
    address = reverse("assessment:decide_appeal", args=[appeal.pk])
    sent = {"points": points, "answer": words}
    return unescape(client.post(address, sent, follow=True).content.decode())


def test_a_learner_asks_an_independent_marker_answers_and_the_mark_changes(
    cast: Cast, task: Task, browser: Browser
) -> None:
    learner, officer = browser(cast.learner), browser(cast.training_officer)
    ask(learner, task, "")
    assert not Appeal.objects.exists()
    assert "Đã gửi đề nghị phúc khảo" in ask(learner, task)
    ask(learner, task)
    appeal = Appeal.objects.get()
    assert "đề nghị phúc khảo chờ trả lời" in officer.get("/").content.decode()
    shown = unescape(
        officer.get(reverse("assessment:hear_appeal", args=[appeal.pk])).content.decode()
    )
    for words in (WHY, "8 / 10", cast.trainer.full_name):
        assert words in shown, words
    assert "Điểm từ 0 đến 10" in answer(officer, appeal, "11")
    assert "Đã trả lời phúc khảo" in answer(officer, appeal, "9")
    cell = GradeCell.objects.get(enrolment=task.place)
    assert (cell.entry.points, cell.entry.source) == (Decimal(9), "correction")
    assert cell.entry.reason == "Phúc khảo: Đã tính ví dụ."
    assert GradeEntry.objects.filter(enrolment=task.place).count() == 2
    told = unescape(learner.get(own(task)).content.decode())
    for words in ("Điểm trước phúc khảo", "8 / 10", "9 / 10", "Đã tính ví dụ."):
        assert words in told, words
    assert Notice.objects.filter(kind="assessment.appeal", person=cast.learner).count() == 1
    assert "vừa được trả lời" in answer(officer, appeal, "10")
    acts = AuditEvent.objects.filter(action__endswith="_appeal").order_by("pk")
    assert [act.action for act in acts] == ["ask_appeal", "decide_appeal"]


def test_the_same_points_keep_the_mark(cast: Cast, task: Task, browser: Browser) -> None:
    ask(browser(cast.learner), task)
    answer(browser(cast.training_officer), Appeal.objects.get(), "8", "Đã tính đủ.")
    appeal = Appeal.objects.get()
    assert (appeal.state, appeal.after) == ("kept", None)
    assert GradeEntry.objects.filter(enrolment=task.place).count() == 1


def test_who_has_marked_does_not_hear_it_and_nobody_hears_their_own(
    cast: Cast, task: Task, browser: Browser
) -> None:
    ask(browser(cast.learner), task)
    appeal = Appeal.objects.get()
    trainer = browser(cast.trainer)
    page = unescape(
        trainer.get(reverse("assessment:hear_appeal", args=[appeal.pk])).content.decode()
    )
    assert "Người đã chấm bài không phúc khảo bài đó." in page
    assert "Người đã chấm bài không phúc khảo bài đó." in answer(trainer, appeal, "10")
    give = reverse("assessment:assign_appeal", args=[appeal.pk])
    officer = browser(cast.training_officer)
    for person in (cast.trainer, cast.learner):
        officer.post(give, {"to": person.pk})
    staff(task.cohort, cast.learner, Role.TRAINER)
    assert (
        "Không" in browser(cast.learner).get(f"/giang-day/phuc-khao/{appeal.pk}/").content.decode()
    )
    appeal.refresh_from_db()
    assert (appeal.state, appeal.heard_by) == ("open", None)


def test_an_appeal_is_given_to_somebody_who_then_finds_it(
    cast: Cast, task: Task, browser: Browser
) -> None:
    ask(browser(cast.learner), task)
    appeal = Appeal.objects.get()
    other = cast.department_hr
    page = reverse("assessment:hear_appeal", args=[appeal.pk])
    assert browser(other).get(page).status_code == 404
    Appeal.objects.update(heard_by=other)
    assert browser(other).get(page).status_code == 200
    assert cast.learner.full_name in browser(other).get("/giang-day/phuc-khao/").content.decode()
    answer(browser(other), appeal, "7")
    assert GradeCell.objects.get(enrolment=task.place).entry.points == 7


def test_the_time_to_appeal_is_counted_in_working_days_from_the_release(
    cast: Cast, task: Task, browser: Browser
) -> None:
    learner = browser(cast.learner)
    assert "Hạn đề nghị phúc khảo" in learner.get(own(task)).content.decode()
    GradeCell.objects.update(released_at=timezone.now() - dt.timedelta(days=30))
    assert "Hạn đề nghị phúc khảo đã hết ngày" in ask(learner, task)
    assert not Appeal.objects.exists()
    GradeCell.objects.update(released_at=None)
    assert learner.get(own(task)).status_code == 404


def test_a_withdrawn_appeal_may_be_made_again_an_answered_one_not(
    cast: Cast, task: Task, browser: Browser
) -> None:
    learner = browser(cast.learner)
    ask(learner, task)
    address = reverse("assessment:withdraw_appeal", args=[task.place.pk, task.key])
    assert "Đã rút đề nghị phúc khảo" in learner.post(address, follow=True).content.decode()
    ask(learner, task)
    answer(browser(cast.training_officer), Appeal.objects.open().get(), "8")
    assert learner.post(address).status_code == 404
    assert Appeal.objects.count() == 2


def test_a_test_is_heard_with_its_answers_and_keys(cast: Cast, browser: Browser) -> None:
    room = make_room(cast, kinds=["true_false"])
    learner = browser(cast.learner)
    room.begin()
    room.save(learner, "true_false", choice=["false"])
    learner.post(room.url("hand_in", 1))
    mark_all()
    release(cohort=room.cohort, component_key=room.quiz.key, by=cast.trainer)
    assert "Đề nghị phúc khảo" in learner.get(room.url("result", 1)).content.decode()
    appeal = ask_appeal(
        enrolment=room.enrolment, key=room.quiz.key, reason="Đáp án chưa đúng", by=cast.learner
    )
    page = browser(cast.trainer).get(reverse("assessment:hear_appeal", args=[appeal.pk]))
    assert "Bài làm và đáp án" in page.content.decode()
    answer(browser(cast.trainer), appeal, "1")
    assert GradeCell.objects.get(enrolment=room.enrolment).entry.is_passed


def test_results_are_recognised_after_the_appeals(cast: Cast, browser: Browser) -> None:
    ended = make_ended(cast)
    place = ended.enrol(cast.learner)
    key = ended.quiz.key
    asked: Any = {"enrolment": place, "key": key, "reason": WHY, "by": cast.learner}
    appeal = ask_appeal(**asked)
    proposed = propose(cohort=ended.cohort, by=cast.training_officer)
    decision = make_decision(ended)
    with pytest.raises(Refused, match="phúc khảo"):
        recognise(recognition=proposed, decision=decision, by=cast.training_officer)
    answer(browser(cast.training_officer), appeal, "80", "Giữ nguyên.")
    recognise(recognition=proposed, decision=decision, by=cast.training_officer)
    Appeal.objects.all().delete()
    Enrolment.objects.get(pk=place.pk)
    with pytest.raises(Refused, match="công nhận"):
        ask_appeal(**asked)


def test_the_letter_says_before_and_after(cast: Cast, browser: Browser) -> None:
    appeal = make_appeal(cast)
    officer = browser(cast.training_officer)
    answer(officer, appeal, "9.5")
    args = [appeal.enrolment.cohort_id, "thong-bao-phuc-khao", "docx"]
    content = officer.get(reverse("enrolments:document", args=args), {"of": appeal.pk}).getvalue()
    text = "\n".join(line.text for line in Document(io.BytesIO(content)).paragraphs)
    for words in ("8/10 (80%)", "9,5/10 (95%)", "Đã tính ví dụ.", cast.learner.full_name):
        assert words in text, words
