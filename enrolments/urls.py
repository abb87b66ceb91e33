from django.urls import path

from enrolments.views import (
    classes,
    dashboard,
    learning,
    mine,
    questions,
    reach,
    running,
    sending,
    sessions,
)

app_name = "enrolments"

LESSON = "hoc/<int:pk>/<uuid:lesson_key>/"

urlpatterns = [
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
    path("", dashboard.home, name="home"),
    path("hoc/<int:pk>/", learning.resume, name="resume"),
    path("hoc/<int:pk>/tong-quan/", learning.overview, name="overview"),
    path(LESSON, learning.lesson, name="lesson"),
    path(f"{LESSON}mo/", learning.open_lesson, name="open_lesson"),
    path(f"{LESSON}hoan-thanh/", learning.finish, name="finish_lesson"),
    path(f"{LESSON}xem/", learning.watched, name="watched"),
    path(f"{LESSON}ban-ghi/<uuid:block_key>/", learning.transcript_read, name="transcript_read"),
    path(f"{LESSON}hoi/", learning.ask, name="ask"),
    path("bat-buoc/", mine.required, name="required"),
    path("so-tiet/", mine.hours, name="hours"),
    path("lich/", mine.agenda, name="agenda"),
    path("giang-day/hoi-dap/", questions.inbox, name="questions"),
    path("giang-day/hoi-dap/<int:pk>/", questions.question, name="question"),
]
