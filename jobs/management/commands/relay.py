"""`manage.py relay`: brings committed outbox rows to the broker."""

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs import relay


class Command(BaseCommand):
    help = "Publishes committed outbox rows to the broker until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="publish what is due and end")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(f"{relay.publish_due()} published")
            return
        stop = threading.Event()

        def end(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        self.stdout.write("The relay waits for outbox rows.")
        self.stdout.flush()  # whoever waits for it reads a pipe
        relay.run(stop)
