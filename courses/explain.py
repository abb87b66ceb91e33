"""Why a person sees a course, or does not."""

from __future__ import annotations

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.explain import Reach, grants_of
from accounts.models import User
from accounts.panels import Explainer, Finding
from accounts.permissions import Permission
from courses.models import Course


def find_course(text: str) -> Model | None:
    """Return the course of a code."""
    found: Course | None = Course.objects.filter(code__iexact=text.strip()).first()
    return found


def explain_course(reader: User, target: Model) -> list[Finding]:
    """Say whether the course is offered to everybody, and who sees it before that."""
    if not isinstance(target, Course):
        raise TypeError("A course is expected.")
    named = target.staff.in_force().filter(user_id=reader.pk)
    staff = [
        Finding(
            _("Named on the course: %(role)s.") % {"role": row.get_role_display()}, speaks_for=True
        )
        for row in named
    ]
    owner = target.provider.unit_id
    return [
        _offer(target),
        *staff,
        *grants_of(reader, Reach(Permission.SEE_DRAFTS, [owner], [owner])),
    ]


def sees_course(reader: User, target: Model) -> bool:
    """Give the decision the pages give."""
    return bool(Course.objects.visible_to(reader).filter(pk=target.pk).exists())


def _offer(course: Course) -> Finding:
    if course.archived_at is not None:
        return Finding(_("The course is archived."), speaks_for=False)
    if course.current_version_id is None:
        return Finding(_("The course is not published yet."), speaks_for=False)
    return Finding(_("The course is in the catalogue for everybody."), speaks_for=True)


COURSE = Explainer(gettext_lazy("Course"), find_course, explain_course, sees_course)
