"""Fill an empty database with the demo city."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reporting.demo.seed import seed


class Command(BaseCommand):
    """`manage.py seed_demo`."""

    help = "Make the demo city; where it stands already nothing is changed."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Refuse anywhere but in a demonstration."""
        if not settings.DEMO:
            raise CommandError("The demo city is made only where DEMO=1.")
        made = seed()
        self.stdout.write("The demo city is ready." if made else "The demo city stands already.")
