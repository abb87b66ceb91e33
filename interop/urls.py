from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from interop import api, views

app_name = "api"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", views.docs, name="docs"),
    path("v1/me/", api.Me.as_view(), name="me"),
    path("v1/courses/", api.Courses.as_view(), name="courses"),
    path("v1/enrolments/", api.MyEnrolments.as_view(), name="enrolments"),
    path("v1/obligations/", api.MyObligations.as_view(), name="obligations"),
    path("v1/certificates/", api.MyCertificates.as_view(), name="certificates"),
    path("v1/cohorts/", api.Cohorts.as_view(), name="cohorts"),
    path("v1/cohorts/<int:pk>/", api.CohortDetail.as_view(), name="cohort"),
    path(
        "v1/cohorts/<int:pk>/enrolments/",
        api.CohortEnrolments.as_view(),
        name="cohort_enrolments",
    ),
]
