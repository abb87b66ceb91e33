"""What an officer says of somebody's work."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit.actions import record
from enrolments.actions.duties import refuse_own, unit_of
from lms.clock import today
from reference.models import Code
from requirements.models import PersonTag


@transaction.atomic
def set_tags(*, person: User, tags: QuerySet[Code] | Sequence[Code], by: User) -> bool:
    """Give and take marks so that these stand; return whether anything changed.

    Audiences whose rule asks for a mark follow in the coming night.
    """
    refuse_own(person.pk, by)
    User.objects.select_for_update().get(pk=person.pk)
    standing = PersonTag.objects.filter(person=person)
    before, wanted = set(standing.values_list("tag__code", flat=True)), {tag.code for tag in tags}
    if before == wanted:
        return False
    standing.exclude(tag__code__in=wanted).delete()
    PersonTag.objects.bulk_create(
        PersonTag(person=person, tag=tag, given_by=by) for tag in tags if tag.code not in before
    )
    unit = unit_of(person, today())
    record(
        by=by,
        action="tag_person",
        target=person,
        unit_id=unit.pk if unit else None,
        before={"tags": sorted(before)},
        after={"tags": sorted(wanted)},
    )
    return True
