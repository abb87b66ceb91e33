"""The examination room: who may begin and when, what an invigilator does and what stays of it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document

from accounts.models import User
from assessment.models import Attempt, ExamRoom, RoomEvent, RoomSeat
from audit.models import AuditEvent
from tests.assessment.make import Room, make_room, open_exam_room
from tests.make import make_enrolment, make_user
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def room(cast: Cast) -> Room:
    return make_room(cast, attempts_allowed=2)


def seat_of(room: Room, person: User | None = None) -> RoomSeat:
    return RoomSeat.objects.get(enrolment__learner=person or room.learner)


def begin(client: Client, room: Room, word: str = "") -> str:
    """Press "begin" and return the page that answers."""
    answer = client.post(room.url("begin"), {"word": word}, follow=True)
    return unescape(answer.content.decode())


def do(client: Client, exam: ExamRoom, act: str, *seats: RoomSeat, **fields: Any) -> str:
    """Do an act of the invigilator and return the board."""
    sent = {"act": act, "seats": [seat.pk for seat in seats], **fields}
    answer = client.post(reverse("assessment:room_act", args=[exam.pk]), sent, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_test_with_rooms_begins_for_who_is_seated_present_and_knows_the_word(
    cast: Cast, room: Room, browser: Browser
) -> None:
    exam = open_exam_room(room, by=cast.trainer, begins_in=30, word="Hoa Sen")
    learner, trainer = browser(cast.learner), browser(cast.trainer)
    assert "Phòng thi mở lúc" in begin(learner, room)
    opened = timezone.now() - dt.timedelta(minutes=1)
    ExamRoom.objects.filter(pk=exam.pk).update(opens_at=opened)
    assert "Giám thị điểm danh trước" in begin(learner, room, "hoa sen")
    assert "Đã ghi cho 1 thí sinh." in do(trainer, exam, "present", seat_of(room))
    assert "Mật khẩu phòng thi không đúng" in begin(learner, room, "hoa hồng")
    assert not Attempt.objects.exists()
    assert "Câu hỏi" in begin(learner, room, " hoa sen ")
    assert Attempt.objects.get().in_room
    late = make_enrolment(room.cohort, cast.stranger, by=cast.hr, unit=cast.other_ward)
    address = reverse("assessment:begin", args=[late.pk, room.quiz.key])
    page = unescape(browser(cast.stranger).post(address, follow=True).content.decode())
    assert "chưa được xếp chỗ" in page


def test_without_rooms_nothing_changes(room: Room, browser: Browser) -> None:
    assert "Câu hỏi" in begin(browser(room.learner), room)
    assert not Attempt.objects.get().in_room


def test_who_comes_late_ends_with_the_others_and_is_told_of_minutes_given(
    cast: Cast, room: Room, browser: Browser
) -> None:
    exam = open_exam_room(room, by=cast.trainer, begins_in=-40, minutes=60)
    learner, trainer = browser(cast.learner), browser(cast.trainer)
    seat = seat_of(room)
    assert "Ghi lý do" in do(trainer, exam, "present", seat)
    do(trainer, exam, "present", seat, reason="Kẹt xe, có xác nhận")
    begin(learner, room)
    attempt = Attempt.objects.get()
    assert attempt.deadline_at == exam.closes_at
    do(trainer, exam, "minutes", seat, minutes=10, reason="Máy treo")
    told = learner.post(room.url("contact", 1)).json()
    assert told["deadline"] == (exam.closes_at + dt.timedelta(minutes=10)).isoformat()
    acts = list(RoomEvent.objects.order_by("pk").values_list("act", "minutes", "reason"))
    assert acts == [("late", 0, "Kẹt xe, có xác nhận"), ("minutes", 10, "Máy treo")]


def test_a_stopped_test_is_handed_in_and_does_not_begin_again(
    cast: Cast, room: Room, browser: Browser
) -> None:
    exam = open_exam_room(room, by=cast.trainer)
    learner, trainer = browser(cast.learner), browser(cast.trainer)
    do(trainer, exam, "present", seat_of(room))
    begin(learner, room)
    room.save(learner, "true_false", choice=["true"])
    assert "Ghi lý do" in do(trainer, exam, "stop", seat_of(room))
    for _click in range(2):
        do(trainer, exam, "stop", seat_of(room), reason="Sử dụng tài liệu")
    assert Attempt.objects.get().state == "submitted"
    assert learner.post(room.url("contact", 1)).status_code == 410
    assert "Giám thị đã dừng bài thi này" in begin(learner, room)
    assert RoomEvent.objects.filter(act="stopped").count() == 1
    assert AuditEvent.objects.filter(action="room_act", reason="Sử dụng tài liệu").count() == 1


def test_closing_a_room_hands_in_all_and_ends_its_acts(
    cast: Cast, room: Room, browser: Browser
) -> None:
    exam = open_exam_room(room, by=cast.trainer)
    trainer = browser(cast.trainer)
    do(trainer, exam, "present", seat_of(room))
    begin(browser(cast.learner), room)
    for _click in range(2):
        trainer.post(reverse("assessment:close_room", args=[exam.pk]))
    assert Attempt.objects.get().state == "submitted"
    assert RoomEvent.objects.filter(act="ended").count() == 1
    assert "Phòng thi này đã kết thúc." in do(
        trainer, exam, "minutes", seat_of(room), minutes=5, reason="Muộn"
    )


def test_the_board_tells_who_writes_and_who_is_lost(
    cast: Cast, room: Room, browser: Browser
) -> None:
    absent = make_user("Lê Văn Ba", unit=cast.ward)
    make_enrolment(room.cohort, absent, by=cast.hr, unit=cast.ward)
    exam = open_exam_room(room, by=cast.trainer)
    learner, trainer = browser(cast.learner), browser(cast.trainer)
    do(trainer, exam, "present", seat_of(room))
    begin(learner, room)
    room.save(learner, "true_false", choice=["true"])
    address = reverse("assessment:room", args=[exam.pk])
    shown = trainer.get(address, headers={"hx-request": "true"}).content.decode()
    for words in ("Đang làm bài", "Chưa có mặt", "1/9"):
        assert words in shown, words
    assert "<html" not in shown
    past = timezone.now() - dt.timedelta(minutes=5)
    Attempt.objects.update(started_at=past)
    Attempt.objects.get().answers.update(saved_at=past)
    assert "tín hiệu cuối lúc" in trainer.get(address).content.decode()
    learner.post(room.url("contact", 1))
    assert "tín hiệu cuối lúc" not in trainer.get(address).content.decode()


def test_nobody_invigilates_themselves(cast: Cast, room: Room, browser: Browser) -> None:
    own = make_enrolment(room.cohort, cast.trainer, by=cast.hr, unit=cast.department)
    exam = open_exam_room(room, by=cast.training_officer)
    seat = RoomSeat.objects.get(enrolment=own)
    client = browser(cast.trainer)
    do(client, exam, "present", seat)
    seat.refresh_from_db()
    assert seat.present_at is None
    client.post(reverse("assessment:close_room", args=[exam.pk]))
    exam.refresh_from_db()
    assert exam.ended_at is None


def test_people_are_spread_evenly_by_given_name_and_each_has_one_seat(
    cast: Cast, room: Room, browser: Browser
) -> None:
    for name in ("Lê Văn An", "Trần Thị Yến", "Phạm Văn Bình", "Võ Thị Xuân"):
        make_enrolment(room.cohort, make_user(name, unit=cast.ward), by=cast.hr, unit=cast.ward)
    client = browser(cast.trainer)
    address = reverse("assessment:rooms", args=[room.cohort.pk, room.quiz.key])
    day = timezone.localdate() + dt.timedelta(days=1)
    sent = {
        "name": "Phòng", "rooms": 2, "day": day.isoformat(), "begins": "08:00", "ends": "09:30"
    }  # fmt: skip
    wrong = client.post(address, sent | {"ends": "07:00"})
    assert "Giờ kết thúc phải sau giờ bắt đầu." in wrong.content.decode()
    assert "Đã mở 2 phòng thi." in client.post(address, sent, follow=True).content.decode()
    first, second = ExamRoom.objects.order_by("name")
    assert timezone.localtime(first.opens_at).hour == 8
    names = [
        [seat.enrolment.learner.full_name for seat in exam.seats.order_by("number")]
        for exam in (first, second)
    ]
    assert names == [
        ["Lê Văn An", "Phạm Văn Bình", "Nguyễn Thị Hồng Hạnh"],
        ["Võ Thị Xuân", "Trần Thị Yến"],
    ]
    again = client.post(address, sent, follow=True).content.decode()
    assert "Cả lớp đã được xếp phòng" in again
    assert ExamRoom.objects.count() == 2


def test_a_room_is_taken_back_only_while_nothing_has_happened(
    cast: Cast, room: Room, browser: Browser
) -> None:
    exam = open_exam_room(room, by=cast.trainer)
    client = browser(cast.trainer)
    do(client, exam, "note", reason="Mất điện 5 phút")
    client.post(reverse("assessment:drop_room", args=[exam.pk]))
    assert ExamRoom.objects.exists()
    other = make_room(cast)
    empty = open_exam_room(other, by=cast.trainer)
    client.post(reverse("assessment:drop_room", args=[empty.pk]))
    assert not ExamRoom.objects.filter(pk=empty.pk).exists()


def test_the_minutes_tell_what_happened(cast: Cast, room: Room, browser: Browser) -> None:
    exam = open_exam_room(room, by=cast.trainer)
    client = browser(cast.trainer)
    do(client, exam, "present", seat_of(room))
    do(client, exam, "minutes", seat_of(room), minutes=10, reason="Máy treo")
    do(client, exam, "note", reason="Mất điện 5 phút")
    address = reverse("enrolments:document", args=[room.cohort.pk, "bien-ban-phong-thi", "docx"])
    answer = client.get(address, {"of": exam.pk})
    document = Document(io.BytesIO(answer.getvalue()))
    text = "\n".join(line.text for line in document.paragraphs)
    for words in ("BIÊN BẢN PHÒNG THI", "10 phút", "Máy treo", "Mất điện 5 phút", "Vắng: 0."):
        assert words in text, words
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert room.learner.full_name in cells


def test_the_board_costs_the_same_for_ten_and_three_hundred(
    cast: Cast, room: Room, browser: Browser
) -> None:
    client, counts = browser(cast.trainer), []
    first = make_user(unit=cast.ward)
    for many in (10, 300):
        for number in range(many):
            person = make_user(f"Lê Văn {number}", unit=cast.ward)
            make_enrolment(room.cohort, person, by=cast.hr, unit=cast.ward)
        ExamRoom.objects.all().delete()
        exam = open_exam_room(room, by=first)
        address = reverse("assessment:room", args=[exam.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
