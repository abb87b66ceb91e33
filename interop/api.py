"""The API: the same sets of rows as the pages, read by programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Posting, Unit, User
from accounts.permissions import Permission
from certificates.models import Certificate
from courses.models import Course
from enrolments.actions.places import enrol
from enrolments.models import Cohort, Enrolment, Obligation
from enrolments.models.places import EnrolmentSource
from interop.actions.calls import once
from interop.problems import Unreadable
from interop.serializers import (
    CertificateSerializer,
    CohortSerializer,
    CourseSerializer,
    EnrolmentSerializer,
    EnrolSerializer,
    MeSerializer,
    ObligationSerializer,
)

KEY_AT_MOST = 100
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)
UNKNOWN = "Unknown here."


def caller(request: Request) -> User:
    """Return the person who calls; the permission classes let nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionError("The API is for signed-in people only.")
    return request.user


class Me(generics.RetrieveAPIView[User]):
    """The person who calls."""

    serializer_class = MeSerializer
    queryset = User.objects.none()

    def get_object(self) -> User:
        """Return oneself."""
        return caller(self.request)


class Courses(generics.ListAPIView[Course]):
    """The courses of the catalogue."""

    serializer_class = CourseSerializer
    queryset = Course.objects.none()

    def get_queryset(self) -> QuerySet[Course]:
        """Return the offered courses, whatever drafts the caller may see besides."""
        seen = Course.objects.visible_to(self.request.user).offered()
        return seen.select_related("provider", "subject")


class MyEnrolments(generics.ListAPIView[Enrolment]):
    """One's own places in classes."""

    serializer_class = EnrolmentSerializer
    queryset = Enrolment.objects.none()

    def get_queryset(self) -> QuerySet[Enrolment]:
        """Return the places that hold."""
        mine = Enrolment.objects.in_force().filter(learner=caller(self.request))
        return mine.select_related("cohort", "learner")


class MyObligations(generics.ListAPIView[Obligation]):
    """What one has to finish, and has finished."""

    serializer_class = ObligationSerializer
    queryset = Obligation.objects.none()

    def get_queryset(self) -> QuerySet[Obligation]:
        """Return one's own duties."""
        return Obligation.objects.filter(person=caller(self.request))


class MyCertificates(generics.ListAPIView[Certificate]):
    """The papers that were issued to one."""

    serializer_class = CertificateSerializer
    queryset = Certificate.objects.none()

    def get_queryset(self) -> QuerySet[Certificate]:
        """Return one's own papers; one that waits for its signature is not out yet."""
        me = caller(self.request)
        return Certificate.objects.visible_to(me).filter(person=me)


class Cohorts(generics.ListAPIView[Cohort]):
    """The classes one looks after."""

    serializer_class = CohortSerializer
    queryset = Cohort.objects.none()

    def get_queryset(self) -> QuerySet[Cohort]:
        """Return the classes on which the caller holds the permission."""
        return Cohort.objects.allowing(self.request.user, Permission.SEE_COHORTS)


class CohortDetail(generics.RetrieveAPIView[Cohort]):
    """One class."""

    serializer_class = CohortSerializer
    queryset = Cohort.objects.none()

    def get_queryset(self) -> QuerySet[Cohort]:
        """Return the classes one may see."""
        return Cohort.objects.visible_to(self.request.user)


class CohortEnrolments(generics.ListAPIView[Enrolment]):
    """The places of a class; an officer adds one."""

    serializer_class = EnrolmentSerializer
    queryset = Enrolment.objects.none()

    def get_queryset(self) -> QuerySet[Enrolment]:
        """Return the places of the class that the caller may see."""
        cohort = self.cohort()
        seen = Enrolment.objects.allowing(self.request.user, Permission.SEE_ENROLMENTS)
        rows = seen.in_force().filter(cohort=cohort)
        return rows.select_related("cohort", "learner")

    def cohort(self) -> Cohort:
        """Return the class; absent and hidden are the same."""
        rows = Cohort.objects.visible_to(self.request.user)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @extend_schema(parameters=[KEY], request=EnrolSerializer, responses={201: EnrolmentSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Send one of one's people to the class."""
        del pk  # `cohort()` reads it
        by, cohort = caller(request), self.cohort()
        if not Unit.objects.allowing(by, Permission.SEND_PEOPLE).exists():
            self.permission_denied(request)
        wanted = EnrolSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)

        def act() -> dict[str, Any]:
            learner, unit = _sent(by, **wanted.validated_data)
            place = enrol(
                cohort=cohort, learner=learner, unit=unit, by=by, source=EnrolmentSource.PASTED
            )
            return dict(EnrolmentSerializer(place).data)

        made, is_new = once(
            by=by, key=_key(request), address=request.path, body=wanted.validated_data, act=act
        )
        return Response(made, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


def _key(request: Request) -> str:
    key: str = request.headers.get("Idempotency-Key", "").strip()
    if not 0 < len(key) <= KEY_AT_MOST:
        raise Unreadable({"Idempotency-Key": ["A creating call needs a key of its own."]})
    return key


def _sent(by: User, learner: str, unit: str) -> tuple[User, Unit]:
    """Return person and unit within the officer's scope; anybody else reads as unknown."""
    units = Unit.objects.allowing(by, Permission.SEND_PEOPLE).filter(code=unit)
    from_unit = units.first()
    if from_unit is None:
        raise Unreadable({"unit": [UNKNOWN]})
    posts = Posting.objects.in_force().filter(unit=from_unit)
    people = User.objects.active().filter(username=learner, pk__in=posts.values("user"))
    person = people.first()
    if person is None:
        raise Unreadable({"learner": [UNKNOWN]})
    return person, from_unit
