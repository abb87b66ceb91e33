"""Recognition of closed classes and the papers that follow it."""

from __future__ import annotations

import datetime as dt

from certificates.actions.endings import ask_replacement, replace, revoke
from certificates.actions.issue import make_papers, render_paper
from certificates.actions.recognition import decide, follow_up, propose
from certificates.actions.signing import sign
from certificates.issuing import register_for, without_paper
from certificates.models import Certificate, Recognition, Replacement, SignatoryPost
from certificates.snapshot import Issue
from enrolments.actions.cohorts import change_state
from enrolments.models.cohorts import CohortState, DecisionKind
from lms.clock import today
from reporting.demo.classes import Class
from reporting.demo.clock import at


def plan_recognition(made: Class) -> None:
    """Note the council, the decision, the papers and what became of some of them."""
    if made.row["state"] not in {"recognised", "archived"}:
        return
    diary, calendar = made.city.diary, made.city.days.calendar
    council = calendar.add_working_days(made.ends, 3)
    signing = calendar.add_working_days(council, 2)
    diary.note(at(council, 9), lambda: _recognise(made, council))
    diary.note(at(signing, 10), lambda: _issue(made, signing))
    later = at(calendar.add_working_days(signing, 8), 15)
    if made.row.get("revoke"):
        diary.note(later, lambda: _revoke(made))
    if made.row.get("replace"):
        diary.note(later + dt.timedelta(hours=1), lambda: _replace(made))
    if made.row["state"] == "archived":
        diary.note(later, lambda: _archive(made))


def _archive(made: Class) -> None:
    made.cohort.refresh_from_db()
    change_state(cohort=made.cohort, to=CohortState.ARCHIVED, by=made.by)


def _recognise(made: Class, day: dt.date) -> None:
    issuer = made.cohort.course.provider.unit
    recognition = propose(cohort=made.cohort, by=made.by)
    decision = made.city.decision(DecisionKind.RECOGNITION, issuer, day, made.by)
    decided = decide(recognition=recognition, decision=decision, by=made.by)
    after: int | None = 0
    while after is not None:
        after = follow_up(recognition=decided, after=after)


def _issue(made: Class, day: dt.date) -> None:
    recognition = Recognition.objects.select_related("decision", "cohort__course__provider").get(
        cohort=made.cohort
    )
    register = register_for(recognition, day, made.by)
    signatory = SignatoryPost.objects.select_related("person").get(provider=register.provider)
    issue = Issue(register=register, signatory=signatory, day=day, recognition=recognition)
    places = [
        line.enrolment
        for line in without_paper(issue).select_related(
            "enrolment__learner",
            "enrolment__version",
            "enrolment__sending_unit",
            "enrolment__cohort__course",
        )
    ]
    papers = make_papers(issue=issue, enrolments=places, by=made.by)
    if made.row.get("sign"):
        for paper in papers:
            render_paper(certificate=paper)
        sign(ids=[paper.pk for paper in papers], by=signatory.person)


def _papers(made: Class) -> list[Certificate]:
    """Return papers of people nobody signs in as."""
    papers = Certificate.objects.in_force().filter(enrolment__cohort=made.cohort)
    named = made.row.get("cast", {})
    return list(papers.exclude(person__username__in=named).order_by("-number"))


def _revoke(made: Class) -> None:
    reason = "Người được cấp không thuộc đối tượng dự khóa học, phát hiện khi kiểm tra hồ sơ"
    revoke(certificate=_papers(made)[0], reason=reason, decision="21/QĐ-HVCB", by=made.by)


def _replace(made: Class) -> None:
    paper = _papers(made)[0]
    request = ask_replacement(
        certificate=paper,
        cause=Replacement.Cause.LOST,
        reason="Bị mất khi chuyển trụ sở cơ quan",
        original_returned=False,
        requested_on=today(),
        by=made.by,
    )
    signatory = SignatoryPost.objects.select_related("person").get(provider=paper.register.provider)
    new = replace(request=request, signatory=signatory, by=made.by)
    render_paper(certificate=new)
    sign(ids=[new.pk], by=signatory.person)
