"""`manage.py make_registers 2027`: the registers of a year, for every institution."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from certificates.actions.setup import ensure_register
from certificates.models.register import CertificateKind
from courses.models import Provider


class Command(BaseCommand):
    """Open the registers that are missing; running it again opens none."""

    help = "Opens the certificate registers of a year for every training institution."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the year."""
        parser.add_argument("year", type=int)

    def handle(self, *_args: Any, year: int, **_options: Any) -> None:
        """Open one register of each kind per institution."""
        for provider in Provider.objects.all():
            for kind in CertificateKind:
                register = ensure_register(provider=provider, kind=kind, year=year, by=None)
                self.stdout.write(f"{provider.code} {kind.label} {register.year}")
