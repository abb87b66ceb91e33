"""Authors: the question bank, the quiz editor, publishing, copies and folders."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessment.actions.questions import Wording, add_question, bank_of, edit_question
from assessment.frozen import quiz_of
from assessment.importing import import_question, import_quiz
from assessment.models import Question, QuestionVersion, Quiz, QuizItem
from courses.actions import publish, start_draft
from courses.blocks import BlockContext, kind_of
from courses.errors import PublishRefusedError
from courses.importing import BlockPlan, CourseFormatError, Source
from courses.models import Block
from courses.outline import outline
from enrolments.models import BlockProgress
from tests.assessment.make import (
    DATA,
    SECRETS,
    Room,
    make_question,
    make_quiz_draft,
    make_room,
    quiz_row,
)
from tests.make import make_course
from tests.people import Cast

Browser = Callable[[User], Client]
KEY = uuid.UUID(int=7)


@pytest.fixture
def block(cast: Cast) -> Block:
    return make_quiz_draft(by=cast.trainer, course=make_course(cast.provider)).blocks.get(
        kind="quiz"
    )


def test_a_trainer_writes_a_question_of_each_kind(cast: Cast, browser: Browser) -> None:
    bank = bank_of(course=make_course(cast.provider), by=cast.trainer)
    client = browser(cast.trainer)
    forms: dict[str, dict[str, str]] = {
        "single": {"option_1": "Có", "correct_1": "on", "option_2": "Không"},
        "multiple": {"option_1": "A", "correct_1": "on", "option_2": "B", "correct_2": "on"},
        "true_false": {"correct": "true"},
        "short_text": {"accepted": "Luật\nluật"},
        "numeric": {"value": "3,5", "tolerance": "0,1"},
        "matching": {"left_1": "A", "right_1": "1", "left_2": "B", "right_2": "2"},
        "ordering": {"steps": "Tiếp nhận\nThẩm định\n\nTrả kết quả", "scheme": "all"},
        "cloze": {"text": "Ở [[Hà Nội|Thăng Long]] có [[#3,5 ± 0,1]] [[?quận|huyện]]."},
        "categorise": {
            "group_1": "Quả",
            "items_1": "cam\nxoài",
            "group_2": "Rau",
            "items_2": "cải",
        },
    }
    for kind, fields in forms.items():
        url = reverse("assessment:new_question", args=[bank.pk, kind])
        assert client.get(url).status_code == 200
        words = {"body": f"Hỏi {kind}?", "language": "vi"}
        page = client.post(url, words | fields, follow=True)
        assert f"Hỏi {kind}?" in page.content.decode(), kind
        edit = reverse("assessment:edit_question", args=[Question.objects.latest("pk").pk])
        shown = client.get(edit)
        again = {**shown.context["form"].answers.initial, "body": f"Hỏi {kind}?"}
        client.post(edit, {name: value for name, value in again.items() if value is not False})
    assert Question.objects.count() == QuestionVersion.objects.count() == 9
    ordering = QuestionVersion.objects.get(kind="ordering").data
    assert [row["text"] for row in ordering["items"]] == ["Tiếp nhận", "Thẩm định", "Trả kết quả"]
    assert ordering["scheme"] == "all"
    assert "scheme" not in QuestionVersion.objects.get(kind="matching").data
    assert len(QuestionVersion.objects.get(kind="cloze").data["pieces"]) == 7
    assert len(QuestionVersion.objects.get(kind="categorise").data["items"]) == 3
    numeric = QuestionVersion.objects.get(kind="numeric")
    assert numeric.data == {"value": "3.5", "tolerance": "0.1"}
    page = client.get(reverse("assessment:bank", args=[bank.pk]), {"q": "hoi numeric"})
    assert "Hỏi numeric?" in page.content.decode()
    assert "Hỏi single?" not in page.content.decode()


def test_a_question_without_a_right_answer_is_not_taken(cast: Cast, browser: Browser) -> None:
    bank = bank_of(course=make_course(cast.provider), by=cast.trainer)
    url = reverse("assessment:new_question", args=[bank.pk, "single"])
    fields = {"body": "Hỏi?", "language": "vi", "option_1": "Có", "option_2": "Không"}
    page = browser(cast.trainer).post(url, fields)
    assert page.status_code == 422
    assert "Chưa đánh dấu phương án đúng" in page.content.decode()
    assert not Question.objects.exists()


def test_keys_of_options_say_nothing_and_stay(cast: Cast, browser: Browser) -> None:
    bank = bank_of(course=make_course(cast.provider), by=cast.trainer)
    fields = {"body": "Hỏi?", "option_1": "Có", "correct_1": "on", "option_2": "Không"}
    fields |= {"language": "en"}
    client = browser(cast.trainer)
    client.post(reverse("assessment:new_question", args=[bank.pk, "single"]), fields)
    question = Question.objects.get()
    first = QuestionVersion.objects.get().data
    swapped = {"option_2": "Có", "correct_2": "on", "option_1": "Không", "body": "Hỏi lại?"}
    edit = reverse("assessment:edit_question", args=[question.pk])
    assert '<option value="en" selected>' in client.get(edit).content.decode()
    client.post(edit, swapped | {"language": "en"})
    assert QuestionVersion.objects.get().language == "en"
    second = QuestionVersion.objects.get().data
    assert second["correct"] == first["correct"]
    assert {row["text"]: row["key"] for row in first["options"]} == {
        row["text"]: row["key"] for row in second["options"]
    }


def test_editing_a_used_question_makes_the_next_version(block: Block, cast: Cast) -> None:
    item = QuizItem.objects.select_related("question_version__question").filter(
        question_version__kind="short_text"
    )[0]
    question = item.question_version.question
    wording = Wording(kind="short_text", body="Hỏi khác?", data={"accepted": ["x"]})
    for _n in range(2):
        edit_question(question=question, wording=wording, by=cast.trainer)
    question.refresh_from_db()
    assert question.current
    assert question.current.number == 2
    item.refresh_from_db()
    assert item.question_version.number == 1
    assert question.versions.count() == 2


def test_the_quiz_editor_orders_weighs_and_removes(
    block: Block, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.trainer)
    first, *_rest = items = list(quiz_row(block).items.all())
    url = reverse("assessment:change_item", args=[block.pk, first.pk])
    client.post(url, {"act": "down"})
    assert quiz_row(block).items.first() == items[1]
    client.post(url, {"act": "points", "points": "2,5"})
    first.refresh_from_db()
    assert first.points == Decimal("2.5")
    client.post(url, {"act": "points", "points": "0"})
    first.refresh_from_db()
    assert first.points == Decimal("2.5")
    client.post(url, {"act": "remove"})
    assert quiz_row(block).items.count() == len(DATA) - 1
    page = client.get(reverse("assessment:quiz", args=[block.pk]))
    assert page.status_code == 200
    pick = reverse("assessment:pick", args=[block.pk])
    question = make_question(block.version.course, "single", by=cast.trainer)
    assert f'value="{question.pk}"' in client.get(pick).content.decode()
    client.post(pick, {"questions": [question.pk]})
    assert quiz_row(block).items.count() == len(DATA)


def test_settings_are_stored_with_the_block(block: Block, cast: Cast, browser: Browser) -> None:
    fields = {
        "title_vi": "Bài mới",
        "attempts_allowed": 3,
        "pass_percent": 60,
        "minutes": 20,
        "results_shown": "at_once",
    }
    url = reverse("assessment:quiz", args=[block.pk])
    assert browser(cast.trainer).post(url, fields).status_code == 302
    quiz = quiz_row(block)
    assert (quiz.title_vi, quiz.attempts_allowed, quiz.minutes) == ("Bài mới", 3, 20)
    assert not quiz.is_shuffled


def test_only_authors_reach_the_studio(block: Block, cast: Cast, browser: Browser) -> None:
    question = Question.objects.all()[0]
    urls = [
        reverse("assessment:bank", args=[question.bank_id]),
        reverse("assessment:new_question", args=[question.bank_id, "single"]),
        reverse("assessment:bank_question", args=[question.pk]),
        reverse("assessment:edit_question", args=[question.pk]),
        reverse("assessment:quiz", args=[block.pk]),
        reverse("assessment:pick", args=[block.pk]),
    ]
    for part, person in cast.everyone().items():
        client = browser(person)
        wanted = 200 if part == "trainer" else 404
        assert [client.get(url).status_code for url in urls] == [wanted] * len(urls), part


def test_a_published_quiz_has_no_editor_and_never_changes(
    block: Block, cast: Cast, browser: Browser
) -> None:
    publish(version=block.version, by=cast.trainer, change_note="1")
    client = browser(cast.trainer)
    assert client.get(reverse("assessment:quiz", args=[block.pk])).status_code == 404
    for act in (
        lambda: Quiz.objects.update(pass_percent=1),
        lambda: QuizItem.objects.update(points=9),
        lambda: QuizItem.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            act()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: QuizItem.objects.all().delete(),
        lambda: QuestionVersion.objects.filter(kind="single").update(data={"options": []}),
        lambda: QuestionVersion.objects.filter(kind="single").update(body=" "),
    ],
)
def test_a_quiz_that_cannot_be_marked_is_not_published(
    block: Block, cast: Cast, spoil: Callable[[], Any]
) -> None:
    spoil()
    with pytest.raises(PublishRefusedError):
        publish(version=block.version, by=cast.trainer, change_note="1")


def test_the_next_draft_has_the_same_quiz_and_the_same_keys(block: Block, cast: Cast) -> None:
    first = publish(version=block.version, by=cast.trainer, change_note="1")
    draft = start_draft(course=first.course, by=cast.trainer)
    copy = draft.blocks.get(kind="quiz")
    assert kind_of(copy).freeze(copy) == first.blocks.get(kind="quiz").frozen
    second = publish(version=draft, by=cast.trainer, change_note="2")
    old, new = quiz_of(first, block.key), quiz_of(second, block.key)
    assert old
    assert new
    assert old.questions == new.questions


def test_the_card_of_a_quiz_holds_no_key(cast: Cast) -> None:
    room = make_room(cast)
    made = outline(room.enrolment.version)
    block = next(row for row in made.blocks() if row.kind == "quiz")
    context = BlockContext(
        user=cast.learner, block_id=block.id, key=str(block.key), enrolment=room.enrolment
    )
    card = str(block.owner.render(block.frozen, context))
    assert room.url("start") in card
    assert not [secret for secret in SECRETS if secret in card.casefold()]


# --- The question inside a lesson ----------------------------------------------------------------


def _source(tmp_path: Path, cast: Cast) -> Source:
    return Source(tmp_path, tmp_path / "bai.md", cast.trainer, cast.department.pk, {})


def _plan(block_kind: str, /, **options: Any) -> BlockPlan:
    return BlockPlan(key=KEY, kind=block_kind, options=options, text="Hỏi gì?")


@pytest.fixture
def embedded(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Return a room whose first lesson also asks a question."""
    content = import_question(
        _plan("question", kind="short_text", answer="Tokmotkey", explanation="tokmotexplain"),
        _source(tmp_path, cast),
    )
    original = make_quiz_draft

    def with_question(**facts: Any) -> Any:
        version = original(**facts)
        lesson = version.lessons.all()[1]
        Block.objects.create(
            version=version, lesson=lesson, position=2, kind="question", data=content.data
        )
        return version

    monkeypatch.setattr("tests.assessment.make.make_quiz_draft", with_question)
    return make_room(cast)


