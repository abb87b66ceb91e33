"""Writing surveys: a draft is changed, published, and followed by the next draft."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import Unit, User
from audit.actions import record
from surveys.models import Survey, SurveyVersion
from surveys.questions import Question, stored


class SurveyRefused(Refused):
    """An act on a survey that is refused, with its sentence."""


@transaction.atomic
def create_survey(*, unit: Unit, title: str, by: User) -> Survey:
    """Begin a survey with an empty draft."""
    if Survey.objects.filter(unit=unit, title=title).exists():
        raise SurveyRefused(_("There is a survey of this title already."))
    survey = Survey.objects.create(unit=unit, title=title, created_by=by)
    SurveyVersion.objects.create(survey=survey, number=1)
    _tell(survey, by, "create_survey", title=title)
    return survey


@transaction.atomic
def save_draft(
    *, survey: Survey, introduction: str, questions: tuple[Question, ...], by: User
) -> SurveyVersion:
    """Keep what the draft asks; after a published version this begins the next."""
    draft = _draft(survey)
    draft.introduction, draft.questions = introduction.strip(), stored(questions)
    draft.save()
    _tell(survey, by, "draft_survey", version=draft.number, questions=len(questions))
    return draft


@transaction.atomic
def publish(*, survey: Survey, by: User) -> SurveyVersion:
    """Publish the draft: from now on it never changes. Safe to call twice."""
    Survey.objects.select_for_update().get(pk=survey.pk)
    draft = survey.versions.filter(published_at=None).first()
    if draft is None:
        return survey.versions.latest("number")
    if not draft.questions:
        raise SurveyRefused(_("The survey has no question."))
    draft.published_at, draft.published_by = timezone.now(), by
    draft.save(update_fields=["published_at", "published_by"])
    _tell(survey, by, "publish_survey", version=draft.number)
    return draft


def _draft(survey: Survey) -> SurveyVersion:
    Survey.objects.select_for_update().get(pk=survey.pk)
    last = survey.versions.latest("number")
    if last.published_at is None:
        return last
    return SurveyVersion(survey=survey, number=last.number + 1)


def _tell(survey: Survey, by: User, action: str, **facts: object) -> None:
    record(by=by, action=action, target=survey, unit_id=survey.unit_id, after=facts)
