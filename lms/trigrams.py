"""Searching inside folded names on PostgreSQL: a trigram index beside each column named here.

The index is no part of the models: SQLite has no such thing, and a PostgreSQL without `pg_trgm`
works too, only slower. Every migration tries again, so it comes by itself once the extension is
there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.apps import AppConfig
from django.db import Error, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

M = TypeVar("M", bound=models.Model)
EXTENSION = "pg_trgm"
logger = logging.getLogger(__name__)
_searched: dict[str, tuple[type[models.Model], str]] = {}


def searched(model: type[M], field: str) -> type[M]:
    """Register a column in which people look for parts of words."""
    _searched[f"{model._meta.label_lower}.{field}"] = (model, field)
    return model


def create_indexes(app_config: AppConfig, using: str, **_kwargs: object) -> None:
    """Receive `post_migrate`: put the indexes of this app's columns in place, where it can be."""
    connection = connections[using]
    mine = [row for row in _searched.values() if row[0]._meta.app_label == app_config.label]
    if connection.vendor != "postgresql" or not mine or not _has_extension(connection):
        return
    tables = set(connection.introspection.table_names())
    for model, field in mine:
        if model._meta.db_table in tables:
            _create_index(connection, model, field)


def _has_extension(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the extension is there, or could be put there."""
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")
    except Error as error:
        logger.warning("Search stays without trigram indexes: %s", str(error).strip())
        return False
    return True


def _create_index(connection: BaseDatabaseWrapper, model: type[models.Model], field: str) -> None:
    quote = connection.ops.quote_name
    table = model._meta.db_table
    columns = {one.name: str(one.column) for one in model._meta.local_concrete_fields}
    column = columns[field]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS {quote(f'{table}_{column}_trgm')} ON {quote(table)}"
            f" USING gin ({quote(column)} gin_trgm_ops)"
        )


@contextmanager
def by_whole_value() -> Iterator[None]:
    """Look values up in the plain index, on PostgreSQL too.

    Its planner takes `= ANY (500 names)` for cheap on a trigram index, where it lasts seconds; such
    an index is read through bitmaps only. What is read must be read inside.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        yield
        cursor.execute("SET LOCAL enable_bitmapscan = on")
