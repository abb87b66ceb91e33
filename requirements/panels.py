"""What this app shows on pages of other apps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from accounts.models import User
from accounts.permissions import Permission
from accounts.rights import rights
from courses.models import Course
from enrolments.models import Obligation
from lms.home import HomeLine
from lms.navigation import MANAGING
from requirements.models import Audience, PersonTag, RequirementDuty
from requirements.models.audiences import AudienceState
from requirements.turns import Completion, completions_of
from requirements.wording import again_in_words


@dataclass(frozen=True)
class CourseLine:
    """A course of a set, and whether it is done for this turn."""

    course: Course
    is_done: bool


def duty_panel(duty: Obligation) -> str:
    """Return what the duty asks: the terms in words, and its courses with what is done."""
    row = (
        RequirementDuty.objects.filter(obligation=duty)
        .select_related("requirement__audience__unit", "requirement__created_by")
        .first()
    )
    if row is None:
        return ""
    sets = list(row.requirement.sets.prefetch_related("courses"))
    courses = {course.pk for one in sets for course in one.courses.all()}
    done = completions_of([duty.person_id], courses).get(duty.person_id, {})
    shown = [
        (one.needed, [CourseLine(c, _counts(row, done, c)) for c in one.courses.all()])
        for one in sets
    ]
    context = {"requirement": row.requirement, "again": again_in_words(row.requirement)}
    return render_to_string("requirements/_duty.html", context | {"sets": shown})


def _counts(row: RequirementDuty, done: Mapping[int, Completion], course: Course) -> bool:
    if course.pk not in done:
        return False
    day = timezone.localdate(done[course.pk][0])
    return row.counts_from is None or day >= row.counts_from


def person_tags(request: HttpRequest, person: User) -> str:
    """Return the marks of a person, for who keeps them."""
    user = signed_in(request)
    if not rights(user).has(Permission.MANAGE_REQUIREMENTS):
        return ""
    context: dict[str, Any] = {
        "person": person,
        "tags": PersonTag.objects.filter(person=person).select_related("tag", "given_by"),
        "may_mark": person.pk != user.pk,
    }
    return render_to_string("requirements/_person_tags.html", context, request)


def stopped_line(request: HttpRequest) -> HomeLine | None:
    """Return the audiences that were stopped and wait for a look."""
    if not rights(request.user).has(Permission.MANAGE_REQUIREMENTS):
        return None
    kept = Audience.objects.allowing(signed_in(request), Permission.MANAGE_REQUIREMENTS)
    return HomeLine(
        MANAGING,
        kept.filter(state=AudienceState.STOPPED),
        lambda n: ngettext("audience was stopped", "audiences were stopped", n),
        reverse("requirements:audiences"),
        _("See why"),
        "red",
    )
