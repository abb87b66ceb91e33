"""The product's addresses and those of the floors."""

from django.urls import include, path

from bench import floors

urlpatterns = [
    path("bench/page/", floors.page),
    path("bench/empty/", floors.empty),
    path("", include("lms.urls")),
]
