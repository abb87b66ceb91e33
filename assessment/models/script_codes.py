"""Scripts of a test on paper under codes (rọc phách): who marks does not know whose they are."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from enrolments.models import Cohort, Enrolment
from lms.ledgers import append_only


class ScriptCodingQuerySet(models.QuerySet["ScriptCoding"]):
    """Sets of codings."""

    def sealed(self) -> Self:
        """Return those whose codes have not been joined with the names yet."""
        return self.filter(joined_at=None)


class ScriptCoding(models.Model):
    """The codes of one component on paper of a class, until names and marks are joined.

    `seen_by` are those who have looked at the names beside the codes: they enter no marks.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="script_codings")
    component_key = models.UUIDField()
    coded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    coded_at = models.DateTimeField(auto_now_add=True)
    seen_by = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    joined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    joined_at = models.DateTimeField(null=True, blank=True)

    objects = ScriptCodingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "component_key"], name="assessment_component_is_coded_once"
            ),
            models.CheckConstraint(
                condition=Q(joined_at=None, joined_by=None)
                | Q(joined_at__isnull=False, joined_by__isnull=False),
                name="assessment_codes_are_joined_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.component_key}"

    @property
    def is_sealed(self) -> bool:
        """Return whether marks are entered by code, because names are not joined yet."""
        return self.joined_at is None


# Of a code out of `with_marks`: neither points nor a note that nobody sat.
WAITING = Q(points__isnull=True) & (Q(is_absent__isnull=True) | Q(is_absent=False))


class ScriptCodeQuerySet(models.QuerySet["ScriptCode"]):
    """Sets of codes."""

    def with_marks(self) -> Any:
        """Annotate the mark in force: `mark` (its key), `points`, `is_absent`."""
        last = ScriptMark.objects.filter(code=models.OuterRef("pk")).order_by("-pk")
        return self.annotate(
            mark=models.Subquery(last.values("pk")[:1]),
            points=models.Subquery(last.values("points")[:1]),
            is_absent=models.Subquery(last.values("is_absent")[:1]),
        )

    def waiting(self) -> Self:
        """Return the codes with neither points nor a note that nobody sat, out of `with_marks`."""
        return self.filter(WAITING)


class ScriptCode(models.Model):
    """Số phách: the number that stands for one learner's script. It says nothing of the learner."""

    coding = models.ForeignKey(ScriptCoding, on_delete=models.CASCADE, related_name="codes")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="script_codes")
    code = models.PositiveIntegerField()

    objects = ScriptCodeQuerySet.as_manager()

    class Meta:
        ordering = ["coding", "code"]
        constraints = [
            models.UniqueConstraint(fields=["coding", "code"], name="assessment_code_once"),
            models.UniqueConstraint(
                fields=["coding", "enrolment"], name="assessment_one_code_per_learner"
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)


@append_only
class ScriptMark(models.Model):
    """A mark entered for a code; the last one holds. Without points and not absent: taken back."""

    code = models.ForeignKey(ScriptCode, on_delete=models.PROTECT, related_name="marks")
    points = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    is_absent = models.BooleanField(default=False)
    keyed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="script_marks"
    )
    keyed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_absent=False) | Q(points=None),
                name="assessment_who_was_absent_has_no_points",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code_id}: {self.points}"
