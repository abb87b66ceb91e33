from django.urls import path

from enrolments import views

app_name = "enrolments"

urlpatterns = [
    path("lop/<int:pk>/", views.cohort_detail, name="cohort"),
]
