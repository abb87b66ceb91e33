"""What courses add to the apps below, and to their own registries."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.panels import explainers
from accounts.permissions import COURSE_STAFF_PERMISSIONS, Permission
from accounts.rights import RightSource, right_sources, rights
from courses.block_kinds import ALL
from courses.blocks import block_kinds
from courses.case_blocks import CaseKind
from courses.cases import CASE
from courses.explain import COURSE
from courses.file_importing import (
    import_audio,
    import_case,
    import_document,
    import_image,
    import_video,
)
from courses.importing import block_importers, import_callout, import_text
from courses.models import CourseStaff
from courses.publish_checks import (
    check_blocks,
    check_minutes,
    check_outline,
    check_periods,
    check_words,
    publish_checks,
)
from lms.navigation import LEARNING, TEACHING, MenuItem, menu


def writes_courses(request: HttpRequest) -> bool:
    """Tell whether the person writes courses anywhere: by role or named on one."""
    return rights(request.user).has(Permission.EDIT_COURSES)


explainers.register("course", COURSE, weight=30)
right_sources.register(
    "course staff",
    RightSource(
        lambda user: CourseStaff.objects.in_force().filter(user_id=user.pk),
        COURSE_STAFF_PERMISSIONS,
    ),
)

for weight, kind in enumerate(ALL, start=1):
    block_kinds.register(kind.code, kind, weight=weight * 10)
block_kinds.register(CASE, CaseKind(), weight=65)

publish_checks.register("words", check_words, weight=10)
publish_checks.register("outline", check_outline, weight=20)
publish_checks.register("periods", check_periods, weight=30)
publish_checks.register("minutes", check_minutes, weight=40)
publish_checks.register("blocks", check_blocks, weight=50)

for code, importer in {
    "text": import_text,
    "callout": import_callout,
    "image": import_image,
    "file": import_document,
    "audio": import_audio,
    "video": import_video,
    CASE: import_case,
}.items():
    block_importers.register(code, importer)

menu.register(
    "catalogue",
    MenuItem(
        group=LEARNING,
        label=_("Catalogue"),
        url_name="courses:catalogue",
        icon="book",
        shown=lambda _request: True,
        short=_("Courses"),
    ),
    weight=30,
)
menu.register(
    "studio",
    MenuItem(
        group=TEACHING,
        label=_("My courses"),
        url_name="courses:studio",
        icon="writing",
        shown=writes_courses,
    ),
    weight=10,
)
