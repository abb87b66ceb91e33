from assessment.models.appeals import Appeal
from assessment.models.assignments import Assignment, Mark, Submission, SubmissionFile
from assessment.models.attempts import Answer, Attempt
from assessment.models.claims import MarkingClaim
from assessment.models.comments import StockComment
from assessment.models.gradebook import GradeExemption, GradeItem, GradeScheme
from assessment.models.grades import Extension, GradeCell, GradeEntry, KeyCorrection, Release
from assessment.models.margin_notes import MarginNote
from assessment.models.marking_plans import BlindMark, MarkingPlan, MarkingTurn
from assessment.models.questions import Question, QuestionBank, QuestionVersion
from assessment.models.quizzes import Quiz, QuizItem
from assessment.models.readings import Reading
from assessment.models.resits import Resit, ResitPlace
from assessment.models.rooms import AttemptContact, ExamRoom, RoomEvent, RoomSeat
from assessment.models.script_codes import ScriptCode, ScriptCoding, ScriptMark

__all__ = [
    "Answer",
    "Appeal",
    "Assignment",
    "Attempt",
    "AttemptContact",
    "BlindMark",
    "ExamRoom",
    "Extension",
    "GradeCell",
    "GradeEntry",
    "GradeExemption",
    "GradeItem",
    "GradeScheme",
    "KeyCorrection",
    "MarginNote",
    "Mark",
    "MarkingClaim",
    "MarkingPlan",
    "MarkingTurn",
    "Question",
    "QuestionBank",
    "QuestionVersion",
    "Quiz",
    "QuizItem",
    "Reading",
    "Release",
    "Resit",
    "ResitPlace",
    "RoomEvent",
    "RoomSeat",
    "ScriptCode",
    "ScriptCoding",
    "ScriptMark",
    "StockComment",
    "Submission",
    "SubmissionFile",
]
