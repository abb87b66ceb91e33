"""The people of an officer's units: list, record, posts, slips."""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import identity
from accounts.actions import people as actions
from accounts.actions.activation import MOST_SLIPS, issue_codes
from accounts.errors import Refused
from accounts.exports import PEOPLE
from accounts.forms.people import (
    EndPostingForm,
    MoveForm,
    NewPersonForm,
    PeopleFilter,
    PersonForm,
    RevealForm,
)
from accounts.http import need, signed_in
from accounts.matching import IncomingPerson, Verdict, match_people
from accounts.models import ActivationCode, Posting, User
from accounts.models.absences import AbsenceQuerySet
from accounts.panels import person_panels
from accounts.permissions import Permission
from accounts.rights import rights
from accounts.views.common import done, form_page, managed
from jobs.exports import respond
from lms.pages import keyset_page


def people(request: HttpRequest) -> HttpResponse:
    """List the people one may see, narrowed by the filter."""
    user = need(request, Permission.SEE_PEOPLE)
    form = PeopleFilter(request.GET, by=user)
    found = form.narrow(User.objects.allowing(user, Permission.SEE_PEOPLE).active())
    context = {
        "filter": form,
        "page": keyset_page(found.with_posts(), request),
        "may_issue": rights(user).has(Permission.ISSUE_ACTIVATION_CODES),
        "may_manage": rights(user).has(Permission.MANAGE_PEOPLE),
    }
    return render(request, "accounts/people.html", context)


def export_people(request: HttpRequest) -> HttpResponseBase:
    """Return exactly the people the filter leaves, as a workbook."""
    return respond(request, PEOPLE, {"filter": request.GET.urlencode()})


@never_cache
@require_POST
def slips(request: HttpRequest) -> HttpResponse:
    """Issue codes to the ticked people and print them: each code is shown on this page only."""
    user = need(request, Permission.ISSUE_ACTIVATION_CODES)
    chosen = [pk for pk in request.POST.getlist("ids") if pk.isdigit()][:MOST_SLIPS]
    seen = User.objects.allowing(user, Permission.ISSUE_ACTIVATION_CODES)
    people = seen.filter(pk__in=chosen).by_given_name().with_posts()
    issue = issue_codes(people=people, by=user)
    if not issue.codes and not issue.refused:
        messages.warning(request, _("Tick the people who need a slip."))
        return redirect("accounts:people")
    context = {
        "slips": [(one, _qr_of(one.person)) for one in issue.codes],
        "refused": issue.refused,
        "days": settings.ACTIVATION_DAYS,
        "address": settings.SITE_URL + reverse("accounts:activate"),
    }
    return render(request, "accounts/slips.html", context)


@never_cache
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person's record and what other apps know of them."""
    user = signed_in(request)
    shown = get_object_or_404(User.objects.visible_to(user), pk=pk)
    allowing = {
        name: _may(user, shown, permission)
        for name, permission in {
            "may_see_detail": Permission.SEE_PERSON_DETAIL,
            "may_manage": Permission.MANAGE_PEOPLE,
            "may_issue": Permission.ISSUE_ACTIVATION_CODES,
            "may_reveal": Permission.REVEAL_IDENTITY,
        }.items()
    }
    context = {
        "person": shown,
        "posts": shown.postings.select_related("unit", "category", "end_reason").order_by("-since"),
        "absences": _absences(user, shown, may_manage=allowing["may_manage"]),
        "identity": identity.masked(shown.identity_cipher),
        "code": ActivationCode.objects.open().filter(person=shown).first(),
        "panels": [panel.render(request, shown) for panel in person_panels],
        "edit_url": reverse("accounts:edit_person", args=[shown.pk]),
        **allowing,
    }
    return render(request, "accounts/person.html", context)


def new_person(request: HttpRequest) -> HttpResponse:
    """Make a record; people who may be the same are shown first."""
    user = need(request, Permission.MANAGE_PEOPLE)
    form = NewPersonForm(request.POST or None, by=user)
    alike: list[User] = []
    if request.method == "POST" and form.is_valid():
        alike = [] if form.cleaned_data["confirmed"] else _alike(user, form)
        made = None if alike else _create(user, form)
        if made is not None:
            sentence = _("The record is made. Sign-in code: %(code)s")
            return done(request, sentence % {"code": made.username}, "accounts:person", made.pk)
    context = {"form": form, "alike": alike, "back": reverse("accounts:people")}
    status = 422 if form.errors else 200
    return render(request, "accounts/new_person.html", context, status=status)


