"""Audiences: the list, the sentence builder, who belongs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import need
from accounts.models import User
from accounts.permissions import Permission
from enrolments.errors import Refused
from lms.pages import keyset_page
from lms.text import fold
from requirements.actions import audiences as actions
from requirements.audience_change import propose_audience
from requirements.forms.audiences import AudienceForm, SentenceForm, typed_of
from requirements.models import Audience, AudienceMembership, Requirement
from requirements.sentences import AT_MOST, Sentence, UnreadableError, count_of, read, rule_in_words

P = Permission
SAMPLES = 10


def kept(user: User, pk: int) -> Audience:
    """Return the audience if the person keeps it; else 404."""
    rows = Audience.objects.allowing(user, P.MANAGE_REQUIREMENTS).select_related("unit")
    return get_object_or_404(rows, pk=pk)


@require_safe
def audiences(request: HttpRequest) -> HttpResponse:
    """List the audiences one keeps."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    found = Audience.objects.allowing(user, P.MANAGE_REQUIREMENTS).select_related("unit")
    page = keyset_page(found, request, order=("name", "pk"))
    return render(request, "requirements/audiences.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_audience(request: HttpRequest) -> HttpResponse:
    """Begin an audience; its rule is the next step."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    form = AudienceForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        audience = actions.create_audience(**form.cleaned_data, by=user)
        return redirect("requirements:audience_rule", audience.pk)
    status = 422 if form.errors else 200
    return render(request, "requirements/audience_form.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def audience_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the sentences; count who belongs; have the change checked."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    audience = kept(user, pk)
    forms = _forms(request, audience)
    context: dict[str, Any] = {"audience": audience, "forms": forms}
    if request.method == "POST" and all(form.is_valid() for form in forms):
        try:
            sentences = _typed(forms)
            actions.save_draft(audience=audience, sentences=sentences, by=user)
        except Refused as error:
            context["refusal"] = str(error)
        else:
            if request.POST.get("act") == "check":
                return redirect("jobs:change", propose_audience(audience=audience, by=user).pk)
            context |= _counted(audience, sentences)
    failed = "refusal" in context or any(form.errors for form in forms)
    return render(
        request, "requirements/audience_rule.html", context, status=422 if failed else 200
    )


def _forms(request: HttpRequest, audience: Audience) -> list[SentenceForm]:
    try:
        written = read(audience.draft or audience.sentences)
    except UnreadableError:
        written = []
    shown: list[Sentence | None] = [*written, *[None] * AT_MOST]
    return [
        SentenceForm(
            request.POST or None,
            prefix=f"s{n}",
            inside=audience.unit,
            initial=typed_of(sentence) if sentence else None,
        )
        for n, sentence in enumerate(shown[:AT_MOST], start=1)
    ]


def _typed(forms: list[SentenceForm]) -> list[Sentence]:
    found = [form.sentence() for form in forms]
    return [sentence for sentence in found if not sentence.is_empty]


def _counted(audience: Audience, sentences: list[Sentence]) -> dict[str, Any]:
    moved = actions.moves(audience, sentences)
    joins = moved.filter(is_member=False).by_given_name()
    leaves = moved.filter(is_member=True).by_given_name()
    return {
        "counted": True,
        "total": count_of(audience, sentences),
        "joins": joins.count(),
        "leaves": leaves.count(),
        "samples": list(joins.with_posts()[:SAMPLES]),
    }


@require_safe
def audience(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the rule in words, what its members must finish, and who belongs."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    shown, wanted = kept(user, pk), request.GET.get("q", "").strip()
    former = request.GET.get("ai") == "da-roi"
    rows = AudienceMembership.objects.filter(audience=shown, until__isnull=not former)
    if wanted:
        rows = rows.filter(person__search_key__contains=fold(wanted))
    page = keyset_page(rows.select_related("person"), request, order=("person__sort_key", "pk"))
    context = {
        "audience": shown,
        "rule": rule_in_words(shown.sentences),
        "draft": rule_in_words(shown.draft) if shown.draft != shown.sentences else [],
        "requirements": Requirement.objects.filter(audience=shown).order_by("-pk"),
        "page": page,
        "q": wanted,
        "former": former,
    }
    return render(request, "requirements/audience.html", context)


@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Let people join and leave by themselves, or not."""
    user = need(request, P.MANAGE_REQUIREMENTS)
    shown, follows = kept(user, pk), request.POST.get("follows") == "1"
    actions.set_follows(audience=shown, follows=follows, by=user)
    text = _("People join and leave each night.") if follows else _("Nobody joins or leaves alone.")
    messages.success(request, text)
    return redirect("requirements:audience", pk)
