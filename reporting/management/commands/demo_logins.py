"""Print who may sign in to the demo city."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from reporting.demo.sources import read_yaml


class Command(BaseCommand):
    """`manage.py demo_logins`."""

    help = "Print one sign-in code for each role and the password of the demonstration."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Refuse anywhere but in a demonstration."""
        if not settings.DEMO:
            raise CommandError("Demo logins exist only where DEMO=1.")
        plan = read_yaml("people.yaml")
        codes = {row["code"] for row in plan["logins"]}
        if User.objects.filter(username__in=codes).count() != len(codes):
            raise CommandError("There is no demo city: `manage.py seed_demo` makes it.")
        self.stdout.write(f"\nMật khẩu chung / Password of all: {plan['password']}\n\n")
        for row in plan["logins"]:
            self.stdout.write(f"  {row['code']:<8} {row['name']:<22} {row['part']}")
