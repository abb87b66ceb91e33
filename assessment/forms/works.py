"""What the pages of works send."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from assessment.actions.works import TEXT_AT_MOST
from assessment.assignments import FrozenAssignment
from assessment.models import BlindMark, Mark, MarkingClaim
from assessment.models.assignments import SubmissionState
from assessment.models.marking_plans import judged_by
from enrolments.models import Cohort
from files.accept import AUDIO, PAPERS
from files.models import StoredFile
from lms.clock import end_of_day, today

MINE, FREE = "mine", "free"
WAITING, RESUBMITTED, LATE, MARKED = "waiting", "resubmitted", "late", "marked"


class TextForm(forms.Form):
    """The text of a draft and the revision it was written upon."""

    text = forms.CharField(
        label=gettext_lazy("Your work"),
        required=False,
        strip=False,
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea({"rows": 16, "spellcheck": "true", "data-work-text": ""}),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """Return the text with plain line ends, as it is kept."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")


class UploadsForm(forms.Form):
    """Files that come with the draft: whole, or sent in slices beforehand."""

    paper = forms.FileField(
        label=gettext_lazy("Document or photograph"),
        required=False,
        widget=forms.FileInput({"accept": PAPERS.html, "data-upload-field": ""}),
    )
    recording = forms.FileField(
        label=gettext_lazy("Audio recording"),
        required=False,
        widget=forms.FileInput({"accept": AUDIO.html, "data-upload-field": ""}),
    )
    uploaded = forms.ModelMultipleChoiceField(StoredFile.objects.none(), required=False)

    def __init__(self, *args: Any, by: User, assignment: FrozenAssignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, taken in (
            ("paper", assignment.takes_files),
            ("recording", assignment.takes_audio),
        ):
            if not taken:
                del self.fields[name]
        uploaded = self.fields["uploaded"]
        if isinstance(uploaded, forms.ModelMultipleChoiceField):
            uploaded.queryset = StoredFile.objects.visible_to(by)

    def sent(self) -> list[tuple[str, UploadedFile[Any]]]:
        """Return the files that came with the form, by field."""
        names = [name for name in ("paper", "recording") if name in self.fields]
        return [(name, self.cleaned_data[name]) for name in names if self.cleaned_data[name]]


class InboxFilter(forms.Form):
    """What narrows the queue of works."""

    cohort = forms.ModelChoiceField(
        label=gettext_lazy("Class"),
        queryset=Cohort.objects.none(),
        required=False,
        empty_label=gettext_lazy("All classes"),
    )
    assignment = forms.UUIDField(
        label=gettext_lazy("Assignment"), required=False, widget=forms.Select
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("To mark")),
            (RESUBMITTED, gettext_lazy("Handed in again")),
            (LATE, gettext_lazy("Handed in late")),
            (MARKED, gettext_lazy("Marked")),
        ],
    )

    whose = forms.ChoiceField(
        label=gettext_lazy("Taken by"),
        required=False,
        choices=[
            ("", gettext_lazy("Anybody or nobody")),
            (MINE, gettext_lazy("Oneself")),
            (FREE, gettext_lazy("Nobody: free to mark")),
        ],
    )

    def __init__(
        self,
        *args: Any,
        cohorts: Any,
        assignments: list[tuple[str, str]],
        marker: User,
        **kwargs: Any,
    ) -> None:
        self.marker = marker
        super().__init__(*args, **kwargs)
        cohort, assignment = self.fields["cohort"], self.fields["assignment"]
        if isinstance(cohort, forms.ModelChoiceField):
            cohort.queryset = cohorts
        assignment.widget = forms.Select(choices=[("", _("All assignments")), *assignments])

    def narrow(self, works: Any) -> Any:
        """Return the works that pass; a filter that cannot be read passes none."""
        if not self.is_valid():
            return works.none()
        chosen = self.cleaned_data
        if chosen["cohort"]:
            works = works.filter(enrolment__cohort=chosen["cohort"])
        if chosen["assignment"]:
            works = works.filter(assignment_key=chosen["assignment"])
        done = Q(judged_by(self.marker)) | Q(state=SubmissionState.MARKED)
        works = works.filter(done) if chosen["state"] == MARKED else works.exclude(done)
        if chosen["state"] == RESUBMITTED:
            works = works.filter(number__gt=1)
        works = self._taken(works, chosen["whose"])
        return works.filter(is_late=True) if chosen["state"] == LATE else works

    def _taken(self, works: Any, whose: str) -> Any:
        claims = MarkingClaim.objects.in_force(timezone.now())
        if whose == MINE:
            return works.filter(pk__in=claims.filter(marker=self.marker).values("submission"))
        return works.exclude(pk__in=claims.values("submission")) if whose == FREE else works


class MarkForm(forms.Form):
    """Points by criterion, or for the whole, and a comment."""

    comment = forms.CharField(
        label=gettext_lazy("Comment to the learner"),
        required=False,
        max_length=8000,
        widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy("Seen by the learner once the results are released."),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        assignment: FrozenAssignment,
        last: Mark | BlindMark | None,
        is_released: bool,
        start: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.assignment = assignment
        kwargs["initial"] = start or _given(last)
        super().__init__(*args, **kwargs)
        rows = {f"c-{row.key}": (row.name, row.points, row.hint) for row in assignment.criteria}
        whole = {"points": (_("Points"), assignment.max_points, "")}
        points = {
            name: _points_field(label, most, hint)
            for name, (label, most, hint) in (rows or whole).items()
        }
        self.fields = points | self.fields
        if is_released:
            self.fields["reason"] = forms.CharField(
                label=_("Reason for the correction"), max_length=300
            )

    @property
    def point_fields(self) -> list[forms.BoundField]:
        """Return the fields that add up."""
        return [self[name] for name in self.fields if name == "points" or name.startswith("c-")]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """Return the words."""
        return [self[name] for name in self.fields if name in {"comment", "reason"}]

    def criteria(self) -> dict[str, Decimal]:
        """Return the points by criterion."""
        return {row.key: self.cleaned_data[f"c-{row.key}"] for row in self.assignment.criteria}

    def points(self) -> Decimal:
        """Return the points of the whole, where there are no criteria."""
        points: Decimal = self.cleaned_data.get("points") or Decimal(0)
        return points


class DayForm(forms.Form):
    """Another due day for one learner."""

    day = forms.DateField(
        label=gettext_lazy("New due day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )

    def clean_day(self) -> dt.date:
        """Refuse a day that is over."""
        day: dt.date = self.cleaned_data["day"]
        if day < today():
            raise forms.ValidationError(_("The day is over already."))
        return day

    def due_at(self) -> dt.datetime:
        """Return the end of the day."""
        return end_of_day(self.cleaned_data["day"])


def _given(last: Mark | BlindMark | None) -> dict[str, Any]:
    if last is None:
        return {}
    by_criterion = {f"c-{key}": value for key, value in last.criteria.items()}
    return {"seen": last.pk, "comment": last.comment, "points": last.points, **by_criterion}


def _points_field(label: str, most: Decimal, hint: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=most,
        max_digits=5,
        decimal_places=2,
        help_text=hint,
        widget=forms.NumberInput({"step": "0.25", "data-points": "", "inputmode": "decimal"}),
    )
