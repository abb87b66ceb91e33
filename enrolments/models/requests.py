"""What people ask about what they must finish: more time, exemption, that it is not theirs."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from enrolments.models.duties import Obligation


class RequestKind(models.TextChoices):
    """What is asked."""

    EXTENSION = "extension", _("More time")
    EXEMPTION = "exemption", _("Exemption")
    WRONG_UNIT = "wrong_unit", _("Not my unit or post")
    KNOWN = "known", _("I know this content already")


class RequestState(models.TextChoices):
    """The life of a request."""

    OPEN = "open", _("Waiting for an answer")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")


DECIDED = (RequestState.GRANTED, RequestState.REFUSED)


class DutyRequestQuerySet(models.QuerySet["DutyRequest"]):
    """Sets of requests."""

    def open(self) -> Self:
        """Return the requests that wait for an answer."""
        return self.filter(state=RequestState.OPEN)

    def decided_by(self, user: User | AnonymousUser) -> Self:
        """Return the requests a person may decide: about duties of their people; never one's own.

        Those are who sent the person and who has the person now.
        """
        duties = Obligation.objects.allowing(user, Permission.SEND_PEOPLE)
        found = self.filter(obligation__in=duties.values("pk"))
        return found.exclude(obligation__person_id=user.pk)


class DutyRequest(models.Model):
    """One request about a duty, with its answer."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=RequestKind)
    wanted_on = models.DateField(null=True, blank=True)  # of an extension
    reason = models.TextField()
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN)
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = DutyRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["obligation"],
                condition=Q(state="open"),
                name="enrolments_one_open_request_for_a_duty",
            ),
            models.CheckConstraint(
                condition=~Q(kind="extension") | Q(wanted_on__isnull=False),
                name="enrolments_extension_names_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "refused"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="enrolments_decided_request_has_a_decider",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""),
                name="enrolments_refused_request_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.kind}"

    @property
    def is_open(self) -> bool:
        """Return whether it waits for an answer."""
        return self.state == RequestState.OPEN
