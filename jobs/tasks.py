"""Tasks of this app: heartbeat, pruning, and the slices of long jobs."""

from celery import shared_task

from jobs import actions, work
from jobs.models import ExportPart, Heartbeat, JobState, Outbox
from jobs.slices import run_slice as carry_on
from lms.pruning import delete_some, long_ago


@shared_task(name="jobs.heartbeat", max_retries=0)
def heartbeat() -> None:
    """Prove that beat, broker and worker are alive."""
    Heartbeat.beat()


@shared_task(name="jobs.prune")
def prune() -> None:
    """Take out what was done long ago. Dead letters stay: somebody has to look at them."""
    delete_some(Outbox.objects.filter(done_at__lt=long_ago()))
    stopped = ExportPart.objects.filter(job__state=JobState.FAILED)
    delete_some(stopped.filter(job__finished_at__lt=long_ago()))


def _stop_job(row: Outbox) -> None:
    actions.fail_job(job_id=row.args["job"])


run_slice = work.leased_task(carry_on, name="jobs.run_slice", on_dead=_stop_job)
