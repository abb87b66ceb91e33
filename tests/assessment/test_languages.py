"""Which words of a lesson are in which language: what a screen reader is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessment.actions.attempts import start, submit
from assessment.actions.grades import grade_attempt
from courses.models import CourseVersion, Subject
from enrolments.models import Enrolment
from tests.assessment.test_course_format import COURSE, LESSON
from tests.make import make_code, make_cohort, make_enrolment
from tests.people import Cast

MP3 = b"\xff\xf3\x48\xc4" + bytes(140)
BLOCKS = """
Chào bằng [Good morning]{lang=en}.

::: text
language: en
---
A whole passage.
:::

::: audio
file: loi.mp3
title: Bài nghe
language: en
---
Words that are spoken.
:::

::: question
id: chon
kind: single
language: en
options: [At noon, In the evening]
answer: At noon
explanation: Vì sau giờ ấy quầy đóng.
---
[Khi nào?]{lang=vi} When?
:::

::: question
id: dung
kind: true_false
answer: true
language: en
explanation: Vì thế.
---
It is true.
:::

::: quiz
id: kiem-tra
title: Kiểm tra
results_shown: at_once
questions:
  - id: a
    kind: matching
    language: en
    body: Match
    pairs: [[fee, money], [form, paper]]
    explanation: Hai từ đã học.
  - {id: b, kind: short_text, body: Viết một từ, answer: được, explanation: Từ tiếng Việt.}
:::
"""


@pytest.fixture
def enrolment(cast: Cast, tmp_path: Path) -> Enrolment:
    """Return the place of the learner in a class whose lesson speaks two languages."""
    Subject.objects.create(code="ai", name_vi="Trí tuệ nhân tạo")
    make_code("study_form", "tu_xa", "Từ xa")
    make_code("content_group", "so", "Kỹ năng số")
    (tmp_path / "course.yaml").write_text(COURSE)
    (tmp_path / "bai-1.md").write_text(LESSON + BLOCKS)
    (tmp_path / "loi.mp3").write_bytes(MP3)
    call_command("import_course", str(tmp_path), by=cast.trainer.username, publish=True)
    cohort = make_cohort(
        CourseVersion.objects.get(), by=cast.hr, organiser=cast.department, state="running"
    )
    return make_enrolment(cohort, cast.learner, by=cast.hr, unit=cast.ward)


@pytest.fixture
def learner(cast: Cast, browser: Callable[[User], Client]) -> Client:
    """Return the learner's browser."""
    return browser(cast.learner)


def _lesson(learner: Client, enrolment: Enrolment) -> str:
    key = enrolment.version.lessons.get().key
    return learner.get(reverse("enrolments:lesson", args=[enrolment.pk, key])).content.decode()


def test_only_the_words_in_another_language_are_marked(
    learner: Client, enrolment: Enrolment
) -> None:
    page = _lesson(learner, enrolment)
    for marked in (
        'Chào bằng <span lang="en">Good morning</span>.',
        '<div class="prose" lang="en"><p>Words that are spoken.</p>',
        '<legend lang="en"><p><span lang="vi">Khi nào?</span> When?</p>',
        '<span lang="en">In the evening</span>',
        "<span>Đúng</span>",  # true and false are words of the page
        '<legend lang="en"><p>It is true.</p>',
    ):
        assert marked in page, marked
    [passage] = re.findall(r'<section class="piece"[^>]* lang="(\w+)">', page)
    assert passage == "en"  # the passage; the rest stands among words of the page
    assert "A whole passage." in page.split(' lang="en">', 2)[2]


def test_an_explanation_keeps_the_language_of_the_lesson(
    learner: Client, enrolment: Enrolment
) -> None:
    block = enrolment.version.blocks.filter(kind="question").order_by("position")[0]
    frozen = block.frozen or {}
    [wrong] = [row["key"] for row in frozen["data"]["options"] if row["text"] != "At noon"]
    url = reverse("assessment:check", args=[enrolment.pk, block.key])
    for language, answer, why in (
        ("vi", 'án: <span lang="en">At noon</span>', "<div><p>Vì sau giờ ấy"),
        ("en", "answer: <span>At noon</span>", '<div lang="vi"><p>Vì sau giờ ấy'),
    ):
        learner.post("/ngon-ngu/", {"language": language, "next": "/"})
        sent = {"choice": wrong, "next": "/"}
        drawn = learner.post(url, sent, headers={"HX-Request": "true"}).content.decode()
        assert answer in drawn
        assert why in drawn


def test_a_result_says_the_language_of_each_question(learner: Client, enrolment: Enrolment) -> None:
    key = enrolment.version.blocks.get(kind="quiz").key
    attempt = start(enrolment=enrolment, quiz_key=key, by=enrolment.learner)
    questions = [
        learner.get(
            reverse("assessment:question", args=[enrolment.pk, key, 1]), {"cau": n}
        ).content.decode()
        for n in (1, 2)
    ]
    [matching] = [page for page in questions if "Match" in page]
    assert matching.count(' lang="en">fee</label>') == 1
    assert len(re.findall(r'<option value="\w+" lang="en">', matching)) == 4
    grade_attempt(attempt=submit(attempt=attempt, by=enrolment.learner))
    url = reverse("assessment:result", args=[enrolment.pk, key, 1])
    page = learner.get(url).content.decode()
    assert '<div class="prose" lang="en"><p>Match</p>' in page
    assert '<dd lang="en">fee – money; form – paper</dd>' in page
    assert "<dd>được</dd>" in page
    assert '<div class="callout prose"><div><p>Hai từ đã học.' in page
