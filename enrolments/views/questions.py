"""The trainers' inbox of questions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import need, signed_in
from accounts.permissions import Permission
from courses.outline import outline
from enrolments.actions.questions import reply
from enrolments.forms.learning import ReplyForm
from enrolments.models import LessonQuestion
from enrolments.models.learning import LessonQuestionQuerySet
from lms.pages import keyset_page

PAGE = 30


def _questions(request: HttpRequest) -> LessonQuestionQuerySet:
    person = need(request, Permission.ANSWER_LEARNERS)
    asked = LessonQuestion.objects.allowing(person, Permission.ANSWER_LEARNERS)
    # One's own are read in the lesson: nobody answers themselves.
    others = asked.exclude(enrolment__learner=person)
    return others.select_related(
        "enrolment__learner", "enrolment__cohort", "enrolment__sending_unit", "enrolment__version"
    )


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the questions that wait, the longest first; or those that were answered."""
    asked, answered = _questions(request), request.GET.get("muc") == "da-tra-loi"
    if answered:
        page = keyset_page(asked.exclude(answered_at=None), request, ("-answered_at", "-pk"), PAGE)
    else:
        page = keyset_page(asked.unanswered(), request, ("asked_at", "pk"), PAGE)
    context = {
        "page": page,
        "rows": [(row, _title(row)) for row in page.rows],
        "answered": answered,
    }
    return render(request, "enrolments/questions.html", context)


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a question with what was said, and take a reply."""
    found = get_object_or_404(_questions(request), pk=pk)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reply(question=found, body=form.cleaned_data["body"], by=signed_in(request))
        messages.success(request, _("The reply was sent to the learner."))
        return redirect("enrolments:questions")
    context = {
        "question": found,
        "title": _title(found),
        "replies": found.replies.select_related("author"),
        "form": form,
    }
    return render(request, "enrolments/question.html", context)


def _title(row: LessonQuestion) -> str:
    lesson = outline(row.enrolment.version).lesson(row.lesson_key)
    return lesson.title if lesson else ""
