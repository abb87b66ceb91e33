"""A file of people: what its columns hold, how it is to be taken."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import choose_from, day_field
from accounts.models import Unit
from accounts.models.units import UnitQuerySet
from files.accept import SPREADSHEETS
from lms.clock import today
from lms.sheets import PEOPLE
from lms.sheets.dates import DAY_FIRST, MONTH_FIRST
from reference.models import Code

NAMED_BY = ({"full_name"}, {"given_name"}, {"staff_code"}, {"identity_number"})
CHANGES, COMPLETE = "changes", "complete"


class PeopleFileForm(forms.Form):
    """A file of people, and whether it is complete."""

    file = forms.FileField(
        label=_("Spreadsheet file"),
        help_text=_(".xlsx, .xls, .ods or .csv, up to 20 MB. Files as offices keep them are fine."),
        widget=forms.ClearableFileInput(attrs={"accept": SPREADSHEETS.html}),
        allow_empty_file=True,  # the reader says it as it says the rest
    )
    since = day_field(
        _("New posts, moves and ends hold from"),
        initial=today,
        help_text=_("Corrections of names, birth dates and contacts hold at once."),
    )
    mode = forms.ChoiceField(
        label=_("The file holds"),
        choices=[
            (CHANGES, _("some people: who is not in it stays as they are")),
            (COMPLETE, _("all people of a unit: the posts of who is not in it end")),
        ],
        widget=forms.RadioSelect,
        initial=CHANGES,
    )
    whole = forms.ModelChoiceField(
        label=_("All people of which unit"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("Not set"),
        help_text=_("Only for a complete list."),
    )
    reason = forms.ModelChoiceField(
        label=_("Why their posts end"),
        queryset=Code.objects.filter(list="end_reason"),
        required=False,
        empty_label=_("Not set"),
    )

    def __init__(self, *args: Any, units: UnitQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "whole", units)

    def clean(self) -> dict[str, Any]:
        """Ask of which unit a complete list is, and why posts end."""
        values = super().clean() or self.cleaned_data
        if values.get("mode") == COMPLETE:
            for name in ("whole", "reason"):
                if not values.get(name):
                    self.add_error(name, _("A complete list needs this."))
        return values


class ColumnsForm(forms.Form):
    """What each column of a sheet holds."""

    unit = forms.ModelChoiceField(
        label=_("Unit of rows that name none"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("Not set"),
    )
    category = forms.ModelChoiceField(
        label=_("Staff category of new records whose row names none"),
        queryset=Code.objects.filter(list="staff_category"),
        required=False,
        empty_label=_("Not set"),
    )
    order = forms.ChoiceField(
        label=_("Order of day and month in this file"),
        required=False,
        choices=[
            ("", _("Leave unsure dates out")),
            (DAY_FIRST, _("Day first: 02/9 is 2 September")),
            (MONTH_FIRST, _("Month first: 02/9 is 9 February")),
        ],
        help_text=_("Some dates of the file can only be month first, so the others are unsure."),
    )

    def __init__(
        self, *args: Any, sheet: dict[str, Any], units: UnitQuerySet, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        choose_from(self, "unit", units)
        if not sheet["unsure_dates"]:
            del self.fields["order"]
        choices = [("", _("Not read")), *((field.key, field.label) for field in PEOPLE)]
        for at, heading in enumerate(sheet["headings"]):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=heading or _("Column %(letter)s") % {"letter": letter_of(at)},
                choices=choices,
                required=False,
            )

    def columns(self) -> list[tuple[str, forms.BoundField, list[str]]]:
        """Return, for each column, its letter, its field and some of its cells."""
        return [
            (letter_of(at), self[f"column_{at}"], samples)
            for at, samples in enumerate(self.sheet["samples"])
            if samples or self.sheet["headings"][at]
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse two columns for one meaning, and a file that names nobody."""
        chosen = super().clean() or {}
        mapping: dict[str, int] = {}
        for at in range(len(self.sheet["headings"])):
            key = chosen.get(f"column_{at}", "")
            if key in mapping:
                self.add_error(f"column_{at}", _("Another column is already read as this."))
            elif key:
                mapping[key] = at
        if not any(names <= mapping.keys() for names in NAMED_BY):
            raise forms.ValidationError(_("Say which column holds the name or the code."))
        return {**chosen, "mapping": mapping}


def letter_of(at: int) -> str:
    """Return a column's letters as Excel shows them."""
    letters, number = "", at + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def initial_columns(mapping: dict[str, int]) -> dict[str, str]:
    """Return the form's first values for a mapping."""
    return {f"column_{at}": key for key, at in mapping.items()}
