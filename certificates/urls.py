from django.urls import path

from certificates.views import papers, public, registers, results, signing

app_name = "certificates"

urlpatterns = [
    path("chung-chi/", papers.wallet, name="wallet"),
    path("chung-chi/<int:pk>/", papers.detail, name="detail"),
    path("chung-chi/<int:pk>/tep/", papers.file, name="file"),
    path("chung-chi/<int:pk>/thu-hoi/", papers.revoke, name="revoke"),
    path("chung-chi/<int:pk>/cap-lai/", papers.ask_replacement, name="ask_replacement"),
    path("cap-lai/", papers.replacements, name="replacements"),
    path("cap-lai/<int:pk>/", papers.replacement, name="replacement"),
    path("cap-lai/<int:pk>/tu-choi/", papers.refuse_replacement, name="refuse_replacement"),
    path("tra-cuu/", public.look_up, name="look_up"),
    path("tra-cuu/<str:token>/", public.verify, name="verify"),
    path("lop/<int:cohort_pk>/ket-qua/", results.results, name="results"),
    path("lop/<int:cohort_pk>/ket-qua/de-xuat/", results.propose, name="propose"),
    path("lop/<int:cohort_pk>/ket-qua/bo-sung/", results.supplement, name="supplement"),
    path("ket-qua/<int:pk>/", results.recognition, name="recognition"),
    path("ket-qua/<int:pk>/in/", results.printed, name="printed_results"),
    path("ket-qua/<int:pk>/quyet-dinh/", results.decide, name="decide"),
    path("ket-qua/<int:pk>/cap/", results.issue, name="issue"),
    path("ket-qua/hoc-vien/<int:pk>/", results.change_line, name="change_line"),
    path("cho-ky/", signing.queue, name="to_sign"),
    path("cho-ky/ky/", signing.sign, name="sign"),
    path("so-cap/", registers.registers, name="registers"),
    path("so-cap/mo-so/", registers.new_register, name="new_register"),
    path("so-cap/tham-quyen/", registers.new_authorisation, name="new_authorisation"),
    path("so-cap/nguoi-ky/", registers.new_signatory, name="new_signatory"),
    path("so-cap/nguoi-ky/<int:pk>/", registers.end_signatory, name="end_signatory"),
    path("so-cap/<int:pk>/", registers.book, name="book"),
    path("so-cap/<int:pk>/sua/", registers.edit_register, name="edit_register"),
    path("so-cap/<int:pk>/ket-xuat/", registers.export, name="export_register"),
]
