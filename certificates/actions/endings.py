"""How a paper stops holding: revoked, replaced, spoilt, expired. None is ever deleted."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import event, record, record_many
from certificates.actions.issue import make_papers
from certificates.actions.setup import ensure_register
from certificates.errors import OwnRecord, Refused
from certificates.models import Certificate, CertificateState, Replacement, SignatoryPost
from certificates.models.register import CertificateKind
from certificates.notices import ended_notice
from certificates.snapshot import Issue
from enrolments.models import Enrolment
from lms.clock import today
from notifications.actions import plan_notices
from reference.calendar import add_working_days
from reference.rules import rule

HANDED_OUT = (CertificateState.ISSUED, CertificateState.EXPIRED)
WORKING_DAYS = 5  # where no rule row says otherwise (Circular 03/2023/TT-BNV, Art. 5.4)


@transaction.atomic
def revoke(*, certificate: Certificate, reason: str, decision: str, by: User) -> bool:
    """Take a paper back for good, by a decision; False if it no longer held."""
    paper = _held(certificate, by)
    if paper.state not in HANDED_OUT:
        return False
    _end(paper, CertificateState.REVOKED, reason=reason, decision=decision, by=by)
    plan_notices(notices=[ended_notice(paper)])
    return True


@transaction.atomic
def spoil(*, certificate: Certificate, reason: str, by: User) -> bool:
    """Cancel a paper that nobody has signed; its number stays in the register as cancelled."""
    paper = _held(certificate, by)
    if paper.state != CertificateState.AWAITING_SIGNATURE:
        return False
    _end(paper, CertificateState.REVOKED, reason=reason, decision="", by=by)
    return True


@transaction.atomic
def ask_replacement(
    *,
    certificate: Certificate,
    cause: str,
    reason: str,
    original_returned: bool,
    requested_on: dt.date,
    by: User,
) -> Replacement:
    """Enter a request for another paper; the same open request is returned as it is."""
    paper = _held(certificate, by)
    known = paper.replacements.open().first()
    if known:
        return known
    if paper.state not in HANDED_OUT:
        raise Refused(_("Only a paper that was handed out can be replaced."))
    if cause == Replacement.Cause.CORRECTION and not original_returned:
        raise Refused(_("A wrong paper is corrected once the original is returned."))
    days = rule("certificates.correction_working_days", requested_on, default=WORKING_DAYS)
    request = Replacement.objects.create(
        certificate=paper,
        cause=cause,
        reason=reason,
        original_returned=original_returned,
        requested_on=requested_on,
        due_on=add_working_days(requested_on, days),
        entered_by=by,
    )
    unit_id = paper.enrolment.sending_unit_id
    record(by=by, action="ask_replacement", target=request, unit_id=unit_id, reason=reason)
    return request


@transaction.atomic
def refuse_replacement(*, request: Replacement, reason: str, by: User) -> bool:
    """Close a request without another paper; False if it was closed before."""
    _held(request.certificate, by)
    return _close(request, Replacement.State.REFUSED, note=reason, by=by)


@transaction.atomic
def replace(*, request: Replacement, signatory: SignatoryPost, by: User) -> Certificate:
    """Make the new paper, which names the old one, from the person as recorded today.

    A lost or damaged paper is followed by a giấy chứng nhận, an issuer's error by the same kind
    (Circular 03/2023/TT-BNV, Art. 5.3). Safe to call twice.
    """
    paper = _held(request.certificate, by)
    known = Certificate.objects.filter(replaces=paper).first()
    if known:
        return known
    if not _close(request, Replacement.State.DONE, note="", by=by):
        raise Refused(_("The request is closed."))
    day = today()
    register = ensure_register(
        provider=paper.register.provider, kind=_kind_after(paper, request), year=day.year, by=by
    )
    _end(paper, CertificateState.REPLACED, reason=request.reason, decision="", by=by)
    places = Enrolment.objects.select_related("learner", "version", "sending_unit")
    place = places.select_related("cohort__course").get(pk=paper.enrolment_id)
    issue = Issue(register, signatory, day, recognition=paper.recognition, replaces=paper)
    [new] = make_papers(issue=issue, enrolments=[place], by=by)
    return new


def _kind_after(paper: Certificate, request: Replacement) -> str:
    same = request.cause == Replacement.Cause.CORRECTION
    return paper.kind if same else CertificateKind.COMPLETION


@transaction.atomic
def expire(*, at_most: int = 500) -> int:
    """Mark papers whose validity is over; return how many."""
    papers = list(Certificate.objects.lapsed().select_related("enrolment")[:at_most])
    ids = [paper.pk for paper in papers]
    Certificate.objects.filter(pk__in=ids, state=CertificateState.ISSUED).update(
        state=CertificateState.EXPIRED
    )
    record_many(
        event(
            by=None,
            action="expire_certificate",
            target=paper,
            unit_id=paper.enrolment.sending_unit_id,
        )
        for paper in papers
    )
    return len(papers)


def _held(certificate: Certificate, by: User) -> Certificate:
    papers = Certificate.objects.select_for_update(of=("self",))
    paper = papers.select_related("enrolment", "register__provider").get(pk=certificate.pk)
    if paper.person_id == by.pk:
        raise OwnRecord(_("Nobody decides on their own record."))
    return paper


def _end(paper: Certificate, state: str, *, reason: str, decision: str, by: User) -> None:
    before = {"state": paper.state}
    paper.state, paper.end_reason, paper.end_decision = state, reason, decision
    paper.ended_at, paper.ended_by = timezone.now(), by
    paper.save(update_fields=["state", "end_reason", "end_decision", "ended_at", "ended_by"])
    record(
        by=by,
        action="end_certificate",
        target=paper,
        unit_id=paper.enrolment.sending_unit_id,
        before=before,
        after={"state": state, "decision": decision},
        reason=reason,
    )


def _close(request: Replacement, state: str, *, note: str, by: User) -> bool:
    still = Replacement.objects.filter(pk=request.pk, state=Replacement.State.OPEN)
    closed = {"state": state, "closing_note": note, "closed_by": by, "closed_at": timezone.now()}
    if still.update(**closed) != 1:
        return False
    unit_id = request.certificate.enrolment.sending_unit_id
    record(by=by, action="close_replacement", target=request, unit_id=unit_id, reason=note)
    return True
