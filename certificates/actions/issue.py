"""Taking numbers and making papers. A paper is made once and says for ever what it said."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import event, record_many
from audit.models import AuditEvent
from certificates.actions.setup import ensure_register
from certificates.drawing import draw
from certificates.errors import Refused
from certificates.models import (
    Authorisation,
    Certificate,
    CertificateState,
    Register,
    Rendition,
    SignatoryPost,
)
from certificates.models.register import CertificateKind
from certificates.notices import issued_notice
from certificates.numbering import new_check, write
from certificates.snapshot import Issue, Writer
from courses.models import Course
from enrolments.models import Enrolment
from enrolments.models.places import EnrolmentState, Result
from files.actions import keep_made
from jobs.actions import enqueue, start_job
from lms.clock import today
from notifications.actions import plan_notices

RENDER = "certificates.render"
AT_ONCE = "certificates.issue_at_once"
PURPOSE = "certificate"
RENDERED_TOGETHER = 100
BATCH = 500


def kind_on(course: Course, day: dt.date) -> CertificateKind:
    """Return which paper the course may yield by the authorisations of the day."""
    held = Authorisation.objects.in_force(day).filter(course=course, provider=course.provider_id)
    return CertificateKind.CERTIFICATE if held.exists() else CertificateKind.COMPLETION


@transaction.atomic
def make_papers(
    *,
    issue: Issue,
    enrolments: Sequence[Enrolment],
    by: User | None,
    state: str = CertificateState.AWAITING_SIGNATURE,
) -> list[Certificate]:
    """Make a paper for each place, in this order, with the next numbers of the register.

    The register's row is locked until the transaction ends: numbers have neither gaps nor twins.
    """
    places = list(enrolments)
    register = Register.objects.select_for_update().get(pk=issue.register.pk)
    writer = Writer(issue, places)
    signed_at = timezone.now() if state == CertificateState.ISSUED else None
    papers = [
        Certificate(
            **_numbers(register, register.last_number + step),
            kind=register.kind,
            state=state,
            person=place.learner,
            enrolment=place,
            recognition=issue.recognition,
            signatory=issue.signatory,
            snapshot=writer.snapshot(place),
            token=secrets.token_urlsafe(24),
            issued_on=issue.day,
            signed_at=signed_at,
            replaces=issue.replaces,
            issued_by=by,
        )
        for step, place in enumerate(places, start=1)
    ]
    Certificate.objects.bulk_create(papers, batch_size=BATCH)
    register.last_number += len(papers)
    register.save(update_fields=["last_number"])
    record_many(_told(paper, by) for paper in papers)
    _have_rendered(papers)
    return papers


def _numbers(register: Register, number: int) -> dict[str, object]:
    year, check = register.year, new_check()
    return {
        "register": register,
        "number": number,
        "register_number": write(register.number_format, number=number, year=year),
        "serial": write(register.serial_format, number=number, year=year, check=check),
    }


def _told(paper: Certificate, by: User | None) -> AuditEvent:
    after = {"register_number": paper.register_number, "person": paper.person_id}
    unit_id = paper.enrolment.sending_unit_id
    return event(by=by, action="issue_certificate", target=paper, unit_id=unit_id, after=after)


def _have_rendered(papers: Sequence[Certificate]) -> None:
    """Have the papers drawn, some at a time, so that several workers share the work."""
    for start in range(0, len(papers), RENDERED_TOGETHER):
        ids = [paper.pk for paper in papers[start : start + RENDERED_TOGETHER]]
        start_job(
            kind=RENDER,
            key=f"{RENDER}:{ids[0]}",
            by=None,
            total=len(ids),
            queue="render",
            args={"certificates": ids},
            title=_("Drawing of papers"),
        )


@transaction.atomic
def render_paper(*, certificate: Certificate) -> Rendition:
    """Draw a paper and keep it with its digest. Safe to call twice."""
    known = certificate.renditions.filter(kind=Rendition.Kind.EXPORTED).first()
    if known:
        return known
    file = keep_made(
        content=draw(certificate),
        name=f"{certificate.register_number.replace('/', '-')}.pdf",
        owner_id=certificate.person_id,
        media_type="application/pdf",
        purpose=PURPOSE,
        unit_id=certificate.enrolment.sending_unit_id,
    )
    return Rendition.objects.create(
        certificate=certificate,
        kind=Rendition.Kind.EXPORTED,
        file=file,
        sha256=file.blob.sha256,
    )


@transaction.atomic
def ask_for_paper_at_once(*, enrolment: Enrolment) -> None:
    """Where the course says so, have the paper issued without a class decision."""
    if enrolment.version.issues_at_once:
        enqueue(
            task=AT_ONCE,
            key=f"{AT_ONCE}:{enrolment.pk}",
            args={"enrolment": enrolment.pk},
            queue="render",
        )


@transaction.atomic
def issue_at_once(*, enrolment: Enrolment) -> Certificate | None:
    """Issue the paper of a course that recognises and issues by itself. Safe to call twice."""
    held = Enrolment.objects.select_for_update(of=("self",)).select_related(
        "version", "cohort__course__provider", "learner", "sending_unit"
    )
    place = held.get(pk=enrolment.pk)
    paper = place.certificates.first()
    if paper or place.eligible_at is None or place.state != EnrolmentState.COMPLETED:
        return paper
    provider = place.cohort.course.provider
    day = today()
    posts = SignatoryPost.objects.in_force(day).filter(provider=provider)
    signatory = posts.select_related("person").exclude(person=place.learner).first()
    if signatory is None:
        raise Refused(_("Nobody is named to sign for %(provider)s.") % {"provider": provider})
    register = ensure_register(
        provider=provider, kind=CertificateKind.COMPLETION, year=day.year, by=None
    )
    Enrolment.objects.filter(pk=place.pk).update(result=Result.PASSED)
    [paper] = make_papers(
        issue=Issue(register, signatory, day),
        enrolments=[place],
        by=None,
        state=CertificateState.ISSUED,
    )
    plan_notices(notices=[issued_notice(paper)])
    return paper
