"""Issuing and drawing certificates, against one warm compiler drawing the same papers."""

from __future__ import annotations

import time

from django.utils import timezone

from bench.city import City
from bench.report import Line
from bench.writing import run_jobs
from certificates.actions.issue import make_papers
from certificates.actions.setup import ensure_register
from certificates.drawing import draw
from certificates.models import SignatoryPost
from certificates.models.register import CertificateKind
from certificates.snapshot import Issue
from lms.clock import today
from tests.make import LONG_AGO, make_user

GOAL = 1.5


def paper_line(city: City, count: int) -> Line:
    """Take numbers, freeze, draw, digest and store; the floor only draws."""
    done = city.cohort.enrolments.filter(state="completed", completed_at__lte=timezone.now())
    related = ("learner", "version", "sending_unit", "cohort__course__provider")
    places = list(done.select_related(*related)[:count])
    provider = city.cohort.course.provider
    signatory = SignatoryPost.objects.create(
        provider=provider,
        person=make_user("Âu Dương Khánh", unit=city.organiser),
        title="Giám đốc",
        since=LONG_AGO,
    )
    register = ensure_register(
        provider=provider, kind=CertificateKind.COMPLETION, year=today().year, by=None
    )
    issue = Issue(register, signatory, today())
    [first] = make_papers(issue=issue, enrolments=places[:1], by=city.officer)
    run_jobs()
    draw(first)  # the compiler is warm from here on
    began = time.perf_counter()
    papers = make_papers(issue=issue, enrolments=places[1:], by=city.officer)
    run_jobs()
    took = time.perf_counter() - began
    began = time.perf_counter()
    for paper in papers:
        draw(paper)
    floor = time.perf_counter() - began
    each, least = 1000 * took / len(papers), 1000 * floor / len(papers)
    return Line(
        "certificate, issued and drawn", each, "ms", least, took / floor, GOAL, at_most=True
    )
