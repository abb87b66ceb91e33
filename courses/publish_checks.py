"""The check list between a draft and its learners. Blockers refuse, warnings are shown.

A higher app adds lines: `publish_checks.register("quiz points", check)`. What the publisher is
told of people on the version before comes from `impact_lines`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from django.db.models import Sum
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.blocks import Problem, Severity, kind_of
from courses.models import Block, CourseVersion, Lesson
from lms.registries import Registry

Check = Callable[[CourseVersion], list[Problem]]


@dataclass(frozen=True)
class ImpactLine:
    """What publishing means for somebody: a number, words, where to read more."""

    count: int
    text: str
    url: str = ""


publish_checks: Registry[Check] = Registry("publish checks")
impact_lines: Registry[Callable[[CourseVersion, User], list[ImpactLine]]] = Registry(
    "publish impact lines"
)

KINDS_OF_STUDY: Final[dict[str, str | Promise]] = {
    "periods_online": gettext_lazy("online"),
    "periods_class": gettext_lazy("in class"),
    "periods_guided": gettext_lazy("guided self-study"),
    "periods_test": gettext_lazy("test"),
}
MINUTES_A_PERIOD: Final = 45
TOLERANCE: Final = Decimal("0.2")


def check(version: CourseVersion) -> list[Problem]:
    """Return every line that fails, blockers first."""
    found = [problem for run in publish_checks for problem in run(version)]
    return sorted(found, key=lambda problem: problem.severity != Severity.BLOCKER)


def blockers(problems: list[Problem]) -> list[Problem]:
    """Return the lines that refuse publishing."""
    return [problem for problem in problems if problem.severity == Severity.BLOCKER]


def check_words(version: CourseVersion) -> list[Problem]:
    """Check titles, summary and objectives."""
    lines = [
        (version.title_vi, Severity.BLOCKER, _("The course has no title.")),
        (version.summary_vi, Severity.WARNING, _("The course has no summary for the catalogue.")),
        (version.objectives_vi, Severity.WARNING, _("The course says no objective.")),
        (version.title_en, Severity.WARNING, _("The course has no title in English.")),
    ]
    found = [
        Problem(severity, text, "version") for words, severity, text in lines if not words.strip()
    ]
    modules = version.modules.filter(title_vi="").values_list("pk", flat=True)
    lessons = version.lessons.filter(title_vi="").values_list("pk", flat=True)
    found += [_blocker(_("A module has no title."), f"module:{pk}") for pk in modules]
    found += [_blocker(_("A lesson has no title."), f"lesson:{pk}") for pk in lessons]
    return found


def check_outline(version: CourseVersion) -> list[Problem]:
    """Check that there is something to learn, and that it can be finished."""
    found: list[Problem] = []
    modules = list(version.modules.prefetch_related("lessons__blocks"))
    if not modules:
        found.append(_blocker(_("The course has no module."), "version"))
    for module in modules:
        lessons = list(module.lessons.all())
        if module.periods_online and not lessons:
            text = _("“%(title)s” has online periods but no lesson.") % {"title": module.title}
            found.append(_blocker(text, f"module:{module.pk}"))
        found += [problem for lesson in lessons for problem in _of_lesson(lesson)]
    if modules and not any(lesson.is_required for row in modules for lesson in row.lessons.all()):
        text = _("No lesson is required: the course would be complete at once.")
        found.append(Problem(Severity.WARNING, text, "version"))
    return found


def check_periods(version: CourseVersion) -> list[Problem]:
    """Check that the modules add up to the plan, kind by kind, and to the course."""
    totals = version.modules.aggregate(**{name: Sum(name) for name in KINDS_OF_STUDY})
    found = []
    for name, label in KINDS_OF_STUDY.items():
        has, wants = totals[name] or Decimal(0), getattr(version, name)
        if has != wants:
            facts = {"kind": label, "has": _number(has), "wants": _number(wants)}
            text = _("Periods %(kind)s: the modules add up to %(has)s, the plan says %(wants)s.")
            found.append(_blocker(text % facts, "version"))
    for module in version.modules.all():
        if module.periods == 0:
            text = _("“%(title)s” has no periods.") % {"title": module.title}
            found.append(_blocker(text, f"module:{module.pk}"))
    if version.periods == 0 and not found:
        found.append(_blocker(_("The course has no periods."), "version"))
    return found


def check_minutes(version: CourseVersion) -> list[Problem]:
    """Warn of a module whose lessons are much shorter or longer than its online periods."""
    found = []
    for module in version.modules.annotate(minutes=Sum("lessons__minutes")):
        wanted = (module.periods_online + module.periods_guided) * MINUTES_A_PERIOD
        minutes = Decimal(module.minutes or 0)
        if wanted and abs(minutes - wanted) > TOLERANCE * wanted:
            facts = {"title": module.title, "has": _number(minutes), "wants": _number(wanted)}
            text = _("“%(title)s”: lessons of %(has)s minutes, periods of %(wants)s minutes.")
            found.append(Problem(Severity.WARNING, text % facts, f"module:{module.pk}"))
    return found


def check_blocks(version: CourseVersion) -> list[Problem]:
    """Ask the kind of each block."""
    blocks = version.blocks.select_related("file", "lesson")
    return [problem for block in blocks for problem in check_block(block)]


def check_block(block: Block) -> list[Problem]:
    """Return what its kind finds wrong, each line naming where it stands."""
    anchor = f"block:{block.pk}"
    return [
        replace(
            problem,
            text=f"{block.lesson.title}: {problem.text}",
            anchor=problem.anchor or anchor,
        )
        for problem in kind_of(block).check(block)
    ]


def _of_lesson(lesson: Lesson) -> Iterator[Problem]:
    anchor, title = f"lesson:{lesson.pk}", {"title": lesson.title}
    if not lesson.blocks.all():
        yield _blocker(_("“%(title)s” is empty.") % title, anchor)
    if lesson.is_required and not lesson.completion:
        yield _blocker(_("“%(title)s” does not say when it is completed.") % title, anchor)
    if lesson.minutes == 0:
        yield Problem(Severity.WARNING, _("“%(title)s” says no minutes.") % title, anchor)


def _blocker(text: str, anchor: str) -> Problem:
    return Problem(Severity.BLOCKER, text, anchor)


def _number(value: Decimal) -> str:
    return number_format(value.normalize() if value % 1 else int(value))
