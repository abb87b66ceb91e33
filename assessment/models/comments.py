"""Sentences that markers write again and again (câu nhận xét mẫu)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Course


class StockCommentQuerySet(models.QuerySet["StockComment"]):
    """Sets of stock comments."""

    def of(self, marker: User) -> Self:
        """Return what a marker has written, which nobody else changes."""
        return self.filter(owner=marker)

    def offered(self, marker: User, course_id: int) -> Self:
        """Return what a marker may put into a comment on a work of a course."""
        return self.filter(Q(owner=marker, course=None) | Q(course=course_id))


class StockComment(models.Model):
    """A comment to be put in with one press.

    With a course it is offered to everybody who marks works of that course, else to its owner
    alone, whatever is marked.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stock_comments"
    )
    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, null=True, blank=True, related_name="stock_comments"
    )
    text = models.CharField(_("comment"), max_length=500)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = StockCommentQuerySet.as_manager()

    class Meta:
        ordering = ["text", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "course", "text"], name="assessment_stock_comment_once"
            ),
            models.UniqueConstraint(
                fields=["owner", "text"],
                condition=Q(course=None),
                name="assessment_own_stock_comment_once",
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="assessment_stock_comment_says_something"
            ),
        ]

    def __str__(self) -> str:
        return self.text
