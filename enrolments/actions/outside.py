"""Trainings held outside: declared and reviewed, or entered from paper; into the ledger once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO, Final

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Posting, User
from audit.actions import event, record, record_many
from audit.models import AuditEvent
from enrolments.actions.duties import refuse_own, reverse_hours
from enrolments.errors import Refused
from enrolments.models import HoursEntry, OutsideTraining
from enrolments.models.outside import OutsideSource, OutsideState
from files.accept import PAPERS
from files.actions import store
from lms.clock import today
from lms.text import fold, nfc
from notifications.actions import NoticeSpec, plan_notices
from reference.models import Code

REVIEWED: Final = "enrolments.outside_reviewed"
PURPOSE: Final = "outside_training"
RULES: Final = {OutsideSource.DECLARED: "outside_declared", OutsideSource.PAPER: "outside_paper"}


@dataclass(frozen=True)
class Facts:
    """What is said of a training held outside; `periods` are tiết."""

    title: str
    content_group: Code
    periods: Decimal
    starts_on: dt.date
    ends_on: dt.date
    issuer: str
    study_form: Code | None = None
    decision: str = ""
    certificate: str = ""

    @property
    def key(self) -> str:
        """Return the title as two entries of one training have it."""
        return fold(self.title)[:250]


@transaction.atomic
def declare(
    *, person: User, facts: Facts, content: BinaryIO | None = None, name: str = ""
) -> OutsideTraining:
    """Declare a training of one's own, for an officer to review.

    Raises `Refused` for one that waits or counts already, or that has not ended.
    """
    User.objects.select_for_update().get(pk=person.pk)
    _refuse_unfit(person, facts)
    row = _row(person, facts, OutsideSource.DECLARED, by=person)
    if content is not None:
        row.file = store(content=content, name=name, by=person, accept=PAPERS, purpose=PURPOSE)
    row.save()
    record(by=person, action="declare_outside", target=row, unit_id=_unit_id(person.pk))
    return row


@transaction.atomic
def take_back(*, training: OutsideTraining, by: User) -> bool:
    """Take one's own declaration back before it is reviewed. Return whether it was open."""
    rows = OutsideTraining.objects.open().filter(pk=training.pk, person=by)
    done = bool(rows.update(state=OutsideState.WITHDRAWN))
    if done:
        unit_id = _unit_id(by.pk)
        record(by=by, action="withdraw_outside", target=training, unit_id=unit_id)
    return done


@transaction.atomic
def accept(*, training: OutsideTraining, by: User, answer: str = "") -> OutsideTraining:
    """Accept a declaration: its periods enter the ledger of the year it ended. Once."""
    held = _held(training, by)
    held.entry = _entries([held], by)[0]
    return _decided(held, OutsideState.ACCEPTED, by, answer)


@transaction.atomic
def send_back(*, training: OutsideTraining, by: User, answer: str) -> OutsideTraining:
    """Return a declaration with the reason, which the person reads."""
    held = _held(training, by)
    if not answer.strip():
        raise Refused(_("Say why: the person reads the reason."))
    return _decided(held, OutsideState.RETURNED, by, answer)


@transaction.atomic
def enter_many(*, trainings: Sequence[tuple[User, Facts]], by: User) -> list[OutsideTraining]:
    """Enter trainings from paper records, with their periods; a few statements for any number.

    Under the lock of the people, as a declaration is. What waits or counts already, or stands
    twice in the list, is left out: the rows come back in the order of the list.
    """
    people = {person.pk for person, _facts in trainings}
    list(User.objects.select_for_update().filter(pk__in=people).order_by("pk"))
    standing = OutsideTraining.objects.standing().filter(person__in=people)
    taken = set(standing.values_list("person", "title_key", "starts_on", "ends_on"))
    rows = []
    for person, facts in trainings:
        refuse_own(person.pk, by)
        key = (person.pk, facts.key, facts.starts_on, facts.ends_on)
        if key not in taken:
            taken.add(key)
            rows.append(_row(person, facts, OutsideSource.PAPER, by=by))
    for row, entry in zip(rows, _entries(rows, by), strict=True):
        row.state, row.entry = OutsideState.ACCEPTED, entry
        row.decided_by, row.decided_at = by, timezone.now()
    OutsideTraining.objects.bulk_create(rows, batch_size=500)
    record_many(_told(row, by) for row in rows)
    return rows


