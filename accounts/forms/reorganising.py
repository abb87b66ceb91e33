"""Forms of the reorganisation of units."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.reorganising import HERE, Outcome, Wanted
from accounts.forms.access import day_field
from accounts.forms.people import managed_units
from accounts.models import Posting, Reorganisation, ReorganisationAct, Unit, UnitPlacement, User
from accounts.reorganising.units import source_units
from files.accept import DOCUMENTS
from files.models import StoredFile
from lms.clock import today
from lms.text import fold, nfc

SHOWN: Final = 200  # people to tick; more are named by their codes
TWO: Final = 2
CODE_AT_MOST: Final = 30
ACTS = ReorganisationAct

LINES = forms.Textarea(attrs={"rows": 4})


class ReorganisationForm(forms.Form):
    """Which units, what becomes of them, from when, by which decision."""

    sources = forms.CharField(
        label=gettext_lazy("Units as they are now"),
        widget=LINES,
        help_text=gettext_lazy("One unit on each line: its code or its full name."),
    )
    targets = forms.CharField(
        label=gettext_lazy("What comes of it"),
        widget=LINES,
        help_text=gettext_lazy(
            "One unit on each line. One that exists: its code or full name. One to be opened: "
            "code; name."
        ),
    )
    name = forms.CharField(label=gettext_lazy("New name"), max_length=200)
    stays = forms.BooleanField(
        label=gettext_lazy("The unit itself goes on, with whoever is not assigned"),
        required=False,
    )
    since = day_field(gettext_lazy("From"), initial=today)
    decision_number = forms.CharField(label=gettext_lazy("Number of the decision"), max_length=60)
    decision_on = day_field(gettext_lazy("Date of the decision"))
    file = forms.FileField(
        label=gettext_lazy("The decision as a file"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": DOCUMENTS.html}),
    )

    def __init__(self, *args: Any, act: str, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.act, self.by = act, by
        self.units = managed_units(by)
        unwanted = {"targets"} if act == ACTS.RENAME else {"name"}
        for name in unwanted | ({"stays"} if act != ACTS.SPLIT else set()):
            del self.fields[name]
        if act != ACTS.MERGE:
            self.fields["sources"].label = _("Unit as it is now")
            self.fields["sources"].help_text = _("Its code or its full name.")
            self.fields["sources"].widget = forms.TextInput()

    def clean_sources(self) -> list[Unit]:
        """Read the units."""
        found = [self._unit(line) for line in _lines(self.cleaned_data["sources"])]
        units = list(dict.fromkeys(found))
        if self.act != ACTS.MERGE and len(units) != 1:
            raise forms.ValidationError(_("Name one unit."))
        return units

    def clean_targets(self) -> list[Outcome]:
        """Read what comes of them."""
        found = [self._outcome(line) for line in _lines(self.cleaned_data["targets"])]
        if self.act != ACTS.SPLIT and len(found) != 1:
            raise forms.ValidationError(_("Name one unit."))
        if self.act == ACTS.CLOSE and found[0].unit is None:
            raise forms.ValidationError(_("Name a unit that exists already."))
        if len({(one.unit, fold(one.name)) for one in found}) < len(found):
            raise forms.ValidationError(_("A unit is named twice."))
        return found

    def clean(self) -> dict[str, Any]:
        """Ask for enough units; one that goes on does not end."""
        values = super().clean() or self.cleaned_data
        sources, targets = values.get("sources"), values.get("targets")
        if not sources or not targets:
            return values
        if self.act == ACTS.MERGE:
            values["sources"] = [unit for unit in sources if unit != targets[0].unit]
            if len({*sources, targets[0].unit} - {None}) < TWO or not values["sources"]:
                self.add_error("sources", _("Name at least two units."))
        if self.act == ACTS.SPLIT and len(targets) + bool(values.get("stays")) < TWO:
            self.add_error("targets", _("Name at least two units."))
        return values

    def wanted(self, document: StoredFile | None) -> Wanted:
        """Return it as the action takes it."""
        held = self.cleaned_data
        renamed = [Outcome(held["name"])] if self.act == ACTS.RENAME else []
        return Wanted(
            act=self.act,
            since=held["since"],
            sources=held["sources"],
            targets=held.get("targets") or renamed,
            stays=bool(held.get("stays")),
            decision_number=held["decision_number"],
            decision_on=held["decision_on"],
            document=document,
        )

    def _outcome(self, line: str) -> Outcome:
        code, parted, name = line.partition(";")
        if not parted:
            unit = self._unit(line)
            return Outcome(unit.name, unit.code, unit)
        if not code.strip() or not name.strip() or len(code.strip()) > CODE_AT_MOST:
            raise forms.ValidationError(_("Write “code; name”: %(line)s") % {"line": line})
        return Outcome(nfc(name.strip())[:200], code.strip())

    def _unit(self, line: str) -> Unit:
        found = self.units.named([line])[line]
        if len(found) == 1:
            return found[0]
        words = _("Several units are called so; write the code: %(line)s")
        if not found:
            words = _("No open unit of this code or name: %(line)s")
        raise forms.ValidationError(words % {"line": line})


class AssignForm(forms.Form):
    """Who and what goes where in a split."""

    def __init__(self, *args: Any, made: Reorganisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made, self.unit = made, source_units(made)[0]
        places = [(str(row.place), row.name) for row in made.targets()]
        if made.stays:
            places = [(str(HERE), _("Stays in %(unit)s") % {"unit": self.unit.name}), *places]
        self.fields["rest"] = forms.ChoiceField(
            label=_("Whoever and whatever is not assigned below"),
            choices=places,
            help_text=_("This unit also takes over what belongs to nobody in particular."),
        )
        for link in self._below():
            self.fields[f"unit_{link.unit_id}"] = forms.ChoiceField(
                label=link.unit.name, choices=[("", _("Not assigned")), *places], required=False
            )
        for row in made.targets():
            self._add_people(row.place, row.name)

    def _below(self) -> list[UnitPlacement]:
        rows = UnitPlacement.objects.filter(parent=self.unit, until=None, unit__closed_on=None)
        return list(rows.select_related("unit").order_by("unit__search_key", "pk"))

    def _add_people(self, place: int, name: str) -> None:
        people = User.objects.filter(postings__in=self._posts()).distinct()
        if people.count() <= SHOWN:
            self.fields[f"people_{place}"] = forms.ModelMultipleChoiceField(
                label=_("People who go to %(unit)s") % {"unit": name},
                queryset=people.order_by("sort_key", "pk"),
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        titles = self._posts().exclude(title="").order_by("title").values_list("title", flat=True)
        self.fields[f"titles_{place}"] = forms.MultipleChoiceField(
            label=_("Positions that go to %(unit)s") % {"unit": name},
            choices=[(title, title) for title in titles.distinct()[:SHOWN]],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        self.fields[f"codes_{place}"] = forms.CharField(
            label=_("Codes of people who go to %(unit)s") % {"unit": name},
            widget=LINES,
            required=False,
            help_text=_("A column of a spreadsheet may be pasted: one sign-in or staff code each."),
        )

    def _posts(self) -> Any:
        return Posting.objects.standing().filter(unit=self.unit)

    def clean(self) -> dict[str, Any]:
        """Read where everybody goes; nobody goes to two units."""
        values = super().clean() or self.cleaned_data
        people: dict[str, int] = {}
        for row in self.made.targets():
            for pk in self._named(row.place, values):
                if people.setdefault(str(pk), row.place) != row.place:
                    who = User.objects.get(pk=pk).full_name
                    self.add_error(None, _("Goes to two units: %(person)s") % {"person": who})
        by_title = self._by_title(values)
        values["assigned"] = {
            "rest": int(values.get("rest") or 0),
            "units": {
                name.removeprefix("unit_"): int(value)
                for name, value in values.items()
                if name.startswith("unit_") and value
            },
            "people": by_title | people,
        }
        return values

    def _named(self, place: int, values: dict[str, Any]) -> set[int]:
        ticked = {person.pk for person in values.get(f"people_{place}") or ()}
        codes = {line.casefold() for line in _lines(values.get(f"codes_{place}") or "")}
        if not codes:
            return ticked
        posts = self._posts().values_list("user", "user__username", "user__staff_code")
        known: dict[str, int] = {}
        for pk, *names in posts:
            known |= {name.casefold(): pk for name in names if name}
        if unknown := sorted(codes - set(known)):
            words = _("Nobody in the unit has this code: %(codes)s")
            self.add_error(f"codes_{place}", words % {"codes": ", ".join(unknown[:10])})
        return ticked | {known[code] for code in codes if code in known}

    def _by_title(self, values: dict[str, Any]) -> dict[str, int]:
        """Return where each position goes; who is named goes where they are named."""
        found: dict[str, int] = {}
        for row in self.made.targets():
            titles = values.get(f"titles_{row.place}") or []
            holders = self._posts().filter(title__in=titles).values_list("user", flat=True)
            found |= {str(pk): row.place for pk in holders}
        return found


def _lines(text: str) -> list[str]:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [line for line in lines if line]
