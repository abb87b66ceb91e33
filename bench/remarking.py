"""Marking again after a corrected key, on one worker; the floor is the scoring alone, in memory."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict

from assessment.actions.corrections import correct_key
from assessment.frozen import FrozenQuiz, quizzes_of
from assessment.kinds import Response
from assessment.marking import mark
from assessment.models import Answer, Attempt
from bench.city import City
from bench.report import Line
from bench.web import BenchError
from bench.writing import run_jobs
from jobs.models import Job

GOAL = 1000  # attempts a second


def remark_line(city: City) -> Line:
    """Correct the key of a question that nobody answered: everything is marked, nothing moves."""
    version = city.cohort.version
    quiz = next(iter(quizzes_of(version).values()))
    asked = quiz.questions[-1]
    correct_key(
        version=version,
        quiz_key=quiz.key,
        question_key=asked.key,
        data={**asked.data, "correct": ["k2"]},
        reason="Đáp án nhầm",
        by=city.officer,
    )
    began = time.perf_counter()
    run_jobs()
    took = time.perf_counter() - began
    job = Job.objects.latest("pk")
    if job.state != "done" or job.done != job.total:
        raise BenchError(f"Of {job.total} learners {job.done} were marked again: {job.state}.")
    floor = _scored(quiz)
    name = f"re-mark {job.done:,} attempts, 10 questions"
    return Line(name, job.done / took, "/s", job.done / floor, goal=GOAL, peer=38)


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
