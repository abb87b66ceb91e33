from django.urls import path

from assessment.views import (
    claims,
    comments,
    double_marking,
    marking,
    marking_plans,
    marking_sheets,
    works,
)

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
    path("giang-day/cau-nhan-xet/", comments.comments, name="comments"),
    path("giang-day/cau-nhan-xet/<int:pk>/bo/", comments.drop, name="drop_comment"),
    path("giang-day/cham-bai/<int:pk>/giu/", claims.keep, name="keep"),
    path("giang-day/cham-bai/<int:pk>/tra-lai/", claims.give_back, name="give_back"),
    path("giang-day/cham-bai/<int:pk>/thong-nhat/", double_marking.decide, name="decide"),
    path("giang-day/cham-bai/luot/<int:pk>/", marking_plans.hand_over, name="hand_over"),
    path("giang-day/cham-bai/<int:pk>/<uuid:key>/phan-cong/", marking_plans.plan, name="plan"),
    path(
        "giang-day/cham-bai/<int:pk>/<uuid:key>/chia-lai/",
        marking_plans.share_again,
        name="share_again",
    ),
    path(
        "giang-day/cham-bai/<int:pk>/<uuid:key>/hai-vong/",
        double_marking.agreement,
        name="agreement",
    ),
    path(
        "giang-day/cham-bai/<int:pk>/<uuid:key>/phieu/", marking_sheets.marking_sheet, name="sheet"
    ),
    path(
        "giang-day/cham-bai/<int:pk>/<uuid:key>/phieu/tai/",
        marking_sheets.take_sheet,
        name="take_sheet",
    ),
    path(
        "giang-day/cham-bai/<int:pk>/<uuid:key>/phieu/bai-nop/",
        marking_sheets.take_works,
        name="take_works",
    ),
    path("giang-day/cham-bai/<int:pk>/<uuid:key>/cong-bo/", marking.release, name="release"),
    path("giang-day/cham-bai/<int:pk>/<uuid:key>/gia-han/", marking.extend, name="extend"),
]
