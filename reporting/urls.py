from django.urls import path

from reporting.views import health, plans, programmes, trails

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
    path("ke-hoach/", plans.plan_list, name="plans"),
    path("ke-hoach/moi/", plans.new_plan, name="new_plan"),
    path("ke-hoach/<int:pk>/", plans.plan, name="plan"),
    path("ke-hoach/<int:pk>/xuat/", plans.export_plan, name="export_plan"),
    path("ke-hoach/<int:pk>/gui/", plans.send, name="send_plan"),
    path("ke-hoach/<int:pk>/dong/", plans.close, name="close_plan"),
    path("ke-hoach/<int:pk>/muc/moi/", plans.new_line, name="new_line"),
    path("ke-hoach/<int:pk>/muc/<int:line_pk>/", plans.plan_line, name="plan_line"),
    path("ke-hoach/<int:pk>/muc/<int:line_pk>/sua/", plans.edit_line, name="edit_line"),
    path("ke-hoach/<int:pk>/muc/<int:line_pk>/chi-tieu/", plans.shares, name="shares"),
    path("ke-hoach/chi-tieu/<int:pk>/", plans.answer, name="answer_share"),
    path("chuong-trinh-hop-tac/", programmes.programme_list, name="programmes"),
    path("chuong-trinh-hop-tac/<int:pk>/", programmes.programme, name="programme"),
    path(
        "chuong-trinh-hop-tac/<int:pk>/bao-cao.pdf",
        programmes.report,
        {"kind": "pdf"},
        name="programme_pdf",
    ),
    path(
        "chuong-trinh-hop-tac/<int:pk>/bao-cao.docx",
        programmes.report,
        {"kind": "docx"},
        name="programme_docx",
    ),
    path("chuong-trinh-hop-tac/nhiem-vu/<int:pk>/", programmes.task, name="task"),
]
