"""The form of a class's quotas: one unit a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from enrolments.quotas import QuotaUsed
from lms.text import nfc

LINE: Final = re.compile(r"\A(?P<unit>.+?)\s*[;|]\s*(?P<seats>\d{1,5})\Z")
LINES_AT_MOST: Final = 1000


class ClassQuotasForm(forms.Form):
    """Seats by unit, as typed or copied from two columns of a workbook."""

    quotas = forms.CharField(
        label=gettext_lazy("Quotas"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea({"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One unit a line: its code or full name; how many people. Two columns copied from "
            "Excel do as well. Units that are not named share the other seats."
        ),
    )

    def __init__(self, *args: Any, lines: Iterable[QuotaUsed], **kwargs: Any) -> None:
        written = "\n".join(f"{line.unit.name}; {line.seats}" for line in lines)
        kwargs["initial"] = {"quotas": written}
        super().__init__(*args, **kwargs)

    def clean_quotas(self) -> dict[int, int]:
        """Read the lines; every fault is told with its line."""
        lines = self.cleaned_data["quotas"].replace("\t", ";").splitlines()
        rows = [(n, nfc(row)) for n, row in enumerate(lines, start=1)]
        read = [(n, row, LINE.match(row)) for n, row in rows if row.strip()]
        if len(read) > LINES_AT_MOST:
            raise ValidationError(_("At most %(n)s lines.") % {"n": LINES_AT_MOST})
        units = Unit.objects.open().named({found["unit"] for _n, _row, found in read if found})
        quotas: dict[int, int] = {}
        faults = []
        for n, _row, found in read:
            meant = units[found["unit"]] if found else []
            facts = {"n": n, "unit": found["unit"] if found else ""}
            if found is None or not int(found["seats"]):
                faults.append(_("Line %(n)s: write unit; number.") % facts)
            elif not meant:
                faults.append(_("Line %(n)s: there is no unit “%(unit)s”.") % facts)
            elif len(meant) > 1:
                words = _("Line %(n)s: “%(unit)s” names several units; write the code.")
                faults.append(words % facts)
            elif meant[0].pk in quotas:
                faults.append(_("Line %(n)s: this unit stands there already.") % facts)
            else:
                quotas[meant[0].pk] = int(found["seats"])
        if faults:
            raise ValidationError(faults)
        return quotas
