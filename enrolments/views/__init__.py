from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.http import signed_in
from enrolments.models import Cohort


def cohort_detail(request: HttpRequest, pk: int) -> HttpResponse:
    cohort = get_object_or_404(Cohort.objects.visible_to(signed_in(request)), pk=pk)
    return render(request, "enrolments/cohort.html", {"cohort": cohort})
