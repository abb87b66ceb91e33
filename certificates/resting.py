"""What of this app already rests on a learner's result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from certificates.models import Certificate, RecognitionLine


def papers_and_decisions(places: Sequence[int]) -> Mapping[int, str]:
    """Return, by place, the paper in force or else the decision that recognised the result."""
    lines = RecognitionLine.objects.filter(
        enrolment__in=places, recognition__decided_at__isnull=False
    )
    found = {
        place: _("the result is recognised; only a supplementary decision changes it")
        for place in lines.values_list("enrolment", flat=True)
    }
    papers = Certificate.objects.in_force().filter(enrolment__in=places)
    for place, number in papers.values_list("enrolment", "register_number"):
        words = _("paper %(number)s stands until it is replaced or revoked")
        found[place] = words % {"number": number}
    return found
