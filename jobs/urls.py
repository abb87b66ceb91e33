from django.urls import path

from jobs import health_views, views

app_name = "jobs"
urlpatterns = [
    path("health/live", health_views.live, name="live"),
    path("health/ready", health_views.ready, name="ready"),
    path("health/worker", health_views.worker, name="worker"),
    path("metrics", health_views.metrics, name="metrics"),
    path("viec/<int:pk>/", views.progress, name="progress"),
    path("viec/<int:pk>/tep/", views.result_file, name="result_file"),
    path("thay-doi/<int:pk>/", views.change_detail, name="change"),
    path("thay-doi/<int:pk>/ghi/", views.confirm, name="confirm"),
    path("thay-doi/<int:pk>/xem-hoan-tac/", views.preview_undo, name="preview_undo"),
    path("thay-doi/<int:pk>/hoan-tac/", views.undo_preview, name="undo_preview"),
    path("thay-doi/<int:pk>/hoan-tac/ghi/", views.undo, name="undo"),
]
