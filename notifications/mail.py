"""Sending letters: taken by lease, one SMTP connection a batch, each marked after its own 250.

A process killed between the server's 250 and the mark sends at most that one letter again,
under the same Message-ID; nothing that was not marked is lost.
"""

import datetime as dt
import smtplib
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from lms.text import nfc
from notifications.kinds import notice_kinds, still_wanted
from notifications.models import Message, Notice

LEASE = dt.timedelta(minutes=5)
BUDGET = 20.0  # seconds a batch may take; the rest goes back to the queue
MOST_ATTEMPTS = 5
UNSUBSCRIBE_SALT = "notifications.unsubscribe"
PERMANENT = 500


@dataclass
class Outcome:
    """How many letters of a batch went which way."""

    sent: int = 0
    put_back: int = 0
    failed: int = 0
    stopped: int = 0


class MailDown(Exception):  # noqa: N818 - reads as what happened
    """The mail server cannot be reached: the rest of the batch waits."""


def send_letters(ids: Iterable[int], *, claim: uuid.UUID) -> Outcome:
    """Send those of the letters that are free; safe to call by any number of processes."""
    letters = _take(list(ids), claim)
    outcome = Outcome()
    if not letters:
        return outcome
    lines = _lines(letters)
    deadline = time.monotonic() + BUDGET
    connection = get_connection()
    try:
        for letter in letters:
            if time.monotonic() > deadline:
                break
            _send_one(connection, letter, lines[letter.pk], outcome)
        outcome.put_back += _put_back(claim, "")  # what there was no time for
    except MailDown as down:
        outcome.put_back += _put_back(claim, str(down))
    finally:
        connection.close()
    return outcome


def _take(ids: list[int], claim: uuid.UUID) -> list[Message]:
    """Lease the letters by one conditional UPDATE; a redelivered job gets its own again."""
    now = timezone.now()
    ours = Q(state=Message.State.LEASED, claim=claim)
    free = Message.objects.takeable(now) | Message.objects.filter(ours)
    free.filter(pk__in=ids).update(
        state=Message.State.LEASED, claim=claim, lease=now + LEASE, attempts=F("attempts") + 1
    )
    return list(Message.objects.filter(ours, pk__in=ids).select_related("person").order_by("pk"))


def _lines(letters: list[Message]) -> dict[int, list[Notice]]:
    """Return the notices of each letter that are still wanted, asked once for the batch."""
    rows = Notice.objects.filter(
        message__in=[letter.pk for letter in letters], state=Notice.State.SENT
    )
    notices = list(rows.order_by("due_on", "pk"))
    wanted = still_wanted(notices)
    by_letter: dict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.pk in wanted and notice.message_id is not None:
            by_letter[notice.message_id].append(notice)
    return by_letter


def _send_one(
    connection: BaseEmailBackend, letter: Message, notices: list[Notice], outcome: Outcome
) -> None:
    if not notices:
        _settle(letter, state=Message.State.STOPPED)
        outcome.stopped += 1
        return
    try:
        mail = compose(letter, notices)
        mail.connection = connection
        _deliver(connection, mail)
    except (OSError, ValueError) as error:  # every SMTPException is an OSError
        if not isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
            connection.close()
        _note_failure(letter, error, outcome)
    else:
        _settle(
            letter,
            state=Message.State.SENT,
            sent_at=timezone.now(),
            address=letter.person.email,
            subject=mail.subject[:300],
            body=mail.body,
            last_error="",
        )
        outcome.sent += 1


def _deliver(connection: BaseEmailBackend, mail: EmailMultiAlternatives) -> None:
    """Send over the open connection; one that died in between is opened once more."""
    _open(connection)
    try:
        connection.send_messages([mail])
    except smtplib.SMTPServerDisconnected:
        connection.close()
        _open(connection)
        connection.send_messages([mail])


def _open(connection: BaseEmailBackend) -> None:
    """Connect if need be; a refused connection or sign-in is no letter's fault."""
    try:
        connection.open()
    except OSError as error:  # also every SMTPException
        raise MailDown(str(error)) from error


