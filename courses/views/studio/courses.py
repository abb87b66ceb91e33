"""An author's courses and who works on them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import need, signed_in
from accounts.models import RoleGrant
from accounts.permissions import Permission
from courses import actions
from courses.forms import CourseForm, StaffForm
from courses.models import Course, CourseStaff, CourseVersion, Provider
from courses.studio import editable
from lms.pages import keyset_page


def courses(request: HttpRequest) -> HttpResponse:
    """List the courses the person may edit."""
    need(request, Permission.EDIT_COURSES)
    drafts = CourseVersion.objects.drafts().filter(course=OuterRef("pk"))
    mine = Course.objects.allowing(request.user, Permission.EDIT_COURSES).filter(archived_at=None)
    rows = mine.select_related("subject", "provider", "current_version").annotate(
        has_draft=Exists(drafts)
    )
    page = keyset_page(rows, request, ("code", "pk"))
    context = {"page": page, "may_create": _providers(request).exists()}
    return render(request, "courses/studio/courses.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """Make a course at an institution where the person writes courses."""
    providers = _providers(request)
    get_object_or_404(providers[:1])
    form = CourseForm(request.POST or None, providers=providers)
    if request.method == "POST" and form.is_valid():
        made = actions.create_course(**form.cleaned_data, by=signed_in(request))
        return redirect("courses:studio_course", made.code)
    return render(request, "courses/studio/course_form.html", {"form": form})


def course(request: HttpRequest, code: str) -> HttpResponse:
    """Go to the draft in work; without one, to the list of versions."""
    found = _course(request, code, Permission.SEE_DRAFTS)
    draft = found.versions.drafts().first()
    edits = Course.objects.allowing(request.user, Permission.EDIT_COURSES)
    if draft and edits.filter(pk=found.pk).exists():
        return redirect("courses:studio_version", draft.pk)
    return redirect("courses:studio_versions", code)


@require_POST
def start_draft(request: HttpRequest, code: str) -> HttpResponse:
    """Start a draft, or go on with the one that is open."""
    found = _course(request, code, Permission.EDIT_COURSES)
    draft = actions.start_draft(course=found, by=signed_in(request))
    return redirect("courses:studio_version", draft.pk)


def staff(request: HttpRequest, code: str) -> HttpResponse:
    """Show and name the people who write the course."""
    found = _course(request, code, Permission.EDIT_COURSES)
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.name_staff(course=found, by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("The person is named on the course."))
        return redirect("courses:studio_staff", code)
    rows = found.staff.select_related("user").order_by("until", "user__sort_key", "pk")
    context = {"course": found, "form": form, "rows": rows}
    return render(request, "courses/studio/staff.html", context)


@require_POST
def end_staff(request: HttpRequest, pk: int) -> HttpResponse:
    """End a person's part on a course."""
    rows = CourseStaff.objects.select_related("course__provider", "user")
    row = editable(request, rows, pk, via="course")
    actions.end_staff(staff=row, by=signed_in(request))
    return redirect("courses:studio_staff", row.course.code)


def _course(request: HttpRequest, code: str, permission: Permission) -> Course:
    rows = Course.objects.allowing(request.user, permission)
    related = ("provider", "subject", "current_version")
    return get_object_or_404(rows.select_related(*related), code=code)


def _providers(request: HttpRequest) -> QuerySet[Provider]:
    """Return the institutions where the person writes courses."""
    granted = RoleGrant.objects.giving(signed_in(request), Permission.EDIT_COURSES)
    return Provider.objects.filter(
        Q(unit__in=granted.provider_unit_ids()) | Q(unit__in=granted.unit_ids())
    )
