"""Written and spoken work (bài thu hoạch)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from courses.models import CourseVersion
from courses.models.versions import PINNED_STATES
from enrolments.models import Cohort, Enrolment
from lms.ledgers import append_only, pinned
from lms.translated import translated


class Assignment(models.Model):
    """An assignment of one version of a course (bài thu hoạch); `key` is that of its block.

    `criteria`: [{key, name, points, hint}], shown before the start; their points add up to the
    scale. Learners and markers meet what publishing froze of this row, not the row itself.
    """

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="assignments")
    key = models.UUIDField()
    title_vi = models.CharField(_("Title"), max_length=200)
    title_en = models.CharField(_("Title in English"), max_length=200, blank=True)
    brief = models.TextField(_("brief"), blank=True)
    takes_text = models.BooleanField(_("text"), default=True)
    takes_files = models.BooleanField(_("files"), default=True)
    takes_audio = models.BooleanField(_("audio"), default=False)
    max_points = models.DecimalField(_("scale"), max_digits=5, decimal_places=2, default=10)
    pass_percent = models.PositiveSmallIntegerField(_("Pass mark (%)"), default=50)
    criteria = models.JSONField(default=list, blank=True)
    # Days before the end of the class; the class's own dates give the day.
    due_days_before_end = models.PositiveSmallIntegerField(default=0)
    title = translated("title")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"], name="assessment_assignment_once_per_block"
            ),
            models.CheckConstraint(
                condition=Q(takes_text=True) | Q(takes_files=True) | Q(takes_audio=True),
                name="assessment_assignment_takes_something",
            ),
            models.CheckConstraint(
                condition=Q(max_points__gt=0), name="assessment_assignment_has_a_scale"
            ),
            models.CheckConstraint(
                condition=Q(pass_percent__lte=100),
                name="assessment_assignment_pass_mark_is_a_percentage",
            ),
        ]

    def __str__(self) -> str:
        return self.title_vi


class SubmissionState(models.TextChoices):
    """The life of a work."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    MARKED = "marked", _("Marked")


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Sets of works."""

    def handed_in(self) -> Self:
        """Return the works that have left the learner's hands."""
        return self.exclude(state=SubmissionState.DRAFT)

    def current(self) -> Self:
        """Return the works handed in that no later one of the same learner replaces."""
        return self.handed_in().filter(superseded_at=None)

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the works of the classes on which the user holds the permission, not one's own."""
        if not user.is_authenticated:
            return self.none()
        cohorts = Cohort.objects.allowing(user, permission).values("pk")
        return self.filter(enrolment__cohort__in=cohorts).exclude(enrolment__learner_id=user.pk)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return one's own works and those handed in to be marked by the user."""
        if not user.is_authenticated:
            return self.none()
        to_mark = Submission.objects.handed_in().allowing(user, Permission.MARK)
        return self.filter(Q(enrolment__learner_id=user.pk) | Q(pk__in=to_mark.values("pk")))


class Submission(models.Model):
    """What a learner handed in, or is still writing; each hand-in has its number and receipt."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="submissions")
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="+")
    assignment_key = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=SubmissionState, default=SubmissionState.DRAFT)
    text = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    # When a later work of the learner took the place of this one.
    superseded_at = models.DateTimeField(null=True, blank=True)
    is_late = models.BooleanField(default=False)
    receipt = models.CharField(max_length=20, unique=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "assignment_key", "number"],
                name="assessment_submission_number_once",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "assignment_key"],
                condition=Q(state="draft"),
                name="assessment_one_draft_per_assignment",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "assignment_key"],
                condition=~Q(state="draft") & Q(superseded_at=None),
                name="assessment_one_current_work_per_assignment",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None)
                | (~Q(state="draft") & Q(submitted_at__isnull=False)),
                name="assessment_handed_in_work_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at", "id"],
                condition=Q(state="submitted", superseded_at=None),
                name="assessment_works_to_mark",
            ),
            models.Index(fields=["assignment_key", "state"]),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def code(self) -> str:
        """Return what stands for the learner's name while it is hidden; it tells nothing of it."""
        digest = salted_hmac("assessment.marking", str(self.pk), algorithm="sha256").hexdigest()
        return digest[:6].upper()

    @property
    def is_draft(self) -> bool:
        """Return whether the learner is still writing it."""
        return self.state == SubmissionState.DRAFT

    @property
    def is_marked(self) -> bool:
        """Return whether a trainer has marked it."""
        return self.state == SubmissionState.MARKED


class SubmissionFile(models.Model):
    """A file or recording of a work, in order."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["submission", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "file"],
                condition=Q(removed_at=None),
                name="assessment_file_once_per_work",
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} #{self.position}"


class MarkKind(models.TextChoices):
    """How a mark came about."""

    SINGLE = "single", _("By one marker")
    JOINT = "joint", _("Mean of two markers")
    MODERATED = "moderated", _("Decided by the moderator")


@append_only
class Mark(models.Model):
    """The judgement of a work; a later one supersedes, none is overwritten.

    `criteria` maps the keys of the criteria to points; `comment` is Markdown as written,
    `comment_html` what may be shown of it. `marker` is who entered it: of a joint mark, whoever
    of the two came second.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="marks")
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="marks"
    )
    kind = models.CharField(max_length=10, choices=MarkKind, default=MarkKind.SINGLE)
    points = models.DecimalField(max_digits=5, decimal_places=2)
    criteria = models.JSONField(default=dict, blank=True)
    comment = models.TextField(blank=True)
    comment_html = models.TextField(blank=True)
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["submission", "pk"]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.points}"


_STATE = "(SELECT state FROM courses_courseversion WHERE id = {row}.version_id)"
pinned(Assignment, when=f"{_STATE} IN {PINNED_STATES}")
