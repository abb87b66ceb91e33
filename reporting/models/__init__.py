from reporting.models.plans import Plan, PlanLine, PlanShare
from reporting.models.programmes import Programme, ProgrammeTask, TaskUpdate

__all__ = ["Plan", "PlanLine", "PlanShare", "Programme", "ProgrammeTask", "TaskUpdate"]
