from jobs.models.bulk import BulkChange, BulkRow, ChangeState, RowState, Verdict
from jobs.models.outbox import Heartbeat, LeaseLost, Outbox
from jobs.models.work import ExportPart, Job, JobState

__all__ = [
    "BulkChange",
    "BulkRow",
    "ChangeState",
    "ExportPart",
    "Heartbeat",
    "Job",
    "JobState",
    "LeaseLost",
    "Outbox",
    "RowState",
    "Verdict",
]
