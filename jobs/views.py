"""Progress of my own long jobs and bulk changes."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from files.links import link_to
from files.models import StoredFile
from jobs import actions
from jobs.bulk import PagedKind, bulk_kinds
from jobs.exports import KIND, export_kinds
from jobs.models import BulkChange, BulkRow, Job, RowState, Verdict

STOP_POLLING = 286  # htmx ends its polling on this status
PAGE_ROWS = 50


@require_safe
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a job is; htmx asks again each second."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not getattr(request, "htmx", False):
        return render(request, "jobs/job_progress.html", {"job": job})
    status = STOP_POLLING if job.is_finished else 200
    return render(request, "jobs/_progress.html", {"job": job}, status=status)


@require_safe
@never_cache
def result_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the file of an export on to its owner, if they may still have what is in it."""
    user = _signed_in(request)
    job = get_object_or_404(Job.objects.visible_to(user), pk=pk, kind=KIND)
    file = get_object_or_404(StoredFile.objects.visible_to(user), pk=job.result_file_id)
    if export_kinds[job.args["kind"]](user, job.args["args"]) is None:
        raise Http404
    return redirect(link_to(file, user=user))


@require_safe
@never_cache
def change_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the plan of a bulk change, or its progress, or what came of it."""
    change = _own_change(request, pk)
    kind = bulk_kinds[change.kind]
    if isinstance(kind, PagedKind):
        return redirect(kind.page(change))
    context = change_context(change, request)
    return render(request, "jobs/change_detail.html", context)


@require_safe
@never_cache
def undo_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which rows an undo would reverse and which it would keep."""
    change = _own_change(request, pk)
    if not change.can_be_undone or "undo" not in change.counts:
        raise Http404
    return render(request, "jobs/undo_preview.html", change_context(change, request))


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the plan."""
    change = _own_change(request, pk)
    actions.confirm(change=change, by=_signed_in(request))
    return redirect(change)


@require_POST
def preview_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Start looking what an undo would do."""
    change = _own_change(request, pk)
    job = actions.preview_undo(change=change, by=_signed_in(request))
    return redirect(job or change)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo what was written."""
    change = _own_change(request, pk)
    actions.undo(change=change, by=_signed_in(request))
    return redirect(change)


def change_context(change: BulkChange, request: HttpRequest) -> dict[str, Any]:
    """Return what the templates of a bulk change draw; also for pages of other apps."""
    rows = change.rows.all()
    verdict, state = request.GET.get("verdict", ""), request.GET.get("state", "")
    if verdict in Verdict.values:
        rows = rows.filter(verdict=verdict)
    if state in RowState.values:
        rows = rows.filter(state=state)
    page, following = _page_of(rows, request.GET.get("after", ""))
    return {
        "change": change,
        "job": change.job,
        "rows": page,
        "after": following,
        "verdict": verdict,
        "state": state,
        "verdicts": _counted(change.counts.get("verdicts", {}), Verdict),
        "states": _counted(change.counts.get("states", {}), RowState),
        "effects": bulk_kinds[change.kind].describe(change),
    }


def _page_of(rows: Any, after: str) -> tuple[list[BulkRow], int | None]:
    found = rows.chunk(after=int(after) if after.isdecimal() else 0, size=PAGE_ROWS + 1)
    return found[:PAGE_ROWS], found[PAGE_ROWS - 1].pk if len(found) > PAGE_ROWS else None


def _counted(counts: dict[str, int], kinds: Any) -> list[tuple[str, str, int]]:
    return [(kind.value, kind.label, counts[kind]) for kind in kinds if counts.get(kind)]


def _own_change(request: HttpRequest, pk: int) -> BulkChange:
    own = BulkChange.objects.visible_to(request.user).select_related("job")
    change = get_object_or_404(own, pk=pk)
    if not bulk_kinds[change.kind].allows(request.user, change):
        raise Http404
    return change


def _signed_in(request: HttpRequest) -> Any:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
