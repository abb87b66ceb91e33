from django.urls import path

from requirements.views import audiences, requirements, tags

app_name = "requirements"

AUDIENCE = "nhom-doi-tuong/<int:pk>/"
REQUIREMENT = "yeu-cau-bat-buoc/<int:pk>/"

urlpatterns = [
    path("nhom-doi-tuong/", audiences.audiences, name="audiences"),
    path("nhom-doi-tuong/moi/", audiences.new_audience, name="new_audience"),
    path(AUDIENCE, audiences.audience, name="audience"),
    path(f"{AUDIENCE}quy-tac/", audiences.audience_rule, name="audience_rule"),
    path(f"{AUDIENCE}tu-dong/", audiences.follow, name="audience_follow"),
    path("yeu-cau-bat-buoc/", requirements.requirements, name="requirements"),
    path("yeu-cau-bat-buoc/moi/", requirements.new_requirement, name="new_requirement"),
    path(REQUIREMENT, requirements.requirement, name="requirement"),
    path(f"{REQUIREMENT}sua/", requirements.edit_requirement, name="edit_requirement"),
    path(f"{REQUIREMENT}ap-dung/", requirements.start, name="start_requirement"),
    path(f"{REQUIREMENT}ket-thuc/", requirements.finish, name="finish_requirement"),
    path(f"{REQUIREMENT}ket-xuat/", requirements.export_requirement, name="export_requirement"),
    path("nhan-su/<int:pk>/nhan/", tags.tags, name="tags"),
]
