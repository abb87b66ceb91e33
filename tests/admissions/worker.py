"""A process of the race tests: applies for each person named, or takes and gives back seats."""

import contextlib
import sys

import django

django.setup()

from accounts.models import User  # noqa: E402 - models exist only after the set-up
from admissions.actions.applying import apply, offer_seats, take_offer, withdraw  # noqa: E402
from admissions.models import Application  # noqa: E402
from enrolments.errors import Refused  # noqa: E402
from enrolments.models import Cohort  # noqa: E402

if __name__ == "__main__":
    cohort = Cohort.objects.get(pk=int(sys.argv[2]))
    for person in User.objects.filter(pk__in=map(int, sys.argv[3:])).order_by("pk"):
        with contextlib.suppress(Refused):  # another process was first
            if sys.argv[1] == "apply":
                apply(cohort=cohort, learner=person)
                continue
            offer_seats(cohort=cohort)
            row = Application.objects.get(cohort=cohort, learner=person)
            try:
                take_offer(application=row, by=person)
            except Refused:
                withdraw(application=row, by=person)