def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a record."""
    user, shown = managed(request, pk)
    form = PersonForm(request.POST or None, initial=_initial(shown))
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_person(person=shown, data=form.data_of_person(), by=user)
            return done(request, _("The record is corrected."), "accounts:person", shown.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=_("Correct the record"),
        lead=shown.full_name,
        submit=_("Save"),
        back=reverse("accounts:person", args=[shown.pk]),
    )


def move_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person another primary post; both ends lie in the officer's scope."""
    user, shown = managed(request, pk)
    form = MoveForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.move_person(person=shown, by=user, **form.cleaned_data)
            return done(request, _("The person is moved."), "accounts:person", shown.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=_("Move to another post"),
        lead=shown.full_name,
        submit=_("Move"),
        back=reverse("accounts:person", args=[shown.pk]),
    )


def end_posting(request: HttpRequest, pk: int, posting_pk: int) -> HttpResponse:
    """End a post with its reason."""
    user, shown = managed(request, pk)
    posting = get_object_or_404(Posting.objects.filter(until=None), pk=posting_pk, user=shown)
    form = EndPostingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_posting(posting=posting, by=user, **form.cleaned_data)
            return done(request, _("The post is ended."), "accounts:person", shown.pk)
        except Refused as error:
            form.add_error(None, str(error))
    return form_page(
        request,
        form,
        title=_("End the post"),
        lead=f"{shown.full_name} – {posting.unit}",
        warning=_("Open duties of the person end on that day."),
        submit=_("End the post"),
        back=reverse("accounts:person", args=[shown.pk]),
    )


@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an identity number once, to those who may, with a reason on record."""
    user = signed_in(request)
    allowed = User.objects.allowing(user, Permission.REVEAL_IDENTITY).exclude(pk=user.pk)
    shown = get_object_or_404(allowed, pk=pk)
    form = RevealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        number = actions.reveal_identity(person=shown, by=user, reason=reason)
        return render(request, "accounts/identity.html", {"person": shown, "number": number})
    return form_page(
        request,
        form,
        title=_("Show the identity number"),
        lead=shown.full_name,
        warning=_("Who asked and why is kept in the audit log."),
        submit=_("Show"),
        back=reverse("accounts:person", args=[shown.pk]),
    )


def _absences(user: User, shown: User, *, may_manage: bool) -> AbsenceQuerySet:
    """Return the times away, which say much of a person: to whom they concern."""
    rows = shown.absences.standing().select_related("kind")
    return rows if may_manage or user.pk == shown.pk else rows.none()


def _may(user: User, shown: User, permission: Permission) -> bool:
    if permission == Permission.SEE_PERSON_DETAIL and user.pk == shown.pk:
        return True
    if user.pk == shown.pk or not rights(user).has(permission):
        return False
    return bool(User.objects.allowing(user, permission).filter(pk=shown.pk).exists())


def _create(user: User, form: NewPersonForm) -> User | None:
    post = {name: form.cleaned_data[name] for name in ("unit", "category", "title", "is_head")}
    since = form.cleaned_data["since"]
    try:
        return actions.create_person(data=form.data_of_person(), since=since, by=user, **post)
    except Refused as error:
        form.add_error(None, str(error))
        return None


def _alike(user: User, form: NewPersonForm) -> list[User]:
    data = form.data_of_person()
    incoming = IncomingPerson(
        full_name=data.full_name,
        identity_number=data.identity_number,
        email=data.email,
        birth_date=data.birth_date,
        birth_year=data.birth_year,
        unit_id=form.cleaned_data["unit"].pk,
    )
    scope = User.objects.allowing(user, Permission.MANAGE_PEOPLE)
    match = match_people([incoming], scope)[0]
    if match.verdict == Verdict.MATCHED and match.person:
        return [match.person]
    return match.candidates


def _initial(person: User) -> dict[str, str]:
    names = ("family_name", "middle_name", "given_name", "birth", "gender", "mobile", "email")
    return {name: getattr(person, name) for name in names}


def _qr_of(person: User) -> SafeString:
    # The code itself stays on paper: an address would leave it in logs and histories.
    query = urlencode({"ma": person.username})
    address = f"{settings.SITE_URL}{reverse('accounts:activate')}?{query}"
    code = segno.make(address, error="m")
    return mark_safe(code.svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None))  # noqa: S308 - our own drawing
