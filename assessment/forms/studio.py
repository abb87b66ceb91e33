"""Forms of authors: a question, its place in a quiz."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Permission
from assessment.actions.questions import Wording
from assessment.kinds import Kind, question_kinds
from assessment.kinds.base import DataForm
from assessment.models import Question, QuestionVersion
from courses.models import Course, Lesson


class WordingForm(forms.Form):
    """What every kind of question has."""

    body = forms.CharField(
        label=gettext_lazy("Question"),
        widget=forms.Textarea({"rows": 4}),
        max_length=4000,
        help_text=gettext_lazy("Paragraphs apart by a blank line; **bold**, *italic*, - list."),
    )
    explanation = forms.CharField(
        label=gettext_lazy("Explanation of the answer"),
        widget=forms.Textarea({"rows": 3}),
        max_length=4000,
        required=False,
        help_text=gettext_lazy("Shown after the results are released."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the question and its answers"),
        choices=settings.LANGUAGES,
        initial="vi",
    )
    topic = forms.CharField(label=gettext_lazy("Topic"), max_length=120, required=False)
    lesson_key = forms.TypedChoiceField(
        label=gettext_lazy("Lesson to read again"), required=False, empty_value=None
    )

    def __init__(self, *args: Any, course: Course | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lesson_key"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("None")), *_lessons(course)]


class QuestionForm:
    """The two forms of a question, valid together."""

    def __init__(
        self,
        posted: Any,
        *,
        kind: Kind,
        course: Course | None,
        version: QuestionVersion | None = None,
    ) -> None:
        self.kind = kind
        initial = _initial(version) if version else {}
        self.words = WordingForm(posted, course=course, initial=initial)
        stored = version.data if version and version.kind == kind.code else None
        self.answers: DataForm = kind.form_class(posted, stored=stored)

    @property
    def errors(self) -> dict[str, Any]:
        """Return what is wrong in either."""
        return {**self.words.errors, **self.answers.errors}

    def is_valid(self) -> bool:
        """Return whether both are, and the kind finds no fault with the answers."""
        if not (self.words.is_valid() & self.answers.is_valid()):
            return False
        for fault in self.kind.validate(self.answers.data_of_fields()):
            self.answers.add_error(None, fault)
        return not self.answers.errors

    def wording(self) -> Wording:
        """Return what the question says."""
        values = self.words.cleaned_data
        return Wording(
            kind=self.kind.code,
            body=values["body"],
            data=self.answers.data_of_fields(),
            explanation=values["explanation"],
            lesson_key=values["lesson_key"] or None,
            language=values["language"],
        )


class BankForm(forms.Form):
    """The course a bank is opened for."""

    course = forms.ModelChoiceField(label=gettext_lazy("Course"), queryset=Course.objects.none())

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["course"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Course.objects.allowing(by, Permission.EDIT_QUESTIONS).filter(
                archived_at=None
            )


class PointsForm(forms.Form):
    """What a question is worth."""

    points = forms.DecimalField(
        label=gettext_lazy("Points"), min_value=0, max_digits=5, decimal_places=2, localize=True
    )

    def clean_points(self) -> Any:
        """Refuse a question that is worth nothing."""
        points = self.cleaned_data["points"]
        if points <= 0:
            raise forms.ValidationError(_("A question is worth more than nothing."))
        return points


class PickForm(forms.Form):
    """Questions of the bank to be added."""

    questions = forms.ModelMultipleChoiceField(queryset=Question.objects.none())

    def __init__(self, *args: Any, questions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["questions"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = questions


def kind_choices() -> list[tuple[str, str]]:
    """Return the kinds, for menus."""
    return [(kind.code, str(kind.label)) for kind in question_kinds]


def _initial(version: QuestionVersion) -> dict[str, Any]:
    return {
        "body": version.body,
        "explanation": version.explanation,
        "topic": version.question.topic,
        "lesson_key": version.lesson_key,
        "language": version.language,
    }


def _lessons(course: Course | None) -> list[tuple[str, str]]:
    """Return the lessons of the course's newest version."""
    newest = course.versions.order_by("-number").first() if course else None
    rows = Lesson.objects.filter(version=newest) if newest else Lesson.objects.none()
    return [(str(row.key), row.title) for row in rows]
