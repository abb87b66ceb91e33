"""Enters what an office has decided, such as which months do not count."""

import datetime as dt
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from lms.clock import today
from reference.actions import RuleRefusedError, set_rule
from reference.models import LegalBasis, Rule


class Command(BaseCommand):
    """Lists the rules in force, or lets one hold from a day on."""

    help = (
        "List the rules in force, or enter one: set_rule KEY VALUE --from 2027-01-01 --basis 12/QĐ"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a key, a value as JSON, and where it comes from."""
        parser.add_argument("key", nargs="?", help="for example hours.reduction_table")
        parser.add_argument("value", nargs="?", help="as JSON, for example '[\"thai_san\"]'")
        parser.add_argument("--from", dest="since", type=dt.date.fromisoformat, default=None)
        parser.add_argument("--basis", default="", help="number and symbol of the document")
        parser.add_argument("--note", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for; say what holds now."""
        del args
        if options["value"] is None:
            self._list(options["key"] or "")
            return
        try:
            row = set_rule(
                key=options["key"],
                value=json.loads(options["value"]),
                since=options["since"] or today(),
                basis=self._basis(options["basis"]),
                note=options["note"],
            )
        except json.JSONDecodeError as error:
            raise CommandError(f"The value is not JSON: {error}") from error
        except RuleRefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{row}: {json.dumps(row.value, ensure_ascii=False)}")

    def _list(self, part: str) -> None:
        day = today()
        rows = Rule.objects.filter(
            Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day
        )
        for row in rows.filter(key__contains=part).select_related("basis"):
            said = json.dumps(row.value, ensure_ascii=False)
            self.stdout.write(f"{row.key} = {said}  {row.basis or ''} {row.note}".rstrip())

    def _basis(self, symbol: str) -> LegalBasis | None:
        found = LegalBasis.objects.filter(symbol=symbol).first() if symbol else None
        if symbol and found is None:
            found = LegalBasis.objects.create(symbol=symbol, title=symbol)
        return found
