"""The learner's side: answering once, being asked about blanks first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from accounts.http import signed_in
from surveys.actions.rounds import answer as take
from surveys.actions.rounds import is_valid
from surveys.forms.answers import AnswerForm
from surveys.models import Participation, SurveyRound
from surveys.questions import read


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form, or that it has been answered; take the answers."""
    rows = SurveyRound.objects.asking(request.user).select_related("cohort", "version__survey")
    row = get_object_or_404(rows, pk=pk)
    user = signed_in(request)
    questions = read(row.version.questions)
    has_answered = Participation.objects.filter(round=row, person=user).exists()
    form = AnswerForm(request.POST or None, questions=questions)
    blank = form.blank() if form.is_valid() else []
    is_whole = form.is_valid() and (not blank or "anyway" in request.POST)
    if is_whole and not has_answered and _take(request, row, form):
        return redirect("surveys:answer", pk)
    context = {
        "round": row,
        "form": form,
        "has_answered": has_answered,
        "blank": blank,
        "would_count": is_valid(questions, len(blank)),
    }
    status = 422 if request.method == "POST" and not has_answered else 200
    return render(request, "surveys/answer.html", context, status=status)


def _take(request: HttpRequest, row: SurveyRound, form: AnswerForm) -> bool:
    try:
        take(survey_round=row, by=signed_in(request), answers=form.answers())
    except Refused as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Thank you: the answers are taken."))
    return True
