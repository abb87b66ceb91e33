"""What institutions offer."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Unit, User
from accounts.permissions import COURSE_STAFF_PERMISSIONS, Permission, Role, roles_with
from accounts.rights import rights
from lms.clock import today
from lms.text import fold
from lms.translated import translated
from lms.trigrams import searched


class Provider(models.Model):
    """A training institution; it owns its courses, question banks, layouts and registers."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="provider")
    code = models.CharField(max_length=20, unique=True)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    name = translated("name")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Subject(models.Model):
    """A field of training, with the icon and colour of its cards."""

    code = models.CharField(max_length=20, unique=True)
    name_vi = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    icon = models.CharField(max_length=40, default="book")
    tone = models.CharField(max_length=20, default="blue")
    order = models.PositiveSmallIntegerField(default=0)
    name = translated("name")

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class CourseQuerySet(models.QuerySet["Course"]):
    """Sets of courses."""

    def offered(self) -> Self:
        """Return the courses anyone may find: published and not archived."""
        return self.filter(archived_at=None, current_version__isnull=False)

    def matching(self, text: str) -> Self:
        """Return the courses whose folded titles or code hold every word of the text."""
        words = (Q(search_key__contains=word) for word in fold(text).split())
        return self.filter(*words)

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the courses on which the user holds the permission today."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        staffed = CourseStaff.objects.giving(user, permission)
        return self.filter(
            Exists(granted.site_wide())
            | Q(provider__unit__in=granted.provider_unit_ids())
            | Q(provider__unit__in=granted.unit_ids())
            | Q(pk__in=staffed.values("course"))
        )

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the offered courses and those whose drafts the user may see."""
        if not user.is_authenticated:
            return self.none()
        offered = Q(archived_at=None, current_version__isnull=False)
        # Nearly everybody sees no draft anywhere, and the menu has asked that already.
        if not rights(user).has(Permission.SEE_DRAFTS):
            return self.filter(offered)
        drafts = Course.objects.allowing(user, Permission.SEE_DRAFTS)
        return self.filter(offered | Q(pk__in=drafts.values("pk")))


class Course(models.Model):
    """A course; titles, summary and hours are those of its current version, kept by publishing."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="courses")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="courses")
    code = models.CharField(max_length=20, unique=True)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    summary_vi = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    search_key = models.CharField(max_length=500, editable=False, db_index=True)
    study_form = models.ForeignKey("reference.Code", on_delete=models.PROTECT, related_name="+")
    content_group = models.ForeignKey("reference.Code", on_delete=models.PROTECT, related_name="+")
    periods = models.DecimalField(max_digits=6, decimal_places=1, default=0)
    # Codes of the languages its lessons are in, such as "en vi".
    languages = models.CharField(max_length=40, default="vi", blank=True)
    lesson_count = models.PositiveSmallIntegerField(default=0)
    current_version = models.ForeignKey(
        "courses.CourseVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    title = translated("title")
    summary = translated("summary")

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def searchable(self) -> str:
        """Return the folded words by which the course is found."""
        return fold(f"{self.code} {self.title_vi} {self.title_en}")[:500]


searched(Course, "search_key")


class CourseStaffQuerySet(models.QuerySet["CourseStaff"]):
    """Sets of course staff."""

    def in_force(self) -> Self:
        """Return the rows that hold today."""
        day = today()
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)

    def giving(self, user: User, permission: Permission) -> Self:
        """Return the user's rows that give the permission on their course today."""
        roles = roles_with(permission, COURSE_STAFF_PERMISSIONS)
        return self.in_force().filter(user_id=user.pk, role__in=roles)


class CourseStaff(models.Model):
    """A person named on one course."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="course_staff"
    )
    role = models.CharField(max_length=20, choices=Role, default=Role.TRAINER)
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)

    objects = CourseStaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("course staff")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "user", "role"],
                condition=Q(until=None),
                name="courses_staff_once_per_course",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="courses_staff_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.course_id}"
