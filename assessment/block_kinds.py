"""Blocks of lessons that ask: one question at once explained, or a whole quiz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from assessment.actions.questions import add_question, bank_of
from assessment.actions.quizzes import put_settings, set_questions
from assessment.asking import asked
from assessment.draws import shares
from assessment.frozen import FrozenQuestion
from assessment.importing import QuestionPlan
from assessment.kinds import question_kinds
from assessment.kinds.base import drawn
from assessment.models import Question, QuestionVersion, Quiz, QuizItem
from assessment.models.quizzes import ResultsShown
from courses.block_forms import BlockForm
from courses.blocks import (
    BlockContext,
    BlockKind,
    CompletesOn,
    Content,
    Data,
    Problem,
    Severity,
)
from courses.models import Block
from lms.html import from_markdown, plain

SETTINGS: Final = (
    *("title_vi", "title_en", "intro", "minutes", "attempts_allowed", "pass_percent"),
    *("questions_asked", "is_shuffled", "is_one_way", "is_graded", "results_shown"),
)


class QuizBlockForm(BlockForm):
    """Settings of a quiz; its questions have a page of their own."""

    template_name = "assessment/studio/_quiz_form.html"
    title_vi = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=200, required=False
    )
    intro = forms.CharField(
        label=gettext_lazy("Introduction"), widget=forms.Textarea({"rows": 3}), required=False
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=1,
        max_value=600,
        required=False,
        help_text=gettext_lazy("Empty means no time limit."),
    )
    attempts_allowed = forms.IntegerField(
        label=gettext_lazy("Attempts"), min_value=1, max_value=50, initial=1
    )
    pass_percent = forms.IntegerField(
        label=gettext_lazy("Pass mark (%)"), min_value=0, max_value=100, initial=50
    )
    questions_asked = forms.IntegerField(
        label=gettext_lazy("Questions asked of each person"),
        min_value=1,
        max_value=500,
        required=False,
        help_text=gettext_lazy(
            "Empty means all. Else so many are drawn for each attempt, from every topic its share."
        ),
    )
    is_shuffled = forms.BooleanField(
        label=gettext_lazy("Shuffle questions and options"), required=False, initial=True
    )
    is_one_way = forms.BooleanField(
        label=gettext_lazy("One question after another, without going back"), required=False
    )
    is_graded = forms.BooleanField(
        label=gettext_lazy("Counts towards the result"), required=False, initial=True
    )
    results_shown = forms.ChoiceField(
        label=gettext_lazy("Results are shown"),
        choices=ResultsShown.choices,
        initial=ResultsShown.ON_RELEASE,
    )

    def read(self, block: Block) -> Data:
        """Return the settings as stored."""
        quiz = _quiz_of(block)
        return {name: getattr(quiz, name) for name in SETTINGS} if quiz else {}

    @property
    def editor_url(self) -> str:
        """Return the page of the questions; a new block has none yet."""
        return reverse("assessment:quiz", args=[self.block.pk]) if self.block.pk else ""

    def content(self) -> Content:
        """Return the settings for the quiz's own row."""
        settings = {name: self.cleaned_data[name] for name in SETTINGS}
        return Content(data={"title": settings["title_vi"]}, extra=settings)


