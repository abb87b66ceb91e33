"""Groups of people by rule (nhóm đối tượng): who belongs, since when, and by which wording."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Unit, User
from accounts.permissions import Permission


class AudienceState(models.TextChoices):
    """Whether the rule may be worked out by itself."""

    DRAFT = "draft", _("Draft")
    IN_FORCE = "in_force", _("In force")
    # The rule cannot be read, or too many people would leave: a person must look.
    STOPPED = "stopped", _("Stopped: must be looked at")


class AudienceQuerySet(models.QuerySet["Audience"]):
    """Sets of audiences."""

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the audiences of units in which the user holds the permission today."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(RoleGrant.objects.giving(user, permission).over("unit"))

    def due(self) -> Self:
        """Return those whose members are to be worked out anew by now."""
        return self.filter(state=AudienceState.IN_FORCE, follows=True, next_at__lte=timezone.now())


class Audience(models.Model):
    """A group of people of one unit and all below it. `sentences` is the rule in force."""

    name = models.CharField(_("name"), max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="audiences")
    # Alternatives; see `requirements.sentences`. `draft` is what somebody is about to propose.
    sentences = models.JSONField(default=list)
    draft = models.JSONField(default=list)
    version = models.PositiveSmallIntegerField(default=0)  # of the rule; 0: none in force yet
    state = models.CharField(max_length=10, choices=AudienceState, default=AudienceState.DRAFT)
    problem = models.CharField(max_length=300, blank=True)
    # Whether people join and leave by themselves, each night.
    follows = models.BooleanField(_("people join and leave by themselves"), default=True)
    next_at = models.DateTimeField(default=timezone.now)
    members_count = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AudienceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], name="requirements_audience_named_once"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", version=0) | Q(version__gt=0),
                name="requirements_audience_in_force_has_a_version",
            ),
        ]
        indexes = [models.Index(fields=["state", "next_at"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of the audience."""
        return reverse("requirements:audience", args=[self.pk])


class AudienceMembership(models.Model):
    """That a person belongs: from a day to a day, by which wording they came and went."""

    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="audience_memberships"
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    joined_by_version = models.PositiveSmallIntegerField()
    left_by_version = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audience", "person"],
                condition=Q(until=None),
                name="requirements_one_open_membership",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="requirements_membership_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["audience", "until"])]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.audience_id}"


class PersonTag(models.Model):
    """What an officer says of somebody's work that no post tells, such as whom they deal with."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tags"
    )
    tag = models.ForeignKey("reference.Code", on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "tag"], name="requirements_tag_given_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.tag_id}"
