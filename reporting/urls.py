from django.urls import path

from reporting.views import health, trails

app_name = "reporting"

urlpatterns = [
    path("he-thong/", health.health, name="health"),
    path("he-thong/thu-thu/", health.test_mail, name="test_mail"),
    path("he-thong/viec-hong/", health.dead_letters, name="dead_letters"),
    path("he-thong/viec-hong/<int:pk>/thu-lai/", health.retry, name="retry"),
    path("he-thong/viec/", health.jobs, name="jobs"),
    path("he-thong/hop-thu/", health.letters_in_files, name="mailbox"),
    path("he-thong/hop-thu/<str:name>/<int:number>/", health.letter_in_file, name="letter"),
    path("he-thong/nhat-ky/", trails.audit_log, name="audit_log"),
    path("he-thong/nhat-ky/<int:pk>/", trails.audit_event, name="audit_event"),
    path("he-thong/thu-da-gui/", trails.delivery_log, name="delivery_log"),
]
