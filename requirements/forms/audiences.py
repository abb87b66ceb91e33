"""The sentence builder, and the name of an audience."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import choose_from, day_field
from accounts.models import Scope, Unit, UnitClosure, UnitKind, User
from accounts.permissions import Permission
from courses.models import Course
from reference.models import Code
from requirements.sentences import CATEGORIES, POSITIONS, TAGS, Sentence

NOT_DONE, DONE = "not_done", "done"


def units_of(user: User) -> QuerySet[Unit]:
    """Return the units an audience may belong to: those a role was given for."""
    held = user.role_grants.giving(user, Permission.MANAGE_REQUIREMENTS)
    below = UnitClosure.objects.filter(depth__gt=0).values("descendant")
    units = Unit.objects.open()
    if held.site_wide().exists():
        return units.exclude(pk__in=below)
    return units.filter(pk__in=held.filter(scope=Scope.UNIT).values("unit"))


class AudienceForm(forms.Form):
    """What an audience is called, whose people it takes."""

    name = forms.CharField(label=_("Name"), max_length=200)
    unit = forms.ModelChoiceField(
        label=_("People of"),
        queryset=Unit.objects.none(),
        help_text=_("This unit and all below it; the rule narrows it further."),
    )
    follows = forms.BooleanField(
        label=_("People join and leave by themselves, each night"), required=False, initial=True
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "unit", units_of(by))


def _codes(code_list: str) -> list[tuple[str, str]]:
    rows = Code.objects.filter(list=code_list, effective_to=None)
    return [(row.code, row.name) for row in rows]


class SentenceForm(forms.Form):
    """One alternative: conditions that all must hold; what is left empty asks nothing."""

    categories = forms.MultipleChoiceField(
        label=_("Staff category"), required=False, widget=forms.CheckboxSelectMultiple
    )
    positions = forms.MultipleChoiceField(
        label=_("Group of positions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    heads = forms.BooleanField(label=_("Heads of units only"), required=False)
    kinds = forms.MultipleChoiceField(
        label=_("Kind of unit"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=UnitKind.choices,
    )
    units = forms.CharField(
        label=_("Units"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("A code or name on each line, as a column copied from Excel."),
    )
    tags = forms.MultipleChoiceField(
        label=_("Marked as"), required=False, widget=forms.CheckboxSelectMultiple
    )
    posted_since = day_field(_("In the post since this day or later"), required=False)
    studied = forms.ChoiceField(
        label=_("Completed or not"),
        required=False,
        choices=[("", "–"), (NOT_DONE, _("has not completed")), (DONE, _("has completed"))],
    )
    course = forms.ModelChoiceField(
        label=_("Which course"), required=False, queryset=Course.objects.none()
    )
    years = forms.IntegerField(label=_("Within years"), required=False, min_value=1, max_value=50)

    def __init__(self, *args: Any, inside: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inside = inside
        lists = {"categories": CATEGORIES, "positions": POSITIONS, "tags": TAGS}
        for name, code_list in lists.items():
            field = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = _codes(code_list)
        courses = self.fields["course"]
        if isinstance(courses, forms.ModelChoiceField):
            courses.queryset = Course.objects.offered().filter(archived_at=None)

    def clean_units(self) -> tuple[int, ...]:
        """Find each unit within the audience's; say which line names none, or several."""
        lines = [line.strip() for line in self.cleaned_data["units"].splitlines() if line.strip()]
        if not lines:
            return ()
        inside = Unit.objects.open().under(self.inside.pk)
        found: list[int] = []
        faults: list[str] = []
        for line, named in inside.named(lines).items():
            found += [unit.pk for unit in named]
            if not named:
                faults.append(gettext("“%s” is not a unit here.") % line)
            elif len(named) > 1:
                faults.append(gettext("“%s” names several units; write the code.") % line)
        if faults:
            raise forms.ValidationError(faults)
        return tuple(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        """Ask for the course where something is said about one."""
        cleaned = super().clean() or {}
        if cleaned.get("studied") and not cleaned.get("course"):
            self.add_error("course", gettext("Choose the course."))
        if cleaned.get("course") and not cleaned.get("studied"):
            self.add_error("studied", gettext("Say whether it is completed or not."))
        return cleaned

    def sentence(self) -> Sentence:
        """Return what was typed."""
        typed = self.cleaned_data
        since, course = typed["posted_since"], typed["course"]
        return Sentence(
            units=typed["units"],
            kinds=tuple(typed["kinds"]),
            categories=tuple(typed["categories"]),
            positions=tuple(typed["positions"]),
            heads=typed["heads"],
            tags=tuple(typed["tags"]),
            posted_since=since.isoformat() if since else "",
            course=course.pk if course else None,
            done=typed["studied"] == DONE,
            years=typed["years"] if course else None,
        )


def typed_of(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence as the form shows it; one query where units are named."""
    codes = Unit.objects.filter(pk__in=sentence.units).values_list("code", flat=True)
    studied = (DONE if sentence.done else NOT_DONE) if sentence.course else ""
    return {
        "units": "\n".join(codes) if sentence.units else "",
        "kinds": sentence.kinds,
        "categories": sentence.categories,
        "positions": sentence.positions,
        "heads": sentence.heads,
        "tags": sentence.tags,
        "posted_since": sentence.posted_since or None,
        "studied": studied,
        "course": sentence.course,
        "years": sentence.years,
    }


class TagForm(forms.Form):
    """What an officer says of somebody's work."""

    tags = forms.ModelMultipleChoiceField(
        label=_("Marked as"),
        required=False,
        queryset=Code.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tags"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = Code.objects.filter(list=TAGS, effective_to=None)
