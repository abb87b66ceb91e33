from django.urls import path

from assessment.views import (
    appeals,
    bank,
    class_results,
    exchange,
    extensions,
    gradebook,
    keys,
    own_results,
    quizzes,
    resits,
    rooms,
    script_codes,
    sitting,
    statistics,
    sums,
)

QUIZ = "kiem-tra/<int:pk>/<uuid:key>"
ATTEMPT = f"{QUIZ}/<int:number>"

APPEAL = "phuc-khao/<int:pk>/<uuid:key>/"
STATISTICS = "giang-day/ket-qua/<int:pk>/<uuid:key>/thong-ke/"
ROOM = "giang-day/phong-thi/<int:pk>/"

GRADEBOOK = "giang-day/bang-diem/<int:pk>/"
LEARNER = f"{GRADEBOOK}hoc-vien/<int:place_pk>/"

app_name = "assessment"
urlpatterns = [
    path(f"{QUIZ}/", sitting.start, name="start"),
    path(f"{QUIZ}/bat-dau/", sitting.begin, name="begin"),
    path(f"{QUIZ}/tra-loi/", own_results.check, name="check"),
    path(f"{ATTEMPT}/", sitting.question, name="question"),
    path(f"{ATTEMPT}/luu/", sitting.save, name="save"),
    path(f"{ATTEMPT}/xem-lai/", sitting.review, name="review"),
    path(f"{ATTEMPT}/nop-bai/", sitting.hand_in, name="hand_in"),
    path(f"{ATTEMPT}/con-day/", rooms.contact, name="contact"),
    path(f"{ATTEMPT}/ket-qua/", own_results.result, name="result"),
    path(f"{ATTEMPT}/ket-qua/trang-thai/", own_results.result_state, name="result_state"),
    path(APPEAL, appeals.appeal, name="appeal"),
    path(f"{APPEAL}rut/", appeals.withdraw, name="withdraw_appeal"),
    path("giang-day/phuc-khao/", appeals.appeals, name="appeals"),
    path("giang-day/phuc-khao/<int:pk>/", appeals.hear, name="hear_appeal"),
    path("giang-day/phuc-khao/<int:pk>/giao/", appeals.assign, name="assign_appeal"),
    path("giang-day/phuc-khao/<int:pk>/tra-loi/", appeals.decide, name="decide_appeal"),
    path("giang-day/ngan-hang/", bank.banks, name="banks"),
    path("giang-day/ngan-hang/<int:pk>/", bank.bank, name="bank"),
    path("giang-day/ngan-hang/<int:pk>/nhap/", exchange.import_questions, name="import_questions"),
    path(
        "giang-day/ngan-hang/<int:pk>/nhap/mau.csv",
        exchange.import_template,
        name="import_template",
    ),
    path(
        "giang-day/ngan-hang/<int:pk>/xuat/<str:form>/",
        exchange.export_questions,
        name="export_questions",
    ),
    path("giang-day/ngan-hang/<int:pk>/them/<str:kind>/", bank.new_question, name="new_question"),
    path("giang-day/cau-hoi/<int:pk>/", bank.bank_question, name="bank_question"),
    path("giang-day/cau-hoi/<int:pk>/sua/", bank.edit_question, name="edit_question"),
    path("giang-day/cau-hoi/<int:pk>/luu-tru/", bank.archive_question, name="archive_question"),
    path("giang-day/bai-kiem-tra/<int:pk>/", quizzes.quiz, name="quiz"),
    path("giang-day/bai-kiem-tra/<int:pk>/chon-cau-hoi/", quizzes.pick, name="pick"),
    path(
        "giang-day/bai-kiem-tra/<int:pk>/cau/<int:item_pk>/",
        quizzes.change_item,
        name="change_item",
    ),
    path("giang-day/ket-qua/", class_results.results, name="results"),
    path(STATISTICS, statistics.statistics, name="statistics"),
    path(f"{STATISTICS}cau-hoi.xlsx", statistics.export_statistics, name="export_statistics"),
    path(
        "giang-day/ket-qua/<int:pk>/<uuid:key>/", class_results.class_results, name="class_results"
    ),
    path("giang-day/ket-qua/<int:pk>/<uuid:key>/cong-bo/", class_results.release, name="release"),
    path("giang-day/phong-thi/<int:pk>/<uuid:key>/", rooms.rooms, name="rooms"),
    path(ROOM, rooms.board, name="room"),
    path(f"{ROOM}thao-tac/", rooms.act, name="room_act"),
    path(f"{ROOM}sua/", rooms.edit, name="edit_room"),
    path(f"{ROOM}bo/", rooms.drop, name="drop_room"),
    path(f"{ROOM}ket-thuc/", rooms.close, name="close_room"),
    path("giang-day/dap-an/<int:pk>/<uuid:key>/", keys.keys, name="keys"),
    path(
        "giang-day/dap-an/<int:pk>/<uuid:key>/<uuid:question_key>/",
        keys.correct_key,
        name="correct_key",
    ),
    path(GRADEBOOK, gradebook.gradebook, name="gradebook"),
    path(f"{GRADEBOOK}cach-tinh/", gradebook.scheme, name="grade_scheme"),
    path(f"{GRADEBOOK}nhap/<uuid:key>/", gradebook.enter, name="enter_marks"),
    path(f"{GRADEBOOK}tu-tep/", gradebook.sheet, name="mark_sheet"),
    path(f"{GRADEBOOK}xuat/", gradebook.export, name="export_grades"),
    path(f"{GRADEBOOK}thi-lai/<uuid:key>/", resits.resit, name="resit"),
    path(f"{GRADEBOOK}thi-lai/<uuid:key>/xong/", resits.end_resit, name="end_resit"),
    path(f"{GRADEBOOK}phach/<uuid:key>/", script_codes.scripts, name="scripts"),
    path(f"{GRADEBOOK}phach/<uuid:key>/nhap/", script_codes.key_scripts, name="key_scripts"),
    path(f"{GRADEBOOK}phach/<uuid:key>/tu-tep/", script_codes.script_file, name="script_file"),
    path(f"{GRADEBOOK}phach/<uuid:key>/phieu/", script_codes.script_sheet, name="script_sheet"),
    path(f"{GRADEBOOK}phach/<uuid:key>/ten/", script_codes.script_names, name="script_names"),
    path(LEARNER, sums.learner, name="learner_grades"),
    path(f"{LEARNER}<uuid:key>/", sums.correct, name="correct_grade"),
    path(f"{LEARNER}<uuid:key>/mien/", sums.exempt, name="exempt_component"),
    path(f"{LEARNER}<uuid:key>/thoi-mien/", sums.end_exemption, name="end_component_exemption"),
    path("bang-diem/<int:pk>/", sums.own_grades, name="own_grades"),
    path("giang-day/gia-han/<int:pk>/<uuid:key>/", class_results.extend, name="extend"),
    path(
        "giang-day/ket-qua/<int:pk>/<uuid:key>/gia-han/", extensions.extensions, name="extensions"
    ),
    path("giang-day/gia-han/<int:pk>/thoi/", extensions.end_extension, name="end_extension"),
]
