"""Writing the audit trail, sealing it, proving it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction

from audit.facts import OUTSIDE_A_REQUEST, current_facts
from audit.models import GENESIS, AuditEvent, AuditSeal

SECRET_WORDS = ("password", "secret", "token", "code_hash", "identity_number", "otp", "session_key")
HIDDEN = "•••"
SEAL_AT_MOST = 1000


def event(
    *,
    by: AbstractBaseUser | None,
    action: str,
    target: models.Model | None = None,
    unit_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Return an event that is not written yet, for `record_many`."""
    facts = current_facts.get(OUTSIDE_A_REQUEST)
    return AuditEvent(
        actor_id=by.pk if by else None,
        actor_label=str(by)[:200] if by else "",
        action=action,
        target_type=target._meta.label_lower if target else "",
        target_id=target.pk if target else None,
        target_label=str(target)[:300] if target else "",
        unit_id=unit_id,
        ip=facts.ip,
        request_id=facts.request_id,
        before=_without_secrets(before),
        after=_without_secrets(after),
        reason=reason,
    )


def record(
    *,
    by: AbstractBaseUser | None,
    action: str,
    target: models.Model | None = None,
    unit_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Write one event, in the transaction of the act it tells of."""
    row = event(
        by=by,
        action=action,
        target=target,
        unit_id=unit_id,
        before=before,
        after=after,
        reason=reason,
    )
    row.save(force_insert=True)
    return row


def record_many(events: Iterable[AuditEvent]) -> None:
    """Write many events (made by `event`) with few statements."""
    AuditEvent.objects.bulk_create(events, batch_size=500)


@transaction.atomic
def seal() -> AuditSeal | None:
    """Chain the next committed rows. A second seal at the same time fails on the unique link."""
    events = list(AuditEvent.objects.unsealed()[:SEAL_AT_MOST])
    if not events:
        return None
    last = AuditSeal.objects.order_by("-number").first()
    link = AuditSeal(
        number=last.number + 1 if last else 1,
        previous=last.digest if last else GENESIS,
        entries=[[row.pk, row.digest()] for row in events],
    )
    link.digest = link.computed()
    link.save(force_insert=True)
    AuditEvent.objects.filter(pk__in=[row.pk for row in events]).update(seal_number=link.number)
    return link


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found."""

    seals: int
    events: int
    unsealed: int
    head: str
    fault: str = ""


def verify() -> Verdict:
    """Walk the chain and name the first row or seal that is not what was sealed."""
    previous, seals, events = GENESIS, 0, 0
    for link in AuditSeal.objects.order_by("number").iterator(chunk_size=20):
        fault = _fault_of(link, number=seals + 1, previous=previous)
        if fault:
            return Verdict(seals, events, 0, previous, fault)
        previous, seals, events = link.digest, seals + 1, events + len(link.entries)
    # Rows that claim a seal but stand in none were added behind its back.
    claimed = AuditEvent.objects.exclude(seal_number=None).count()
    fault = f"{claimed - events} rows claim a seal that does not name them" * (claimed != events)
    unsealed = AuditEvent.objects.unsealed().count()
    return Verdict(seals, events, unsealed, previous, fault)


def _fault_of(link: AuditSeal, *, number: int, previous: str) -> str:
    if link.number != number:
        return f"seal {number} is missing"
    if link.previous != previous or link.digest != link.computed():
        return f"seal {number} was altered"
    rows = AuditEvent.objects.in_bulk([pk for pk, _digest in link.entries])
    for pk, digest in link.entries:
        if pk not in rows:
            return f"event {pk} was removed"
        if rows[pk].digest() != digest:
            return f"event {pk} was altered"
    return ""


def _without_secrets(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: _shown(name, value) for name, value in values.items()}


def _shown(name: str, value: Any) -> Any:
    if any(word in name.lower() for word in SECRET_WORDS):
        return HIDDEN
    return _without_secrets(value) if isinstance(value, Mapping) else value
