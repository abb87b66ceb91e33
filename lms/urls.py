"""All addresses. Apps are included by name, so that this package imports none of them."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("tep/", include("files.urls")),
]
