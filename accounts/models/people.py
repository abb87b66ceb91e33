"""People and the posts they hold."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.auth.models import AbstractUser, AnonymousUser, UserManager
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.access import RoleGrant
from accounts.models.units import Unit
from accounts.permissions import Permission
from lms.clock import today
from lms.text import fold, name_sort_key, nfc, split_name
from lms.trigrams import searched

if TYPE_CHECKING:
    from reference.models import Code


class Gender(models.TextChoices):
    """As the city's forms ask it; empty means not recorded."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")


class UserQuerySet(models.QuerySet["User"]):
    """Sets of people."""

    def active(self) -> Self:
        """Return the people who may sign in."""
        return self.filter(is_active=True, archived_at=None)

    def matching(self, text: str) -> Self:
        """Return the people whose folded name holds the folded text, or who have that code."""
        code = text.strip()
        return self.filter(
            Q(search_key__contains=fold(text)) | Q(username__iexact=code) | Q(staff_code=code)
        )

    def by_given_name(self) -> Self:
        """Order as Vietnamese lists are: given name, family name, then the key."""
        return self.order_by("sort_key", "pk")

    def posted_in(
        self, units: models.QuerySet[Unit] | list[int], *, day: dt.date | None = None
    ) -> Self:
        """Return the people who hold a post in these units on the day."""
        # A set of people, not a question for each: a planner without statistics asks it a
        # thousand times over.
        posts = Posting.objects.in_force(day).filter(unit__in=units)
        return self.filter(pk__in=posts.values("user"))

    def never_signed_in(self) -> Self:
        """Return the people who have not come in yet."""
        return self.filter(last_login=None)

    def in_category(self, category: Code) -> Self:
        """Return the people whose primary post is of the staff category."""
        posts = Posting.objects.in_force().primary().filter(user=OuterRef("pk"), category=category)
        return self.filter(Exists(posts))

    def without_role(self) -> Self:
        """Return the people who hold no staff role today."""
        return self.exclude(Exists(RoleGrant.objects.in_force().filter(user=OuterRef("pk"))))

    def with_posts(self) -> Self:
        """Load the posts in force as `posts`, the primary one first."""
        posts = Posting.objects.in_force().select_related("unit", "category")
        order = posts.order_by("-is_primary", "pk")
        return self.prefetch_related(Prefetch("postings", queryset=order, to_attr="posts"))

    def allowing(self, user: User | AnonymousUser, permission: Permission) -> Self:
        """Return the people on whom the user holds the permission today."""
        if not user.is_authenticated:
            return self.none()
        granted = RoleGrant.objects.giving(user, permission)
        posts = Posting.objects.in_force().filter(user=OuterRef("pk"), unit__in=granted.unit_ids())
        return self.filter(Exists(granted.site_wide()) | Exists(posts))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return oneself and the people of one's units."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(pk=user.pk) | Q(pk__in=self.model.objects.allowing(user, Permission.SEE_PEOPLE))
        )


