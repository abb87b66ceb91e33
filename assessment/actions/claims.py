"""Taking a work to mark it, so that two markers do not read the same one.

A claim is no decision about anybody and says nothing about the work, so it is not audited.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from assessment.actions.grades import refuse_own
from assessment.models import MarkingClaim, Submission
from assessment.work_errors import ClaimedByOther

LASTS: Final = dt.timedelta(minutes=30)


def claim(*, submission: Submission, by: User) -> MarkingClaim:
    """Take a work, or keep it for longer. Return whose claim holds now: of many calls one wins.

    Each statement decides by itself, so that no transaction holds the others up.
    """
    refuse_own(submission.enrolment, by)
    now = timezone.now()
    rows = MarkingClaim.objects.filter(submission=submission)
    # The condition is checked again by the database on the row as the winner left it.
    takeable = rows.filter(Q(marker=by) | Q(expires_at__lte=now))
    if not takeable.update(marker=by, expires_at=now + LASTS):
        # Whoever inserts first has it; the others change nothing and read the winner's row.
        fresh = MarkingClaim(submission=submission, marker=by, expires_at=now + LASTS)
        MarkingClaim.objects.bulk_create([fresh], ignore_conflicts=True)
    held = rows.select_related("marker").first()
    # Whoever was first has given it back in between: it is free, and taken now.
    return held or claim(submission=submission, by=by)


def let_go(*, submission: Submission, by: User) -> None:
    """Give a work back before the claim expires. Safe to call twice; others' claims stay."""
    MarkingClaim.objects.filter(submission=submission, marker=by).delete()


def refuse_claimed(submission: Submission, by: User) -> None:
    """Raise `ClaimedByOther` while another marker has the work."""
    others = MarkingClaim.objects.of_others(by, timezone.now()).filter(submission=submission)
    held = others.select_related("marker").first()
    if held:
        raise ClaimedByOther(held.marker.full_name, held.expires_at)