def _note_failure(letter: Message, error: Exception, outcome: Outcome) -> None:
    if _is_final(error) or letter.attempts >= MOST_ATTEMPTS:
        _settle(letter, state=Message.State.FAILED, last_error=str(error)[:500])
        outcome.failed += 1
        return
    _settle(
        letter,
        state=Message.State.QUEUED,
        last_error=str(error)[:500],
        not_before=_later(letter.attempts),
        handed_at=None,
    )
    outcome.put_back += 1


def _is_final(error: Exception) -> bool:
    """Return whether the server, or the address itself, says that trying again is useless."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _reply in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= PERMANENT
    return isinstance(error, ValueError)


def _later(attempts: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(minutes=2**attempts)


def _settle(letter: Message, **fields: Any) -> None:
    """Mark one letter, if it is still ours; committed on its own."""
    ours = Message.objects.filter(pk=letter.pk, claim=letter.claim, state=Message.State.LEASED)
    ours.update(lease=None, claim=None, **fields)


def _put_back(claim: uuid.UUID, error: str) -> int:
    """Give up the letters of the batch that were not tried; this is not their failure."""
    untried = Message.objects.filter(claim=claim, state=Message.State.LEASED)
    return untried.update(
        state=Message.State.QUEUED,
        claim=None,
        lease=None,
        handed_at=None,
        attempts=F("attempts") - 1,
        not_before=_later(0),
        last_error=error[:500],
    )


def compose(letter: Message, notices: list[Notice]) -> EmailMultiAlternatives:
    """Return the letter in the person's language: text, HTML, fixed Message-ID."""
    language = letter.person.language
    with translation.override(language):
        context = _context(letter, notices, language)
        mail = EmailMultiAlternatives(
            subject=_subject(context["lines"]),
            body=render_to_string(f"notifications/mail/letter.{language}.txt", context),
            to=[formataddr((nfc(letter.person.full_name), letter.person.email))],
            headers={"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"},
        )
        html = render_to_string(f"notifications/mail/letter.{language}.html", context)
    mail.attach_alternative(html, "text/html")
    if context["unsubscribe_url"]:
        mail.extra_headers["List-Unsubscribe"] = f"<{context['unsubscribe_url']}>"
        mail.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return mail


def _subject(lines: list[dict[str, str]]) -> str:
    if len(lines) == 1:
        return nfc(lines[0]["title"])[:200]
    words = ngettext(
        "%(count)d notice from %(agency)s", "%(count)d notices from %(agency)s", len(lines)
    )
    return nfc(words % {"count": len(lines), "agency": settings.AGENCY_NAME})[:200]


def _context(letter: Message, notices: list[Notice], language: str) -> dict[str, Any]:
    kinds = {notice.kind: notice_kinds[notice.kind] for notice in notices}
    optional = [code for code, kind in kinds.items() if not kind.mandatory]
    return {
        "name": letter.person.full_name,
        "agency": settings.AGENCY_NAME,
        "support_phone": settings.SUPPORT_PHONE,
        "lines": [
            {
                "title": kinds[notice.kind].title(notice.context, language),
                "body": kinds[notice.kind].body(notice.context, language),
                "url": absolute(notice.url) if notice.url else "",
            }
            for notice in notices
        ],
        "reasons": [kind for kind in kinds.values() if kind.mandatory and kind.why],
        "settings_url": absolute(reverse("notifications:settings")),
        "unsubscribe_url": unsubscribe_url(letter.person_id, optional) if optional else "",
    }


def absolute(path: str) -> str:
    """Return the address of a page of this site, from the settings and never from a request."""
    site: str = settings.SITE_URL
    return site.rstrip("/") + "/" + path.lstrip("/")


def unsubscribe_url(person_id: int, kinds: list[str]) -> str:
    """Return the signed one-click address that switches these kinds off."""
    token = signing.dumps({"person": person_id, "kinds": sorted(kinds)}, salt=UNSUBSCRIBE_SALT)
    return absolute(reverse("notifications:unsubscribe", args=[token]))


def read_unsubscribe_token(token: str) -> tuple[int, list[str]] | None:
    """Return the person and the kinds of a token, or nothing if it was tampered with."""
    try:
        held = signing.loads(token, salt=UNSUBSCRIBE_SALT)
    except signing.BadSignature:
        return None
    return held["person"], held["kinds"]
