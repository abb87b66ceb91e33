"""How the final mark of a class is worked out: its components, their weights, exemptions."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrolments.models import Cohort, Enrolment
from lms.translated import translated


class SchemeMethod(models.TextChoices):
    """How the marks of the components become one."""

    WEIGHTED = "weighted", _("Mean by weights")
    POINTS = "points", _("Sum of points")


class GradeScheme(models.Model):
    """Cách tính điểm của một lớp; a class without one has its graded work, all weighing the same.

    `revision` counts the changes: a form of an earlier one is refused.
    """

    cohort = models.OneToOneField(Cohort, on_delete=models.PROTECT, related_name="grade_scheme")
    method = models.CharField(
        _("How the final mark is worked out"),
        max_length=10,
        choices=SchemeMethod,
        default=SchemeMethod.WEIGHTED,
    )
    # Of the components that are not required, so many of the lowest do not count.
    drop_lowest = models.PositiveSmallIntegerField(_("Lowest marks left out"), default=0)
    # Of the final mark; that of each component stands with it.
    least_percent = models.PositiveSmallIntegerField(_("Final mark to pass (%)"), default=50)
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(least_percent__lte=100),
                name="assessment_scheme_pass_mark_is_a_percentage",
            )
        ]

    def __str__(self) -> str:
        return str(self.cohort_id)


class GradeItem(models.Model):
    """A component of the final mark: work of the course by its key, or one marked on paper.

    Of work of the course, title, scale and pass mark are those of the version; here they are empty.
    """

    scheme = models.ForeignKey(GradeScheme, on_delete=models.CASCADE, related_name="items")
    component_key = models.UUIDField(default=uuid.uuid4)
    position = models.PositiveSmallIntegerField()
    weight = models.DecimalField(_("Weight"), max_digits=6, decimal_places=2, default=1)
    is_required = models.BooleanField(_("Required"), default=True)
    title_vi = models.CharField(_("Title"), max_length=200, blank=True)
    title_en = models.CharField(_("Title in English"), max_length=200, blank=True)
    max_points = models.DecimalField(_("Scale"), max_digits=5, decimal_places=2, null=True)
    pass_percent = models.PositiveSmallIntegerField(_("Pass mark (%)"), null=True)
    title = translated("title")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "component_key"], name="assessment_item_once_per_scheme"
            ),
            models.CheckConstraint(condition=Q(weight__gte=0), name="assessment_weight_not_below"),
            models.CheckConstraint(
                condition=Q(max_points=None, pass_percent=None)
                | Q(max_points__gt=0, pass_percent__lte=100),
                name="assessment_paper_item_has_scale_and_pass_mark",
            ),
        ]

    def __str__(self) -> str:
        return self.title_vi or str(self.component_key)

    @property
    def is_on_paper(self) -> bool:
        """Return whether its marks are entered by hand, as no work of the course gives them."""
        return self.max_points is not None


class GradeExemptionQuerySet(models.QuerySet["GradeExemption"]):
    """Sets of exemptions."""

    def in_force(self) -> Self:
        """Return those nobody has taken back."""
        return self.filter(ended_at=None)


class GradeExemption(models.Model):
    """Miễn: a component that does not count for one learner, by whom and why."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="grade_exemptions"
    )
    component_key = models.UUIDField()
    reason = models.CharField(max_length=300)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = GradeExemptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "component_key"],
                condition=Q(ended_at=None),
                name="assessment_exempt_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.component_key}"
