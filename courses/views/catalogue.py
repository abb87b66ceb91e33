"""Finding a course and reading about it."""

from __future__ import annotations

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import signed_in
from courses.block_kinds import CAPTIONS_SALT
from courses.forms import CatalogueFilter
from courses.models import Block, Course
from courses.outline import Outline, outline
from courses.slots import course_page_actions
from lms.pages import keyset_page

PAGE_SIZE = 24
CARD = (
    "code",
    "title_vi",
    "title_en",
    "periods",
    "lesson_count",
    "subject__tone",
    "subject__icon",
    "subject__name_vi",
    "subject__name_en",
    "provider__name_vi",
    "provider__name_en",
    "study_form__name_vi",
    "study_form__name_en",
)
CAPTIONS_LIFE = 12 * 3600


def catalogue(request: HttpRequest) -> HttpResponse:
    """Show the courses on offer; htmx asks for the list alone."""
    form = CatalogueFilter(request.GET)
    courses = form.narrow(Course.objects.visible_to(request.user).offered())
    shown = courses.select_related("subject", "provider", "study_form").only(*CARD)
    context = {
        "filter": form,
        "count": courses.count(),
        "page": keyset_page(shown, request, ("code", "pk"), size=PAGE_SIZE),
    }
    is_fragment = request.headers.get("HX-Target") == "results"
    name = "courses/_results.html" if is_fragment else "courses/catalogue.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def course_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Say what the course gives, asks and holds, and what one may do about it."""
    courses = Course.objects.visible_to(request.user)
    related = ("subject", "provider__unit", "study_form", "content_group", "current_version")
    course = get_object_or_404(courses.select_related(*related), code=code)
    if course.current_version is None:
        return redirect("courses:studio_course", code)  # a draft that the person may see
    made = outline(course.current_version)
    actions = [drawn for act in course_page_actions if (drawn := act(request, course))]
    context = {
        "course": course,
        "outline": made,
        "actions": actions,
        "requirements": _requirements(made),
    }
    return render(request, "courses/course_detail.html", context)


def captions(request: HttpRequest, token: str) -> HttpResponse:
    """Give the captions of a video to the person its page was made for."""
    try:
        block_id, user_id = signing.loads(token, salt=CAPTIONS_SALT, max_age=CAPTIONS_LIFE)
    except signing.BadSignature as error:
        raise Http404 from error
    if user_id != signed_in(request).pk:
        raise Http404
    block = get_object_or_404(Block, pk=block_id)
    data = block.data if block.frozen is None else block.frozen
    response = HttpResponse(data.get("captions", ""), content_type="text/vtt; charset=utf-8")
    response["Content-Security-Policy"] = "sandbox"
    return response


def _requirements(made: Outline) -> list[str]:
    """Return what the certificate asks, as a check list."""
    count = len(made.required_lessons)
    words = ngettext("Complete %(n)d required lesson", "Complete %(n)d required lessons", count)
    lines = [words % {"n": count}] if count else []
    if made.min_attendance_percent:
        words = _("Attend at least %(percent)d%% of the sessions")
        lines.append(words % {"percent": made.min_attendance_percent})
    return lines + made.requirements
