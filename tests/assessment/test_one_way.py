"""A test that goes from one question to the next: nothing ahead is seen, nothing behind changes."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from assessment.models import Answer, Attempt
from tests.assessment.make import RIGHT, Room, make_room
from tests.people import Cast

Browser = Callable[[User], Client]
KINDS = ["single", "true_false", "numeric"]


@pytest.fixture
def room(cast: Cast) -> Room:
    return make_room(cast, kinds=KINDS, is_one_way=True, is_shuffled=False)


@pytest.fixture
def learner(room: Room, browser: Browser) -> Client:
    client = browser(room.learner)
    start = unescape(client.get(room.url("start")).content.decode())
    assert "không mở lại được" in start
    client.post(room.url("begin"))
    return client


def shown(client: Client, room: Room, asked_for: int | None = None) -> str:
    query = {} if asked_for is None else {"cau": asked_for}
    return unescape(client.get(room.url("question", 1), query).content.decode())


def send(client: Client, room: Room, kind: str, to: str, revision: int = 1) -> str:
    """Send a question as the form does; return the page that comes."""
    sent = {"question": str(room.key_of(kind)), "revision": revision, "den": to, **RIGHT[kind]}
    page = client.post(room.url("save", 1), sent, follow=True)
    return unescape(page.content.decode())


def answered() -> set[str]:
    return {str(key) for key in Answer.objects.values_list("question_key", flat=True)}


def test_only_the_open_question_is_shown_whatever_is_asked_for(room: Room, learner: Client) -> None:
    for wanted in (None, 1, 2, 3):
        assert "Câu 1/3" in shown(learner, room, wanted)
    assert "?cau=" not in shown(learner, room)
    second = send(learner, room, "single", "2")
    assert "Câu 2/3" in second
    assert second.count('name="den"') == 1  # on, and no way back
    for wanted in (1, 3):
        assert "Câu 2/3" in shown(learner, room, wanted)


def test_nobody_jumps_ahead_or_back_by_the_address_sent(room: Room, learner: Client) -> None:
    assert "Câu 2/3" in send(learner, room, "single", "3")
    assert "Câu 3/3" in send(learner, room, "true_false", "1")


def test_what_was_left_and_what_lies_ahead_takes_no_answer(room: Room, learner: Client) -> None:
    assert room.save(learner, "numeric", text="731946").status_code == 422
    send(learner, room, "single", "2")
    before = Answer.objects.get().response
    late = room.save(learner, "single", revision=5, choice="d4e5f6")
    assert late.status_code == 422
    assert "không mở" in late.json()["message"]
    assert Answer.objects.get().response == before
    assert "Câu 2/3" in send(learner, room, "single", "2", revision=6)


def test_a_save_that_arrives_again_changes_nothing_and_is_no_error(
    room: Room, learner: Client
) -> None:
    send(learner, room, "single", "2")
    assert room.save(learner, "single", revision=1, **RIGHT["single"]).status_code == 200


def test_two_clicks_go_one_question_on(room: Room, learner: Client) -> None:
    send(learner, room, "single", "2")
    assert "Câu 2/3" in send(learner, room, "single", "2")
    assert Attempt.objects.get().reached == 2


def test_a_click_that_arrives_late_brings_nobody_back(room: Room, learner: Client) -> None:
    send(learner, room, "single", "2")
    send(learner, room, "true_false", "3")
    assert "Câu 3/3" in send(learner, room, "single", "2")
    assert Attempt.objects.get().reached == 3


def test_saving_by_the_script_stays_at_the_question(room: Room, learner: Client) -> None:
    assert room.save(learner, "single", **RIGHT["single"]).status_code == 200
    assert "Câu 1/3" in shown(learner, room)
    assert room.save(learner, "single", revision=2, choice="d4e5f6").status_code == 200


def test_the_look_over_comes_after_the_last_question(room: Room, learner: Client) -> None:
    assert learner.get(room.url("review", 1)).status_code == 302
    send(learner, room, "single", "2")
    send(learner, room, "true_false", "3")
    page = send(learner, room, "numeric", "xem-lai")
    assert "Tất cả các câu đã được trả lời" in page
    assert "Trở lại câu cuối" in page
    assert "?cau=" not in page
    assert "Câu 3/3" in shown(learner, room)
    learner.post(room.url("hand_in", 1))
    assert Attempt.objects.get().state == "submitted"
    assert len(answered()) == 3


def test_the_database_holds_no_place_before_the_first_question(room: Room, learner: Client) -> None:
    assert learner.get(room.url("question", 1)).status_code == 200
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.update(reached=0)


def test_a_test_may_be_handed_in_early(room: Room, learner: Client) -> None:
    learner.post(room.url("hand_in", 1))
    assert Attempt.objects.get().state == "submitted"


def test_an_ordinary_test_is_gone_through_freely(cast: Cast, browser: Browser) -> None:
    room = make_room(cast, kinds=KINDS)
    client = browser(room.learner)
    client.post(room.url("begin"))
    assert Attempt.objects.get().reached is None
    assert "Câu 3/3" in shown(client, room, 3)
