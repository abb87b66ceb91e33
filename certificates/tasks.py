"""Tasks of this app: the paper of a self-paced course, and the tick."""

from celery import shared_task

from certificates.actions import endings, issue
from enrolments.models import Enrolment
from jobs.models import Outbox
from jobs.work import outbox_task


@outbox_task(name=issue.AT_ONCE)
def issue_at_once(row: Outbox) -> None:
    """Issue the paper of a completed self-paced place."""
    issue.issue_at_once(enrolment=Enrolment.objects.get(pk=row.args["enrolment"]))


@shared_task(name="certificates.tick")
def tick() -> None:
    """Let papers expire whose validity is over. A doubled tick repeats nothing."""
    while endings.expire():
        pass
