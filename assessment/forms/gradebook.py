"""Forms of the gradebook: how marks are worked out, one mark, an exemption, a file of marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.actions.gradebook import ItemSpec
from assessment.gradebook import Item, Scheme
from assessment.models.gradebook import SchemeMethod
from files.accept import SPREADSHEETS

BLANK_ROWS = 2
PLACES = 2
SHEETS = gettext_lazy("Excel or CSV file with the sign-in codes and a column for each component")


def parse_points(text: str) -> Decimal | None:
    """Return typed points: `8,5` and `8.5` are the same, nothing is None.

    Raises `ValidationError` with a sentence for what is no number.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", ".")
    if not plain:
        return None
    try:
        points = Decimal(plain)
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or "e" in plain.lower():
        raise ValidationError(_("“%(text)s” is not a number.") % {"text": text.strip()[:20]})
    if points != round(points, PLACES):
        raise ValidationError(_("At most two places after the comma."))
    return points


class SchemeForm(forms.Form):
    """How the marks of the components become one."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    method = forms.ChoiceField(
        label=gettext_lazy("How the final mark is worked out"), choices=SchemeMethod.choices
    )
    least_percent = forms.IntegerField(
        label=gettext_lazy("Final mark to pass (%)"), min_value=0, max_value=100
    )
    drop_lowest = forms.IntegerField(
        label=gettext_lazy("Lowest marks left out"),
        min_value=0,
        max_value=20,
        help_text=gettext_lazy("Of the components that are not required, for each learner."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Document or reason"), max_length=300, required=False
    )


class ItemForm(forms.Form):
    """A component; of work of the course only what the class decides about it."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    counts = forms.BooleanField(label=gettext_lazy("Counts"), required=False)
    title_vi = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=200, required=False
    )
    max_points = forms.DecimalField(
        label=gettext_lazy("Scale"),
        min_value=Decimal("0.01"),
        max_value=999,
        decimal_places=2,
        required=False,
        localize=True,
    )
    pass_percent = forms.IntegerField(
        label=gettext_lazy("Pass mark (%)"), min_value=0, max_value=100, required=False
    )
    weight = forms.DecimalField(
        label=gettext_lazy("Weight"),
        min_value=0,
        max_value=999,
        decimal_places=2,
        required=False,
        localize=True,
    )
    is_required = forms.BooleanField(label=gettext_lazy("Required"), required=False)

    def __init__(self, *args: Any, item: Item | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item

    @property
    def is_work(self) -> bool:
        """Return whether title, scale and pass mark are those of the course."""
        return self.item is not None and not self.item.is_on_paper

    def clean(self) -> dict[str, Any]:
        """Ask for title and scale of a component on paper."""
        found = super().clean() or self.cleaned_data
        if self.item is None and found.get("title_vi"):
            found["counts"] = True  # who names a new component wants it
        if found.get("counts") and not self.is_work and not self.errors:
            for name in ("title_vi", "max_points", "pass_percent"):
                if found.get(name) in (None, ""):
                    self.add_error(name, _("Fill this in."))
        if found.get("counts") and found.get("weight") is None and not self.errors:
            self.add_error("weight", _("Fill this in."))
        return found

    def spec(self) -> ItemSpec | None:
        """Return what is wanted; None for a component that does not count."""
        told = self.cleaned_data
        if not told["counts"]:
            return None
        key = self.item.key if self.item else None
        weight, required = told["weight"], told["is_required"]
        if self.is_work:
            return ItemSpec(key, weight, required)
        paper = {
            name: told[name] for name in ("title_vi", "title_en", "max_points", "pass_percent")
        }
        return ItemSpec(key, weight, required, **paper)


def item_forms(data: Any, scheme: Scheme, work: Iterable[Item], least: int) -> list[ItemForm]:
    """Return a form for each component, counted or not, and some empty ones."""
    counted = {item.key for item in scheme.items}
    items = [*scheme.items, *(item for item in work if item.key not in counted)]
    rows: list[Item | None] = [*items, *[None] * BLANK_ROWS]
    found = []
    for number, item in enumerate(rows):
        initial = _initial(item, is_counted=item is not None and item.key in counted, least=least)
        found.append(ItemForm(data, prefix=f"i{number}", initial=initial, item=item))
    return found


def _initial(item: Item | None, *, is_counted: bool, least: int) -> dict[str, Any]:
    if item is None:
        return {"weight": Decimal(1), "max_points": Decimal(10), "pass_percent": least}
    names = ("key", "title_vi", "title_en", "max_points", "pass_percent", "weight", "is_required")
    return {name: getattr(item, name) for name in names} | {"counts": is_counted}


class PointsField(forms.CharField):
    """Points as people type them, with a comma or a point."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs), max_length=20, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return the number."""
        return parse_points(str(value or ""))

    def validate(self, value: Any) -> None:
        """Ask for a number where one is needed."""
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Do nothing: the action knows the scale."""


class CorrectionForm(forms.Form):
    """Another mark for one learner, and why."""

    points = PointsField(
        label=gettext_lazy("Points"),
        required=False,
        help_text=gettext_lazy("Empty: the mark is taken back."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ExemptForm(forms.Form):
    """Why a component does not count for one learner."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class SheetForm(forms.Form):
    """A file of marks."""

    file = forms.FileField(
        label=gettext_lazy("Spreadsheet file"),
        help_text=SHEETS,
        widget=forms.ClearableFileInput(attrs={"accept": SPREADSHEETS.html}),
        allow_empty_file=True,
    )


class CodedSheetForm(SheetForm):
    """A file of marks that was taken from the same page: its rows go by code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("The sheet of this page, filled in; rows go by code.")
