"""Why does this person (not) see this? For support and administrators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.forms.access import ExplainForm
from accounts.http import need
from accounts.models import User
from accounts.panels import explainers
from accounts.permissions import Permission
from audit.actions import record


def explain(request: HttpRequest) -> HttpResponse:
    """Print grants, the way through the tree and the decision; the question is on record."""
    user = need(request, Permission.EXPLAIN_ACCESS)
    names = explainers.keys()
    kinds = [(key, str(explainers[key].label)) for key in sorted(names)]
    form = ExplainForm(request.POST or None, kinds=kinds)
    answer = {}
    if request.method == "POST" and form.is_valid():
        answer = _answer(user, form)
    status = 422 if form.errors else 200
    return render(request, "accounts/explain.html", {"form": form, **answer}, status=status)


def _answer(user: User, form: ExplainForm) -> dict[str, object]:
    data = form.cleaned_data
    reader = User.objects.filter(username__iexact=data["person"].strip()).first()
    explainer = explainers[data["kind"]]
    target = explainer.find(data["target"])
    if reader is None:
        form.add_error("person", _("Nobody has this sign-in code."))
        return {}
    if target is None:
        form.add_error("target", _("Not found."))
        return {}
    record(
        by=user,
        action="explain_access",
        target=reader,
        after={"kind": data["kind"], "about": str(target)},
        reason=data["reason"],
    )
    return {
        "reader": reader,
        "target": target,
        "findings": explainer.explain(reader, target),
        "sees": explainer.sees(reader, target),
    }
