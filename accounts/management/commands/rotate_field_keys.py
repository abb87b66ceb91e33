"""Seal every identity number with the newest of FIELD_KEYS, so that an older key can go."""

from typing import Any, Final

from django.core.management.base import BaseCommand

from accounts.identity import resealed
from accounts.models import PersonMerge, User

BATCH: Final = 500


class Command(BaseCommand):
    """Safe to stop and to run again."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        done, last = 0, 0
        while people := _next(last):
            for person in people:
                person.identity_cipher = resealed(person.identity_cipher)
            User.objects.bulk_update(people, ["identity_cipher"])
            done, last = done + len(people), people[-1].pk
        _reseal_merges()
        self.stdout.write(f"{done} identity numbers are sealed with the newest key.")


def _reseal_merges() -> None:
    """Seal also what a merge of two records would give back; merges are few."""
    for merge in PersonMerge.objects.filter(undone_at=None).iterator(BATCH):
        for stood in (merge.journal[part] for part in ("kept", "ended", "after")):
            if stood["identity_cipher"]:
                stood["identity_cipher"] = resealed(stood["identity_cipher"])
        merge.save(update_fields=["journal"])


def _next(last: int) -> list[User]:
    sealed = User.objects.exclude(identity_cipher="").filter(pk__gt=last)
    return list(sealed.order_by("pk").only("pk", "identity_cipher")[:BATCH])
