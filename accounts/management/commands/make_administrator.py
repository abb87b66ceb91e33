"""Name an administrator; no page can give a role as high as one's own."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.roles import appoint_first_administrator
from accounts.models import User
from lms.clock import today


class Command(BaseCommand):
    """`manage.py make_administrator CODE`."""

    help = "Make the person with this sign-in code an administrator of the whole site."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sign-in code."""
        parser.add_argument("code")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Grant the role."""
        person = User.objects.active().filter(username__iexact=options["code"]).first()
        if person is None:
            raise CommandError("Nobody who may sign in has this sign-in code.")
        appoint_first_administrator(person=person, since=today())
        self.stdout.write(f"{person.full_name} is now an administrator.")
