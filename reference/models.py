"""Legal bases, code lists and the working-day calendar: rules are data with a source."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
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