def test_an_embedded_question_is_explained_only_when_answered(
    embedded: Room, browser: Browser
) -> None:
    made = outline(embedded.enrolment.version)
    block = next(row for row in made.blocks() if row.kind == "question")
    context = BlockContext(
        user=embedded.learner, block_id=block.id, key=str(block.key), enrolment=embedded.enrolment
    )
    asked = str(block.owner.render(block.frozen, context))
    assert "Hỏi gì?" in asked
    assert not [secret for secret in SECRETS if secret in asked.casefold()]
    client = browser(embedded.learner)
    url = reverse("assessment:check", args=[embedded.enrolment.pk, block.key])
    blank = client.post(url, headers={"hx-request": "true"}).content.decode()
    assert "tokmotexplain" not in blank
    assert not BlockProgress.objects.exists()
    said = client.post(url, {"text": "sai"}, headers={"hx-request": "true"}).content.decode()
    assert "Chưa đúng" in said
    assert "tokmotexplain" in said
    assert BlockProgress.objects.get().completed_at
    plain = client.post(url, {"text": "tokmotkey", "next": "//evil.example"})
    assert plain.headers["Location"] == "/"
    assert BlockProgress.objects.get().state == {"response": {"text": "tokmotkey"}}


def test_anothers_embedded_question_is_not_there(
    embedded: Room, cast: Cast, browser: Browser
) -> None:
    block = embedded.enrolment.version.blocks.get(kind="question")
    url = reverse("assessment:check", args=[embedded.enrolment.pk, block.key])
    for person in (cast.stranger, cast.trainer, cast.hr):
        assert browser(person).post(url, {"text": "x"}).status_code == 404


