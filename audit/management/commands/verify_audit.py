"""`manage.py verify_audit`: proves the audit trail, or names the first altered row."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.actions import verify


class Command(BaseCommand):
    help = "Walks the sealed audit trail; fails and names the first row that was altered."

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = verify()
        if found.fault:
            raise CommandError(f"The audit trail is broken: {found.fault}.")
        self.stdout.write(
            f"{found.events} events in {found.seals} seals are as they were sealed; "
            f"{found.unsealed} are not sealed yet. Last seal: {found.head}"
        )
