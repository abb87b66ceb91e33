"""How far staff see into what is kept about others: by grant and by the unit of each row.

The rows lie in apps below `accounts`, which know no grants; so the rule stands here.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from audit.models import AuditEvent
from jobs.models import Job, Outbox
from notifications.models import Channel, Message, Notice


def events_allowing(user: User) -> QuerySet[AuditEvent]:
    """Return the acts one may look at: all with a site-wide grant, else those of one's units."""
    granted = RoleGrant.objects.giving(user, Permission.SEE_AUDIT)
    if granted.site_wide().exists():
        return AuditEvent.objects.all()
    return AuditEvent.objects.filter(unit_id__in=granted.unit_ids())


def letters_allowing(user: User) -> QuerySet[Message]:
    """Return the letters whose notices were written for people of one's units."""
    granted = RoleGrant.objects.giving(user, Permission.SEE_DELIVERY)
    letters = Message.objects.filter(channel=Channel.EMAIL)
    if granted.site_wide().exists():
        return letters
    notices = Notice.objects.filter(message=OuterRef("pk"), unit_id__in=granted.unit_ids())
    return letters.filter(Exists(notices))


def dead_letters_allowing(user: User, permission: Permission) -> QuerySet[Outbox]:
    """Return the tasks that were given up; they belong to no unit, so only site-wide."""
    whole = RoleGrant.objects.giving(user, permission).site_wide()
    return Outbox.objects.dead() if whole.exists() else Outbox.objects.none()


def jobs_allowing(user: User) -> QuerySet[Job]:
    """Return the long jobs of everybody, or of one's units."""
    granted = RoleGrant.objects.giving(user, Permission.SEE_JOBS)
    if granted.site_wide().exists():
        return Job.objects.all()
    return Job.objects.filter(unit_id__in=granted.unit_ids())
