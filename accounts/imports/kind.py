"""People from files, as a kind of bulk change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.imports import applying
from accounts.imports.ends import plan_ends, too_many
from accounts.imports.planning import Planner
from accounts.imports.rows import NEW, PERSON
from accounts.imports.source import Settings, forget_rows, read_rows
from accounts.imports.standing import Free, Records
from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from files.models import StoredFile
from jobs.bulk import CHUNK, Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow, Verdict


def author_of(change: BulkChange) -> User:
    """Return the officer whose file it is, with today's rights."""
    author: User = User.objects.get(pk=change.created_by_id)
    return author


class PeopleImport:
    """Make, correct, move and end the records of a file's people."""

    queue = "import"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it and still keeps people's records."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        return RoleGrant.objects.giving(user, Permission.MANAGE_PEOPLE).exists()

    def page(self, change: BulkChange) -> str:
        """Return the address of the import's own page."""
        return reverse("accounts:people_import", args=[change.pk])

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the file and of how it is read."""
        file = StoredFile.objects.filter(pk=Settings.of(change).file_id)
        return digest(file.values_list("blob__sha256", flat=True).first(), change.params)

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the plan of the next rows, then of the posts that a complete list ends."""
        by = author_of(change)
        with translation.override(by.language):
            if "ends" in checkpoint:
                return self._ends(change, by, int(checkpoint["ends"]))
            rows = read_rows(change)
            start = int(checkpoint.get("start", 0))
            planned = Planner(change, by).plan(rows[start : start + CHUNK])
        following: dict[str, Any] | None = {"start": start + CHUNK}
        if start + CHUNK >= len(rows):
            forget_rows()
            following = {"ends": 0} if Settings.of(change).whole_id else None
        return PlannedSlice(rows=planned, checkpoint=following, total=len(rows))

    def _ends(self, change: BulkChange, by: User, after: int) -> PlannedSlice:
        rows = plan_ends(change, by, after)
        following = {"ends": rows[-1].target_id} if len(rows) == CHUNK else None
        return PlannedSlice(rows=rows, checkpoint=following)

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many records are made, corrected, moved and ended."""
        to_write = change.rows.to_apply()
        effects = [
            Effect(
                _("Records that are made, without a password"),
                to_write.filter(target_type=NEW).count(),
            ),
            Effect(
                _("Records that are corrected"), to_write.filter(verdict=Verdict.UPDATE).count()
            ),
            Effect(_("People who change unit"), to_write.filter(verdict=Verdict.MOVED).count()),
        ]
        if Settings.of(change).whole_id:
            ends = to_write.filter(verdict=Verdict.ENDED).count()
            effects.append(Effect(_("Posts that end; open duties end with them"), ends))
            stop = too_many(change, author_of(change))
            effects += [Effect(stop)] if stop else []
        return effects

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return how the people of the rows stand now."""
        by = author_of(change)
        known = {row.pk: row.target_id for row in rows if row.target_type == PERSON}
        records = Records.look([pk for pk in known.values() if pk], by=by)
        plans = {row.pk: row.after["new"] for row in rows if row.target_type == NEW and row.after}
        free = Free.look(plans.values(), by=by)
        found = {key: records.fingerprint(pk) for key, pk in known.items() if pk}
        return found | {pk: free.fingerprint(plan) for pk, plan in plans.items()}

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Write what the rows say."""
        person: User = User.objects.get(pk=by.pk)
        with translation.override(person.language):
            return applying.write(change, rows, person)

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return why rows stay as they are."""
        with translation.override(author_of(change).language):
            return applying.reasons_to_keep(rows)

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Take back what the rows wrote."""
        person = User.objects.get(pk=by.pk)
        with translation.override(person.language):
            applying.take_back(change, rows, person)
