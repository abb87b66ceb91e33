from django.urls import path

from files import views

app_name = "files"

urlpatterns = [
    path("", views.open_upload, name="open"),
    path("<uuid:pk>", views.upload, name="upload"),
    path("<uuid:pk>/hoan-tat", views.complete_upload, name="complete"),
]
