from django.urls import path

from enrolments import views
from enrolments.views import imports

app_name = "enrolments"

LIST = "lop/<int:pk>/nhap-danh-sach/"

urlpatterns = [
    path("lop/<int:pk>/", views.cohort_detail, name="cohort"),
    path(LIST, imports.upload, name="import_upload"),
    path(f"{LIST}mau.xlsx", imports.template, name="import_template"),
    path(f"{LIST}<int:change_pk>/", imports.show, name="import"),
    path(f"{LIST}<int:change_pk>/cot/", imports.columns, name="import_columns"),
    path(f"{LIST}<int:change_pk>/dong/<int:row_pk>/", imports.decide, name="import_decide"),
    path(f"{LIST}<int:change_pk>/lap-ho-so/", imports.decide_all, name="import_decide_all"),
    path(f"{LIST}<int:change_pk>/ghi/", imports.confirm, name="import_confirm"),
    path(f"{LIST}<int:change_pk>/ket-qua.xlsx", imports.annotated, name="import_file"),
]
