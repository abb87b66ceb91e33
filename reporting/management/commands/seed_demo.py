"""Fill an empty database with the demo city."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reporting.demo.seed import seed

MADE = "Đã tạo dữ liệu trình diễn. / The demo city is ready."
STANDS = "Dữ liệu trình diễn đã có, giữ nguyên. / The demo city stands already."


class Command(BaseCommand):
    """`manage.py seed_demo`."""

    help = "Make the demo city; where it stands already nothing is changed."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Refuse anywhere but in a demonstration."""
        if not settings.DEMO:
            raise CommandError("The demo city is made only where DEMO=1.")
        made = seed()
        self.stdout.write(MADE if made else STANDS)
