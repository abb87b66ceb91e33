"""The training plan of a year (kế hoạch đào tạo, bồi dưỡng): lines, quotas, answers of units."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Unit, User
from accounts.permissions import Permission
from courses.models import Course, Provider
from lms.translated import translated
from reference.models import Code, LegalBasis


class PlanState(models.TextChoices):
    """A draft is seen by its owner alone; a closed plan is answered no more."""

    DRAFT = "draft", _("Draft plan")
    SENT = "sent", _("Sent to units")
    CLOSED = "closed", _("Closed plan")


class PlanQuerySet(models.QuerySet["Plan"]):
    """Sets of plans."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the plans on whose unit the user holds the permission today."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(RoleGrant.objects.giving(user, permission).over("unit"))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the plans one follows, and those sent to a unit one answers for."""
        if not user.is_authenticated:
            return self.none()
        sent = PlanShare.objects.allowing(user, Permission.MANAGE_PLANS)
        seen = Plan.objects.allowing(user, Permission.SEE_PLANS)
        return self.filter(
            Q(pk__in=seen.values("pk"))
            | Q(~Q(state=PlanState.DRAFT), Exists(sent.filter(line__plan=OuterRef("pk"))))
        )


class Plan(models.Model):
    """The plan of one unit for one year, by the document that sets it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="plans")
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    title_vi = models.CharField(_("name"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    document = models.CharField(_("document"), max_length=200, blank=True)
    basis = models.ForeignKey(
        LegalBasis, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("legal basis")
    )
    state = models.CharField(max_length=8, choices=PlanState, default=PlanState.DRAFT)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    title = translated("title")

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "title_vi"], name="reporting_plan_once_per_unit_and_year"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sent_at__isnull=False),
                name="reporting_sent_plan_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlanLine(models.Model):
    """A line: how many participant turns (lượt người) of which content, when, by whom.

    A line of one course counts that course; a line without one counts the rest of its content
    group. `reported_*` are figures without names that were known before the system, by source.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(default=0)
    title_vi = models.CharField(_("name"), max_length=250)
    title_en = models.CharField(_("title in English"), max_length=250, blank=True)
    content_group = models.ForeignKey(
        Code, on_delete=models.PROTECT, related_name="+", verbose_name=_("content group")
    )
    course = models.ForeignKey(
        Course,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("course"),
    )
    partner = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("training institution"),
    )
    quarter = models.PositiveSmallIntegerField(
        _("quarter"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
    )
    quota = models.PositiveIntegerField(_("quota (turns)"))
    carried_over = models.PositiveIntegerField(_("carried over from the year before"), default=0)
    # In million đồng, as plans write it.
    budget = models.DecimalField(
        _("budget (million VND)"), max_digits=12, decimal_places=1, null=True, blank=True
    )
    owner = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("unit in charge"),
    )
    reported_turns = models.PositiveIntegerField(_("turns before the system"), default=0)
    source = models.CharField(_("source of that figure"), max_length=300, blank=True)
    title = translated("title")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "course"],
                condition=Q(course__isnull=False),
                name="reporting_one_line_per_plan_and_course",
            ),
            models.UniqueConstraint(
                fields=["plan", "content_group"],
                condition=Q(course=None),
                name="reporting_one_line_for_the_rest_of_a_group",
            ),
            models.CheckConstraint(
                condition=Q(reported_turns=0) | ~Q(source=""),
                name="reporting_figures_from_outside_name_their_source",
            ),
            models.CheckConstraint(
                condition=Q(quarter=None) | Q(quarter__gte=1, quarter__lte=4),
                name="reporting_line_is_of_a_quarter",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def target(self) -> int:
        """Return the turns to be reached: this year's quota and what was carried over."""
        return self.quota + self.carried_over


class ShareState(models.TextChoices):
    """What a unit has said to its quota."""

    SENT = "sent", _("Not answered yet")
    ACCEPTED = "accepted", _("Received and accepted")
    COMMENTED = "commented", _("Opinion given")


class PlanShareQuerySet(models.QuerySet["PlanShare"]):
    """Sets of quotas of units."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the quotas on whose unit the user holds the permission today."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(RoleGrant.objects.giving(user, permission).over("unit"))

    def waiting(self) -> Self:
        """Return the quotas of sent plans that nobody has answered."""
        return self.filter(state=ShareState.SENT, line__plan__state=PlanState.SENT)


class PlanShare(models.Model):
    """The quota of one unit in a line, and its answer."""

    line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="shares")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="plan_shares")
    quota = models.PositiveIntegerField(_("quota (turns)"))
    state = models.CharField(max_length=10, choices=ShareState, default=ShareState.SENT)
    comment = models.CharField(_("opinion"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PlanShareQuerySet.as_manager()

    class Meta:
        ordering = ["unit__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "unit"], name="reporting_one_quota_per_line_and_unit"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", answered_at=None)
                | Q(~Q(state="sent"), answered_at__isnull=False),
                name="reporting_answered_quota_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.quota}"
