"""Legal bases, code lists and the working-day calendar: rules are data with a source."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.translated import translated


class LegalBasis(models.Model):
    """A document that a rule comes from (law, decree, circular, decision, plan)."""

    symbol = models.CharField(_("number and symbol"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=300)
    issuer = models.CharField(_("issued by"), max_length=200, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    replaces = models.ManyToManyField(
        "self", symmetrical=False, related_name="replaced_by", blank=True
    )
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["symbol"]

    def __str__(self) -> str:
        return self.symbol


class Code(models.Model):
    """One entry of a code list (staff category, end reason, rank, study form, content group …)."""

    list = models.CharField(max_length=40)
    code = models.CharField(max_length=60)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    name = translated("name")
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["list", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["list", "code"], name="reference_code_once_per_list"),
            models.CheckConstraint(condition=~Q(code=""), name="reference_code_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A day that is not what its weekday says. Only rows in force count."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Public holiday")
        DAY_OFF_IN_LIEU = "day_off_in_lieu", _("Day off in lieu")
        MAKE_UP_DAY = "make_up_day", _("Make-up working day")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        IN_FORCE = "in_force", _("In force")

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    name = models.CharField(_("name"), max_length=120)
    # Empty: the whole city. A unit's own row wins over the city's.
    unit_id = models.BigIntegerField(null=True, blank=True)
    basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["day"],
                condition=Q(unit_id=None),
                name="reference_calendar_day_once_for_the_city",
            ),
            models.UniqueConstraint(
                fields=["day", "unit_id"],
                condition=Q(unit_id__isnull=False),
                name="reference_calendar_day_once_per_unit",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["holiday", "day_off_in_lieu", "make_up_day"])
                & Q(state__in=["planned", "in_force"]),
                name="reference_calendar_day_is_of_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"

    @property
    def is_working(self) -> bool:
        """Return whether offices work on this day."""
        return self.kind == self.Kind.MAKE_UP_DAY


class Rule(models.Model):
    """A figure or list that a document or an office decides, from a day to a day."""

    key = models.CharField(max_length=80)
    value = models.JSONField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT, null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["key", "effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "effective_from"], name="reference_rule_starts_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(effective_to=None),
                name="reference_one_open_rule_per_key",
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                name="reference_rule_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} from {self.effective_from:%d/%m/%Y}"


class AnnualRequirement(models.Model):
    """The periods a staff category must reach in a year. No row means no figure is decided."""

    category = models.CharField(_("staff category"), max_length=60)
    year = models.PositiveSmallIntegerField(_("year"))
    min_periods = models.PositiveSmallIntegerField(_("minimum periods"))
    basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT)

    class Meta:
        ordering = ["-year", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "year"], name="reference_one_requirement_per_category_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.year}: {self.min_periods}"
