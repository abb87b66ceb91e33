"""Taking works out to be read elsewhere, on record."""

from __future__ import annotations

import uuid
from typing import IO, Final

from accounts.models import User
from assessment.models.marking_plans import works_waiting_for
from assessment.work_archives import archive_of
from audit.actions import record
from enrolments.models import Cohort

AT_ONCE: Final = 200  # works held in memory


def take_works(*, cohort: Cohort, key: uuid.UUID, by: User) -> IO[bytes] | None:
    """Return the works of a class that wait for one's mark as an archive, the oldest first.

    Nothing where none waits. What has no room comes with the next, once these are marked.
    """
    waiting = works_waiting_for(by).filter(enrolment__cohort=cohort, assignment_key=key)
    count = waiting.count()
    if not count:
        return None
    works = waiting.prefetch_related("files__file__blob").order_by("submitted_at", "pk")
    content, taken = archive_of(works.iterator(chunk_size=AT_ONCE))
    facts = {"key": str(key), "works": taken, "left": count - taken}
    record(by=by, action="export_works", target=cohort, unit_id=cohort.organiser_id, after=facts)
    return content
