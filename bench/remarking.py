"""Marking again after a corrected key, on one worker; the floor is the scoring alone, in memory."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict

from assessment.actions.corrections import PLACE, propose_key
from assessment.frozen import FrozenQuiz, quizzes_of
from assessment.kinds import Response
from assessment.marking import mark
from assessment.models import Answer, Attempt
from bench.city import City
from bench.report import Line
from bench.web import BenchError
from bench.writing import run_jobs

GOAL = 1000  # attempts a second


def remark_line(city: City) -> Line:
    """Preview another key of a question: all that was marked by the old one is marked anew."""
    version = city.cohort.version
    quiz = next(iter(quizzes_of(version).values()))
    asked = quiz.questions[-1]
    began = time.perf_counter()
    change = propose_key(
        version=version,
        quiz_key=quiz.key,
        question_key=asked.key,
        data={**asked.data, "correct": ["k2"]},
        reason="Đáp án nhầm",
        by=city.officer,
    )
    run_jobs()
    took = time.perf_counter() - began
    done = change.rows.filter(target_type=PLACE).count()
    marked = Attempt.objects.filter(version=version, quiz_key=quiz.key, state="graded")
    if done == 0 or done != marked.values("enrolment").distinct().count():
        raise BenchError(f"Of the learners with a mark only {done} were marked again.")
    floor = _scored(quiz)
    name = f"re-mark {done:,} attempts, 10 questions"
    return Line(name, done / took, "/s", done / floor, goal=GOAL, peer=38)


def _scored(quiz: FrozenQuiz) -> float:
    """Score what was marked, and nothing else; return seconds."""
    responses: dict[int, dict[uuid.UUID, Response]] = defaultdict(dict)
    marked = Attempt.objects.filter(quiz_key=quiz.key, state="graded")
    for answer in Answer.objects.filter(attempt__in=marked):
        responses[answer.attempt_id][answer.question_key] = answer.response
    began = time.perf_counter()
    for given in responses.values():
        mark(quiz, given)
    return time.perf_counter() - began