# --- Folders -------------------------------------------------------------------------------------

QUESTIONS: list[dict[str, Any]] = [
    {"kind": "single", "body": "1?", "options": ["A", "B"], "answer": "A"},
    {"kind": "multiple", "body": "2?", "options": ["A", "B", "C"], "answer": ["A", "B"]},
    {"kind": "true_false", "body": "3?", "answer": False},
    {"kind": "short_text", "body": "4?", "answer": ["x", "y"]},
    {"kind": "numeric", "body": "5?", "answer": 3.5, "tolerance": 0.5, "points": 2},
    {"kind": "matching", "body": "6?", "pairs": [["a", "1"], ["b", "2"]], "distractors": ["3"]},
    {"kind": "ordering", "body": "7?", "answer": ["a", "b", "c"], "scheme": "all"},
    {"kind": "cloze", "body": "8?", "text": "Có [[#3]] [[?bước|bậc]] ở [[Huế|Hue]]."},
    {"kind": "categorise", "body": "9?", "groups": {"Quả": ["cam", "xoài"], "Rau": ["cải"]}},
]


def test_a_quiz_is_read_from_a_folder_and_reading_again_changes_nothing(
    block: Block, cast: Cast, tmp_path: Path
) -> None:
    plan = _plan(
        "quiz", title="Kiểm tra", minutes=10, attempts=2, questions=QUESTIONS, one_way=True
    )
    for _n in range(2):
        kind_of(block).save(block, import_quiz(plan, _source(tmp_path, cast)), by=cast.trainer)
    quiz = quiz_row(block)
    assert (quiz.title_vi, quiz.attempts_allowed, quiz.items.count()) == ("Kiểm tra", 2, 9)
    assert (quiz.is_one_way, quiz.questions_asked) == (True, None)
    assert [item.points for item in quiz.items.all()] == [1, 1, 1, 1, 2, 1, 1, 1, 1]
    assert QuestionVersion.objects.filter(body="5?").count() == 1
    assert not kind_of(block).check(block)


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "essay", "body": "?", "answer": "x"},
        {"kind": "single", "body": "?", "options": ["A", "B"], "answer": "C"},
        {"kind": "single", "body": "?", "options": ["A", "B"]},
        {"kind": "matching", "body": "?", "pairs": [["a"]]},
        {"kind": "ordering", "body": "?", "answer": ["a"]},
        {"kind": "ordering", "body": "?", "answer": ["a", "b"], "scheme": "net"},
        {"kind": "cloze", "body": "?", "text": "không có chỗ trống"},
        {"kind": "cloze", "body": "?", "text": "[[#ba]]"},
        {"kind": "categorise", "body": "?", "groups": ["a", "b"]},
    ],
)
def test_a_question_that_cannot_be_read_names_its_file(
    cast: Cast, tmp_path: Path, question: dict[str, Any]
) -> None:
    plan = _plan("quiz", title="Kiểm tra", questions=[question])
    with pytest.raises(CourseFormatError, match=r"bai\.md"):
        import_quiz(plan, _source(tmp_path, cast))


@pytest.mark.parametrize(
    "wrong",
    [
        {"questions_asked": 0},
        {"questions_asked": "hai mươi"},
        {"attempts": 0},
        {"pass_percent": 101},
        {"results_shown": "never"},
        {"one_way": "sometimes"},
    ],
)
def test_a_setting_that_cannot_be_names_its_file_and_itself(
    cast: Cast, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    plan = _plan("quiz", title="Kiểm tra", questions=QUESTIONS, **wrong)
    with pytest.raises(CourseFormatError, match=rf"bai\.md: \w*{next(iter(wrong))}"):
        import_quiz(plan, _source(tmp_path, cast))


def test_the_same_question_of_a_bank_is_added_once(cast: Cast) -> None:
    course = make_course(cast.provider)
    wording = Wording(kind="single", body="?", data=DATA["single"])
    facts: dict[str, Any] = {"bank": bank_of(course=course, by=cast.trainer), "by": cast.trainer}
    for _n in range(2):
        add_question(wording=wording, key=KEY, **facts)
    assert Question.objects.count() == 1
