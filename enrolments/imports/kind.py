"""Cohorts from files, as a kind of bulk change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.imports.rows import NEW, PERSON
from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from enrolments.imports import applying
from enrolments.imports.planning import Planner
from enrolments.imports.source import Settings, forget_rows, read_rows
from enrolments.imports.standing import Newcomers, People
from enrolments.models import Cohort
from files.models import StoredFile
from jobs.bulk import CHUNK, Effect, PlannedSlice, digest
from jobs.models import BulkChange, BulkRow


def author_of(change: BulkChange) -> User:
    """Return the officer whose file it is, with today's rights."""
    author: User = User.objects.get(pk=change.created_by_id)
    return author


class CohortImport:
    """Give the people of a file places in a class, making records where it was asked for."""

    queue = "import"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user made it, still sends people and still sees the class."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        sends = RoleGrant.objects.giving(user, Permission.SEND_PEOPLE).exists()
        seen = Cohort.objects.visible_to(user).filter(pk=Settings.of(change).cohort_id)
        return sends and seen.exists()

    def page(self, change: BulkChange) -> str:
        """Return the address of the import's own page."""
        args = [Settings.of(change).cohort_id, change.pk]
        return reverse("enrolments:import", args=args)

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the file and of how it is read."""
        file = StoredFile.objects.filter(pk=Settings.of(change).file_id)
        content = file.values_list("blob__sha256", flat=True).first()
        return digest(content, change.params)

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the plan of the next rows."""
        by = author_of(change)
        with translation.override(by.language):
            rows = read_rows(change)
            start = int(checkpoint.get("start", 0))
            planned = Planner(change, by).plan(rows[start : start + CHUNK])
        end = start + CHUNK
        following = {"start": end} if end < len(rows) else None
        if following is None:
            forget_rows()
        return PlannedSlice(rows=planned, checkpoint=following, total=len(rows))

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Return how many places and records will be written, and what seats are left."""
        to_write = change.rows.to_apply()
        effects = [
            Effect(_("People who get a place, with the duty and its reminders"), to_write.count()),
            Effect(
                _("Records that are made, without a password"),
                to_write.filter(target_type=NEW).count(),
            ),
        ]
        cohort = Cohort.objects.get(pk=Settings.of(change).cohort_id)
        if cohort.seats_left is not None:
            effects.append(Effect(_("Seats left in the class"), cohort.seats_left))
        return effects

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return how the people of the rows stand now."""
        by = author_of(change)
        cohort = Cohort.objects.get(pk=Settings.of(change).cohort_id)
        ids = [row.target_id for row in rows if row.target_type == PERSON and row.target_id]
        people = People.look(ids, cohort=cohort, by=by)
        plans = {row.pk: row.after["new"] for row in rows if row.target_type == NEW and row.after}
        newcomers = Newcomers.look(plans.values(), by=by)
        found = {
            row.pk: people.fingerprint(row.target_id)
            for row in rows
            if row.target_type == PERSON and row.target_id
        }
        return found | {pk: newcomers.fingerprint(plan) for pk, plan in plans.items()}

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Write what the rows say."""
        person: User = User.objects.get(pk=by.pk)
        with translation.override(person.language):
            return applying.write(change, rows, person)

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return why places stay."""
        with translation.override(author_of(change).language):
            return applying.reasons_to_keep(rows)

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Take the places back, and the records made for them."""
        person = User.objects.get(pk=by.pk)
        with translation.override(person.language):
            applying.take_back(change, rows, person)
