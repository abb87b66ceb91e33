from django.urls import path

from courses.views import catalogue, studio

app_name = "courses"

CATALOGUE = "khoa-hoc/"
STUDIO = "giang-day/khoa-hoc/"

urlpatterns = [
    path(CATALOGUE, catalogue.catalogue, name="catalogue"),
    path(f"{CATALOGUE}<str:code>/", catalogue.course_detail, name="detail"),
    path("phu-de/<str:token>/", catalogue.captions, name="captions"),
    path(STUDIO, studio.courses, name="studio"),
    path(f"{STUDIO}moi/", studio.create, name="studio_create"),
    path(f"{STUDIO}xem-truoc/", studio.preview_markdown, name="studio_markdown"),
    path(f"{STUDIO}ma/<str:code>/", studio.course, name="studio_course"),
    path(f"{STUDIO}ma/<str:code>/ban-nhap/", studio.start_draft, name="studio_start"),
    path(f"{STUDIO}ma/<str:code>/phien-ban/", studio.versions, name="studio_versions"),
    path(f"{STUDIO}ma/<str:code>/giang-vien/", studio.staff, name="studio_staff"),
    path(f"{STUDIO}giang-vien/<int:pk>/ket-thuc/", studio.end_staff, name="studio_end_staff"),
    path(f"{STUDIO}ban/<int:pk>/", studio.version, name="studio_version"),
    path(f"{STUDIO}ban/<int:pk>/thong-tin/", studio.settings, name="studio_settings"),
    path(f"{STUDIO}ban/<int:pk>/trang-thai/", studio.state, name="studio_state"),
    path(f"{STUDIO}ban/<int:pk>/xem-thu/", studio.preview, name="studio_preview"),
    path(f"{STUDIO}ban/<int:pk>/cong-bo/", studio.publish, name="studio_publish"),
    path(f"{STUDIO}ban/<int:pk>/so-sanh/", studio.compare, name="studio_compare"),
    path(f"{STUDIO}ban/<int:pk>/khoi-phuc/", studio.restore, name="studio_restore"),
    path(f"{STUDIO}ban/<int:pk>/chuyen-de/", studio.add_module, name="studio_add_module"),
    path(f"{STUDIO}chuyen-de/<int:pk>/", studio.module, name="studio_module"),
    path(f"{STUDIO}chuyen-de/<int:pk>/bai/", studio.add_lesson, name="studio_add_lesson"),
    path(f"{STUDIO}bai/<int:pk>/", studio.lesson, name="studio_lesson"),
    path(f"{STUDIO}bai/<int:pk>/thong-tin/", studio.lesson_settings, name="studio_lesson_settings"),
    path(f"{STUDIO}bai/<int:pk>/khoi/", studio.add_block, name="studio_add_block"),
    path(f"{STUDIO}khoi/<int:pk>/", studio.block, name="studio_block"),
    path(f"{STUDIO}khoi/<int:pk>/luu/", studio.autosave, name="studio_autosave"),
    path(f"{STUDIO}<str:what>/<int:pk>/doi-ten/", studio.rename, name="studio_rename"),
    path(f"{STUDIO}<str:what>/<int:pk>/vi-tri/", studio.move, name="studio_move"),
    path(f"{STUDIO}<str:what>/<int:pk>/xoa/", studio.delete, name="studio_delete"),
]
