"""The background halves of bulk changes and exports are slices like any other."""

from jobs import bulk_steps, export_steps
from jobs.exports import KIND
from jobs.slices import slice_kinds

slice_kinds.register("jobs.plan", bulk_steps.plan)
slice_kinds.register("jobs.apply", bulk_steps.apply)
slice_kinds.register("jobs.preview_undo", bulk_steps.preview_undo)
slice_kinds.register("jobs.undo", bulk_steps.undo)
slice_kinds.register(KIND, export_steps.write)
