"""What the pages for who keeps surveys send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import choose_from, day_field
from accounts.models import Unit, User
from accounts.permissions import Permission
from surveys.models import Survey, SurveyVersion
from surveys.questions import Question, UnreadableError, as_text, from_text, read


class NewSurveyForm(forms.Form):
    """What a survey is called and whose it is."""

    title = forms.CharField(label=_("Title"), max_length=200)
    unit = forms.ModelChoiceField(label=_("Kept by"), queryset=Unit.objects.none())

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = by.role_grants.giving(by, Permission.MANAGE_SURVEYS)
        own = Q(pk__in=held.unit_ids()) | Q(pk__in=held.provider_unit_ids())
        units = (
            Unit.objects.open() if held.site_wide().exists() else Unit.objects.open().filter(own)
        )
        choose_from(self, "unit", units)


class DraftForm(forms.Form):
    """What a survey asks, one question a line."""

    introduction = forms.CharField(
        label=_("Introduction"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What the answers are for; it stands above the questions."),
    )
    questions = forms.CharField(
        label=_("Questions"),
        max_length=30_000,
        widget=forms.Textarea({"rows": 18, "spellcheck": "true"}),
        help_text=_(
            "One a line. “# Words” begins a criterion. [1-10] is marked, [chọn] is chosen from, "
            "[chữ] is answered in words; answers and the words of both ends stand after |."
        ),
    )

    def __init__(self, *args: Any, version: SurveyVersion, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "introduction": version.introduction,
            "questions": as_text(read(version.questions)),
        }
        super().__init__(*args, **kwargs)

    def clean_questions(self) -> tuple[Question, ...]:
        """Read the lines; every fault is told with its line."""
        try:
            return from_text(self.cleaned_data["questions"])
        except UnreadableError as error:
            raise ValidationError(error.sentences) from error


class DaysForm(forms.Form):
    """From when until when a survey is asked."""

    opens_on = day_field(_("First day"))
    closes_on = day_field(_("Last day"))


class AskForm(DaysForm):
    """Which survey is asked in a class, when, and whether names are kept."""

    survey = forms.ModelChoiceField(label=_("Survey"), queryset=Survey.objects.none())
    is_anonymous = forms.BooleanField(
        label=_("Anonymous: nobody can see who answered what"), required=False, initial=True
    )
    field_order = ("survey", "opens_on", "closes_on", "is_anonymous")

    def __init__(self, *args: Any, surveys: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "survey", surveys)

    def version(self) -> SurveyVersion:
        """Return the newest published version of the chosen survey."""
        versions = self.cleaned_data["survey"].versions
        found: SurveyVersion = versions.filter(published_at__isnull=False).latest("number")
        return found
