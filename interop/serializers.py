"""What the API shows and takes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import User
from certificates.models import Certificate
from courses.models import Course
from enrolments.models import Cohort, Enrolment, Obligation


class MeSerializer(serializers.ModelSerializer[User]):
    """The person who calls."""

    class Meta:
        model = User
        fields = ["id", "username", "full_name", "email", "language"]


class CourseSerializer(serializers.ModelSerializer[Course]):
    """A course of the catalogue."""

    provider = serializers.CharField(source="provider.name_vi")
    subject = serializers.CharField(source="subject.name_vi")

    class Meta:
        model = Course
        fields = [
            *("id", "code", "title_vi", "title_en", "summary_vi", "summary_en", "provider"),
            *("subject", "periods", "languages", "lesson_count"),
        ]


class CohortSerializer(serializers.ModelSerializer[Cohort]):
    """A class."""

    class Meta:
        model = Cohort
        fields = [
            *("id", "code", "name", "course", "state", "starts_on", "ends_on", "place", "seats"),
            *("enrolled_count", "completed_count"),
        ]


class EnrolmentSerializer(serializers.ModelSerializer[Enrolment]):
    """A place in a class."""

    cohort_code = serializers.CharField(source="cohort.code", read_only=True)
    learner_username = serializers.CharField(source="learner.username", read_only=True)
    learner_name = serializers.CharField(source="learner.full_name", read_only=True)

    class Meta:
        model = Enrolment
        fields = [
            *("id", "cohort", "cohort_code", "learner_username", "learner_name", "state"),
            *("progress_percent", "lessons_done", "lessons_total", "enrolled_at"),
            *("completed_at", "result"),
        ]


class ObligationSerializer(serializers.ModelSerializer[Obligation]):
    """Something to be finished, by when."""

    class Meta:
        model = Obligation
        fields = [
            *("id", "title_vi", "title_en", "enrolment", "status", "opens_on", "due_on"),
            *("due_note", "done_at"),
        ]


class CertificateSerializer(serializers.ModelSerializer[Certificate]):
    """A paper that was issued to the caller."""

    class Meta:
        model = Certificate
        fields = [
            *("id", "kind", "state", "serial", "register_number", "issued_on", "valid_until"),
            "enrolment",
        ]


class EnrolSerializer(serializers.Serializer[Any]):
    """Whom to send to the class; `unit` is the code of the unit that sends."""

    learner = serializers.CharField(max_length=40, help_text="Sign-in code of the learner.")
    unit = serializers.CharField(max_length=30, help_text="Code of the sending unit.")