class QuizKind(BlockKind):
    """A quiz (bài kiểm tra) of the bank's questions."""

    code = "quiz"
    label: ClassVar[str | Promise] = gettext_lazy("Quiz")
    icon = "clipboard-check"
    form_class: type[BlockForm] = QuizBlockForm
    completes_on = CompletesOn.EVENT
    is_personal = True
    marks_language = True

    def copy(self, block: Block, *, to: Block, by: User) -> None:
        """Copy the quiz and its questions to the block of the new draft."""
        del by
        quiz = _quiz_of(block)
        if quiz is None:
            return
        settings = {name: getattr(quiz, name) for name in SETTINGS}
        new = Quiz.objects.create(version=to.version, key=to.key, **settings)
        items = quiz.items.values("question_version_id", "position", "points")
        QuizItem.objects.bulk_create(QuizItem(quiz=new, **facts) for facts in items)

    def save(self, block: Block, content: Content, *, by: User) -> None:
        """Store the settings and, where they come from a folder, the questions."""
        title = content.data.get("title") or _("Quiz")
        given = {name: value for name, value in content.extra.items() if name in SETTINGS}
        quiz = put_settings(block=block, settings={"title_vi": title} | given, by=by)
        plans: list[QuestionPlan] | None = content.extra.get("questions")
        if plans is not None:
            bank = bank_of(course=block.version.course, by=by)
            questions = [
                (add_question(bank=bank, wording=p.wording, topic=p.topic, key=p.key, by=by), p)
                for p in plans
            ]
            weighed = [(question, plan.points) for question, plan in questions]
            set_questions(quiz=quiz, questions=weighed, by=by)

    def delete(self, block: Block, *, by: User) -> None:
        """Remove the quiz; its questions stay in the bank."""
        del by
        Quiz.objects.filter(version=block.version_id, key=block.key).delete()

    def freeze(self, block: Block) -> Data:
        """Return the whole quiz, keys included."""
        quiz = _quiz_of(block)
        if quiz is None:
            return {}
        frozen = {name: getattr(quiz, name) for name in SETTINGS if name != "intro"}
        items = quiz.items.select_related("question_version__question")
        return frozen | {
            "intro_html": str(from_markdown(quiz.intro)),
            "questions": [
                freeze_question(item.question_version, explained_in=block.language)
                | {
                    "points": f"{item.points:.2f}",
                    "topic": item.question_version.question.topic,
                }
                for item in items
            ],
        }

    def check(self, block: Block) -> list[Problem]:
        """Refuse a quiz that asks nothing, asks twice, or has a question without a right answer."""
        quiz = _quiz_of(block)
        asked = quiz.items.select_related("question_version__question") if quiz else ()
        items = list(asked)
        if quiz is None or not items:
            return [Problem(Severity.BLOCKER, _("the test has no question."))]
        found = [
            Problem(Severity.BLOCKER, _("question %(n)s: %(fault)s") % {"n": n, "fault": fault})
            for n, item in enumerate(items, start=1)
            for fault in faults(item.question_version)
        ]
        if len({item.question_version.question_id for item in items}) != len(items):
            found.append(Problem(Severity.BLOCKER, _("the test asks a question twice.")))
        found += [Problem(Severity.BLOCKER, fault) for fault in draw_faults(quiz, items)]
        found += [Problem(Severity.WARNING, words) for words in never_asked(quiz, items)]
        if quiz.is_graded and quiz.pass_percent == 0:
            found.append(Problem(Severity.WARNING, _("the test has no pass mark.")))
        return found

    def render(self, frozen: Data, context: BlockContext) -> SafeString:
        """Return a card that leads to the test."""
        url = ""
        if context.enrolment is not None:
            url = reverse("assessment:start", args=[context.enrolment.pk, context.key])
        return render_to_string(
            "assessment/blocks/quiz.html",
            {
                "title": _title(frozen),
                "count": _count(frozen),
                "minutes": frozen.get("minutes"),
                "pass_percent": frozen.get("pass_percent"),
                "url": url,
                "is_done": bool(context.state.get("is_passed")),
            },
        )

    def requirement(self, frozen: Data) -> str:
        """Return the pass mark, where the quiz counts."""
        if not frozen.get("is_graded"):
            return ""
        facts = {"title": _title(frozen), "percent": frozen["pass_percent"]}
        return _("Pass the test “%(title)s” with %(percent)s%% or more.") % facts

    def summary(self, frozen: Data) -> str:
        """Return the title and how many questions there are."""
        count = _count(frozen)
        words = ngettext("%(n)d question", "%(n)d questions", count) % {"n": count}
        return f"{_title(frozen)} ({words})"


if TYPE_CHECKING:  # generic for the type checker only
    QuestionChoice = forms.ModelChoiceField[Question]
else:
    QuestionChoice = forms.ModelChoiceField


class BankChoiceField(QuestionChoice):
    """A choice among questions, by their words."""

    def label_from_instance(self, obj: Question) -> str:
        """Return the beginning of the question."""
        return _words_of(obj)