@transaction.atomic
def reverse_training(*, training: OutsideTraining, by: User, reason: str) -> bool:
    """Take an accepted training out of the ledger by an opposite entry. Return whether it stood."""
    refuse_own(training.person_id, by)
    rows = OutsideTraining.objects.select_for_update(of=("self",)).select_related("entry")
    held = rows.get(pk=training.pk)
    if held.state != OutsideState.ACCEPTED or held.entry is None:
        return False
    held.state, held.answer = OutsideState.REVERSED, reason[:300]
    held.save(update_fields=["state", "answer"])
    reverse_hours(entry=held.entry, by=by, reason=reason)
    unit_id = held.entry.unit_id
    if held.source == OutsideSource.DECLARED:
        plan_notices(notices=[_notice(held, unit_id)])
    record(by=by, action="reverse_outside", target=held, unit_id=unit_id, reason=reason)
    return True


def _refuse_unfit(person: User, facts: Facts) -> None:
    if facts.ends_on > today():
        raise Refused(_("The training has not ended yet."))
    same = OutsideTraining.objects.standing().filter(
        person=person, title_key=facts.key, starts_on=facts.starts_on, ends_on=facts.ends_on
    )
    if same.exists():
        raise Refused(_("This training of these days is there already."))


def _row(person: User, facts: Facts, source: str, *, by: User) -> OutsideTraining:
    return OutsideTraining(
        person=person,
        title=nfc(facts.title)[:250],
        title_key=facts.key,
        content_group=facts.content_group,
        study_form=facts.study_form,
        periods=facts.periods,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        issuer=nfc(facts.issuer)[:250],
        decision=facts.decision,
        certificate=facts.certificate,
        source=source,
        entered_by=by,
    )


def _held(training: OutsideTraining, by: User) -> OutsideTraining:
    """Return the declaration under a lock, while it is open."""
    held = OutsideTraining.objects.select_for_update(of=("self",)).get(pk=training.pk)
    refuse_own(held.person_id, by)
    if not held.is_open:
        raise Refused(_("This declaration has been reviewed or taken back meanwhile."))
    return held


def _decided(held: OutsideTraining, state: str, by: User, answer: str) -> OutsideTraining:
    held.state, held.answer = state, answer.strip()
    held.decided_by, held.decided_at = by, timezone.now()
    held.save()
    unit_id = _unit_id(held.person_id)
    after = {"state": str(state)}
    record(by=by, action="review_outside", target=held, unit_id=unit_id, after=after, reason=answer)
    plan_notices(notices=[_notice(held, unit_id)])
    return held


def _notice(held: OutsideTraining, unit_id: int | None) -> NoticeSpec:
    return NoticeSpec(
        person_id=held.person_id,
        kind=REVIEWED,
        subject=f"outside:{held.pk}:{held.state}",
        due_on=today(),
        send_at=timezone.now(),
        context={"title": held.title},
        url=reverse("enrolments:outside_own"),
        unit_id=unit_id,
    )


def _unit_id(person_id: int) -> int | None:
    posts = Posting.objects.in_force().primary().filter(user=person_id)
    return posts.values_list("unit", flat=True).first()


def _entries(rows: Sequence[OutsideTraining], by: User) -> list[HoursEntry]:
    """Enter the periods in the ledger: of the year, unit and category of the last day."""
    posts = _posts(rows)
    return HoursEntry.objects.bulk_create(
        [_entry(row, posts.get(row.person_id, ()), by) for row in rows], batch_size=500
    )


def _posts(rows: Sequence[OutsideTraining]) -> Mapping[int, list[Posting]]:
    found: dict[int, list[Posting]] = {}
    posts = Posting.objects.filter(user__in={row.person_id for row in rows})
    order = posts.order_by("-is_primary", F("until").desc(nulls_first=True), "-since")
    for post in order:
        found.setdefault(post.user_id, []).append(post)
    return found


def _entry(row: OutsideTraining, posts: Sequence[Posting], by: User) -> HoursEntry:
    held = [post for post in posts if post.since <= row.ends_on]
    post = next(iter(held or posts), None)
    if post is None:
        raise Refused(_("%(name)s has no post.") % {"name": row.person.full_name})
    papers = filter(None, [row.decision, row.certificate, row.issuer])
    return HoursEntry(
        person_id=row.person_id,
        year=row.ends_on.year,
        declared=row.periods,
        credited=row.periods,
        rule=RULES[OutsideSource(row.source)],
        title=row.title,
        evidence="; ".join(papers)[:300],
        closing_on=row.ends_on,
        unit_id=post.unit_id,
        category_id=post.category_id,
        content_group=row.content_group,
        entered_by=by,
    )


def _told(row: OutsideTraining, by: User) -> AuditEvent:
    unit_id = row.entry.unit_id if row.entry else None
    after = {"periods": str(row.periods), "title": row.title}
    return event(by=by, action="enter_outside", target=row, unit_id=unit_id, after=after)
