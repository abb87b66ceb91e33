"""Appeals (phúc khảo): a learner asks that a released result be looked at again."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from assessment.models.grades import GradeEntry
from enrolments.models import Cohort, Enrolment


class AppealState(models.TextChoices):
    """The life of an appeal."""

    OPEN = "open", _("Waiting for an answer")
    KEPT = "kept", _("Mark kept")
    CHANGED = "changed", _("Mark changed")
    WITHDRAWN = "withdrawn", _("Taken back")


DECIDED = (AppealState.KEPT, AppealState.CHANGED)


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Sets of appeals."""

    def open(self) -> Self:
        """Return the appeals that wait for an answer."""
        return self.filter(state=AppealState.OPEN)

    def heard_by(self, user: User | AnonymousUser) -> Self:
        """Return the appeals a person may see to: of classes whose results they release, or given
        to them; never one's own."""
        released = Cohort.objects.allowing(user, Permission.RELEASE_RESULTS).values("pk")
        found = self.filter(Q(enrolment__cohort__in=released) | Q(heard_by_id=user.pk))
        return found.exclude(enrolment__learner_id=user.pk)


class Appeal(models.Model):
    """One appeal against one result: reason, who hears it, the mark before and after."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="appeals")
    component_key = models.UUIDField()
    before = models.ForeignKey(GradeEntry, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=AppealState, default=AppealState.OPEN)
    asked_at = models.DateTimeField(auto_now_add=True)
    heard_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appeals_heard",
    )
    after = models.ForeignKey(
        GradeEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "component_key"],
                condition=~Q(state="withdrawn"),
                name="assessment_one_appeal_for_a_result",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["kept", "changed"])
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(answer="")),
                name="assessment_decided_appeal_has_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(state="changed", after__isnull=False)
                | (~Q(state="changed") & Q(after=None)),
                name="assessment_changed_appeal_has_a_mark",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.component_key}"

    @property
    def is_open(self) -> bool:
        """Return whether it waits for an answer."""
        return self.state == AppealState.OPEN

    @property
    def is_decided(self) -> bool:
        """Return whether it has been answered."""
        return self.state in DECIDED
