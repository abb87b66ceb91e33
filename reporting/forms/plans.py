"""Forms about plans and programmes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import choose_from
from accounts.models import Unit
from courses.models import Course, Provider
from reference.models import Code
from reporting.models import Plan, PlanLine, PlanShare, ProgrammeTask
from reporting.models.programmes import TaskStatus

if TYPE_CHECKING:  # Django's own class takes no parameter while the program runs
    PlanFields = forms.ModelForm[Plan]
    LineFields = forms.ModelForm[PlanLine]
    ShareFields = forms.ModelForm[PlanShare]
else:
    PlanFields = LineFields = ShareFields = forms.ModelForm


class PlanForm(PlanFields):
    """The head of a plan."""

    class Meta:
        model = Plan
        fields = ("unit", "year", "title_vi", "title_en", "document", "basis")
        labels = {"unit": _("Unit")}
        help_texts = {
            "document": _("Number, symbol and date, for example 12/KH-UBND of 15/01/2026.")
        }

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "unit", units)  # type: ignore[arg-type]

    def words(self) -> dict[str, Any]:
        """Return what is said besides unit and year."""
        chosen = self.cleaned_data
        return {name: chosen[name] for name in ("title_vi", "title_en", "document", "basis")}


class PlanLineForm(LineFields):
    """A line; the plan is known, so the form can say what is there twice."""

    class Meta:
        model = PlanLine
        fields = (
            "title_vi",
            "title_en",
            "content_group",
            "course",
            "partner",
            "quarter",
            "quota",
            "carried_over",
            "budget",
            "owner",
            "reported_turns",
            "source",
        )
        help_texts = {
            "course": _(
                "With a course only that course counts; without one, the rest of its group."
            ),
            "source": _("The document that gives the figure. Nobody is invented for it."),
        }

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self._choose("content_group", Code.objects.filter(list="content_group"))
        self._choose("course", Course.objects.offered())
        self._choose("partner", Provider.objects.all())
        self._choose("owner", Unit.objects.open().under(plan.unit_id).filter(kind="department"))

    def _choose(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Say what the database would refuse."""
        chosen: dict[str, Any] = super().clean() or {}
        if chosen.get("reported_turns") and not chosen.get("source"):
            self.add_error("source", _("Name the document that gives the figure."))
        course, group = chosen.get("course"), chosen.get("content_group")
        others = self.plan.lines.exclude(pk=self.instance.pk)
        if course and others.filter(course=course).exists():
            self.add_error("course", _("The plan has a line for this course already."))
        if group and not course and others.filter(course=None, content_group=group).exists():
            self.add_error("content_group", _("The plan has a line for this group already."))
        if course and group and course.content_group_id != group.pk:
            self.add_error("content_group", _("The course belongs to another content group."))
        return chosen


class SharesForm(forms.Form):
    """One figure for each unit directly below the plan's; empty and 0 mean: no quota."""

    def __init__(self, *args: Any, line: PlanLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {share.unit_id: share.quota for share in line.shares.all()}
        self.units = list(
            Unit.objects.open()
            .filter(placements__parent=line.plan.unit_id, placements__until=None)
            .order_by("name", "pk")
        )
        for unit in self.units:
            self.fields[f"unit_{unit.pk}"] = forms.IntegerField(
                label=unit.name, min_value=0, required=False, initial=held.get(unit.pk)
            )

    def quotas(self) -> Mapping[int, int]:
        """Return the figure of each unit that was changed."""
        return {
            unit.pk: self.cleaned_data[f"unit_{unit.pk}"] or 0
            for unit in self.units
            if f"unit_{unit.pk}" in self.changed_data
        }


class AnswerForm(ShareFields):
    """What a unit says to its quota; without words it accepts."""

    class Meta:
        model = PlanShare
        fields = ("comment",)
        widgets = {"comment": forms.Textarea({"rows": 3})}
        help_texts = {"comment": _("Leave it empty to accept the quota as it stands.")}


class TaskReportForm(forms.Form):
    """How a task stands, in the words of the unit in charge."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=[row for row in TaskStatus.choices if row[0] != TaskStatus.NOT_UPDATED],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("What was done, what is next"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )

    @classmethod
    def of(cls, task: ProgrammeTask, data: Any) -> TaskReportForm:
        """Return the form as the task stands."""
        status = "" if task.status == TaskStatus.NOT_UPDATED else task.status
        return cls(data, initial={"status": status, "note": task.last_note})
