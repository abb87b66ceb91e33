from django.urls import path

from admissions.views import applying, deciding

app_name = "admissions"

urlpatterns = [
    path("khoa-hoc/<str:code>/dang-ky/", applying.classes, name="classes"),
    path("lop/<int:pk>/dang-ky/", applying.apply, name="apply"),
    path("lop/<int:pk>/tu-dang-ky/", deciding.of_class, name="of_class"),
    path("don-dang-ky/", applying.mine, name="mine"),
    path("don-dang-ky/<int:pk>/", applying.application, name="application"),
    path("don-dang-ky/<int:pk>/cua-minh/", applying.act_on_own, name="act_on_own"),
    path("don-dang-ky/<int:pk>/tra-loi/", deciding.decide, name="decide"),
    path("duyet-dang-ky/", deciding.to_decide, name="to_decide"),
    path("duyet-dang-ky/tra-loi/", deciding.decide_ticked, name="decide_ticked"),
    path("duyet-dang-ky/uy-quyen/", deciding.deputies, name="deputies"),
    path("duyet-dang-ky/uy-quyen/<int:pk>/thoi/", deciding.stop_deputy, name="stop_deputy"),
]
