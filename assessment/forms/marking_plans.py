"""What the pages of a marking plan send."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assessment.actions.marking_plans import TWO, PlanSpec
from assessment.appeals import people_who_judge
from assessment.models import MarkingPlan
from assessment.models.marking_plans import trainers_of
from enrolments.models import Cohort

SINGLE, DOUBLE = "single", "double"


class PlanForm(forms.Form):
    """Who marks, once or twice, and what happens where two marks are far apart."""

    markers = forms.ModelMultipleChoiceField(
        label=_("Markers"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Works are shared out evenly among them, later ones as they come. With nobody ticked "
            "every trainer of the class takes works from the queue."
        ),
    )
    way = forms.ChoiceField(
        label=_("Way of marking"),
        choices=[
            (SINGLE, _("One marker for each work")),
            (DOUBLE, _("Two markers for each work, independently")),
        ],
        widget=forms.RadioSelect,
    )
    tolerance = forms.DecimalField(
        label=_("Points by which two marks may differ"),
        min_value=Decimal(0),
        max_digits=5,
        decimal_places=2,
        required=False,
        help_text=_("Up to this, the mean of both is the mark. Beyond it the moderator decides."),
    )
    moderator = forms.ModelChoiceField(
        label=_("Moderator"), queryset=User.objects.none(), required=False
    )
    is_anonymous = forms.BooleanField(
        label=_("Hide the learners' names from the markers until the results are released"),
        required=False,
    )

    def __init__(self, *args: Any, cohort: Cohort, plan: MarkingPlan | None, **kwargs: Any) -> None:
        kwargs["initial"] = _given(plan)
        super().__init__(*args, **kwargs)
        for name, people in (
            ("markers", trainers_of(cohort)),
            ("moderator", people_who_judge(cohort)),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = people.by_given_name()

    def clean_tolerance(self) -> Decimal:
        """Return nothing left empty as one point."""
        tolerance: Decimal | None = self.cleaned_data["tolerance"]
        return Decimal(1) if tolerance is None else tolerance

    def clean(self) -> dict[str, Any]:
        """Say beside the field what two independent marks need."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("way") == DOUBLE:
            if len(cleaned.get("markers") or ()) < TWO:
                self.add_error("markers", gettext("Two independent marks need two markers."))
            if not cleaned.get("moderator"):
                self.add_error("moderator", gettext("Say who decides where marks are far apart."))
        return cleaned

    def spec(self) -> PlanSpec:
        """Return what the plan says."""
        given = self.cleaned_data
        return PlanSpec(
            is_double=given["way"] == DOUBLE,
            is_anonymous=given["is_anonymous"],
            tolerance=given["tolerance"],
            moderator=given["moderator"],
            markers=list(given["markers"]),
        )


class HandOverForm(forms.Form):
    """Which marker gets a work instead."""

    to = forms.ModelChoiceField(queryset=User.objects.none())

    def __init__(self, *args: Any, plan: MarkingPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = plan.markers.all()


def _given(plan: MarkingPlan | None) -> dict[str, Any]:
    if plan is None:
        return {"way": SINGLE, "tolerance": Decimal(1)}
    return {
        "way": DOUBLE if plan.is_double else SINGLE,
        "tolerance": f"{plan.tolerance.normalize():f}",
        "moderator": plan.moderator_id,
        "is_anonymous": plan.is_anonymous,
        "markers": list(plan.markers.values_list("pk", flat=True)),
    }
