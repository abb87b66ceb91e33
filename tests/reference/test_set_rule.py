"""Rules are entered by a command: from a day on, with their document, and on record."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from lms.clock import today
from reference.models import Rule
from reference.rules import rule, rule_row

pytestmark = pytest.mark.django_db
KEY = "hours.reduction_table"
DAY = dt.timedelta(days=1)


def said(*words: str, **options: object) -> str:
    out = StringIO()
    call_command("set_rule", *words, stdout=out, **options)
    return out.getvalue()


def test_a_rule_holds_from_its_day_on_and_the_one_before_until_then() -> None:
    since = today() + 10 * DAY
    for _twice in range(2):
        assert "thai_san" in said(KEY, '["thai_san"]', since=since, basis="12/QĐ-SNV")
    assert rule(KEY, since - DAY) == []
    row = rule_row(KEY, since)
    assert row
    assert (row.value, str(row.basis)) == (["thai_san"], "12/QĐ-SNV")
    assert Rule.objects.filter(key=KEY).count() == 2
    assert AuditEvent.objects.filter(action="set_rule").count() == 1


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("khong.co", "1", "khong.co"),
        (KEY, "15", "\\[\\]"),
        (KEY, "[thai_san]", "JSON"),
    ],
)
def test_what_cannot_be_gets_a_sentence_and_changes_nothing(
    key: str, value: str, words: str
) -> None:
    count = Rule.objects.count()
    with pytest.raises(CommandError, match=words):
        said(key, value)
    assert Rule.objects.count() == count


def test_no_day_that_is_over_is_decided_anew() -> None:
    with pytest.raises(CommandError, match="01/07/2025"):
        said(KEY, '["thai_san"]', since=dt.date(2025, 1, 1))


def test_the_rules_in_force_are_listed() -> None:
    listed = said("hours.")
    assert f"{KEY} = []" in listed
    assert "attendance" not in listed
