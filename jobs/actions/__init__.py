from jobs.actions.bulk import confirm, draft, plan, preview_undo, undo
from jobs.actions.work import enqueue, enqueue_slice, fail_job, retry_dead, start_job

__all__ = [
    "confirm",
    "draft",
    "enqueue",
    "enqueue_slice",
    "fail_job",
    "plan",
    "preview_undo",
    "retry_dead",
    "start_job",
    "undo",
]
