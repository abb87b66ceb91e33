"""Entering what an office decides: a rule holds from a day on, the former until the day before."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import record
from reference.models import LegalBasis, Rule


class RuleRefusedError(Exception):
    """A rule that is not entered; its text is a sentence."""


@transaction.atomic
def set_rule(
    *, key: str, value: Any, since: dt.date, basis: LegalBasis | None = None, note: str = ""
) -> Rule:
    """Let a rule hold from a day on. The same once more changes nothing.

    `value` is of the shape that the rule in force has. What held before goes on holding for its
    days: no day that is over is decided anew. Raises `RuleRefusedError`.
    """
    rows = Rule.objects.select_for_update().filter(key=key)
    before = rows.filter(effective_to=None).first()
    if before is None:
        raise RuleRefusedError(_("There is no rule “%(key)s”.") % {"key": key})
    if type(value) is not type(before.value):
        raise RuleRefusedError(
            _("A value like %(value)s is expected.") % {"value": repr(before.value)}
        )
    if (before.value, before.effective_from) == (value, since):
        return before
    if since <= before.effective_from:
        day = before.effective_from.strftime("%d/%m/%Y")
        raise RuleRefusedError(_("The rule in force holds since %(day)s.") % {"day": day})
    rows.filter(pk=before.pk).update(effective_to=since - dt.timedelta(days=1))
    row = Rule.objects.create(key=key, value=value, effective_from=since, basis=basis, note=note)
    record(
        by=None,
        action="set_rule",
        target=row,
        before={"value": before.value},
        after={"key": key, "value": value, "since": since.isoformat()},
        reason=note,
    )
    return row
