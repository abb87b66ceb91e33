"""Acts on courses that cannot be done, each with its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from courses.blocks import Problem


class CourseError(Exception):
    """An act that was refused; `str()` is the sentence for the person."""


class NotOpenError(CourseError):
    """A version that no longer changes."""

    def __init__(self) -> None:
        super().__init__(
            _("This version is published and never changes. Start a new draft to change it.")
        )


class InReviewError(CourseError):
    """A version that waits for its reviewer."""

    def __init__(self) -> None:
        super().__init__(_("This draft is in review. Take it back to change it."))


class StaleEditError(CourseError):
    """Somebody, or another tab, saved since the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This was changed elsewhere after the page was opened. Nothing was overwritten: "
                "what was typed here is kept below. Compare it with the saved text, then save."
            )
        )


class NotEmptyError(CourseError):
    """A module or lesson that still holds something."""

    def __init__(self) -> None:
        super().__init__(_("Move or delete what it holds first."))


class PublishRefusedError(CourseError):
    """A version that the check list does not let out."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_("The check list still has lines that must be put right."))
        self.problems = problems
