from django.urls import include, path

from accounts.views import (
    corrections,
    explain,
    imports,
    people,
    profile,
    roles,
    session,
    sign_in,
    units,
)

pages = [
    path("kich-hoat/", sign_in.activate, name="activate"),
    path("quen-mat-khau/", sign_in.forgotten, name="forgotten"),
    path("dat-lai-mat-khau/<str:key>/<str:token>/", sign_in.reset_password, name="reset_password"),
    path("ho-so/", profile.profile, name="profile"),
    path("ho-so/dieu-chinh/", profile.correction, name="correction"),
    path("ho-so/mat-khau/", profile.change_password, name="change_password"),
    path("ho-so/thu-dien-tu/", profile.email, name="email"),
    path("ho-so/thu-dien-tu/<str:token>/", profile.prove_email, name="prove_email"),
    path("phien/", session.left, name="session_left"),
    path("phien/giu/", session.keep, name="keep_session"),
    path("nhan-su/", people.people, name="people"),
    path("nhan-su/ket-xuat/", people.export_people, name="export_people"),
    path("nhan-su/phieu-kich-hoat/", people.slips, name="slips"),
    path("nhan-su/them/", people.new_person, name="new_person"),
    path("nhan-su/nhap/", imports.upload, name="people_upload"),
    path("nhan-su/nhap/mau.xlsx", imports.template, name="people_template"),
    path("nhan-su/nhap/<int:pk>/", imports.show, name="people_import"),
    path("nhan-su/nhap/<int:pk>/cot/", imports.columns, name="people_columns"),
    path("nhan-su/nhap/<int:pk>/dong/<int:row_pk>/", imports.decide, name="people_decide"),
    path("nhan-su/dieu-chinh/", corrections.corrections, name="corrections"),
    path("nhan-su/dieu-chinh/<int:pk>/", corrections.decide_correction, name="decide_correction"),
    path("nhan-su/<int:pk>/", people.person, name="person"),
    path("nhan-su/<int:pk>/sua/", people.edit_person, name="edit_person"),
    path("nhan-su/<int:pk>/chuyen/", people.move_person, name="move_person"),
    path(
        "nhan-su/<int:pk>/vi-tri/<int:posting_pk>/ket-thuc/", people.end_posting, name="end_posting"
    ),
    path("nhan-su/<int:pk>/so-dinh-danh/", people.reveal, name="reveal"),
    path("don-vi/", units.units, name="units"),
    path("don-vi/them/", units.new_unit, name="new_unit"),
    path("don-vi/<int:pk>/", units.unit, name="unit"),
    path("don-vi/<int:pk>/doi-ten/", units.rename_unit, name="rename_unit"),
    path("don-vi/<int:pk>/truc-thuoc/", units.place_unit, name="place_unit"),
    path("don-vi/<int:pk>/giai-the/", units.close_unit, name="close_unit"),
    path("vai-tro/", roles.roles, name="roles"),
    path("vai-tro/giao/", roles.grant_role, name="grant_role"),
    path("vai-tro/<int:pk>/ket-thuc/", roles.end_role, name="end_role"),
    path("vi-sao/", explain.explain, name="explain"),
]

urlpatterns = [
    path("dang-nhap/", sign_in.sign_in, name="account_login"),
    path("dang-xuat/", sign_in.sign_out, name="account_logout"),
    path("", include((pages, "accounts"))),
]
