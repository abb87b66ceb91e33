"""Ready criteria for works in languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessment.models import Assignment
from assessment.rubrics import ready_rubrics
from tests.courses.make import make_draft
from tests.make import make_course
from tests.people import Cast

Browser = Callable[[User], Client]
SENT = {"revision": "0", "title_vi": "Bài viết", "brief": "Viết thư.", "takes_text": "on"}
SENT |= {"max_points": "10", "pass_percent": "50", "due_days_before_end": "0", "criteria": ""}


@pytest.fixture
def url(cast: Cast, browser: Browser) -> str:
    """Return the address of the author's form of a new assignment."""
    draft = make_draft(make_course(cast.provider), by=cast.trainer)
    lesson = draft.lessons.first()
    assert lesson
    add = reverse("courses:studio_add_block", args=[lesson.pk])
    browser(cast.trainer).post(add, {"kind": "assignment"})
    return reverse("courses:studio_block", args=[lesson.blocks.get(kind="assignment").pk])


@pytest.mark.parametrize("code", ["writing", "speaking"])
def test_one_choice_gives_four_criteria_and_their_scale_to_go_on_from(
    cast: Cast, browser: Browser, url: str, code: str
) -> None:
    browser(cast.trainer).post(url, SENT | {"ready": code})
    row = Assignment.objects.get()
    assert [item["points"] for item in row.criteria] == ["10"] * 4
    assert all(item["hint"] for item in row.criteria)
    assert row.max_points == 40


def test_criteria_that_are_written_are_not_replaced(cast: Cast, browser: Browser, url: str) -> None:
    page = browser(cast.trainer).post(url, SENT | {"ready": "writing", "criteria": "Ý | 10"})
    assert "Đã có tiêu chí" in page.content.decode()
    assert Assignment.objects.get().criteria == []


def test_every_ready_rubric_is_read_as_an_author_would_write_it() -> None:
    for rubric in ready_rubrics().values():
        assert len(rubric.lines) == 4
        assert all(line.count("|") == 2 for line in rubric.lines)
