"""Whose posts end because a complete list of a unit does not name them."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.imports.rows import PERSON
from accounts.imports.source import Settings
from accounts.imports.standing import Records, scope_of
from accounts.models import Posting, Unit, User, UserQuerySet
from jobs.bulk import CHUNK
from jobs.models import BulkChange, BulkRow, Verdict

OF_NO_ROW: Final = 0  # the number of a planned row that stands for nobody's line in the file
UNSURE: Final = (Verdict.AMBIGUOUS, Verdict.ERROR)
FEW: Final = 3  # so many may end whatever the share


def not_named(change: BulkChange, by: User) -> UserQuerySet:
    """Return the people of the unit whom no row means, nor may mean, nor names in error."""
    of_file = change.rows.exclude(number=OF_NO_ROW)
    meant = of_file.filter(target_type=PERSON).values_list("target_id", flat=True)
    named = {pk for pk in meant if pk}
    unsure = of_file.filter(verdict__in=UNSURE).values_list("before", flat=True)
    named |= {pk for before in unsure for pk in (before or {}).get("candidates", [])}
    people = people_of(change, by)
    left: UserQuerySet = people.exclude(pk__in=named)
    return left


def people_of(change: BulkChange, by: User) -> UserQuerySet:
    """Return the people whose open primary post lies in the unit of the complete list."""
    units = Unit.objects.under(Settings.of(change).whole_id or 0)
    posts = Posting.objects.primary().filter(until=None, unit__in=units)
    people: UserQuerySet = scope_of(by).filter(pk__in=posts.values("user"))
    return people


def too_many(change: BulkChange, by: User) -> str:
    """Return why nobody's post is ended: more would end than a list can well mean; or nothing."""
    ending, whole = not_named(change, by).count(), people_of(change, by).count()
    share = settings.IMPORT_ENDS_PERCENT_AT_MOST
    if ending <= FEW or ending * 100 <= whole * share:
        return ""
    words = _(
        "%(n)d of %(whole)d posts would end, more than %(share)d%%: this does not look like the"
        " whole unit, so none ends."
    )
    return words % {"n": ending, "whole": whole, "share": share}


def plan_ends(change: BulkChange, by: User, after: int) -> list[BulkRow]:
    """Return the next posts to end, by the key of the person."""
    people = not_named(change, by).filter(pk__gt=after).order_by("pk")[:CHUNK]
    records = Records.look([person.pk for person in people], by=by)
    stop = too_many(change, by)
    return [_row(person, records, stop) for person in people if person.pk in records.posts]


def _row(person: User, records: Records, stop: str) -> BulkRow:
    post = records.posts[person.pk]
    message = stop or _("Not in the list: the post in %(unit)s ends.") % {"unit": post.unit}
    return BulkRow(
        number=OF_NO_ROW,
        label=f"{person.full_name} · {person.username}"[:300],
        verdict=Verdict.ERROR if stop else Verdict.ENDED,
        included=not stop,
        message=message,
        target_type=PERSON,
        target_id=person.pk,
        after={"end": post.pk},
        fingerprint=records.fingerprint(person.pk),
    )
