"""What this app hears from lower ones."""

from django.contrib.auth.models import AbstractBaseUser
from django.dispatch import receiver

from jobs.models import Job
from jobs.signals import export_ready
from notifications.actions import notify_now
from notifications.export_notices import EXPORT_READY


@receiver(export_ready)
def tell_the_owner(job: Job, name: str, person: AbstractBaseUser, **_kwargs: object) -> None:
    """Say that a file can be fetched."""
    notify_now(
        person=person,
        kind=EXPORT_READY,
        subject=f"job:{job.pk}",
        context={"name": name, "rows": job.done},
        url=job.get_absolute_url(),
        unit_id=job.unit_id,
    )
