"""What the pages of classes share."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.http import signed_in
from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from accounts.rights import rights
from enrolments.models import Cohort, Enrolment
from enrolments.models.places import EnrolmentQuerySet
from enrolments.models.rights import permissions_on


@dataclass(frozen=True)
class Seen:
    """A class as one person may see it."""

    cohort: Cohort
    user: User
    held: frozenset[Permission]

    @property
    def may_manage(self) -> bool:
        """Return whether the person runs the class."""
        return Permission.MANAGE_COHORTS in self.held

    @property
    def may_record(self) -> bool:
        """Return whether the person takes attendance."""
        return Permission.RECORD_ATTENDANCE in self.held

    @property
    def sees_all(self) -> bool:
        """Return whether the person sees every learner of the class."""
        return Permission.SEE_ENROLMENTS in self.held

    @property
    def may_send(self) -> bool:
        """Return whether the person may send their own people now."""
        return self.cohort.takes_learners and rights(self.user).has(Permission.SEND_PEOPLE)

    @property
    def sees_learners(self) -> bool:
        """Return whether there is a list of learners to show at all."""
        return self.sees_all or rights(self.user).has(Permission.SEE_ENROLMENTS)

    def places(self) -> EnrolmentQuerySet:
        """Return the places of the class that the person may see."""
        places = Enrolment.objects.all()
        return places.of_class(self.cohort, self.user, sees_all=self.sees_all)

    def places_in_charge(self) -> EnrolmentQuerySet:
        """Return the places the person answers for: the class's organiser, or who sent them."""
        if self.may_manage:
            return Enrolment.objects.filter(cohort=self.cohort)
        granted = RoleGrant.objects.giving(self.user, Permission.SEND_PEOPLE)
        return Enrolment.objects.filter(cohort=self.cohort, sending_unit__in=granted.unit_ids())

    @property
    def may_act(self) -> bool:
        """Return whether the person may remind and withdraw anybody at all."""
        return self.may_manage or rights(self.user).has(Permission.SEND_PEOPLE)


def seen_with_learners(request: HttpRequest, pk: int) -> Seen:
    """Return the class if there is a list of its learners to show; else 404."""
    shown = seen(request, pk)
    if not shown.sees_learners:
        raise Http404
    return shown


def seen(request: HttpRequest, pk: int, *needed: Permission) -> Seen:
    """Return the class if the person may see it and holds what the page needs; else 404."""
    user = signed_in(request)
    classes = Cohort.objects.select_related("course", "version", "organiser", "opening_decision")
    cohort = get_object_or_404(classes, pk=pk)
    held = permissions_on(cohort, user)
    # Who may see the class by a role needs no second, dearer question; who may not, is asked it.
    if Permission.SEE_COHORTS not in held:
        get_object_or_404(Cohort.objects.visible_to(user).only("pk"), pk=pk)
    if not held.issuperset(needed):
        raise Http404
    return Seen(cohort, user, held)


def form_page(
    request: HttpRequest, seen_class: Seen, form: forms.Form, *, title: str, submit: str
) -> HttpResponse:
    """Draw a page that is one form about a class; with errors it answers 422."""
    context = {"seen": seen_class, "cohort": seen_class.cohort, "form": form, "title": title}
    status = 422 if form.errors else 200
    page = "enrolments/form.html"
    return render(request, page, {**context, "submit": submit}, status=status)


def done(request: HttpRequest, sentence: str, to: str, *args: object) -> HttpResponse:
    """Say what was done on the next page."""
    messages.success(request, sentence)
    return redirect(to, *args)
