"""Statistics of a test: the textbook's figures, for those who release, of enough attempts."""

from __future__ import annotations

import io
import math
import statistics
from collections.abc import Callable, Sequence
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import User
from assessment.models import Answer, Attempt
from assessment.statistics import Sums, Totals, alpha, discrimination
from tests.assessment.make import Room, make_room
from tests.make import make_enrolment, make_user
from tests.people import Cast

Browser = Callable[[User], Client]
KINDS = ["single", "true_false", "numeric"]
MARKS = st.lists(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=3, max_size=3), min_size=2, max_size=40
)


@pytest.fixture
def room(cast: Cast) -> Room:
    return make_room(cast, kinds=KINDS)


def sat(room: Room, cast: Cast, points: Sequence[Sequence[int | None]]) -> None:
    """Give learners marked attempts with these points for the three questions."""
    now = timezone.now()
    for at, row in enumerate(points):
        person = make_user(f"Lê Văn {at}", unit=cast.ward)
        place = make_enrolment(room.cohort, person, by=cast.hr, unit=cast.ward)
        attempt = Attempt.objects.create(
            enrolment=place, version=room.cohort.version, quiz_key=room.quiz.key, number=1,
            state="graded", seed=1, started_at=now, submitted_at=now, graded_at=now,
            receipt=f"R{place.pk}", points=sum(filter(None, row)), max_points=3,
            percent=round(100 * sum(filter(None, row)) / 3, 2), is_passed=False,
        )  # fmt: skip
        for question, earned in zip(room.quiz.questions, row, strict=True):
            if earned is not None:
                Answer.objects.create(
                    attempt=attempt, question_key=question.key, revision=1, response={"a": 1},
                    saved_at=now, points=earned,
                )  # fmt: skip


def page(client: Client, room: Room) -> str:
    address = reverse("assessment:statistics", args=[room.cohort.pk, room.quiz.key])
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def sums(columns: list[list[float]], totals: list[float]) -> list[Sums]:
    return [
        Sums(
            sum(column),
            sum(x * x for x in column),
            sum(x * t for x, t in zip(column, totals, strict=True)),
        )
        for column in columns
    ]


@given(MARKS)
def test_the_figures_are_those_of_the_textbook(rows: list[list[float]]) -> None:
    totals = [sum(row) for row in rows]
    columns = [list(column) for column in zip(*rows, strict=True)]
    whole = Totals(len(rows), sum(totals), sum(t * t for t in totals))
    items = sums(columns, totals)
    for column, held in zip(columns, items, strict=True):
        rest = [t - x for t, x in zip(totals, column, strict=True)]
        found = discrimination(held, whole)
        if len(set(column)) == 1 or len(set(rest)) == 1:
            assert found is None
        else:
            assert found is not None
            assert math.isclose(found, statistics.correlation(column, rest), abs_tol=1e-6)
    found = alpha(items, whole)
    if len(set(totals)) == 1:
        assert found is None
        return
    spread = sum(statistics.pvariance(column) for column in columns)
    assert found is not None
    expected = 3 / 2 * (1 - spread / statistics.pvariance(totals))
    assert math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-6)
    assert found <= 1 + 1e-9


def test_hard_and_suspect_questions_are_named(cast: Cast, room: Room, browser: Browser) -> None:
    # The third question is answered rightly by those who know the least.
    sat(room, cast, [[1, 1, 0]] * 6 + [[0, 1, 1]] * 4 + [[0, 0, 1]] * 2)
    shown = page(browser(cast.trainer), room)
    for words in ("12", "Đáp án có đúng không?", "50%", "83%"):
        assert words in shown, words
    assert shown.count("Đáp án có đúng không?") >= 1
    address = reverse("assessment:export_statistics", args=[room.cohort.pk, room.quiz.key])
    content = browser(cast.trainer).get(address).getvalue()
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert [row[2] for row in rows[1:]] == [50, 83, 50]
    assert rows[3][3] < 0


def test_blanks_earn_nothing_and_a_second_attempt_does_not_count(
    cast: Cast, room: Room, browser: Browser
) -> None:
    sat(room, cast, [[1, 0, 0]] * 5 + [[None, 1, 1]] * 5)
    for attempt in list(Attempt.objects.all()):
        attempt.pk, attempt.number, attempt.receipt = None, 2, f"second {attempt.receipt}"
        attempt.points, attempt.percent = 3, 100
        attempt.save()
    shown = page(browser(cast.trainer), room)
    assert ">10<" in shown.replace("\n", "")
    assert shown.count("50%") >= 3


def test_few_attempts_say_nothing_and_ones_own_is_left_out(
    cast: Cast, room: Room, browser: Browser
) -> None:
    sat(room, cast, [[1, 0, 0]] * 9)
    own = make_enrolment(room.cohort, cast.trainer, by=cast.hr, unit=cast.department)
    Attempt.objects.filter(pk=Attempt.objects.order_by("pk")[0].pk).update(enrolment=own)
    assert "ít nhất 10 lượt đã chấm" in page(browser(cast.trainer), room)
    sat(room, cast, [[1, 1, 0]])
    assert "ít nhất 10 lượt đã chấm" in page(browser(cast.trainer), room)
    sat(room, cast, [[1, 1, 0]])
    assert "ít nhất 10 lượt đã chấm" not in page(browser(cast.trainer), room)


def test_the_page_costs_the_same_for_ten_and_a_hundred(
    cast: Cast, room: Room, browser: Browser
) -> None:
    client, counts = browser(cast.trainer), []
    for many in (5, 50):
        sat(room, cast, [[1, 0, 0], [1, 1, 0]] * many)
        page(client, room)
        with CaptureQueriesContext(connection) as queries:
            page(client, room)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_who_does_not_release_finds_nothing(cast: Cast, room: Room, browser: Browser) -> None:
    address = reverse("assessment:statistics", args=[room.cohort.pk, room.quiz.key])
    assert browser(cast.learner).get(address).status_code == 404
    assert browser(cast.hr).get(address).status_code == 404
