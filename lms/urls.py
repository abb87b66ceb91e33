"""All addresses. Apps are included by name, so that this package imports none of them."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from lms import views

handler400 = "lms.views.bad_request"
handler403 = "lms.views.forbidden"
handler404 = "lms.views.not_found"
handler500 = "lms.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("ngon-ngu/", login_not_required(set_language), name="set_language"),
    path("kha-nang-tiep-can/", views.accessibility, name="accessibility"),
    path("bao-ve-du-lieu-ca-nhan/", views.data_protection, name="data_protection"),
    path("", include("accounts.urls")),
    path("", include("assessment.urls")),
    path("", include("assessment.work_urls")),
    path("", include("courses.urls")),
    path("", include("certificates.urls")),
    path("", include("jobs.urls")),
    path("", include("enrolments.urls")),
    path("", include("admissions.urls")),
    path("", include("surveys.urls")),
    path("", include("requirements.urls")),
    path("", include("reporting.urls")),
    path("api/", include("interop.urls")),
    path("tep/", include("files.urls")),
    path("thong-bao/", include("notifications.urls")),
]
