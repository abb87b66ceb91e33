"""A process of the race tests: works an audience out, then gives next turns, as a tick does."""

import sys

import django

django.setup()

from requirements.actions.assigning import renew  # noqa: E402 - models exist only after the set-up
from requirements.actions.audiences import recompute  # noqa: E402
from requirements.models import Audience  # noqa: E402

if __name__ == "__main__":
    recompute(audience=Audience.objects.get(pk=int(sys.argv[1])))
    renew()
