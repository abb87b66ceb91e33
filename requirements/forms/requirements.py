"""The terms of a requirement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from accounts.models import User
from accounts.permissions import Permission
from courses.models import Course
from enrolments.forms.classes import PARTS, DecisionForm
from lms.clock import today
from reference.models import LegalBasis
from requirements.actions.requirements import CourseSet
from requirements.models import Audience, Requirement
from requirements.models.audiences import AudienceState
from requirements.models.requirements import DueKind, RecursFrom

SETS = 3
FACTS = (
    "title_vi", "title_en", "legal_basis", "due_kind", "due_on", "due_days", "min_days",
    "every_months", "recurs_from", "window_days", "counts_earlier",
)  # fmt: skip


class RequirementForm(DecisionForm):
    """Who must finish what by when, how often, and by which document."""

    title_vi = forms.CharField(label=_("What must be completed"), max_length=250)
    title_en = forms.CharField(label=_("The same in English"), max_length=250, required=False)
    audience = forms.ModelChoiceField(label=_("Audience"), queryset=Audience.objects.none())
    due_kind = forms.ChoiceField(
        label=_("The due date is counted from"), choices=DueKind.choices, widget=forms.RadioSelect
    )
    due_on = day_field(_("Due date, where it is a fixed day"), required=False)
    due_days = forms.IntegerField(
        label=_("Days, where it is counted"), required=False, min_value=0, max_value=3650
    )
    min_days = forms.IntegerField(
        label=_("Least days for everybody"),
        min_value=0,
        max_value=3650,
        initial=30,
        help_text=_("However late somebody comes under it, this time is left."),
    )
    every_months = forms.IntegerField(
        label=_("Again every so many months"),
        required=False,
        min_value=1,
        max_value=600,
        help_text=_("Leave empty where it is done once."),
    )
    recurs_from = forms.ChoiceField(
        label=_("The next turn is counted from"), choices=RecursFrom.choices
    )
    window_days = forms.IntegerField(
        label=_("Days before the due date from which the next turn may be done"),
        min_value=1,
        max_value=730,
        initial=60,
    )
    counts_earlier = forms.BooleanField(
        label=_("Who has completed it before is credited"), required=False, initial=True
    )
    legal_basis = forms.ModelChoiceField(
        label=_("Legal basis"),
        required=False,
        queryset=LegalBasis.objects.none(),
        help_text=_("Or enter the decision below."),
    )
    field_order = [
        *("title_vi", "title_en", "audience", "due_kind", "due_on", "due_days", "min_days"),
        *("every_months", "recurs_from", "window_days", "counts_earlier", "legal_basis", *PARTS),
    ]

    def paper(self) -> list[forms.BoundField]:
        """Return the fields of the decision, drawn apart."""
        return [self[name] for name in PARTS]

    def terms(self) -> list[forms.BoundField]:
        """Return the other fields."""
        return [field for field in self if field.name not in PARTS]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        audiences, bases = self.fields["audience"], self.fields["legal_basis"]
        if isinstance(audiences, forms.ModelChoiceField):
            kept = Audience.objects.allowing(by, Permission.MANAGE_REQUIREMENTS)
            audiences.queryset = kept.exclude(state=AudienceState.DRAFT).order_by("name")
        if isinstance(bases, forms.ModelChoiceField):
            bases.queryset = LegalBasis.objects.filter(effective_to=None)

    def clean(self) -> dict[str, Any]:
        """Ask for the day or the days, and for a document."""
        cleaned = super().clean()
        fixed = cleaned.get("due_kind") == DueKind.FIXED
        if fixed and not cleaned.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", gettext("Enter the day."))
        if not fixed and cleaned.get("due_days") is None and "due_days" not in self.errors:
            self.add_error("due_days", gettext("Enter the number of days."))
        if fixed and cleaned.get("due_on") and cleaned["due_on"] < today():
            self.add_error("due_on", gettext("This day has passed."))
        if not cleaned.get("legal_basis") and not cleaned.get("number"):
            self.add_error("legal_basis", gettext("People read which document asks for it."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return the plain columns."""
        facts = {name: self.cleaned_data[name] for name in FACTS}
        if facts["due_kind"] == DueKind.FIXED:
            facts["due_days"] = None
        else:
            facts["due_on"] = None
        return facts


class CourseSetForm(forms.Form):
    """So many of these courses."""

    courses = forms.ModelMultipleChoiceField(
        label=_("Courses"),
        required=False,
        queryset=Course.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    needed = forms.IntegerField(
        label=_("How many of them must be completed"),
        required=False,
        min_value=1,
        max_value=50,
        help_text=_("Leave empty where all of them must be."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["courses"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = Course.objects.offered().filter(archived_at=None).order_by("code")

    def clean(self) -> dict[str, Any]:
        """Refuse asking for more than there is."""
        cleaned = super().clean() or {}
        chosen = cleaned.get("courses")
        if cleaned.get("needed") and chosen is not None and cleaned["needed"] > len(chosen):
            self.add_error("needed", gettext("More than the courses that were ticked."))
        return cleaned

    def course_set(self) -> CourseSet | None:
        """Return the set, or None where nothing was ticked."""
        chosen = tuple(course.pk for course in self.cleaned_data["courses"])
        return CourseSet(self.cleaned_data["needed"] or len(chosen), chosen) if chosen else None


def typed_of(requirement: Requirement) -> dict[str, Any]:
    """Return a draft as the form shows it."""
    typed = {name: getattr(requirement, name) for name in FACTS}
    decision = requirement.decision
    if decision:
        typed |= {name: getattr(decision, name) for name in PARTS}
    return typed | {"audience": requirement.audience_id}


def sets_of(requirement: Requirement) -> list[dict[str, Any]]:
    """Return the sets of a draft as their forms show them."""
    rows = requirement.sets.prefetch_related("choices")
    return [
        {"needed": one.needed, "courses": [choice.course_id for choice in one.choices.all()]}
        for one in rows
    ]
