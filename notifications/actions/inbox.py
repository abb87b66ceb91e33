"""What a person does with their own notices."""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from notifications.kinds import notice_kinds, optional_kinds
from notifications.models import Channel, InboxItem, Preference


def mark_read(*, item: InboxItem, by: AbstractBaseUser) -> None:
    """Mark a line of one's inbox as read. Safe to call twice."""
    own = InboxItem.objects.visible_to(by).unread().filter(pk=item.pk)
    own.update(read_at=timezone.now())


def mark_all_read(*, by: AbstractBaseUser) -> int:
    """Mark one's whole inbox as read; return how many lines were not."""
    return InboxItem.objects.visible_to(by).unread().update(read_at=timezone.now())


@transaction.atomic
def set_mail_kinds(*, wanted: Collection[str], by: AbstractBaseUser) -> None:
    """Keep which optional kinds a person wants by mail."""
    _set(by.pk, {kind.code: kind.code in wanted for kind in optional_kinds()})


@transaction.atomic
def unsubscribe(*, person_id: int, kinds: Iterable[str]) -> None:
    """Switch the mail of these kinds off; mandatory ones stay on. Safe to call twice."""
    optional = [code for code in kinds if code in notice_kinds and not notice_kinds[code].mandatory]
    _set(person_id, dict.fromkeys(optional, False))


def _set(person_id: int, kinds: dict[str, bool]) -> None:
    now = timezone.now()
    rows = [
        Preference(
            person_id=person_id, kind=code, channel=Channel.EMAIL, is_on=is_on, changed_at=now
        )
        for code, is_on in kinds.items()
    ]
    Preference.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["person", "kind", "channel"],
        update_fields=["is_on", "changed_at"],
    )
