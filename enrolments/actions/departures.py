"""Duties of people who leave: cancelled on the day the last post ends, with its reason."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Posting, User
from enrolments.actions.duties import end_duties, reopen_duties
from enrolments.models import Obligation
from enrolments.models.duties import ObligationStatus
from lms.clock import today

AT_MOST = 200  # people one step of the tick sees to


@transaction.atomic
def end_with_post(*, posting: Posting, by: User | None) -> int:
    """Cancel the outstanding duties of somebody whose last post has ended; return how many.

    An end that lies ahead is left to the tick of its day. Safe to call twice.
    """
    posting.refresh_from_db()
    if posting.until is None or _holds_a_post(posting.user_id):
        return 0
    duties = Obligation.objects.outstanding().filter(person=posting.user_id)
    reason = reason_of(posting)
    return end_duties(obligations=list(duties), to=ObligationStatus.CANCELLED, by=by, reason=reason)


@transaction.atomic
def return_with_post(*, posting: Posting, by: User) -> int:
    """Let the duties stand again that were cancelled with this post; return how many."""
    reason = reason_of(posting)[:200]
    gone = Obligation.objects.filter(
        person=posting.user_id, status=ObligationStatus.CANCELLED, status_reason=reason
    )
    return reopen_duties(
        obligations=list(gone), by=by, reason=_("The end of the post was taken back.")
    )


def reason_of(posting: Posting) -> str:
    """Return why the duties of the person ended; the same words for the same post."""
    with translation.override("vi"):  # kept with the duty, read by everybody
        return _("The post in %(unit)s has ended.") % {"unit": posting.unit}


def depart_due(*, day: dt.date) -> int:
    """Cancel the duties of people whose last post has ended by the day; return of how many."""
    held = Posting.objects.filter(Q(until=None) | Q(until__gt=day), user=OuterRef("user"))
    gone = Posting.objects.filter(~Exists(held), until__lte=day).values("user")
    left = Obligation.objects.outstanding().filter(person__in=gone)
    people = list(left.order_by().values_list("person", flat=True).distinct()[:AT_MOST])
    for person in people:
        last = Posting.objects.filter(user=person, until__lte=day).order_by("-until", "-pk")
        end_with_post(posting=last.select_related("unit")[0], by=None)
    return len(people)


def _holds_a_post(person_id: int) -> bool:
    """Tell whether the person has a post, has one to come, or one whose end lies ahead."""
    left = Q(until=None) | Q(until__gt=today())
    return Posting.objects.filter(left, user=person_id).exists()
