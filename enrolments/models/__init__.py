from enrolments.models.cohorts import (
    Attendance,
    Cohort,
    CohortStaff,
    Decision,
    Session,
)
from enrolments.models.duties import HoursEntry, Obligation, ObligationChange, ObligationCredit
from enrolments.models.feeds import CalendarFeed
from enrolments.models.imports import SheetLayout
from enrolments.models.learning import (
    BlockProgress,
    LessonProgress,
    LessonQuestion,
    LessonQuestionReply,
)
from enrolments.models.norms import AnnualNorm, DutyPause
from enrolments.models.outside import OutsideTraining
from enrolments.models.papers import PaperTemplate
from enrolments.models.places import Enrolment, VersionMove
from enrolments.models.quotas import CohortQuota
from enrolments.models.requests import DutyRequest
from enrolments.models.rounds import Nomination, NominationRound, RoundAnswer

__all__ = [
    "AnnualNorm",
    "Attendance",
    "BlockProgress",
    "CalendarFeed",
    "Cohort",
    "CohortQuota",
    "CohortStaff",
    "Decision",
    "DutyPause",
    "DutyRequest",
    "Enrolment",
    "HoursEntry",
    "LessonProgress",
    "LessonQuestion",
    "LessonQuestionReply",
    "Nomination",
    "NominationRound",
    "Obligation",
    "ObligationChange",
    "ObligationCredit",
    "OutsideTraining",
    "PaperTemplate",
    "RoundAnswer",
    "Session",
    "SheetLayout",
    "VersionMove",
]
