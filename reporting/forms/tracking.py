"""What narrows the tables of required training and the report of a year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.forms.access import day_field
from accounts.models import Posting, User
from accounts.permissions import Permission
from enrolments.models import Obligation
from enrolments.models.duties import ObligationQuerySet
from lms.clock import today
from lms.text import fold
from reporting.people_rows import narrowed_to, with_duty
from reporting.tracking import Moment

YEARS_BACK = 5


class MomentForm(forms.Form):
    """A year, and the day up to which things count."""

    nam = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)
    ngay = day_field(_("As of"), required=False)

    def __init__(self, data: QueryDict) -> None:
        told = data.copy()
        if "nam" not in told:  # the form shows what the page shows
            told["nam"] = str(today().year)
            told.setdefault("ngay", today().isoformat())
        super().__init__(told)
        years = range(today().year, today().year - YEARS_BACK, -1)
        field = self.fields["nam"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(year), str(year)) for year in years]

    def clean_ngay(self) -> dt.date | None:
        """Refuse a day that has not come."""
        day: dt.date | None = self.cleaned_data["ngay"]
        if day and day > today():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def moment(self) -> Moment:
        """Return what was chosen; else this year up to today, or the last day of a past year."""
        chosen = self.cleaned_data if self.is_valid() else {}
        year = chosen.get("nam") or today().year
        day = chosen.get("ngay") or min(today(), dt.date(year, 12, 31))
        return Moment(year, day)


class PeopleOfUnitFilter(forms.Form):
    """Whom to show of a unit."""

    q = forms.CharField(label=_("Name or code"), max_length=100, required=False)
    tinh_trang = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Everybody")),
            ("overdue", _("Something overdue")),
            ("soon", _("Something due within 7 days")),
            ("open", _("Something to complete")),
            ("hours", _("Periods of the year not reached")),
            ("never", _("Never signed in")),
        ],
    )
    khoa = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def narrow(self, posts: QuerySet[Posting]) -> QuerySet[Posting]:
        """Return the posts that pass."""
        if not self.is_valid():
            return posts.none()
        chosen = self.cleaned_data
        posts = narrowed_to(posts, chosen["tinh_trang"])
        if chosen["q"]:
            text = chosen["q"].strip()
            folded = Q(user__search_key__contains=fold(text))
            posts = posts.filter(folded | Q(user__username__iexact=text) | Q(user__staff_code=text))
        return with_duty(posts, chosen["khoa"]) if chosen["khoa"] else posts


class PickPeopleForm(forms.Form):
    """The ticked people of a list, as far as one may remind them."""

    ids = forms.ModelMultipleChoiceField(queryset=User.objects.none())

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ids"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = User.objects.allowing(by, Permission.SEND_PEOPLE)

    def duties(self, by: User) -> ObligationQuerySet:
        """Return what the ticked people have to finish."""
        duties = Obligation.objects.allowing(by, Permission.SEND_PEOPLE).outstanding()
        ticked: ObligationQuerySet = duties.filter(person__in=self.cleaned_data["ids"])
        return ticked