class PersonManager(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """`create_user` of Django, with the sets above."""


class User(AbstractUser):
    """A person. `username` is the sign-in code: a staff code or a short code of ours.

    `email` is where mail goes; it is optional and shared by whole offices, so it identifies
    nobody. Only a verified personal address (allauth's `EmailAddress`) does.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    username = models.CharField(_("sign-in code"), max_length=40, unique=True)
    staff_code = models.CharField(
        _("staff code"), max_length=40, unique=True, null=True, blank=True
    )
    family_name = models.CharField(_("family name"), max_length=60, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=100, blank=True)
    given_name = models.CharField(_("given name"), max_length=60)
    full_name = models.CharField(_("full name"), max_length=200)
    sort_key = models.CharField(max_length=300, editable=False)
    search_key = models.CharField(max_length=200, editable=False, db_index=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender, blank=True)
    mobile = models.CharField(_("mobile"), max_length=20, blank=True)
    identity_cipher = models.TextField(blank=True, editable=False)
    identity_index = models.CharField(
        max_length=64, unique=True, null=True, blank=True, editable=False
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    # Fields a person corrected by hand: an import no longer overwrites them.
    held_fields = models.JSONField(default=list, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    # Filled by `with_posts()`.
    posts: list[Posting]
    # What `rights()` worked out for this request.
    kept_rights: frozenset[Permission] | None = None

    REQUIRED_FIELDS = ["full_name"]
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        indexes = [
            models.Index(fields=["sort_key", "id"], name="accounts_user_by_name"),
            models.Index(Lower("email"), name="accounts_user_by_email"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="accounts_sign_in_code_in_any_case"),
            models.CheckConstraint(
                condition=Q(birth_date=None) | Q(birth_year=F("birth_date__year")),
                name="accounts_birth_year_is_that_of_the_date",
            ),
            models.CheckConstraint(
                condition=~Q(given_name="") & ~Q(sort_key=""), name="accounts_person_has_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def take_name(
        self, full_name: str, *, family: str = "", middle: str = "", given: str = ""
    ) -> None:
        """Set the name and the keys that follow from it; parts not given are guessed."""
        self.full_name = nfc(full_name)
        if not given:
            family, middle, given = split_name(self.full_name)
        self.family_name, self.middle_name, self.given_name = nfc(family), nfc(middle), nfc(given)
        self.sort_key = name_sort_key(
            family=self.family_name, middle=self.middle_name, given=self.given_name
        )
        self.search_key = fold(self.full_name)[:200]

    def get_full_name(self) -> str:
        """Return the name as written in the person's papers."""
        return self.full_name

    def get_short_name(self) -> str:
        """Return the given name."""
        return self.given_name

    @property
    def initials(self) -> str:
        """Return two letters for the round badge."""
        return (self.family_name[:1] + self.given_name[:1]).upper()

    @property
    def birth(self) -> str:
        """Return the day of birth, or the year where only that is known."""
        return (
            self.birth_date.strftime("%d/%m/%Y") if self.birth_date else str(self.birth_year or "")
        )


searched(User, "search_key")


class PostingQuerySet(models.QuerySet["Posting"]):
    """Sets of posts."""

    def in_force(self, day: dt.date | None = None) -> Self:
        """Return the posts held on a day, today by default; `until` is the first day without."""
        at = day or today()
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)

    def standing(self) -> Self:
        """Return the posts that have not ended, those to come and those that are to end too."""
        return self.filter(Q(until=None) | Q(until__gt=today()))

    def primary(self) -> Self:
        """Return the posts that duties and denominators follow."""
        return self.filter(is_primary=True)


class Posting(models.Model):
    """A post of a person in a unit, from a day to a day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="postings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="postings")
    title = models.CharField(_("position"), max_length=150, blank=True)
    position = models.ForeignKey(
        "reference.Code", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    category = models.ForeignKey(
        "reference.Code",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("staff category"),
    )
    rank = models.ForeignKey(
        "reference.Code", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_head = models.BooleanField(_("head of unit"), default=False)
    is_primary = models.BooleanField(default=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    end_reason = models.ForeignKey(
        "reference.Code", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PostingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(is_primary=True, until=None),
                name="accounts_one_open_primary_post",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="accounts_post_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["unit", "until"]), models.Index(fields=["user", "until"])]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.unit_id}"


class CorrectionRequestQuerySet(models.QuerySet["CorrectionRequest"]):
    """Sets of correction requests."""

    def open(self) -> Self:
        """Return those that wait for a decision."""
        return self.filter(state=CorrectionRequest.State.OPEN)

    def allowing(self, user: User | AnonymousUser) -> Self:
        """Return the requests the user may decide; never one's own."""
        people = User.objects.allowing(user, Permission.DECIDE_CORRECTIONS)
        return self.filter(person__in=people).exclude(person_id=user.pk)


class CorrectionRequest(models.Model):
    """What a learner says is wrong in the record; the unit's HR officer decides."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for a decision")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=40)
    old_value = models.CharField(max_length=200, blank=True)
    new_value = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "field"],
                condition=Q(state="open"),
                name="accounts_one_open_correction_per_field",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None, decided_at=None)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="accounts_correction_decided_by_and_at_go_together",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("person")),
                name="accounts_nobody_decides_on_their_own_correction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.field}"
