"""Keeping the comments that a marker uses again.

They say nothing about anybody until they stand in a mark, so they are not audited.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from assessment.errors import Refused
from assessment.models import StockComment
from courses.models import Course
from enrolments.models import Cohort

AT_MOST = 200
LENGTH = 500


class CommentRefused(Refused):
    """A comment that is not kept, with its sentence."""


@transaction.atomic
def keep_comment(*, text: str, by: User, course: Course | None = None) -> StockComment:
    """Keep a comment, for oneself or for all who mark works of a course. Safe to call twice."""
    words = " ".join(text.split())
    if not words:
        raise CommentRefused(_("There is no comment to keep yet."))
    if len(words) > LENGTH:
        raise CommentRefused(
            _("A comment that is kept has %(most)s letters at most.") % {"most": LENGTH}
        )
    if course and not marks_in(by).filter(pk=course.pk).exists():
        raise CommentRefused(_("Comments are shared by who marks works of the course."))
    known = StockComment.objects.of(by).filter(course=course, text=words).first()
    if known:
        return known
    User.objects.select_for_update().get(pk=by.pk)
    if StockComment.objects.of(by).count() >= AT_MOST:
        raise CommentRefused(_("At most %(most)s comments are kept.") % {"most": AT_MOST})
    row, _is_new = StockComment.objects.get_or_create(owner=by, course=course, text=words)
    return row


@transaction.atomic
def drop_comment(*, comment: StockComment, by: User) -> bool:
    """Drop one's own comment; marks that hold its words keep them. Safe to call twice."""
    return bool(StockComment.objects.of(by).filter(pk=comment.pk).delete()[0])


def marks_in(marker: User) -> QuerySet[Course]:
    """Return the courses whose works a person marks in some class."""
    cohorts = Cohort.objects.allowing(marker, Permission.MARK)
    return Course.objects.filter(cohorts__in=cohorts).distinct()
