"""Acts on quizzes, attempts and grades that are refused, each with its sentence."""

from django.utils.translation import gettext as _

from accounts.errors import Refused
from enrolments.errors import OwnRecord


class QuizClosed(Refused):
    """The class is over, or the place does not hold."""

    def __init__(self) -> None:
        super().__init__(_("The class is over: its tests can be read but no longer taken."))


class NotOpenNow(Refused):
    """The lesson is locked, or the class does not run now; the sentence says which."""


class NoAttemptLeft(Refused):
    """All attempts are used."""

    def __init__(self) -> None:
        super().__init__(_("No attempt is left."))


class AttemptOver(Refused):
    """The attempt was handed in, or its time has run out."""

    def __init__(self) -> None:
        super().__init__(_("This attempt is over: nothing more can be saved."))


class NotTheLearner(Refused):
    """Somebody else than the person whose test it is."""

    def __init__(self) -> None:
        super().__init__(_("Only the learner takes the test."))


class QuestionLeft(Refused):
    """A question that is not open, in a test where one only goes forward."""

    def __init__(self) -> None:
        super().__init__(_("This question is not open: the test goes from one to the next."))


class AnswerTooLong(Refused):
    """More than an answer can be."""

    def __init__(self) -> None:
        super().__init__(_("The answer is too long."))


class NotInQuiz(Refused):
    """A question that this quiz does not ask."""

    def __init__(self) -> None:
        super().__init__(_("This question is not part of the test."))


class GradebookRefused(Refused):
    """A mark, an exemption or a way of working out marks that cannot be; the sentence says why."""


class ExtensionRefused(Refused):
    """An extension that is not granted, with its sentence."""


__all__ = [
    "AnswerTooLong",
    "AttemptOver",
    "ExtensionRefused",
    "GradebookRefused",
    "NoAttemptLeft",
    "NotInQuiz",
    "NotOpenNow",
    "NotTheLearner",
    "OwnRecord",
    "QuestionLeft",
    "QuizClosed",
    "Refused",
]
