"""Tasks of this app: the heartbeat tick and the slices of long jobs."""

from celery import shared_task

from jobs import actions, work
from jobs.models import Heartbeat, Outbox
from jobs.slices import run_slice as carry_on


@shared_task(name="jobs.heartbeat", max_retries=0)
def heartbeat() -> None:
    """Prove that beat, broker and worker are alive."""
    Heartbeat.beat()


def _stop_job(row: Outbox) -> None:
    actions.fail_job(job_id=row.args["job"])


run_slice = work.leased_task(carry_on, name="jobs.run_slice", on_dead=_stop_job)
