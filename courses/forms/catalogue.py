"""What one may look for in the catalogue."""

from __future__ import annotations

from typing import Final

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Subject
from courses.models.catalogue import CourseQuerySet
from reference.models import Code

LENGTHS: Final = {
    "short": (_("up to 16 periods"), Q(periods__lte=16)),
    "week": (_("17 to 40 periods"), Q(periods__gt=16, periods__lte=40)),
    "long": (_("more than 40 periods"), Q(periods__gt=40)),
}


class CatalogueFilter(forms.Form):
    """Search words and filters; what is not understood is left out, never an error page."""

    q = forms.CharField(label=_("Search courses"), required=False, max_length=100)
    subject = forms.ModelChoiceField(
        Subject.objects.all(),
        label=_("Field"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )
    form = forms.ModelChoiceField(
        Code.objects.filter(list="study_form"),
        label=_("Form of study"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )
    length = forms.ChoiceField(
        label=_("Number of periods"),
        required=False,
        choices=[("", _("All")), *((key, label) for key, (label, _q) in LENGTHS.items())],
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("All")), *settings.LANGUAGES]
    )

    def narrow(self, courses: CourseQuerySet) -> CourseQuerySet:
        """Return the courses that match everything that was understood."""
        self.is_valid()
        wanted = self.cleaned_data
        if wanted.get("q"):
            courses = courses.matching(wanted["q"])
        if wanted.get("subject"):
            courses = courses.filter(subject=wanted["subject"])
        if wanted.get("form"):
            courses = courses.filter(study_form=wanted["form"])
        if wanted.get("length"):
            courses = courses.filter(LENGTHS[wanted["length"]][1])
        if wanted.get("language"):
            courses = courses.filter(languages__contains=wanted["language"])
        return courses

    @property
    def is_used(self) -> bool:
        """Tell whether anything is being looked for."""
        return any(self.cleaned_data.values())
