"""Real processes that race and die: no letter is lost, and at most one is repeated."""

import datetime as dt
import os
import subprocess
import sys
import uuid
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from notifications.actions import hand_over_due, plan_notices
from notifications.models import Message
from tests.notifications.make import make_people, spec
from tests.notifications.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)


def _database_url() -> str:
    held = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{held['NAME']}"
    return (
        f"postgres://{held['USER']}:{held['PASSWORD']}@{held['HOST']}:{held['PORT']}/{held['NAME']}"
    )


def _mailer(sink: Sink, ids: list[int], claim: str = "-") -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "DATABASE_URL": _database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
    }
    command = [sys.executable, "-m", "tests.notifications.mailer", claim, *map(str, ids)]
    return subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)


def _letters(count: int) -> list[int]:
    plan_notices(notices=[spec(person) for person in make_people(count)])
    hand_over_due(now=timezone.now())
    Message.objects.update(not_before=timezone.now() - dt.timedelta(seconds=1))
    return list(Message.objects.order_by("pk").values_list("pk", flat=True))


def test_eight_processes_with_two_hundred_messages_send_ten_letters(sink: Sink) -> None:
    ids = _letters(10)
    mailers = [_mailer(sink, ids * 20) for _n in range(8)]
    assert [mailer.wait(timeout=180) for mailer in mailers] == [0] * 8
    assert sorted(letter["Message-ID"] for letter in sink.letters) == sorted(
        Message.objects.values_list("message_id", flat=True)
    )
    assert set(Message.objects.values_list("state", flat=True)) == {Message.State.SENT}


@pytest.mark.parametrize("before", [True, False], ids=["before the 250", "after the 250"])
def test_a_sender_killed_at_the_250_loses_nothing_and_repeats_at_most_one(
    sink: Sink, *, before: bool
) -> None:
    ids, claim = _letters(5), str(uuid.uuid4())
    mailer = _mailer(sink, ids, claim)
    sink.kill(mailer.pid, at=3, before=before)
    assert mailer.wait(timeout=180) == -9
    assert Message.objects.filter(state=Message.State.SENT).count() == 2
    assert _mailer(sink, ids, claim).wait(timeout=180) == 0  # the same job, delivered again
    copies = Counter(letter["Message-ID"] for letter in sink.letters)
    assert set(copies) == set(Message.objects.values_list("message_id", flat=True))
    assert sorted(copies.values()) == ([1, 1, 1, 1, 1] if before else [1, 1, 1, 1, 2])


def test_letters_of_a_sender_that_never_comes_back_are_taken_when_its_lease_ends(
    sink: Sink,
) -> None:
    ids = _letters(3)
    mailer = _mailer(sink, ids)
    sink.kill(mailer.pid, at=1, before=True)
    assert mailer.wait(timeout=180) == -9
    assert _mailer(sink, ids).wait(timeout=180) == 0
    assert not sink.letters  # still leased
    Message.objects.update(lease=timezone.now() - dt.timedelta(seconds=1))
    assert _mailer(sink, ids).wait(timeout=180) == 0
    assert len(sink.letters) == 3
