from django.urls import path

from assessment.views import claims, marking, works

app_name = "works"

urlpatterns = [
    path("bai-tap/<int:pk>/<uuid:key>/", works.work, name="work"),
    path("bai-tap/<int:pk>/<uuid:key>/bat-dau/", works.begin, name="begin"),
    path("bai-nop/<int:pk>/luu/", works.save, name="save"),
    path("bai-nop/<int:pk>/sua/", works.edit, name="edit"),
    path("bai-nop/<int:pk>/kiem-tra/", works.check, name="check"),
    path("bai-nop/<int:pk>/nop/", works.hand_in, name="hand_in"),
    path("bai-nop/<int:pk>/bien-nhan/", works.receipt, name="receipt"),
    path("giang-day/cham-bai/", marking.inbox, name="inbox"),
    path("giang-day/cham-bai/<int:pk>/", marking.mark_work, name="mark"),
    path("giang-day/cham-bai/<int:pk>/giu/", claims.keep, name="keep"),
    path("giang-day/cham-bai/<int:pk>/tra-lai/", claims.give_back, name="give_back"),
    path("giang-day/cham-bai/<int:pk>/<uuid:key>/cong-bo/", marking.release, name="release"),
    path("giang-day/cham-bai/<int:pk>/<uuid:key>/gia-han/", marking.extend, name="extend"),
]
