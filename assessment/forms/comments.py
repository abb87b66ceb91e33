"""What the page of stock comments sends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assessment.actions.comments import LENGTH, marks_in
from courses.models import Course


class CommentForm(forms.Form):
    """A sentence to be used again, and for whom."""

    text = forms.CharField(
        label=_("Comment"), max_length=LENGTH, widget=forms.Textarea({"rows": 3})
    )
    course = forms.ModelChoiceField(
        label=_("Shared with"),
        queryset=Course.objects.none(),
        required=False,
        empty_label=_("Nobody: for oneself, in all courses"),
        help_text=_("With a course: everybody who marks works of that course can put it in."),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["course"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = marks_in(by).order_by("title_vi", "pk")
