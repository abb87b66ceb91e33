"""Health, dead letters, jobs, the mailbox of files, the audit log, the delivery log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.permissions import Role
from audit.actions import event, record
from audit.models import AuditEvent
from jobs.models import Heartbeat, Job, Outbox
from notifications.models import Channel, Message, Notice
from tests.make import grant, make_user
from tests.people import Cast

Browser = Callable[[User], Client]
PAGES = {
    "health": {"administrator", "auditor"},
    "dead_letters": {"administrator", "auditor"},
    "jobs": {"administrator", "auditor"},
    "audit_log": {"administrator", "auditor"},
    "mailbox": {"administrator"},
    "delivery_log": {"administrator", "auditor", "hr", "department_hr", "other_hr", "support"},
}
FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"


def dead(key: str = "hỏng") -> Outbox:
    return Outbox.objects.create(
        key=key, task="x.y", dead_at=timezone.now(), attempts=5, last_error="ValueError: sai"
    )


def letter(person: User, unit_id: int | None, day: dt.date, state: str = "failed") -> Message:
    row = Message.objects.create(
        person=person,
        day=day,
        channel=Channel.EMAIL,
        state=state,
        message_id=f"<{person.pk}-{day}@x>",
        not_before=timezone.now(),
        subject="Nhắc hạn",
    )
    Notice.objects.create(
        person=person,
        kind="k",
        subject=f"s:{person.pk}:{day}",
        due_on=day,
        send_at=timezone.now(),
        unit_id=unit_id,
        message=row,
        state="sent",
    )
    return row


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_there_for_its_holders_alone(
    cast: Cast, browser: Browser, settings: Settings, name: str
) -> None:
    settings.EMAIL_BACKEND = FILE_BACKEND
    found = {
        part
        for part, person in cast.everyone().items()
        if browser(person).get(reverse(f"reporting:{name}")).status_code == 200
    }
    assert found == PAGES[name]


def test_only_the_administrator_acts(cast: Cast, browser: Browser) -> None:
    row = dead()
    for name, person in cast.everyone().items():
        if name != "administrator":
            client = browser(person)
            assert client.post(reverse("reporting:retry", args=[row.pk])).status_code == 404
            assert client.post(reverse("reporting:test_mail")).status_code == 404
    row.refresh_from_db()
    assert row.dead_at


def test_a_dead_letter_is_tried_again_once(cast: Cast, browser: Browser) -> None:
    row, client = dead(), browser(cast.administrator)
    assert "ValueError: sai" in client.get(reverse("reporting:dead_letters")).content.decode()
    for _click in range(2):
        client.post(reverse("reporting:retry", args=[row.pk]))
    row.refresh_from_db()
    assert (row.dead_at, row.attempts) == (None, 0)
    assert (
        AuditEvent.objects.filter(action="retry_dead", actor_id=cast.administrator.pk).count() == 1
    )


def test_health_says_when_nothing_works(cast: Cast, browser: Browser) -> None:
    client = browser(cast.administrator)
    url = reverse("reporting:health")
    assert "notice red" in client.get(url).content.decode()
    Heartbeat.objects.create(name="worker", at=timezone.now())
    page = client.get(url).content.decode()
    assert "notice red" not in page
    assert "notice green" in page


def test_a_test_letter_is_asked_for_once_a_minute_and_its_fate_is_shown(
    cast: Cast, browser: Browser
) -> None:
    client = browser(cast.administrator)
    client.post(reverse("reporting:test_mail"))
    notice = Notice.objects.get(person=cast.administrator)
    message = letter(cast.administrator, None, notice.due_on)
    Message.objects.filter(pk=message.pk).update(last_error="550 không có hộp thư này")
    Notice.objects.filter(pk=notice.pk).update(message=message, state="sent")
    page = client.get(reverse("reporting:health")).content.decode()
    assert "550 không có hộp thư này" in page


def test_the_mailbox_shows_letters_of_the_file_backend_as_text(
    cast: Cast, browser: Browser, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = FILE_BACKEND
    settings.EMAIL_FILE_PATH = str(tmp_path)
    connection = get_connection(FILE_BACKEND)
    for number in (1, 2):
        EmailMessage(f"Thư {number}", f"<b>Nội dung {number}</b>", "a@b.vn", ["hanh@x.vn"],
                     connection=connection).send()  # fmt: skip
    client = browser(cast.administrator)
    rows = client.get(reverse("reporting:mailbox")).context["letters"]
    assert [row.subject for row in rows] == ["Thư 2", "Thư 1"]
    page = client.get(reverse("reporting:letter", args=[rows[0].file, 2])).content.decode()
    assert "&lt;b&gt;Nội dung 2&lt;/b&gt;" in page


@pytest.mark.parametrize("name", ["..", "env", "20260101-000000-1.log", "..%2Fenv"])
def test_the_mailbox_opens_nothing_else(
    cast: Cast, browser: Browser, settings: Settings, tmp_path: Path, name: str
) -> None:
    settings.EMAIL_BACKEND = FILE_BACKEND
    settings.EMAIL_FILE_PATH = str(tmp_path)
    (tmp_path / "env").write_text("Subject: SECRET")
    url = reverse("reporting:mailbox") + f"{name}/1/"
    assert browser(cast.administrator).get(url).status_code == 404


def test_there_is_no_mailbox_where_letters_are_sent(
    cast: Cast, browser: Browser, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert browser(cast.administrator).get(reverse("reporting:mailbox")).status_code == 404


RECORDED = {"move_person", "end_posting", "t_in", "t_out"}


def actions_shown(client: Client, **query: str) -> list[str]:
    page = client.get(reverse("reporting:audit_log"), query).context["page"]
    return [row.action for row in page.rows if row.action in RECORDED]


def test_the_audit_log_is_searched_by_person_action_object_and_day(
    cast: Cast, browser: Browser
) -> None:
    record(by=cast.hr, action="move_person", target=cast.learner, reason="lý do")
    record(by=cast.trainer, action="end_posting")
    client = browser(cast.auditor)
    assert actions_shown(client) == ["end_posting", "move_person"]
    assert actions_shown(client, person="thi thu") == ["move_person"]
    assert actions_shown(client, action="end_posting") == ["end_posting"]
    assert actions_shown(client, target=f"accounts.user:{cast.learner.pk}") == ["move_person"]
    assert actions_shown(client, until="2020-01-01") == []
    assert actions_shown(client, since="không phải ngày") == []
    assert actions_shown(client, target="'; drop") == []


def test_an_auditor_of_one_unit_sees_the_acts_of_that_unit(cast: Cast, browser: Browser) -> None:
    inspector = make_user("Thanh Tra Phường")
    grant(inspector, Role.AUDITOR, cast.ward)
    inside = record(by=cast.hr, action="t_in", unit_id=cast.ward.pk)
    outside = record(by=cast.hr, action="t_out", unit_id=cast.other_ward.pk)
    client = browser(inspector)
    assert actions_shown(client) == ["t_in"]
    assert client.get(reverse("reporting:audit_event", args=[inside.pk])).status_code == 200
    theirs = client.get(reverse("reporting:audit_event", args=[outside.pk]))
    absent = client.get(reverse("reporting:audit_event", args=[999_999]))
    assert (theirs.status_code, theirs.content) == (404, absent.content)
    dead()
    assert client.get(reverse("reporting:dead_letters")).context["page"].rows == []


def test_an_officer_sees_the_letters_of_her_units_alone(cast: Cast, browser: Browser) -> None:
    day = timezone.localdate()
    mine, theirs = (
        letter(cast.learner, cast.ward.pk, day),
        letter(cast.stranger, cast.other_ward.pk, day),
    )
    url = reverse("reporting:delivery_log")
    assert browser(cast.hr).get(url).context["page"].rows == [mine]
    assert browser(cast.other_hr).get(url).context["page"].rows == [theirs]
    assert len(browser(cast.support).get(url).context["page"].rows) == 2
    assert browser(cast.hr).get(url, {"state": "sent"}).context["page"].rows == []


@pytest.mark.parametrize("many", [10, 1000])
def test_every_page_costs_the_same_for_any_number(
    cast: Cast, browser: Browser, django_assert_max_num_queries: Any, many: int
) -> None:
    AuditEvent.objects.bulk_create(event(by=cast.hr, action="t_x") for _n in range(many))
    Outbox.objects.bulk_create(
        Outbox(key=f"k{n}", task="x.y", dead_at=timezone.now()) for n in range(many)
    )
    Job.objects.bulk_create(Job(kind="k", key=f"j{n}", started_by=cast.hr) for n in range(many))
    for n in range(60):
        letter(cast.learner, cast.ward.pk, timezone.localdate() - dt.timedelta(days=n))
    client = browser(cast.administrator)
    for name in PAGES:
        url = reverse(f"reporting:{name}")
        client.get(url)
        with django_assert_max_num_queries(15):
            client.get(url)
