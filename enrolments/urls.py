from django.urls import path

from enrolments.views import classes, imports, reach, running, sending, sessions

app_name = "enrolments"

LIST = "lop/<int:pk>/nhap-danh-sach/"

urlpatterns = [
    path(LIST, imports.upload, name="import_upload"),
    path(f"{LIST}mau.xlsx", imports.template, name="import_template"),
    path(f"{LIST}<int:change_pk>/", imports.show, name="import"),
    path(f"{LIST}<int:change_pk>/cot/", imports.columns, name="import_columns"),
    path(f"{LIST}<int:change_pk>/dong/<int:row_pk>/", imports.decide, name="import_decide"),
    path(f"{LIST}<int:change_pk>/lap-ho-so/", imports.decide_all, name="import_decide_all"),
    path(f"{LIST}<int:change_pk>/ghi/", imports.confirm, name="import_confirm"),
    path(f"{LIST}<int:change_pk>/ket-qua.xlsx", imports.annotated, name="import_file"),
    path("lop/", classes.classes, name="classes"),
    path("lop/mo-lop/", running.open_class, name="open"),
    path("lop/chua-nhan-thu/", reach.unreached_of_units, name="unreached_of_units"),
    path("lop/<int:pk>/", classes.cohort, name="cohort"),
    path("lop/<int:pk>/sua/", running.edit_class, name="edit"),
    path("lop/<int:pk>/trang-thai/", running.change_state, name="change_state"),
    path("lop/<int:pk>/hoan/", running.postpone, name="postpone"),
    path("lop/<int:pk>/huy/", running.cancel, name="cancel"),
    path("lop/<int:pk>/hoc-vien/", classes.bulk, name="bulk"),
    path("lop/<int:pk>/ket-xuat/", classes.export_learners, name="export"),
    path("lop/<int:pk>/chua-dang-nhap/", classes.newcomers, name="newcomers"),
    path("lop/<int:pk>/chua-nhan-thu/", reach.unreached, name="unreached"),
    path("lop/<int:pk>/danh-sach-ky-ten/", classes.signed_list, name="signed_list"),
    path("lop/<int:pk>/phieu-diem-danh/", sessions.attendance_sheet, name="attendance_sheet"),
    path("lop/<int:pk>/cu-hoc-vien/", sending.send, name="send"),
    path("lop/<int:pk>/cu-hoc-vien/kiem-tra/", sending.check, name="check_sending"),
    path("lop/<int:pk>/cu-hoc-vien/xac-nhan/", sending.confirm, name="confirm_sending"),
    path("lop/<int:pk>/buoi-hoc/", sessions.sessions, name="sessions"),
    path("lop/<int:pk>/buoi-hoc/<int:session_pk>/sua/", sessions.edit_session, name="edit_session"),
    path(
        "lop/<int:pk>/buoi-hoc/<int:session_pk>/huy/",
        sessions.cancel_session,
        name="cancel_session",
    ),
    path(
        "lop/<int:pk>/buoi-hoc/<int:session_pk>/diem-danh/",
        sessions.attendance,
        name="attendance",
    ),
    path("lop/<int:pk>/phu-trach/", sessions.staff, name="staff"),
    path("lop/<int:pk>/phu-trach/<int:staff_pk>/ban-giao/", sessions.hand_over, name="hand_over"),
    path("lop/<int:pk>/phu-trach/<int:staff_pk>/ket-thuc/", sessions.end_staff, name="end_staff"),
]
