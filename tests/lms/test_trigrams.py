"""Folded names are searched by a trigram index where the database has such a thing."""

from __future__ import annotations

import logging

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User
from lms import trigrams

pytestmark = pytest.mark.django_db


@pytest.mark.postgres
def test_a_search_for_part_of_a_name_uses_the_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    named = User.objects.filter(search_key__contains="hong hanh").order_by()
    assert "accounts_user_search_key_trgm" in named.explain()


@pytest.mark.parametrize("app", ["accounts", "courses", "enrolments", "assessment"])
def test_without_the_extension_a_migration_goes_on(
    app: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(trigrams, "EXTENSION", "no_such_extension")
    with caplog.at_level(logging.WARNING):
        trigrams.create_indexes(apps.get_app_config(app), using="default")
    told = "Search stays without trigram indexes" in caplog.text
    assert told == (connection.vendor == "postgresql")
    assert not User.objects.exists()


@pytest.mark.postgres
def test_whole_names_are_looked_up_in_the_plain_index_and_nothing_else_changes() -> None:
    names = [f"nguyen van {n}" for n in range(500)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        with trigrams.by_whole_value():
            plan = User.objects.filter(search_key__in=names).explain()
        cursor.execute("SHOW enable_bitmapscan")
        assert cursor.fetchone() == ("on",)
    assert "trgm" not in plan
