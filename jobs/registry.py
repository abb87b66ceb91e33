"""The background halves of bulk changes are slices like any other."""

from jobs import bulk_steps
from jobs.slices import slice_kinds

slice_kinds.register("jobs.plan", bulk_steps.plan)
slice_kinds.register("jobs.apply", bulk_steps.apply)
slice_kinds.register("jobs.preview_undo", bulk_steps.preview_undo)
slice_kinds.register("jobs.undo", bulk_steps.undo)
