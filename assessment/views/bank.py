"""The question bank: lists, writing, preview, where a question is used."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.http import need, signed_in
from accounts.permissions import Permission
from assessment.actions import questions as actions
from assessment.asking import asked
from assessment.block_kinds import feedback, freeze_question
from assessment.difficulty import facilities
from assessment.forms.studio import BankForm, QuestionForm, kind_choices
from assessment.frozen import FrozenQuestion
from assessment.http import posted
from assessment.interchange import WRITERS
from assessment.kinds import Kind, question_kinds
from assessment.models import Question, QuestionBank, QuizItem
from assessment.models.questions import QuestionQuerySet
from lms.html import from_markdown, plain
from lms.pages import keyset_page

EXCERPT = 160
TOPICS_AT_MOST = 200  # a menu, not a list
USED = ("yes", "no")


def banks(request: HttpRequest) -> HttpResponse:
    """List the banks one may write in; open the bank of a course."""
    user = need(request, Permission.EDIT_QUESTIONS)
    form = BankForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        bank = actions.bank_of(course=form.cleaned_data["course"], by=user)
        return redirect("assessment:bank", bank.pk)
    allowed = QuestionBank.objects.allowing(user, Permission.EDIT_QUESTIONS)
    counted = allowed.select_related("course", "provider").annotate(
        count=Count("questions", filter=Q(questions__archived_at=None))
    )
    context = {"page": keyset_page(counted, request, order=("name", "pk")), "form": form}
    status = 422 if form.errors else 200
    return render(request, "assessment/studio/banks.html", context, status=status)


@require_GET
def bank(request: HttpRequest, pk: int) -> HttpResponse:
    """List the questions of a bank."""
    held = open_bank(request, pk)
    chosen = _chosen(request)
    page = keyset_page(_narrowed(held, chosen), request, order=("-pk",))
    figures = facilities([row.key for row in page.rows])
    topics = held.questions.in_force().exclude(topic="").order_by("topic")
    context = {
        "bank": held,
        "page": page,
        "rows": [(row, _excerpt(row), figures.get(row.key)) for row in page.rows],
        "kinds": kind_choices(),
        "topics": topics.values_list("topic", flat=True).distinct()[:TOPICS_AT_MOST],
        "chosen": chosen,
        "formats": [(code, name) for code, (name, _suffix, _write) in WRITERS.items()],
    }
    return render(request, "assessment/studio/bank.html", context)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """Return what the filter asks for, as words."""
    asked = {name: request.GET.get(name, "").strip()[:120] for name in ("q", "topic", "kind")}
    return asked | {"used": request.GET.get("used", "")[:10]}


def _narrowed(held: QuestionBank, chosen: dict[str, str]) -> QuestionQuerySet:
    """Return the questions the filter leaves, each with the number of tests that ask it."""
    found = held.questions.in_force().select_related("current")
    if chosen["q"]:
        found = found.matching(chosen["q"])
    if chosen["topic"]:
        found = found.filter(topic=chosen["topic"])
    if chosen["kind"] in question_kinds:
        found = found.filter(current__kind=chosen["kind"])
    if chosen["used"] in USED:
        items = QuizItem.objects.filter(question_version__question=OuterRef("pk"))
        found = found.filter(Exists(items) if chosen["used"] == USED[0] else ~Exists(items))
    # A test keeps its key from one version of the course to the next: it counts once.
    return found.annotate(used=Count("versions__quiz_items__quiz__key", distinct=True))


def new_question(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write a question."""
    held = open_bank(request, pk)
    owner = _kind(kind)
    form = QuestionForm(request.POST or None, kind=owner, course=held.course)
    if request.method == "POST" and form.is_valid():
        question = actions.add_question(
            bank=held,
            wording=form.wording(),
            topic=form.words.cleaned_data["topic"],
            by=signed_in(request),
        )
        messages.success(request, _("The question is in the bank."))
        return redirect("assessment:bank_question", question.pk)
    return _form(request, form, held, title=_("New question: %(kind)s") % {"kind": owner.label})


def edit_question(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a question; a used one gets its next version."""
    question = _question(request, pk)
    version = question.current
    if version is None:
        raise Http404
    owner = question_kinds[version.kind]
    form = QuestionForm(
        request.POST or None, kind=owner, course=question.bank.course, version=version
    )
    if request.method == "POST" and form.is_valid():
        actions.edit_question(
            question=question,
            wording=form.wording(),
            topic=form.words.cleaned_data["topic"],
            by=signed_in(request),
        )
        messages.success(request, _("The question is saved."))
        return redirect("assessment:bank_question", question.pk)
    used = version.quiz_items.exists()
    return _form(request, form, question.bank, title=_("Edit the question"), used=used)


def bank_question(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a question as a learner meets it, with its key and where it is used."""
    question = _question(request, pk)
    if question.current is None:
        raise Http404
    frozen = FrozenQuestion.read(freeze_question(question.current) | {"points": "1"})
    response = frozen.owner.parse(frozen.data, posted(request)) if request.POST else {}
    context: dict[str, Any] = {
        "item": question,
        "bank": question.bank,
        "question": asked(frozen, frozen.owner.option_keys(frozen.data), response),
        "kind": frozen.owner,
        "key": frozen.owner.key(frozen.data),
        "answer_language": frozen.answer_language,
        "explanation": from_markdown(question.current.explanation),
        "feedback": feedback(frozen, response) if response else None,
        "uses": QuizItem.objects.filter(question_version__question=question)
        .select_related("quiz__version__course", "question_version")
        .order_by("-quiz__version__number", "pk"),
    }
    return render(request, "assessment/studio/question.html", context)


@require_POST
def archive_question(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a question no longer."""
    question = _question(request, pk)
    actions.archive_question(question=question, by=signed_in(request))
    messages.success(request, _("The question is archived; tests that use it keep it."))
    return redirect("assessment:bank", question.bank_id)


def _form(
    request: HttpRequest,
    form: QuestionForm,
    held: QuestionBank,
    *,
    title: str,
    used: bool = False,
) -> HttpResponse:
    context = {"form": form, "bank": held, "title": title, "used": used}
    status = 422 if form.errors else 200
    return render(request, "assessment/studio/question_form.html", context, status=status)


def open_bank(request: HttpRequest, pk: int) -> QuestionBank:
    """Return a bank one may write in; any other is not there."""
    allowed = QuestionBank.objects.allowing(request.user, Permission.EDIT_QUESTIONS)
    return get_object_or_404(allowed.select_related("course", "provider"), pk=pk)


def _question(request: HttpRequest, pk: int) -> Question:
    allowed = Question.objects.allowing(request.user, Permission.EDIT_QUESTIONS)
    related = allowed.select_related("bank__course", "bank__provider", "current__question")
    return get_object_or_404(related, pk=pk)


def _kind(code: str) -> Kind:
    if code not in question_kinds:
        raise Http404
    return question_kinds[code]


def _excerpt(question: Question) -> str:
    return plain(str(from_markdown(question.current.body)))[:EXCERPT] if question.current else ""
