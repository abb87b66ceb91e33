from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("da-doc/", views.read_all, name="read_all"),
    path("<int:pk>/da-doc/", views.read_item, name="read_item"),
    path("cai-dat/", views.settings, name="settings"),
    path("huy-nhan/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