class QuestionBlockForm(BlockForm):
    """Choose the question of the bank that the lesson asks."""

    question = BankChoiceField(
        label=gettext_lazy("Question of the bank"), queryset=Question.objects.none()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["question"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = self.choices()

    def choices(self) -> QuerySet[Question]:
        """Return the questions of the course's banks that the author may use."""
        allowed = Question.objects.allowing(self.by, Permission.EDIT_QUESTIONS).in_force()
        return allowed.filter(bank__provider=self.block.version.course.provider_id).select_related(
            "current"
        )

    def read(self, block: Block) -> Data:
        """Return the question chosen before."""
        return {"question": block.data.get("question")}

    def content(self) -> Content:
        """Return what the question says now, and whose it is."""
        question: Question = self.cleaned_data["question"]
        version = question.current
        if version is None:
            raise LookupError("A question without a version passed the form.")
        asks = freeze_question(version, explained_in=self.block.language)
        return Content(data={"question": question.pk, "asks": asks})


class QuestionKind(BlockKind):
    """One question in the running text, answered and explained on the spot."""

    code = "question"
    label: ClassVar[str | Promise] = gettext_lazy("Question")
    icon = "help-circle"
    form_class: type[BlockForm] = QuestionBlockForm
    completes_on = CompletesOn.EVENT
    is_personal = True
    marks_language = True

    def freeze(self, block: Block) -> Data:
        """Return the question with its key."""
        return dict(block.data.get("asks", {}))

    def check(self, block: Block) -> list[Problem]:
        """Refuse a question without a right answer."""
        asks = block.data.get("asks")
        if not asks:
            return [Problem(Severity.BLOCKER, _("no question is chosen."))]
        kind = question_kinds[asks["kind"]]
        return [Problem(Severity.BLOCKER, fault) for fault in kind.validate(asks["data"])]

    def render(self, frozen: Data, context: BlockContext) -> SafeString:
        """Return the question; what is right only beside an answer already given."""
        if not frozen:
            return SafeString("")
        return render_to_string(
            "assessment/blocks/question.html",
            self_check(frozen, context),
            request=context.request,
        )

    def summary(self, frozen: Data) -> str:
        """Return the words of the question."""
        return plain(frozen.get("html", ""))


def self_check(frozen: Data, context: BlockContext) -> Data:
    """Return what the template of an embedded question shows."""
    question = FrozenQuestion.read(frozen | {"points": "1"})
    response = dict(context.state.get("response") or {})
    seed = context.enrolment.pk if context.enrolment is not None else 0
    order = drawn(question.owner.option_keys(question.data), seed, about=context.key)
    url = ""
    if context.enrolment is not None:
        url = reverse("assessment:check", args=[context.enrolment.pk, context.key])
    path = context.request.path if context.request else ""
    return {
        "question": asked(question, order, response),
        "url": url,
        "back": path,
        "element_id": f"question-{context.key}",
        "feedback": feedback(question, response) if response else None,
    }


def feedback(question: FrozenQuestion, response: Data) -> Data:
    """Return whether a response is right, what is, and why: for a response that was given."""
    share = question.owner.score(question.data, response)
    return {
        "is_right": share == 1,
        "is_partly": 0 < share < 1,
        "key": question.owner.key(question.data),
        "explanation": SafeString(question.explanation),
        "answer_language": question.answer_language,
        "explained_in": question.explained_in,
    }


def freeze_question(version: QuestionVersion, *, explained_in: str = "") -> Data:
    """Return all that asking, marking and explaining a question need."""
    return {
        "key": str(version.question.key),
        "question_version": version.pk,
        "kind": version.kind,
        "html": str(from_markdown(version.body)),
        "data": version.data,
        "explanation": str(from_markdown(version.explanation)),
        "lesson_key": str(version.lesson_key) if version.lesson_key else None,
        "language": version.language,
        "explained_in": explained_in,
    }


def faults(version: QuestionVersion) -> list[str]:
    """Return what is wrong with a question."""
    found = question_kinds[version.kind].validate(version.data)
    return found if version.body.strip() else [_("The question has no words."), *found]


def draw_faults(quiz: Quiz, items: list[QuizItem]) -> list[str]:
    """Return why the questions of a quiz cannot be drawn for each attempt."""
    asked = quiz.questions_asked
    if asked is None or asked == len(items):
        return []
    if asked > len(items):
        facts = {"asked": asked, "held": len(items)}
        return [_("%(asked)d questions are to be asked, and the test has %(held)d.") % facts]
    if len({item.points for item in items}) > 1:
        return [_("the questions are drawn, so each has to be worth the same points.")]
    return []


def never_asked(quiz: Quiz, items: list[QuizItem]) -> list[str]:
    """Name the topics that are too small to have a share in what is drawn."""
    held = (item.question_version.question.topic for item in items)
    share = shares(held, quiz.questions_asked)
    topics = [topic or _("Without topic") for topic, asked in share.items() if not asked]
    words = _("topics of which nobody is asked anything: %(topics)s.")
    return [words % {"topics": ", ".join(topics)}] if topics else []


def _count(frozen: Data) -> int:
    return frozen.get("questions_asked") or len(frozen.get("questions", []))


def _quiz_of(block: Block) -> Quiz | None:
    return Quiz.objects.filter(version=block.version_id, key=block.key).first()


def _title(frozen: Data) -> str:
    english = frozen.get("title_en") if get_language() == "en" else ""
    return str(english or frozen.get("title_vi", ""))


def _words_of(question: Question) -> str:
    words = plain(str(from_markdown(question.current.body))) if question.current else ""
    return words[:100]
