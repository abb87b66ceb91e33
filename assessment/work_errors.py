"""Acts on written and spoken work that are refused, each with its sentence."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.errors import Refused


class NotYourWork(Refused):
    """Only the learner writes and hands in."""

    def __init__(self) -> None:
        super().__init__(_("Only the learner writes and hands in this work."))


class NotAssigned(Refused):
    """An assignment that the version does not have."""

    def __init__(self) -> None:
        super().__init__(_("This assignment is not part of the course."))


class WorkClosed(Refused):
    """The class is over, or the place does not hold."""

    def __init__(self) -> None:
        super().__init__(_("The class is over: works can be read but no longer handed in."))


class ResultKnown(Refused):
    """The result is released: nothing more is taken."""

    def __init__(self) -> None:
        super().__init__(_("The result has been released: no further work is taken."))


class AlreadyHandedIn(Refused):
    """The work has left the learner's hands."""

    def __init__(self) -> None:
        super().__init__(_("This work has been handed in and can no longer be changed."))


class NothingToHandIn(Refused):
    """Neither text nor file."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to hand in yet: write something or add a file."))


class TooLong(Refused):
    """More text than a work may hold."""

    def __init__(self) -> None:
        super().__init__(_("The text is too long. Hand it in as a document."))


class TooManyFiles(Refused):
    """More files than a work may hold."""

    def __init__(self, most: int) -> None:
        super().__init__(_("A work holds at most %(most)s files.") % {"most": most})


class FileNotTaken(Refused):
    """The assignment takes no such file, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__(_("This assignment does not take this file."))


class DraftMoved(Refused):
    """Another window saved the draft meanwhile; nothing was overwritten."""

    def __init__(self) -> None:
        super().__init__(_("The work was saved in another window meanwhile."))


class MarkRefused(Refused):
    """Points out of bounds, or a work that is not to be marked."""


class MarkedMeanwhile(Refused):
    """Another trainer marked the work since the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            _("Another trainer has marked this work meanwhile. Look at that mark first.")
        )


class ClaimedByOther(Refused):
    """Another marker has the work on the table."""

    def __init__(self, name: str, until: dt.datetime) -> None:
        facts = {"name": name, "time": date_format(timezone.localtime(until), "H:i")}
        super().__init__(_("%(name)s is marking this work, until %(time)s.") % facts)
