"""Asking a survey in a class, answering it once, and what the clock does."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from enrolments.models import Cohort, Enrolment
from lms.clock import today
from notifications.actions import NoticeSpec, plan_notices
from reference.rules import rule
from surveys.actions.surveys import SurveyRefused
from surveys.models import Participation, Response, SurveyRound, SurveyVersion
from surveys.notices import OPEN, REMINDER, spec_for
from surveys.questions import Question, read

BLANK_PERCENT = "surveys.blank_percent"
REMIND_DAYS = 2
shuffle = random.SystemRandom().shuffle


@transaction.atomic
def ask(
    *,
    cohort: Cohort,
    version: SurveyVersion,
    opens_on: dt.date,
    closes_on: dt.date,
    is_anonymous: bool,
    by: User,
) -> SurveyRound:
    """Ask a survey in a class. The same call again changes nothing; a version is asked once."""
    if version.published_at is None:
        raise SurveyRefused(_("The survey is not published yet."))
    if closes_on < max(opens_on, today()):
        raise SurveyRefused(_("The last day lies before the first, or is over."))
    told = {"opens_on": opens_on, "closes_on": closes_on, "is_anonymous": is_anonymous}
    row, is_new = SurveyRound.objects.get_or_create(
        cohort=cohort, version=version, defaults={**told, "opened_by": by}
    )
    if is_new:
        _tell(row, by, "ask_survey")
    elif any(getattr(row, name) != value for name, value in told.items()):
        raise SurveyRefused(
            _("This survey is asked in the class already; its days can be changed.")
        )
    return row


@transaction.atomic
def change_days(
    *, survey_round: SurveyRound, opens_on: dt.date, closes_on: dt.date, by: User
) -> None:
    """Change from when until when it is asked; once it is over it stays over."""
    held = SurveyRound.objects.select_for_update().get(pk=survey_round.pk)
    if held.is_over:
        raise SurveyRefused(_("The survey is over."))
    if closes_on < max(opens_on, today() - dt.timedelta(days=1)):
        raise SurveyRefused(_("The last day lies before the first, or is over."))
    if closes_on > held.closes_on:
        held.is_reminded = False  # what was said of the old last day does not tell of the new
    held.opens_on, held.closes_on = opens_on, closes_on
    held.save(update_fields=["opens_on", "closes_on", "is_reminded"])
    _tell(held, by, "change_survey_days")


@transaction.atomic
def answer(*, survey_round: SurveyRound, by: User, answers: Mapping[str, Any]) -> bool:
    """Take a person's answers; return whether they were taken: of many calls one is.

    The audit trail says nothing of it: it would tell when.
    """
    if not SurveyRound.objects.asking(by).filter(pk=survey_round.pk).exists():
        raise SurveyRefused(_("This survey asks the learners of the class."))
    # Held against the mixing of the answers after its end.
    held = SurveyRound.objects.select_for_update().select_related("version")
    row = held.get(pk=survey_round.pk)
    if not row.is_open:
        raise SurveyRefused(_("The survey takes no answers now."))
    _person, is_new = Participation.objects.get_or_create(round=row, person=by)
    if not is_new:
        return False
    questions = read(row.version.questions)
    kept = {one.key: answers[one.key] for one in questions if one.takes(answers.get(one.key))}
    blanks = sum(one.is_indicator and one.key not in kept for one in questions)
    Response.objects.create(
        round=row,
        is_anonymous=row.is_anonymous,
        person=None if row.is_anonymous else by,
        answers=kept,
        blanks=blanks,
        is_valid=bool(kept) and is_valid(questions, blanks),
    )
    return True


def is_valid(questions: tuple[Question, ...], blanks: int) -> bool:
    """Return whether a form counts: not more than the share of the rule is left blank.

    Circular 10/2017/TT-BNV holds a form with more than 5 % of its indicators blank for invalid.
    """
    most: int = rule(BLANK_PERCENT, default=5)
    return blanks * 100 <= most * sum(one.is_indicator for one in questions)


@transaction.atomic
def tell_and_remind() -> int:
    """Tell of rounds that have begun, remind before they end; return how many notices that is."""
    rounds = SurveyRound.objects.open().select_for_update(of=("self",))
    rounds = rounds.select_related("cohort", "version__survey")
    told = 0
    for row in rounds.filter(is_told=False):
        told += plan_notices(notices=_specs(row, OPEN))
        SurveyRound.objects.filter(pk=row.pk).update(is_told=True)
    near = today() + dt.timedelta(days=REMIND_DAYS)
    for row in rounds.filter(is_told=True, is_reminded=False, closes_on__lte=near):
        if row.closes_on - row.opens_on > dt.timedelta(days=REMIND_DAYS):
            told += plan_notices(notices=_specs(row, REMINDER))
        SurveyRound.objects.filter(pk=row.pk).update(is_reminded=True)
    return told


@transaction.atomic
def mix_ended() -> int:
    """Write the answers of ended anonymous rounds anew in a random order; return how many rounds.

    Their place in the table would else tell the order in which they came.
    """
    ended = SurveyRound.objects.filter(closes_on__lt=today(), is_anonymous=True, is_mixed=False)
    rounds = list(ended.select_for_update()[:20])
    for row in rounds:
        found = list(Response.objects.filter(round=row))
        shuffle(found)
        Response.objects.filter(round=row).delete()
        for response in found:
            response.pk = Response._meta.pk.get_default()
        Response.objects.bulk_create(found, batch_size=500)
        SurveyRound.objects.filter(pk=row.pk).update(is_mixed=True)
    return len(rounds)


def _specs(row: SurveyRound, kind: str) -> list[NoticeSpec]:
    answered = Participation.objects.filter(round=row, person=OuterRef("learner"))
    places = Enrolment.objects.in_force().filter(cohort=row.cohort_id).exclude(Exists(answered))
    people = places.values_list("learner", "sending_unit")
    return [spec_for(row, kind, person, unit, timezone.now()) for person, unit in people]


def _tell(row: SurveyRound, by: User, action: str) -> None:
    after = {
        "survey": str(row.version),
        "opens_on": row.opens_on.isoformat(),
        "closes_on": row.closes_on.isoformat(),
        "is_anonymous": row.is_anonymous,
    }
    unit_id = row.cohort.organiser_id
    record(by=by, action=action, target=row.cohort, unit_id=unit_id, after=after)
