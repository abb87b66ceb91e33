"""What authors type outside of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.models import Course, CourseVersion, Lesson, Module, Moves, Provider, Subject
from reference.models import Code

PERIODS = ("periods_online", "periods_class", "periods_guided", "periods_test")


if TYPE_CHECKING:
    AnyModelForm = forms.ModelForm[Any]  # at run time the class takes no parameter
else:
    AnyModelForm = forms.ModelForm


class RevisionForm(AnyModelForm):
    """A form that remembers which save it was opened on."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"].initial = self.instance.revision
        for name, field in self.fields.items():
            if name in PERIODS:
                field.widget.attrs |= {"min": "0", "step": "0.5", "inputmode": "decimal"}

    def changes(self) -> dict[str, Any]:
        """Return the values for the action."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class CourseForm(forms.Form):
    """A new course."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=20)
    title_vi = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=200, required=False
    )
    provider = forms.ModelChoiceField(
        Provider.objects.none(), label=gettext_lazy("Training institution")
    )
    subject = forms.ModelChoiceField(Subject.objects.all(), label=gettext_lazy("Field"))
    study_form = forms.ModelChoiceField(
        Code.objects.filter(list="study_form"), label=gettext_lazy("Form of study")
    )
    content_group = forms.ModelChoiceField(
        Code.objects.filter(list="content_group"), label=gettext_lazy("Content group")
    )

    def __init__(self, *args: Any, providers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = providers
        if len(providers) == 1:
            field.initial = providers[0]

    def clean_code(self) -> str:
        """Refuse a code that is in use, in a sentence."""
        code = str(self.cleaned_data["code"]).upper()
        if Course.objects.filter(code=code).exists():
            raise forms.ValidationError(_("A course has this code already."))
        return code


class SettingsForm(RevisionForm):
    """Title, plan and rules of a draft."""

    class Meta:
        model = CourseVersion
        fields = (
            *("title_vi", "title_en", "summary_vi", "summary_en"),
            *("objectives_vi", "objectives_en", *PERIODS),
            *("min_attendance_percent", "is_sequential", "issues_at_once"),
        )
        labels = {
            "title_vi": gettext_lazy("Title"),
            "title_en": gettext_lazy("Title in English"),
            "summary_vi": gettext_lazy("Summary"),
            "summary_en": gettext_lazy("Summary in English"),
            "objectives_vi": gettext_lazy("What one can do afterwards"),
            "objectives_en": gettext_lazy("What one can do afterwards, in English"),
            "min_attendance_percent": gettext_lazy("Share of sessions to attend (%)"),
            "issues_at_once": gettext_lazy("Self-paced: results and certificate in one step"),
        }
        widgets = {
            "summary_vi": forms.Textarea({"rows": 3}),
            "summary_en": forms.Textarea({"rows": 3}),
            "objectives_vi": forms.Textarea({"rows": 4}),
            "objectives_en": forms.Textarea({"rows": 4}),
        }


class ModuleForm(RevisionForm):
    """Title and periods of a module."""

    class Meta:
        model = Module
        fields = ("title_vi", "title_en", *PERIODS)


class LessonForm(RevisionForm):
    """What a lesson is for, how long it takes, when it is done."""

    class Meta:
        model = Lesson
        fields = ("title_vi", "title_en", "objective", "minutes", "is_required", "completion")
        widgets = {"objective": forms.Textarea({"rows": 2})}


class TitleForm(forms.Form):
    """The title of something new."""

    title_vi = forms.CharField(label=gettext_lazy("Title"), max_length=200)


class RenameForm(TitleForm):
    """A new title for what was read at a revision."""

    revision = forms.IntegerField()


class PositionForm(forms.Form):
    """A place among siblings, and perhaps in another parent."""

    position = forms.IntegerField(min_value=1)
    parent = forms.IntegerField(required=False)


class PublishForm(forms.Form):
    """Why a version is published, and who moves to it."""

    change_note = forms.CharField(
        label=gettext_lazy("What is new"),
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Read by colleagues in the list of versions."),
    )
    moves = forms.ChoiceField(
        label=gettext_lazy("Learners of the version in force"),
        choices=Moves,
        initial=Moves.NOBODY,
        widget=forms.RadioSelect,
    )


class StaffForm(forms.Form):
    """A colleague to be named on the course."""

    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        label=gettext_lazy("Sign-in code"),
        to_field_name="username",
        widget=forms.TextInput,
        error_messages={"invalid_choice": gettext_lazy("No active person has this sign-in code.")},
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
