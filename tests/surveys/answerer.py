"""A process of the race tests: answers a survey for everybody named."""

import sys

import django

django.setup()

from accounts.models import User  # noqa: E402 - models exist only after the set-up
from surveys.actions.rounds import answer  # noqa: E402
from surveys.models import SurveyRound  # noqa: E402
from tests.surveys.make import said  # noqa: E402

if __name__ == "__main__":
    round_pk, *people = (int(word) for word in sys.argv[1:])
    row = SurveyRound.objects.get(pk=round_pk)
    for person in User.objects.filter(pk__in=people).order_by("pk"):
        answer(survey_round=row, by=person, answers=said(8, 9))
