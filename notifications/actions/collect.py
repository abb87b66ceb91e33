"""What the tick does: due notices go to the inbox at once, and into the person's letter."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone, translation

from jobs.actions import enqueue
from notifications.kinds import notice_kinds, still_wanted
from notifications.models import (
    Channel,
    InboxItem,
    Message,
    Notice,
    NoticeQuerySet,
    Preference,
)
from notifications.quiet import ONE_DAY, quiet_hours

BATCH = 1000
LETTERS_PER_JOB = 200
NO_LONGER_WANTED = "no longer wanted"
ACCOUNT_CLOSED = "account closed"
SUPERSEDED = "a later reminder is due as well"


@transaction.atomic
def hand_over_due(*, now: dt.datetime) -> int:
    """Show and queue the next batch of due notices; return how many were looked at.

    The rows stay locked until the end, so a second tick at the same time finds none of them.
    """
    due = Notice.objects.due(now).select_related("person")
    notices = list(_locked(due)[:BATCH])
    kept = _sift(notices)
    InboxItem.objects.bulk_create([_inbox_item(n, now) for n in kept], ignore_conflicts=True)
    Notice.objects.filter(pk__in=[n.pk for n in kept]).update(state=Notice.State.SENT)
    _put_into_letters(_for_mail(kept), now)
    return len(notices)


def _locked(rows: NoticeQuerySet) -> NoticeQuerySet:
    # SQLite has one writer at a time and needs no row locks.
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows


def _sift(notices: list[Notice]) -> list[Notice]:
    """Stop what must not be sent: never after completion, one reminder of a thing at a time."""
    wanted = still_wanted(notices)
    latest = {(n.person_id, n.kind, n.subject): n.pk for n in notices if n.pk in wanted}
    fates: dict[str, list[int]] = {ACCOUNT_CLOSED: [], NO_LONGER_WANTED: [], SUPERSEDED: []}
    kept = []
    for notice in notices:
        if not notice.person.is_active or notice.person.archived_at:
            fates[ACCOUNT_CLOSED].append(notice.pk)
        elif notice.pk not in wanted:
            fates[NO_LONGER_WANTED].append(notice.pk)
        elif latest[notice.person_id, notice.kind, notice.subject] != notice.pk:
            fates[SUPERSEDED].append(notice.pk)
        else:
            kept.append(notice)
    for reason, pks in fates.items():
        if pks:
            stale = Notice.objects.filter(pk__in=pks)
            stale.update(state=Notice.State.STOPPED, stopped_reason=reason)
    return kept


def _inbox_item(notice: Notice, now: dt.datetime) -> InboxItem:
    kind, language = notice_kinds[notice.kind], notice.person.language
    with translation.override(language):
        title, body = kind.title(notice.context, language), kind.body(notice.context, language)
    return InboxItem(
        person_id=notice.person_id,
        notice=notice,
        title=title[:300],
        body=body,
        url=notice.url,
        created_at=now,
    )


def _for_mail(notices: list[Notice]) -> list[Notice]:
    """Leave out what the person switched off; mandatory kinds cannot be."""
    off = set(
        Preference.objects.filter(
            person_id__in={n.person_id for n in notices}, channel=Channel.EMAIL, is_on=False
        ).values_list("person_id", "kind")
    )
    return [
        notice
        for notice in notices
        if notice_kinds[notice.kind].mandatory or (notice.person_id, notice.kind) not in off
    ]


def _put_into_letters(notices: list[Notice], now: dt.datetime) -> None:
    """Add the notices to today's letters; where that has left, to tomorrow's."""
    quiet = quiet_hours()
    opens = quiet.over_at(now)
    today = timezone.localdate(opens)
    for day, not_before in ((today, opens), (today + ONE_DAY, quiet.end_on(today + ONE_DAY))):
        if notices:
            taken = _open_letters(notices, day, not_before)
            inside = [n.pk for n in notices if n.person_id in taken]
            letter = Message.objects.filter(
                person=OuterRef("person"), day=day, channel=Channel.EMAIL
            )
            Notice.objects.filter(pk__in=inside).update(message=Subquery(letter.values("pk")))
            notices = [n for n in notices if n.person_id not in taken]


def _open_letters(notices: list[Notice], day: dt.date, not_before: dt.datetime) -> set[int]:
    """Make the missing letters; return, locked, the people whose letter is still open."""
    people = {notice.person_id: notice.person for notice in notices}
    domain = urlsplit(settings.SITE_URL).hostname or "localhost"
    rows = [
        Message(
            person=person,
            day=day,
            channel=Channel.EMAIL,
            not_before=not_before,
            state=Message.State.QUEUED if person.email else Message.State.UNREACHABLE,
            message_id=Message.fixed_id(pk, day, Channel.EMAIL, domain),
        )
        for pk, person in people.items()
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    of_the_day = Message.objects.filter(person_id__in=people, day=day, channel=Channel.EMAIL)
    # A person who was without an address may have one by now.
    reachable = of_the_day.unreachable().exclude(person__email="")
    reachable.update(state=Message.State.QUEUED, handed_at=None)
    return set(of_the_day.open().select_for_update().values_list("person_id", flat=True))


@transaction.atomic
def hand_to_mail_queue(*, now: dt.datetime) -> int:
    """Write outbox rows for the letters to send now; return how many letters."""
    waiting = Message.objects.to_hand_over(now).filter(channel=Channel.EMAIL).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    ids = list(waiting.values_list("pk", flat=True)[:BATCH])
    for chunk in _chunks(ids):
        enqueue(
            task="notifications.send_mail",
            key=f"mail:{chunk[0]}-{chunk[-1]}:{now.isoformat()}",
            args={"messages": chunk},
            queue="mail",
        )
    Message.objects.filter(pk__in=ids).update(handed_at=now)
    return len(ids)


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    return (ids[at : at + LETTERS_PER_JOB] for at in range(0, len(ids), LETTERS_PER_JOB))
