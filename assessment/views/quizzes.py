"""The quiz editor: settings, questions, order, points. Only a draft changes."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.http import signed_in
from accounts.permissions import Permission
from assessment.actions import quizzes as actions
from assessment.block_kinds import QuizBlockForm, faults
from assessment.draws import shares
from assessment.forms.studio import PickForm, PointsForm
from assessment.frozen import QUIZ
from assessment.kinds import question_kinds
from assessment.models import Question, Quiz, QuizItem
from courses.actions import edit_block
from courses.errors import CourseError
from courses.models import Block, CourseVersion
from lms.html import from_markdown, plain
from lms.pages import keyset_page

EXCERPT = 120


def quiz(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a quiz of a draft and store its settings."""
    block = _block(request, pk)
    user = signed_in(request)
    form = QuizBlockForm(request.POST or None, block=block, by=user)
    if request.method == "POST" and form.is_valid():
        try:
            edit_block(block=block, content=form.content(), revision=block.revision, by=user)
        except CourseError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("assessment:quiz", block.pk)
    items = _items(block)
    context = {
        "part": block,
        "form": form,
        "items": [
            (item, _excerpt(item.question_version.question), faults(item.question_version))
            for item in items
        ],
        "total": sum(item.points for item in items),
        "draw": _draw(items),
    }
    status = 422 if form.errors else 200
    return render(request, "assessment/studio/quiz.html", context, status=status)


def pick(request: HttpRequest, pk: int) -> HttpResponse:
    """Add questions of the bank."""
    block = _block(request, pk)
    held = get_object_or_404(Quiz, version=block.version, key=block.key)
    user = signed_in(request)
    allowed = Question.objects.allowing(user, Permission.EDIT_QUESTIONS).in_force()
    offered = allowed.filter(bank__provider=block.version.course.provider_id)
    offered = offered.exclude(versions__quiz_items__quiz=held)
    form = PickForm(request.POST or None, questions=offered)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["questions"].order_by("pk")
        count = actions.add_questions(quiz=held, questions=chosen, by=user)
        words = ngettext("%(n)d question added.", "%(n)d questions added.", count)
        messages.success(request, words % {"n": count})
        return redirect("assessment:quiz", block.pk)
    words = request.GET.get("q", "").strip()[:100]
    found = offered.matching(words) if words else offered
    page = keyset_page(found.select_related("current", "bank"), request, order=("-pk",))
    context = {
        "part": block,
        "quiz": held,
        "page": page,
        "words": words,
        "form": form,
        "rows": [(row, _excerpt(row), _kind_of(row)) for row in page.rows],
    }
    status = 422 if form.errors else 200
    return render(request, "assessment/studio/pick.html", context, status=status)


@require_POST
def change_item(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Move a question, weigh it, bring it up to date or take it out."""
    block = _block(request, pk)
    rows = QuizItem.objects.select_related("quiz__version", "question_version__question__current")
    item = get_object_or_404(rows, pk=item_pk, quiz__version=block.version, quiz__key=block.key)
    user, act = signed_in(request), request.POST.get("act", "")
    if act in ("up", "down"):
        step = -1 if act == "up" else 1
        actions.move_item(item=item, position=item.position + step, by=user)
    elif act == "remove":
        actions.remove_item(item=item, by=user)
    elif act == "newest":
        actions.take_newest(item=item, by=user)
    else:
        form = PointsForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("A question is worth more than nothing."))
        else:
            actions.set_points(item=item, points=form.cleaned_data["points"], by=user)
    return redirect("assessment:quiz", block.pk)


def _block(request: HttpRequest, pk: int) -> Block:
    versions = CourseVersion.objects.drafts().allowing(request.user, Permission.EDIT_COURSES)
    blocks = Block.objects.filter(kind=QUIZ, version__in=versions.values("pk"))
    return get_object_or_404(blocks.select_related("version__course", "lesson"), pk=pk)


def _items(block: Block) -> list[QuizItem]:
    items = QuizItem.objects.filter(quiz__version=block.version, quiz__key=block.key)
    return list(items.select_related("quiz", "question_version__question__current"))


def _draw(items: list[QuizItem]) -> list[tuple[str, int, int]]:
    """Return topic, questions asked and questions held, where not all are asked."""
    topics = [item.question_version.question.topic for item in items]
    asked = shares(topics, items[0].quiz.questions_asked if items else None)
    held = Counter(topics)
    return [] if asked == held else [(topic, n, held[topic]) for topic, n in asked.items()]


def _excerpt(question: Question) -> str:
    return plain(str(from_markdown(question.current.body)))[:EXCERPT] if question.current else ""


def _kind_of(question: Question) -> str:
    return str(question_kinds[question.current.kind].label) if question.current else ""
