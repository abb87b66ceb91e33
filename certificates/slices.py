"""Long work of this app, slice by slice: drawing papers, and what follows a recognition."""

from __future__ import annotations

import time

from certificates.actions.issue import render_paper
from certificates.actions.recognition import follow_up
from certificates.models import Certificate, Recognition
from jobs.models import Job


def render_papers(job: Job, until: float) -> bool:
    """Draw the papers of a job, one after the other."""
    ids: list[int] = job.args["certificates"]
    papers = Certificate.objects.select_related("enrolment").in_bulk(ids[job.done :])
    for pk in ids[job.done :]:
        render_paper(certificate=papers[pk])
        job.done += 1
        if time.monotonic() >= until:
            break
    return job.done == len(ids)


def follow_recognition(job: Job, until: float) -> bool:
    """Credit hours and plan notices for the lines of a decided recognition."""
    recognition = Recognition.objects.select_related("cohort", "decision", "decided_by").get(
        pk=job.args["recognition"]
    )
    while True:
        last = follow_up(recognition=recognition, after=job.checkpoint.get("after", 0))
        if last is None:
            job.done = job.total
            return True
        job.checkpoint = {"after": last}
        job.done = recognition.lines.filter(pk__lte=last).count()
        if time.monotonic() >= until:
            return False
