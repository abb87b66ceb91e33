"""From a planned notice to a letter: told once, told in time, never after completion."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Outbox
from notifications.actions import hand_over_due, notify_now, plan_notices, stop_notices
from notifications.models import InboxItem, Message, Notice, Preference
from notifications.tasks import send_due, send_mail
from reference.models import Rule
from tests.notifications import make
from tests.notifications.make import NOON, make_people, make_person, spec
from tests.notifications.sink import Sink

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def run_mail_jobs() -> None:
    """Carry out what the relay would publish."""
    for pk in Outbox.objects.filter(task="notifications.send_mail").undone().values_list("pk"):
        send_mail(*pk)


def tick() -> None:
    """Let a minute's tick and its jobs pass."""
    send_due()
    run_mail_jobs()


@time_machine.travel(NOON, tick=False)
def test_planning_twice_plans_once() -> None:
    person = make_person("hanh")
    assert plan_notices(notices=[spec(person), spec(person)]) == 1
    assert plan_notices(notices=[spec(person)]) == 0
    assert Notice.objects.count() == 1


@time_machine.travel(NOON, tick=False)
def test_doubled_ticks_send_one_letter() -> None:
    plan_notices(notices=[spec(make_person("hanh"))])
    send_due()
    send_due()
    run_mail_jobs()
    tick()
    assert [letter.to for letter in mail.outbox] == [
        ["=?utf-8?b?Tmd1eeG7hW4gVGjhu4sgSOG6oW5o?= <hanh@cbcc.example>"]
    ]
    assert InboxItem.objects.count() == 1
    assert Message.objects.get().state == Message.State.SENT


def test_a_missed_tick_loses_nothing() -> None:
    with time_machine.travel(NOON, tick=False):
        plan_notices(notices=[spec(make_person("hanh"))])
    with time_machine.travel(NOON + 3 * DAY, tick=False):
        tick()
    assert len(mail.outbox) == 1


@time_machine.travel(NOON, tick=False)
def test_nothing_is_sent_before_its_time() -> None:
    plan_notices(notices=[spec(make_person("hanh"), send_at=NOON + DAY)])
    tick()
    assert not mail.outbox
    assert not InboxItem.objects.exists()


@time_machine.travel(NOON, tick=False)
def test_completion_before_the_tick_stops_the_notice() -> None:
    plan_notices(notices=[spec(make_person("hanh"))])
    make.finished.add("obligation:1")
    tick()
    assert not mail.outbox
    assert Notice.objects.get().stopped_reason


@time_machine.travel(NOON, tick=False)
def test_completion_between_tick_and_sending_stops_the_letter() -> None:
    plan_notices(notices=[spec(make_person("hanh"))])
    send_due()
    make.finished.add("obligation:1")
    run_mail_jobs()
    assert not mail.outbox
    assert Message.objects.get().state == Message.State.STOPPED


@time_machine.travel(NOON, tick=False)
def test_stopped_notices_are_not_sent_and_can_be_planned_again_in_time() -> None:
    person = make_person("hanh")
    tomorrow = spec(person, send_at=NOON + DAY)
    plan_notices(notices=[spec(person, offset=7), tomorrow])
    assert stop_notices(subjects=["obligation:1"], reason="đã hoàn thành") == 2
    tick()
    assert not InboxItem.objects.exists()
    assert plan_notices(notices=[spec(person, offset=7), tomorrow]) == 1


@time_machine.travel(NOON, tick=False)
def test_a_person_gets_one_letter_a_day_with_all_lines() -> None:
    person = make_person("hanh")
    plan_notices(notices=[spec(person, subject=f"obligation:{n}") for n in range(3)])
    tick()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].body.count("Sắp đến hạn: AI-01") == 3


def test_what_comes_after_the_letter_of_the_day_waits_for_the_next_morning() -> None:
    person = make_person("hanh")
    with time_machine.travel(NOON, tick=False):
        plan_notices(notices=[spec(person)])
        tick()
        notify_now(
            person=person, kind="test_tip", subject="x:1", context={"course": "NN-02", "due": "-"}
        )
        tick()
        assert len(mail.outbox) == 1
        assert InboxItem.objects.count() == 2
    with time_machine.travel(NOON + dt.timedelta(hours=19), tick=False):  # seven o'clock
        tick()
    assert len(mail.outbox) == 2
    assert set(Message.objects.values_list("day", flat=True)) == {NOON.date(), NOON.date() + DAY}


@time_machine.travel(NOON, tick=False)
def test_only_the_latest_of_several_late_reminders_of_a_thing_is_sent() -> None:
    person = make_person("hanh")
    plan_notices(
        notices=[
            spec(person, offset=14, send_at=NOON - 9 * DAY),
            spec(person, offset=7, send_at=NOON - 2 * DAY),
        ]
    )
    tick()
    assert InboxItem.objects.get().notice.offset == 7


@time_machine.travel(NOON, tick=False)
def test_a_person_without_an_address_is_told_in_the_portal_and_counted() -> None:
    person = make_person("hanh", email="")
    plan_notices(notices=[spec(person, unit_id=7)])
    tick()
    assert not mail.outbox
    assert InboxItem.objects.get().person_id == person.pk
    assert list(Message.objects.unreachable().for_units([7])) == list(Message.objects.all())
    assert Notice.objects.not_reached_by_mail().for_units([7]).count() == 1
    assert not Notice.objects.not_reached_by_mail().for_units([8]).exists()


