"""The signatory's act: papers that wait become papers that hold."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from audit.actions import event, record_many
from certificates.errors import OwnRecord
from certificates.models import Certificate, CertificateState, Rendition
from certificates.models.papers import CertificateQuerySet
from certificates.notices import issued_notice
from notifications.actions import plan_notices


def to_sign(user: User) -> CertificateQuerySet:
    """Return the drawn papers that bear the person's name and wait; never one's own."""
    drawn = Rendition.objects.filter(certificate=OuterRef("pk"), kind=Rendition.Kind.EXPORTED)
    mine = Certificate.objects.awaiting(user).allowing(user, Permission.SIGN_CERTIFICATES)
    return mine.filter(Exists(drawn))


@transaction.atomic
def sign(*, ids: Sequence[int], by: User) -> int:
    """Sign the papers that still wait; return how many. Safe to call twice."""
    if Certificate.objects.awaiting(by).filter(pk__in=ids, person_id=by.pk).exists():
        raise OwnRecord(_("Nobody signs their own paper."))
    chosen = list(to_sign(by).filter(pk__in=ids).values_list("pk", flat=True))
    waiting = Certificate.objects.select_for_update(of=("self",)).filter(
        pk__in=chosen, state=CertificateState.AWAITING_SIGNATURE
    )
    papers = list(waiting.select_related("enrolment"))
    now = timezone.now()
    signed = {"state": CertificateState.ISSUED, "signed_at": now, "signed_by": by}
    Certificate.objects.filter(pk__in=[paper.pk for paper in papers]).update(**signed)
    for paper in papers:
        paper.state, paper.signed_at, paper.signed_by = CertificateState.ISSUED, now, by
    record_many(
        event(
            by=by,
            action="sign_certificate",
            target=paper,
            unit_id=paper.enrolment.sending_unit_id,
        )
        for paper in papers
    )
    plan_notices(notices=[issued_notice(paper) for paper in papers])
    return len(papers)
