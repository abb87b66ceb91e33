"""A code on the wall that changes every few seconds: who scans it in the room is present.

The code names the session and who shows it, signed with the time it was shown in. It leads to a
page on which the learner presses once; that page carries a proof of its own, for that learner
and two minutes, so that a code photographed and sent on is worthless by the time it arrives.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.core import signing

from accounts.models import User
from enrolments.models import Enrolment, Session
from enrolments.models.cohorts import SETTLED

SLOT: Final = 20  # seconds a code is shown
LATE_SLOTS: Final = 1  # codes of before that still count: a slow telephone
PROOF_SECONDS: Final = 120
EARLY, AFTER = dt.timedelta(hours=1), dt.timedelta(minutes=30)
CODE_SALT, PROOF_SALT = "enrolments.roll_code", "enrolments.roll_proof"


@dataclass(frozen=True)
class Shown:
    """What a code says: which session, and who shows it."""

    session: Session
    by: User


def code_of(session: Session, by: User, now: dt.datetime) -> str:
    """Return the code to show at a moment."""
    return signing.Signer(salt=CODE_SALT).sign_object([session.pk, by.pk, _slot(now)])


def read_code(code: str, now: dt.datetime) -> Shown | None:
    """Return what a code says if it is the one shown now, or just was."""
    try:
        session_id, by_id, slot = signing.Signer(salt=CODE_SALT).unsign_object(code)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if not 0 <= _slot(now) - slot <= LATE_SLOTS:
        return None
    return _shown(session_id, by_id)


def proof_of(shown: Shown, learner: User) -> str:
    """Return the proof that the learner opened a code in time."""
    facts = [shown.session.pk, shown.by.pk, learner.pk]
    return signing.dumps(facts, salt=PROOF_SALT)


def read_proof(proof: str, learner: User) -> Shown | None:
    """Return what was shown, if the proof is this learner's and fresh."""
    try:
        session_id, by_id, person = signing.loads(proof, salt=PROOF_SALT, max_age=PROOF_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return _shown(session_id, by_id) if person == learner.pk else None


def is_open(session: Session, now: dt.datetime) -> bool:
    """Return whether the roll of a session may be taken by code now."""
    held = session.cancelled_at is None and session.cohort.state not in SETTLED
    return held and session.starts_at - EARLY <= now <= session.ends_at + AFTER


def place_of(shown: Shown, learner: User) -> Enrolment | None:
    """Return the learner's place in the class of the session."""
    places = Enrolment.objects.in_force().filter(cohort=shown.session.cohort_id, learner=learner)
    return places.first()


def _shown(session_id: int, by_id: int) -> Shown | None:
    session = Session.objects.select_related("cohort").filter(pk=session_id).first()
    by = User.objects.active().filter(pk=by_id).first()
    return Shown(session, by) if session and by else None


def _slot(now: dt.datetime) -> int:
    return int(now.timestamp()) // SLOT