@time_machine.travel(NOON, tick=False)
def test_people_who_share_a_mailbox_get_a_letter_each_with_their_name() -> None:
    shared = "phuong@cbcc.example"
    an = make_person("an", email=shared, full_name="Tran Quoc An")
    binh = make_person("binh", email=shared, full_name="Pham Binh")
    plan_notices(notices=[spec(an), spec(binh)])
    tick()
    assert [letter.to for letter in mail.outbox] == [
        [f"Tran Quoc An <{shared}>"],
        [f"Pham Binh <{shared}>"],
    ]


@time_machine.travel(NOON, tick=False)
def test_letters_are_written_in_the_language_of_the_person() -> None:
    vi, en = make_person("vi"), make_person("en", language="en")
    plan_notices(notices=[spec(vi), spec(en)])
    tick()
    assert [letter.subject for letter in mail.outbox] == ["Sắp đến hạn: AI-01", "Due soon: AI-01"]
    assert "Kính gửi Ông/Bà" in mail.outbox[0].body
    assert "Dear" in mail.outbox[1].body
    assert InboxItem.objects.get(person=en).title == "Due soon: AI-01"


@time_machine.travel(NOON, tick=False)
def test_switched_off_kinds_stay_in_the_portal_and_mandatory_ones_are_mailed() -> None:
    person = make_person("hanh")
    for kind in ("test_duty", "test_tip"):
        Preference.objects.create(person=person, kind=kind, is_on=False)
    plan_notices(notices=[spec(person), spec(person, kind="test_tip", subject="x:1")])
    tick()
    assert InboxItem.objects.count() == 2
    assert mail.outbox[0].body.count("AI-01") == 1


@time_machine.travel(NOON, tick=False)
def test_only_optional_kinds_bring_a_one_click_way_out() -> None:
    duty, tip = make_person("duty"), make_person("tip")
    plan_notices(notices=[spec(duty), spec(tip, kind="test_tip")])
    tick()
    mandatory, optional = mail.outbox
    assert "List-Unsubscribe" not in mandatory.extra_headers
    assert "1012/QĐ-UBND" in mandatory.body
    assert optional.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/thong-bao/huy-nhan/" in optional.extra_headers["List-Unsubscribe"]


@time_machine.travel(NOON, tick=False)
def test_a_name_with_line_breaks_adds_no_header(sink: Sink) -> None:
    person = make_person("evil", full_name="An\r\nBcc: e@evil.example")
    plan_notices(notices=[spec(person, context={"course": "x\r\nBcc: f@evil.example", "due": "-"})])
    tick()
    (letter,) = sink.letters
    assert letter["Bcc"] is None
    assert letter["To"].addresses[0].addr_spec == "evil@cbcc.example"
    assert letter["Message-ID"] == Message.objects.get().message_id


@time_machine.travel(NOON.replace(hour=21, minute=30), tick=False)
def test_quiet_hours_hold_the_letter_until_seven_but_not_the_portal() -> None:
    plan_notices(notices=[spec(make_person("hanh"))])
    tick()
    assert not mail.outbox
    assert InboxItem.objects.count() == 1
    letter = Message.objects.get()
    assert timezone.localtime(letter.not_before) == NOON.replace(hour=7) + DAY
    with time_machine.travel(NOON.replace(hour=7) + DAY, tick=False):
        tick()
    assert len(mail.outbox) == 1


@time_machine.travel(NOON.replace(hour=21, minute=30), tick=False)
def test_quiet_hours_are_data() -> None:
    Rule.objects.filter(key="mail.quiet_hours").update(value={"from": "23:00", "to": "05:00"})
    plan_notices(notices=[spec(make_person("hanh"))])
    tick()
    assert len(mail.outbox) == 1


@time_machine.travel(NOON, tick=False)
def test_a_closed_account_is_told_nothing() -> None:
    plan_notices(notices=[spec(make_person("hanh", is_active=False))])
    tick()
    assert not InboxItem.objects.exists()
    assert Notice.objects.get().state == Notice.State.STOPPED


@time_machine.travel(NOON, tick=False)
def test_a_refused_address_fails_at_once_and_a_busy_server_is_tried_again(sink: Sink) -> None:
    sink.refuse = {"gone@cbcc.example": "550 no such user", "busy@cbcc.example": "451 later"}
    people = [make_person(code) for code in ("gone", "busy", "fine")]
    plan_notices(notices=[spec(person) for person in people])
    tick()
    states = dict(Message.objects.values_list("person__username", "state"))
    assert states == {"gone": "failed", "busy": "queued", "fine": "sent"}
    sink.refuse = {}
    with time_machine.travel(NOON + dt.timedelta(minutes=5), tick=False):
        tick()
    assert len(sink.letters) == 2
    assert sink.connections == 2


@time_machine.travel(NOON, tick=False)
def test_a_dead_mail_server_costs_no_letter_its_attempts(sink: Sink) -> None:
    sink.shutdown()
    sink.server_close()
    plan_notices(notices=[spec(make_person("hanh"))])
    tick()
    letter = Message.objects.get()
    assert (letter.state, letter.attempts) == (Message.State.QUEUED, 0)
    assert letter.last_error


@time_machine.travel(NOON, tick=False)
def test_the_tick_asks_the_database_as_often_for_a_thousand_as_for_ten() -> None:
    people = make_people(1000)
    few = _queries_of_a_tick(people[:10], subject="obligation:1")
    many = _queries_of_a_tick(people, subject="obligation:2")
    assert len(many) <= len(few) + 1000 // 20  # inserts come in chunks, nothing else grows
    reads = [sql for sql in many if sql.startswith("SELECT")]
    assert len(reads) == len([sql for sql in few if sql.startswith("SELECT")])


def _queries_of_a_tick(people: list[object], *, subject: str) -> list[str]:
    plan_notices(notices=[spec(person, subject=subject) for person in people])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        hand_over_due(now=timezone.now())
    return [query["sql"] for query in queries.captured_queries]
