"""What the page of a lesson shows beside its blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.blocks import CompletesOn
from courses.outline import BlockOutline, LessonOutline
from enrolments.standing import ModuleRows, Standing, may_study


@dataclass(frozen=True)
class Piece:
    """A block as drawn for its reader."""

    block: BlockOutline
    html: SafeString
    is_done: bool

    @property
    def is_recording(self) -> bool:
        """Tell whether it counts once it was watched or heard."""
        return self.block.completes_on == CompletesOn.WATCH

    @property
    def language(self) -> str:
        """Return the language the page says of the whole block."""
        return self.block.marked(get_language() or "")

    @property
    def name(self) -> str:
        """Return the words by which a learner knows the block."""
        title = self.block.frozen.get("title") or self.block.frozen.get("title_vi")
        return str(title or self.block.owner.label)


@dataclass(frozen=True)
class LessonPage:
    """A lesson within the place of a learner."""

    standing: Standing
    lesson: LessonOutline

    @cached_property
    def locked(self) -> str:
        """Return why the lesson is not open, or nothing."""
        return self.standing.lock(self.lesson)

    @property
    def counts(self) -> bool:
        """Tell whether what is done here today counts."""
        return may_study(self.standing.enrolment)

    @property
    def is_done(self) -> bool:
        """Tell whether the lesson is complete."""
        return self.lesson.key in self.standing.done

    @property
    def is_last_opened(self) -> bool:
        """Tell whether the server already knows that the learner is here."""
        return self.standing.enrolment.last_lesson_key == self.lesson.key

    @cached_property
    def modules(self) -> list[ModuleRows]:
        """Return the outline, this lesson marked."""
        return self.standing.modules(self.lesson.key)

    @property
    def place(self) -> str:
        """Return where the lesson stands in the course."""
        module = self.standing.outline.module_of(self.lesson)
        facts = {"module": module.number, "lesson": self.lesson.number}
        return _("Module %(module)s · Lesson %(lesson)s") % facts

    @property
    def before(self) -> LessonOutline | None:
        """Return the lesson before."""
        return self.standing.outline.beside(self.lesson)[0]

    @property
    def after(self) -> LessonOutline | None:
        """Return the lesson after."""
        return self.standing.outline.beside(self.lesson)[1]

    @property
    def after_is_open(self) -> bool:
        """Tell whether one may go on without completing this lesson."""
        return self.after is not None and not self.standing.lock(self.after)
