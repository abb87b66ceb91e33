"""What a reorganisation touches, counted by unit, for the page that comes before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.closing import grants_to_map
from accounts.hanging import hangings, happened_since
from accounts.models import Posting, Reorganisation, ReorganisationAct
from accounts.reorganising import units
from jobs.bulk import Effect
from lms.clock import today


@dataclass(frozen=True)
class Line:
    """One kind of thing: how many each unit has, and what becomes of them."""

    label: str | Promise
    becomes: str | Promise
    counts: Sequence[int]


def lines(made: Reorganisation) -> list[Line]:
    """Return what hangs on the units; a query for each kind."""
    sources = units.source_units(made)
    keys = [unit.pk for unit in sources]
    people = Posting.objects.standing().filter(unit__in=keys).order_by()
    counted = dict(people.values_list("unit").annotate(n=Count("pk")))
    roles = {unit.pk: grants_to_map(unit).count() for unit in sources}
    stay = made.act == ReorganisationAct.RENAME
    begins = _("End on the day before and begin in the new unit, with the same position.")
    given = _("Given in the new unit before anything ends in the old one.")
    found = [
        _line(_("Posts of people"), _("Stay.") if stay else begins, counted, keys),
        _line(_("Roles that name the unit"), _("Stay.") if stay else given, roles, keys),
    ]
    for hanging in hangings:
        becomes = _("Stay.") if stay else hanging.becomes
        found.append(_line(hanging.label, becomes, hanging.count(keys), keys))
    return [line for line in found if any(line.counts)]


def effects(made: Reorganisation) -> list[Effect]:
    """Return what the rows do not say: what cannot be undone, and what happened since."""
    found = [
        Effect(_("Reports of days before still show the units of those days.")),
        Effect(_("Places in classes keep the unit that sent the person.")),
    ]
    heads = Posting.objects.standing().filter(unit__in=units.source_units(made), is_head=True)
    if made.act == ReorganisationAct.MERGE and heads.count() > 1:
        words = _("Heads of one unit afterwards; end what is not wanted")
        found.append(Effect(words, heads.count()))
    found.append(
        Effect(_("Undone are units, posts, roles and what moved; letters that went out are not."))
    )
    return found


def since(made: Reorganisation) -> list[tuple[str, int]]:
    """Return what was entered of the units since a day that lies in the past."""
    keys = [unit.pk for unit in units.source_units(made)]
    if made.since >= today() or not keys:
        return []
    begun = Posting.objects.filter(unit__in=keys, since__gte=made.since).count()
    ended = Posting.objects.filter(unit__in=keys, until__gt=made.since, until__lte=today()).count()
    found = [(_("Posts that began in it"), begun), (_("Posts that ended in it"), ended)]
    found += [look(keys, made.since) for look in happened_since]
    return [(label, number) for label, number in found if number]


def _line(
    label: str | Promise, becomes: str | Promise, counts: Mapping[int, int], keys: Sequence[int]
) -> Line:
    return Line(label, becomes, [counts.get(key, 0) for key in keys])
