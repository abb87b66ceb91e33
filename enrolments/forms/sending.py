"""Forms of sending people to a class."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Posting, RoleGrant, Unit, User, UserQuerySet
from accounts.permissions import Permission
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import EnrolmentState

MOST = 1000
READY, ALREADY, UNKNOWN, TWICE = "ready", "already", "unknown", "twice"


class PeopleToSend(forms.Form):
    """What narrows the officer's own list of people."""

    q = forms.CharField(label=gettext_lazy("Name or code"), max_length=100, required=False)

    def narrow(self, people: UserQuerySet) -> UserQuerySet:
        """Return the people that pass."""
        if not self.is_valid():
            return people.none()
        text = self.cleaned_data["q"]
        return people.matching(text) if text else people


@dataclass(frozen=True)
class Line:
    """A pasted code or a tick, and what will come of it."""

    text: str
    verdict: str
    person: User | None = None
    unit: Unit | None = None

    @property
    def words(self) -> str:
        """Return the verdict in plain words."""
        return {
            READY: _("Will be sent"),
            ALREADY: _("Already in the class"),
            UNKNOWN: _("No person with this code in the unit"),
            TWICE: _("Given twice"),
        }[self.verdict]

    @property
    def tone(self) -> str:
        """Return the colour that goes with the words."""
        return {READY: "green", ALREADY: "grey"}.get(self.verdict, "red")


def codes_of(text: str) -> list[str]:
    """Return the codes of a pasted text: one a line, or set apart by commas, tabs, semicolons."""
    return [code for code in (word.strip() for word in re.split(r"[\n\r,;\t]+", text)) if code]


def sendable(user: User) -> UserQuerySet:
    """Return the people an officer may send."""
    people: UserQuerySet = User.objects.allowing(user, Permission.SEND_PEOPLE).active()
    return people


def lines_of(*, ids: list[int], codes: list[str], cohort: Cohort, user: User) -> list[Line]:
    """Return a verdict for each tick and each code, with a constant number of queries."""
    lowered = [code.lower() for code in codes]
    people = list(
        sendable(user)
        .annotate(login=Lower("username"))
        .filter(Q(pk__in=ids) | Q(login__in=lowered) | Q(staff_code__in=codes))
    )
    by_key: dict[str, User] = {}
    for person in people:
        keys = (f"#{person.pk}", person.username.lower(), (person.staff_code or "").lower())
        by_key |= dict.fromkeys(filter(None, keys), person)
    units, inside = units_of(people, user), _inside(people, cohort)
    taken: set[int] = set()
    asked = [(f"#{pk}", "") for pk in ids] + [(code.lower(), code) for code in codes]
    return [_line(key, text, by_key, units, inside, taken) for key, text in asked]


def _line(  # noqa: PLR0917 - the lookups of one list
    key: str,
    text: str,
    people: Mapping[str, User],
    units: Mapping[int, Unit],
    inside: set[int],
    taken: set[int],
) -> Line:
    person = people.get(key)
    if person is None or person.pk not in units:
        return Line(text or key, UNKNOWN)
    shown = text or person.username
    if person.pk in taken:
        return Line(shown, TWICE, person)
    taken.add(person.pk)
    verdict = ALREADY if person.pk in inside else READY
    return Line(shown, verdict, person, units[person.pk])


def _inside(people: list[User], cohort: Cohort) -> set[int]:
    held = Enrolment.objects.filter(cohort=cohort, learner__in=people).exclude(
        state__in=[EnrolmentState.ENTERED_BY_MISTAKE, EnrolmentState.WITHDRAWN]
    )
    return set(held.values_list("learner", flat=True))


def units_of(people: list[User], user: User) -> dict[int, Unit]:
    """Return, by person, the officer's unit that sends them: of the primary post if it is one."""
    granted = RoleGrant.objects.giving(user, Permission.SEND_PEOPLE)
    posts = Posting.objects.in_force().filter(user__in=people).select_related("unit")
    if not granted.site_wide().exists():
        posts = posts.filter(unit__in=granted.unit_ids())
    return {post.user_id: post.unit for post in posts.order_by("is_primary", "-pk")}


class SendForm(forms.Form):
    """Who is sent: ticked people and pasted codes."""

    codes = forms.CharField(
        label=gettext_lazy("Codes"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy("Sign-in or staff codes, one a line."),
    )

    def ticked(self) -> list[int]:
        """Return the ticked people."""
        getlist: Any = getattr(self.data, "getlist", lambda _name: [])
        return [int(pk) for pk in getlist("ids") if pk.isdigit() and len(pk) < 19]  # noqa: PLR2004

    def clean(self) -> dict[str, Any]:
        """Ask for somebody, and not for too many at once."""
        cleaned = super().clean() or {}
        n = len(self.ticked()) + len(codes_of(cleaned.get("codes", "")))
        if not n:
            raise forms.ValidationError(_("Tick people or paste their codes."))
        if n > MOST:
            raise forms.ValidationError(_("More than 1,000 people are sent from a file."))
        return cleaned
