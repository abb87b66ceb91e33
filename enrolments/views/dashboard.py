"""The home page: what to go on with, what is due, what waits at work."""

from django.db.models import DecimalField, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import signed_in
from accounts.models import Posting, User
from enrolments.agenda import upcoming
from enrolments.due import due_list
from enrolments.hours import year_of_hours
from enrolments.norms import owed
from enrolments.shelf import going_on, shelf_of
from lms.clock import today
from lms.home import extra_panels, extra_work_panels, waiting_work
from reference.rules import required_periods

TASKS, EVENTS = 6, 3


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show one's learning and, to those with work in the product, what waits for them."""
    person, year = signed_in(request), today().year
    post = _posts(person, year).first()
    due = due_list(person, at_most=TASKS)
    shelf = shelf_of(person, request)
    required = vars(post)["required"] if post else None
    context = {
        "post": post,
        "due": due,
        "shelf": shelf,
        "standing": None if shelf.is_empty else going_on(person, shelf),
        "hours": year_of_hours(person, year, required=required),
        "events": upcoming(person, at_most=EVENTS, dues=[duty.row for duty in due.duties]),
        "work": waiting_work(request),
        "work_panels": extra_work_panels(request),
        "panels": extra_panels(request),
    }
    return render(request, "enrolments/dashboard.html", context)


def _posts(person: User, year: int) -> QuerySet[Posting]:
    posts = Posting.objects.in_force().primary().filter(user=person)
    return posts.select_related("unit", "category").annotate(
        required=Coalesce(
            owed("user", year),
            required_periods("category__code", year),
            output_field=DecimalField(),
        )
    )
