"""Why a person sees a paper, or does not."""

from __future__ import annotations

from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.explain import Reach, grants_of
from accounts.models import User
from accounts.panels import Explainer, Finding
from accounts.permissions import Permission
from certificates.models import Certificate


def find_paper(text: str) -> Model | None:
    """Return the paper of a register number or a serial number."""
    named = Q(register_number__iexact=text.strip()) | Q(serial__iexact=text.strip())
    found: Certificate | None = Certificate.objects.filter(named).order_by("-pk").first()
    return found


def explain_paper(reader: User, target: Model) -> list[Finding]:
    """Say whether it is the reader's own, and which grants reach it."""
    if not isinstance(target, Certificate):
        raise TypeError("A certificate is expected.")
    if target.person_id == reader.pk:
        return [_own(target)]
    place = target.enrolment
    owners = [target.register.provider.unit_id, place.cohort.course.provider.unit_id]
    units = [place.cohort.organiser_id, place.sending_unit_id]
    return grants_of(reader, Reach(Permission.SEE_CERTIFICATES, units, owners))


def sees_paper(reader: User, target: Model) -> bool:
    """Give the decision the pages give."""
    return Certificate.objects.visible_to(reader).filter(pk=target.pk).exists()


def _own(paper: Certificate) -> Finding:
    if paper.signed_at is None:
        return Finding(_("Own paper, not signed yet."), speaks_for=False)
    return Finding(_("Own paper, signed."), speaks_for=True)


PAPER = Explainer(gettext_lazy("Certificate"), find_paper, explain_paper, sees_paper)
