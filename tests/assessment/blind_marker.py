"""A process of the race tests: gives every work named the same mark, blind."""

import sys
from decimal import Decimal

import django

django.setup()

from accounts.models import User  # noqa: E402 - models exist only after the set-up
from assessment.actions.blind_marks import mark_blind  # noqa: E402
from assessment.models import Submission  # noqa: E402

if __name__ == "__main__":
    by, *works = (int(word) for word in sys.argv[1:])
    marker = User.objects.get(pk=by)
    criteria = {"noi-dung": Decimal(5), "trinh-bay": Decimal(3)}
    for work in Submission.objects.filter(pk__in=works).select_related("enrolment").order_by("pk"):
        mark_blind(submission=work, by=marker, points=Decimal(0), criteria=criteria, comment="")
