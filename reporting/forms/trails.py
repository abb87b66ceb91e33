"""What narrows the lists of the staff pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import AuditEvent
from jobs.models import Job, JobState
from lms.clock import end_of_day, start_of_day
from lms.text import fold
from notifications.models import Message
from reporting.acts import ACTS

PEOPLE_AT_MOST = 100


def day_field(label: Any) -> forms.DateField:
    """Return a field for a day."""
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class AuditFilter(forms.Form):
    """Who, what, on what, when."""

    person = forms.CharField(label=_("Person who acted"), max_length=100, required=False)
    action = forms.ChoiceField(label=_("Action"), required=False)
    target = forms.RegexField(
        r"\A[a-z_]+\.[a-z_]+(:\d+)?\Z",
        label=_("Object"),
        max_length=120,
        required=False,
        help_text=_("For example accounts.user:12"),
    )
    since = day_field(_("From day"))
    until = day_field(_("To day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        if isinstance(field, forms.ChoiceField):
            by_words = sorted(((code, str(words)) for code, words in ACTS.items()), key=_words)
            field.choices = [("", _("All")), *by_words]

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Return the acts that pass; a filter that cannot be read passes none."""
        if not self.is_valid():
            return events.none()
        chosen = self.cleaned_data
        if chosen["person"]:
            people = User.objects.matching(chosen["person"]).values_list("pk", flat=True)
            events = events.filter(actor_id__in=list(people[:PEOPLE_AT_MOST]))
        if chosen["action"]:
            events = events.filter(action=chosen["action"])
        if chosen["target"]:
            kind, _colon, number = chosen["target"].partition(":")
            events = events.filter(target_type=kind)
            events = events.filter(target_id=int(number)) if number else events
        return _between(events, chosen["since"], chosen["until"])


class LetterFilter(forms.Form):
    """In which state, from which day."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *Message.State.choices]
    )
    since = day_field(_("From day"))

    def narrow(self, letters: QuerySet[Message]) -> QuerySet[Message]:
        """Return the letters that pass; a filter that cannot be read passes none."""
        if not self.is_valid():
            return letters.none()
        chosen = self.cleaned_data
        if chosen["state"]:
            letters = letters.filter(state=chosen["state"])
        return letters.filter(day__gte=chosen["since"]) if chosen["since"] else letters


class JobFilter(forms.Form):
    """In which state."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *JobState.choices]
    )

    def narrow(self, jobs: QuerySet[Job]) -> QuerySet[Job]:
        """Return the jobs that pass; a filter that cannot be read passes none."""
        if not self.is_valid():
            return jobs.none()
        state = self.cleaned_data["state"]
        return jobs.filter(state=state) if state else jobs


def _words(choice: tuple[str, str]) -> str:
    return fold(choice[1])


def _between(
    events: QuerySet[AuditEvent], since: dt.date | None, until: dt.date | None
) -> QuerySet[AuditEvent]:
    if since:
        events = events.filter(at__gte=start_of_day(since))
    return events.filter(at__lte=end_of_day(until)) if until else events
