"""The courses of the demo are believable, honest and whole; three of them are complete.

Each rule is a test of one course: `pytest tests/demo/test_content.py -k AI-01`. The reader stands
in `tests/demo/folders.py`, the instruments that may be cited in `demo/sources.yaml`, the notes of
the second reading in `demo/REVIEW.md`. `sessions.yaml` beside a complete course is a list of
`{title, periods, module, activities, bring}`; `module` is a slug of course.yaml.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

import pytest
from django.core.management import call_command

from courses.importing import ModulePlan
from courses.models import CourseVersion, Subject
from reporting.demo.sources import read_yaml
from tests.demo.folders import (
    COURSES,
    DEMO,
    KINDS,
    Course,
    Lesson,
    Question,
    course,
    dates_in,
    periods,
    slug,
    sources,
    texts,
)
from tests.make import make_code, make_provider, make_unit
from tests.people import Cast

# Periods of each module, in order; their sum is what the course promises.
MODULES: Final[dict[str, tuple[int, ...]]] = {
    "NN-01": (2, 20, 24, 28, 24, 18, 4),
    "NN-02": (38, 38, 36, 36, 8, 4),
    "NN-03": (20, 24, 24, 24, 20, 8),
    "NN-04": (4, 14, 14, 12, 12, 4),
    "LD-01": (24, 32, 24, 20, 20, 16, 24),
    "LD-02": (8, 8, 8, 8, 4, 4),
    "LD-03": (6, 10, 8, 8, 8),
    "LD-04": (12, 6, 6, 6, 6, 4),
    "AI-01": (4, 6, 6, 4, 4),
    "AI-02": (10, 8, 10, 6, 6),
    "AI-03": (2, 2, 2, 2, 2, 2, 2, 2),
    "AI-04": (4, 3, 3, 3, 3),
    "QL-01": (4, 4, 4, 4),
}
TOTALS: Final = {
    "NN-01": 120, "NN-02": 160, "NN-03": 120, "NN-04": 60, "LD-01": 160, "LD-02": 40, "LD-03": 40,
    "LD-04": 40, "AI-01": 24, "AI-02": 40, "AI-03": 16, "AI-04": 16, "QL-01": 16,
}  # fmt: skip
COMPLETE: Final = ("AI-01", "NN-02", "LD-02")
MINUTES_A_PERIOD: Final = 45
NOTICE: Final = "Tài liệu minh họa, không thay thế văn bản chính thức"
LESSONS_AT_LEAST = 8
QUESTIONS = 25

EXAMPLE: Final = r"ví dụ|tình huống|câu chuyện|hội thoại|trước và sau|example|dialogue"
PRACTICE: Final = r"thực hành|luyện tập|practice"
SOURCES: Final = r"nguồn"
UNFINISHED: Final = r"lorem|ipsum|\bTODO\b|\bTBD\b|\bFIXME\b|\bXXX\b|\[\.\.\.\]|đang cập nhật"
FAMILIAR: Final = r"\b[Bb]ạn\b(?! (?:bè|đọc|hàng)\b)|\bBẠN\b|\bHãy\b|\b[Aa]nh/chị\b"
# 134/2025/QH15, 575/QĐ-UBND, 01-KH/BCĐTW
NUMBER: Final = re.compile(r"\b\d{1,5}/(?:\d{4}/)?[A-ZĐ]{2,}\w*(?:-\w+)*|\b\d{1,4}-[A-ZĐ]{2,}/\w+")
# Luật 134/2025, Quyết định số 575
SHORT: Final = re.compile(
    r"\b(?:Luật|Nghị định|NĐ|Thông tư|TT|Nghị quyết|NQ|Quyết định|QĐ|Kế hoạch|KH|Công văn|CV)"
    r"\s+(?:số\s+(\d+(?:[/-]\S*)?)|(\d+/\d{4}\S*))"
)
ARTICLE: Final = re.compile(r"\bĐiều (\d+)\b")
DATED: Final = re.compile(
    rf"({NUMBER.pattern})[\s,(]*ngày\s+(\d{{1,2}}(?:/| tháng )\d{{1,2}}(?:/| năm )\d{{4}})"
)
MACHINE_VOICE: Final = "giọng máy"

every = pytest.mark.parametrize("code", sorted(MODULES))
complete = pytest.mark.parametrize("code", COMPLETE)


def test_the_courses_are_the_thirteen_of_the_catalogue() -> None:
    assert sorted(path.name for path in COURSES.iterdir()) == sorted(MODULES)


# Hours


@every
def test_the_modules_of_a_course_have_the_promised_periods(code: str) -> None:
    modules = course(code).plan.modules
    found = tuple(sum(periods(module, kind) for kind in KINDS) for module in modules)
    assert found == MODULES[code]
    assert sum(found) == TOTALS[code]


@every
def test_what_a_course_promises_of_each_kind_is_what_its_modules_hold(code: str) -> None:
    plan = course(code).plan
    promised = {kind: float(plan.settings[f"periods_{kind}"]) for kind in KINDS}
    held = {kind: sum(periods(module, kind) for module in plan.modules) for kind in KINDS}
    assert promised == held


@every
def test_each_module_has_a_lesson(code: str) -> None:
    found = course(code)
    assert not [slug(found, module) for module in found.plan.modules if not module.lessons]


@every
def test_no_lesson_lies_unused_in_the_folder(code: str) -> None:
    files = {path.name for path in (COURSES / code).glob("*.md")}
    assert files == {lesson.name for lesson in course(code).lessons}


@complete
def test_the_lessons_of_a_module_take_its_online_periods_give_or_take_a_fifth(code: str) -> None:
    found = course(code)
    taken = {slug(found, module): _minutes(module) for module in found.plan.modules}
    due = {
        slug(found, module): MINUTES_A_PERIOD * periods(module, "online")
        for module in found.plan.modules
    }
    wrong = {
        name: f"{taken[name]} minutes of lessons for {minutes:.0f} online"
        for name, minutes in due.items()
        if minutes and abs(taken[name] - minutes) > minutes / 5
    }
    assert not wrong


@complete
def test_the_sessions_of_a_module_fill_its_periods_in_class(code: str) -> None:
    found = course(code)
    held = {slug(found, module): 0.0 for module in found.plan.modules}
    for session in found.sessions:
        held[session["module"]] += float(session["periods"])
    wrong = {}
    for module in found.plan.modules:
        name, due = slug(found, module), periods(module, "class")
        if not due <= held[name] <= due + periods(module, "test"):
            wrong[name] = f"{held[name]} periods of sessions for {due} in class"
    assert not wrong


@complete
def test_each_session_says_what_is_done_and_what_to_bring(code: str) -> None:
    sessions = course(code).sessions
    assert sessions, f"demo/courses/{code}/sessions.yaml"
    wanted = {"title", "periods", "module", "activities", "bring"}
    lacking = {row.get("title", "?"): wanted - {k for k, v in row.items() if v} for row in sessions}
    assert not {title: names for title, names in lacking.items() if names}


# Complete lessons


def _has_objective(lesson: Lesson) -> bool:
    return len(str(lesson.plan.fields["objective"]).split()) >= 5


def _has_300_to_800_words(lesson: Lesson) -> bool:
    return 300 <= lesson.words <= 800


def _has_example(lesson: Lesson) -> bool:
    return lesson.has_part(EXAMPLE) or bool(lesson.blocks("case"))


def _has_practice(lesson: Lesson) -> bool:
    return lesson.has_part(PRACTICE) or bool(lesson.blocks("assignment"))


def _has_two_questions_of_two_kinds(lesson: Lesson) -> bool:
    return len(lesson.questions) >= 2 and len({row.kind for row in lesson.questions}) >= 2


def _has_sources(lesson: Lesson) -> bool:
    return bool(lesson.part(SOURCES))


def _says_what_takes_the_minutes(lesson: Lesson) -> bool:
    return bool(re.search(r"\d+ (?:phút|minutes)", lesson.running_text))


WHOLE: Final[tuple[Callable[[Lesson], bool], ...]] = (
    _has_objective,
    _has_300_to_800_words,
    _has_example,
    _has_practice,
    _has_two_questions_of_two_kinds,
    _has_sources,
    _says_what_takes_the_minutes,
)


@complete
def test_at_least_eight_lessons_lack_nothing(code: str) -> None:
    """Objective, 300-800 words, example, practice, two questions, sources, what takes the time."""
    lacking = {
        lesson.name: [has.__name__.strip("_") for has in WHOLE if not has(lesson)]
        for lesson in course(code).lessons
    }
    whole = [name for name, names in lacking.items() if not names]
    assert len(whole) >= LESSONS_AT_LEAST, lacking


@complete
def test_no_lesson_is_longer_than_800_words(code: str) -> None:
    assert not {row.name: row.words for row in course(code).lessons if row.words > 800}


@complete
def test_each_question_of_a_lesson_is_explained(code: str) -> None:
    asked = [question for lesson in course(code).lessons for question in lesson.questions]
    assert not [_told(question) for question in asked if len(question.explanation.split()) < 5]


@complete
def test_lessons_do_not_repeat_paragraphs(code: str) -> None:
    seen: dict[str, set[str]] = {}
    for lesson in course(code).lessons:
        for paragraph in re.split(r"\n\s*\n", lesson.running_text):
            seen.setdefault(paragraph.strip(), set()).add(lesson.name)
    long = {text: names for text, names in seen.items() if len(text.split()) >= 15}
    assert not {text[:60]: names for text, names in long.items() if len(names) > 1}


@complete
def test_there_are_four_drawings(code: str) -> None:
    assert len(course(code).blocks("image")) >= 4


@complete
def test_each_lesson_has_a_line_in_the_notes_of_the_second_reading(code: str) -> None:
    text = (DEMO / "REVIEW.md").read_text(encoding="utf-8")
    part = re.search(rf"^## {code}\b[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    notes = re.findall(r"^- (\S+\.md): \S+ \S+ \S+", part[1] if part else "", re.MULTILINE)
    assert not {lesson.name for lesson in course(code).lessons} - set(notes)


# The final test and the assignment


@complete
def test_the_final_test_has_25_questions(code: str) -> None:
    assert len(course(code).test_questions) == QUESTIONS


@complete
def test_the_final_test_asks_in_five_ways_at_least(code: str) -> None:
    assert len({question.kind for question in course(code).test_questions}) >= 5


@complete
def test_each_question_of_the_final_test_is_explained_and_names_its_lesson(code: str) -> None:
    found = course(code)
    unnamed = [row for row in found.test_questions if not _names_a_lesson(row, found)]
    assert not [_told(question) for question in unnamed], "“Xem bài <tên bài>” in the explanation"


@complete
@pytest.mark.parametrize("where", ["test", "lessons"])
def test_the_longest_option_is_the_right_one_in_at_most_a_third(code: str, where: str) -> None:
    choices = _choices(course(code), where)
    longest = [_told(question) for question in choices if question.longest_is_right]
    assert choices
    assert len(longest) * 3 <= len(choices), longest


@complete
@pytest.mark.parametrize("where", ["test", "lessons"])
def test_the_shortest_option_is_the_right_one_in_at_most_half(code: str, where: str) -> None:
    choices = _choices(course(code), where)
    shortest = [_told(question) for question in choices if question.shortest_is_right]
    assert choices
    assert len(shortest) * 2 <= len(choices), shortest


@complete
@pytest.mark.parametrize("where", ["test", "lessons"])
def test_the_first_option_is_the_right_one_in_at_most_half(code: str, where: str) -> None:
    choices = _choices(course(code), where)
    first = [_told(question) for question in choices if question.first_is_right]
    assert choices
    assert len(first) * 2 <= len(choices), first


@complete
def test_true_and_false_are_both_right_at_times(code: str) -> None:
    rows = [row for row in course(code).test_questions if row.kind == "true_false"]
    assert len({row.row["answer"] for row in rows}) == 2


@complete
def test_each_choice_offers_three_options_and_a_wrong_one(code: str) -> None:
    choices = _choices(course(code), "test") + _choices(course(code), "lessons")
    poor = [row for row in choices if len(row.options) < 3 or set(row.options) <= row.right]
    assert not [_told(question) for question in poor]


@complete
def test_there_is_an_assignment_whose_criteria_add_up(code: str) -> None:
    works = [block.options for _, block in course(code).blocks("assignment")]
    assert works
    for work in works:
        criteria = work.get("criteria", [])
        assert len(criteria) >= 3, work["title"]
        points = sum(Decimal(str(row["points"])) for row in criteria)
        assert points == Decimal(str(work.get("points", 10))), work["title"]


@every
def test_a_course_is_imported_and_published_as_it_stands(code: str, cast: Cast) -> None:
    for row in read_yaml("catalogue.yaml")["subjects"]:
        Subject.objects.get_or_create(code=row["code"], defaults=row)
    make_provider(make_unit("Đại học Quốc gia", kind="institution"), code="DHQG")
    facts = course(code).plan.facts
    for name in ("study_form", "content_group"):
        make_code(name, facts[name], facts[name])
    folder, out = str(COURSES / code), io.StringIO()
    call_command("import_course", folder, by=cast.trainer.username, publish=True, stdout=out)
    version = CourseVersion.objects.get(course__code=code)
    assert version.lessons.count() == len(course(code).lessons)
    assert version.blocks.count() == sum(len(row.plan.blocks) for row in course(code).lessons)


# Sources


@every
def test_no_instrument_is_cited_but_those_of_the_list(code: str) -> None:
    allowed = sources()
    wrong = []
    for lesson in course(code).lessons:
        full = [row for row in NUMBER.findall(lesson.raw) if row not in allowed]
        short = [row[0] or row[1] for row in SHORT.findall(lesson.raw)]
        bare = [row.rstrip(".,;:)”\"'") for row in short]
        wrong += [(lesson.name, row) for row in full + [r for r in bare if not _begins_one(r)]]
    assert not wrong


@every
def test_an_article_is_cited_only_of_an_instrument_whose_article_was_read(code: str) -> None:
    wrong = []
    for lesson in course(code).lessons:
        cited = [sources()[row] for row in NUMBER.findall(lesson.raw) if row in sources()]
        readable = {number for row in cited for number in row.get("articles", [])}
        named = {int(number) for number in ARTICLE.findall(lesson.raw)}
        wrong += [(lesson.name, f"Điều {number}") for number in named - readable]
    assert not wrong


@every
def test_an_instrument_is_dated_as_it_is(code: str) -> None:
    wrong = []
    for lesson in course(code).lessons:
        for number, date in DATED.findall(lesson.raw):
            if number in sources() and dates_in(date) != [sources()[number].get("issued")]:
                wrong.append((lesson.name, number, date))
    assert not wrong


@complete
def test_the_sources_of_a_lesson_say_number_and_date(code: str) -> None:
    wrong = [
        (lesson.name, item)
        for lesson in course(code).lessons
        for item in re.split(r";|\n|\.\s", lesson.part(SOURCES))
        if not _is_dated(item)
    ]
    assert not wrong


@every
def test_the_decision_that_was_never_found_is_named_nowhere(code: str) -> None:
    assert not [
        lesson.name for lesson in course(code).lessons if re.search(r"\b4393\b", lesson.raw)
    ]


# Wording, pictures, recordings


@every
def test_each_lesson_says_that_it_is_an_illustration(code: str) -> None:
    assert not [lesson.name for lesson in course(code).lessons if NOTICE not in lesson.running_text]


@every
def test_nothing_is_left_unfinished(code: str) -> None:
    assert not _found(UNFINISHED, code, flags=re.IGNORECASE)


@every
def test_the_reader_is_addressed_without_familiarity(code: str) -> None:
    assert not _found(FAMILIAR, code)


@every
def test_each_picture_has_words_for_those_who_do_not_see_it(code: str) -> None:
    pictures = course(code).blocks("image")
    said = {
        (lesson.name, row.options["file"]): row.options.get("alt", "") for lesson, row in pictures
    }
    assert not [where for where, alt in said.items() if len(str(alt).split()) < 5]


@every
def test_each_recording_has_its_words_and_says_when_a_machine_speaks(code: str) -> None:
    wrong = []
    for lesson, block in course(code).blocks("audio", "video"):
        if len(block.text.split()) < 10 or (
            block.kind == "video" and not block.options["captions"]
        ):
            wrong.append((lesson.name, block.options["file"], "transcript"))
        said = f"{block.options.get('title', '')} {block.text}".casefold()
        if block.kind == "audio" and MACHINE_VOICE not in said:
            wrong.append((lesson.name, block.options["file"], MACHINE_VOICE))
    assert not wrong


def _minutes(module: ModulePlan) -> int:
    return sum(lesson.fields["minutes"] for lesson in module.lessons)


def _told(question: Question) -> str:
    return f"{question.where}: {str(question.row['body'])[:60]}"


def _choices(found: Course, where: str) -> list[Question]:
    in_lessons = [question for lesson in found.lessons for question in lesson.questions]
    asked = found.test_questions if where == "test" else in_lessons
    return [question for question in asked if question.kind in {"single", "multiple"}]


def _names_a_lesson(question: Question, found: Course) -> bool:
    """Tell whether “Xem bài …” goes on with the title or the number of a lesson."""
    after = question.explanation.partition("Xem bài ")[2].strip(" “\"'*").casefold()
    numbered = re.match(r"\d+", after)
    if numbered:
        return 1 <= int(numbered[0]) <= len(found.lessons)
    return any(after.startswith(lesson.title.casefold()) for lesson in found.lessons)


def _begins_one(number: str) -> bool:
    return any(re.match(rf"{re.escape(number)}(?![0-9])", row) for row in sources())


def _is_dated(item: str) -> bool:
    """Tell whether an item dates each instrument it cites, and dates it as the list does."""
    cited = [sources()[number] for number in NUMBER.findall(item) if number in sources()]
    known = [[row[name] for name in ("issued", "effective") if row.get(name)] for row in cited]
    said = set(dates_in(item))
    every_one_dated = all(dates[0] in said for dates in known if dates)
    return every_one_dated and said <= {date for dates in known for date in dates}


def _found(pattern: str, code: str, *, flags: int = 0) -> list[tuple[str, str]]:
    """Return where the words stand in a course, its facts included."""
    plan = course(code).plan
    written = {lesson.name: lesson.raw for lesson in course(code).lessons}
    written["course.yaml"] = "\n".join(texts(dict(plan.facts)))
    written["sessions.yaml"] = "\n".join(texts(course(code).sessions))
    return [
        (name, text[max(0, row.start() - 20) : row.end() + 20])
        for name, text in written.items()
        for row in re.finditer(pattern, text, flags)
    ]
