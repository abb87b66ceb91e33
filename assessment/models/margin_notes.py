"""What a marker says beside a place in a work (nhận xét tại chỗ)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assessment.models.assignments import Submission, SubmissionFile
from assessment.models.grades import GradeCell
from lms.ledgers import pinned

NOTE_AT_MOST = 1_000  # characters
QUOTE_AT_MOST = 300


class MarginNoteQuerySet(models.QuerySet["MarginNote"]):
    """Sets of margin notes."""

    def in_order(self) -> Self:
        """Return them as they follow each other in the work: its text first, then its files."""
        return self.order_by(
            models.F("file__position").asc(nulls_first=True), "block", "page", "second", "pk"
        )

    def by(self, marker: User) -> Self:
        """Return what one marker has written."""
        return self.filter(author=marker)

    def released(self) -> Self:
        """Return what learners may read: the result of the work is known to them."""
        known = GradeCell.objects.filter(
            enrolment=models.OuterRef("submission__enrolment"),
            component_key=models.OuterRef("submission__assignment_key"),
            released_at__isnull=False,
        )
        return self.filter(models.Exists(known))


class MarginNote(models.Model):
    """A note beside a block of the text, or of a file: a block, a page, a second, or the whole.

    `file` is empty for the text typed in the page; `block` counts from 1, `second` from the start
    of a recording. `quote` are the words of the block that the note is about.
    """

    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="margin_notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="margin_notes"
    )
    file = models.ForeignKey(
        SubmissionFile, on_delete=models.PROTECT, null=True, blank=True, related_name="margin_notes"
    )
    block = models.PositiveIntegerField(null=True, blank=True)
    page = models.PositiveSmallIntegerField(null=True, blank=True)
    second = models.PositiveIntegerField(null=True, blank=True)
    quote = models.CharField(max_length=QUOTE_AT_MOST, blank=True)
    text = models.TextField(_("margin note"), max_length=NOTE_AT_MOST)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = MarginNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(block=None, page=None)
                | Q(block=None, second=None)
                | Q(page=None, second=None),
                name="assessment_margin_note_has_one_place",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=False) | Q(block__isnull=False),
                name="assessment_margin_note_has_a_place",
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="assessment_margin_note_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.text[:40]}"


# Learners have read what was released: it neither changes nor goes, and nothing joins it unseen.
_RELEASED = (
    "EXISTS (SELECT 1 FROM assessment_gradecell AS cell JOIN assessment_submission AS work"
    " ON work.enrolment_id = cell.enrolment_id AND work.assignment_key = cell.component_key"
    " WHERE work.id = {row}.submission_id AND cell.released_at IS NOT NULL)"
)
pinned(MarginNote, when=_RELEASED)
