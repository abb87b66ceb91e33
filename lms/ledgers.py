"""Append-only tables: the database itself refuses UPDATE, DELETE and TRUNCATE.

An app registers a model beside its definition; `lms/apps.py` creates the triggers after every
migration (SQLite drops them silently when a table is remade) and checks that they are there.
A trigger's name holds a digest of its text, so one that is out of date counts as missing.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

M = TypeVar("M", bound=models.Model)

PREFIX = "ledger_"
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""


@dataclass(frozen=True)
class Ledger:
    """An append-only model and the columns that may still be filled in later."""

    model: type[models.Model]
    allow_update: tuple[str, ...]

    @property
    def table(self) -> str:
        """Return the table's name."""
        return self.model._meta.db_table

    def frozen_columns(self) -> list[str]:
        """Return the columns that an UPDATE may not touch."""
        columns = [field.column for field in self.model._meta.local_concrete_fields]
        return [name for name in columns if name and name not in self.allow_update]


@dataclass(frozen=True)
class Pin(Ledger):
    """A model whose rows stop changing once a condition holds, such as being published."""

    when: str
    refuse_update: str
    events: tuple[str, ...]

    def condition(self, event: str, differs: str, quote: Callable[[str], str]) -> str:
        """Return the SQL that is true of a change to be refused."""
        if event == "INSERT":
            return self.when.format(row="NEW")
        before = self.when.format(row="OLD")
        if event == "DELETE":
            return before
        if not self.allow_update:
            # Neither changed nor moved in among those that never change.
            return f"{before} OR {self.when.format(row='NEW')}"
        columns = [quote(name) for name in self.frozen_columns()]
        changes = [f"OLD.{name} {differs} NEW.{name}" for name in columns]
        changes += [self.refuse_update] if self.refuse_update else []
        return f"{before} AND ({' OR '.join(changes)})"


_ledgers: dict[str, Ledger] = {}


def append_only(model: type[M], allow_update: Sequence[str] = ()) -> type[M]:
    """Register a model whose rows are only ever added; `allow_update` names column exceptions."""
    _ledgers[model._meta.label_lower] = Ledger(model, tuple(allow_update))
    return model


def pinned(
    model: type[M],
    *,
    when: str,
    allow_update: Sequence[str] = (),
    refuse_update: str = "",
    events: Sequence[str] = ("INSERT", "UPDATE", "DELETE"),
) -> type[M]:
    """Register a model whose rows never change once `when` holds.

    `when` is SQL with `{row}` for the row; `allow_update` names the columns that go on changing
    then, `refuse_update` adds what even they may not do.
    """
    label = model._meta.label_lower
    _ledgers[label] = Pin(model, tuple(allow_update), when, refuse_update, tuple(events))
    return model


def registered() -> list[Ledger]:
    """Return every ledger."""
    return list(_ledgers.values())


def create_triggers(app_config: AppConfig, using: str, **_kwargs: object) -> None:
    """Receive `post_migrate`: put the triggers of this app's ledgers in place."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for ledger in registered():
        if ledger.model._meta.app_label == app_config.label and ledger.table in tables:
            _put(connection, ledger)


def missing_triggers(
    app_configs: Sequence[AppConfig] | None = None,
    databases: Sequence[str] | None = None,
    **_kwargs: Any,
) -> list[CheckMessage]:
    """Check, for `manage.py check --database default`, that no ledger lost a trigger."""
    del app_configs
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        tables = set(connection.introspection.table_names())
        for ledger in registered():
            absent = set(_definitions(connection, ledger)) - _present(connection, ledger.table)
            if ledger.table in tables and absent:
                hint = "Run manage.py prepare: it puts the triggers back."
                text = f"{ledger.table} has lost {len(absent)} append-only trigger(s)."
                found.append(Error(text, hint=hint, obj=ledger.model, id="lms.E001"))
    return found


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Let the tests empty the tables. The product itself never calls this."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    held = [ledger for ledger in registered() if ledger.table in tables]
    for ledger in held:
        _drop(connection, ledger.table)
    try:
        yield
    finally:
        for ledger in held:
            _put(connection, ledger)


def _put(connection: BaseDatabaseWrapper, ledger: Ledger) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        _drop(connection, ledger.table)
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES_FUNCTION)
        for statement in _definitions(connection, ledger).values():
            cursor.execute(statement)


def _drop(connection: BaseDatabaseWrapper, table: str) -> None:
    quote = connection.ops.quote_name
    on_table = f" ON {quote(table)}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in _present(connection, table):
            cursor.execute(f"DROP TRIGGER {quote(name)}{on_table}")


def _present(connection: BaseDatabaseWrapper, table: str) -> set[str]:
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgenabled <> 'D'"
        wanted = connection.ops.quote_name(table)
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        wanted = table
    with connection.cursor() as cursor:
        cursor.execute(query, [wanted])
        return {name for (name,) in cursor.fetchall() if name.startswith(PREFIX)}


def _definitions(connection: BaseDatabaseWrapper, ledger: Ledger) -> dict[str, str]:
    """Return name → statement of each trigger the ledger needs."""
    postgres = connection.vendor == "postgresql"
    if isinstance(ledger, Pin):
        pin = _postgres_pin if postgres else _sqlite_pin
        return _named({event: pin(connection, ledger, event) for event in ledger.events})
    make = _postgres_trigger if postgres else _sqlite_trigger
    events = ["UPDATE", "DELETE", "TRUNCATE"] if postgres else ["UPDATE", "DELETE"]
    return _named({event: make(connection, ledger, event) for event in events})


def _named(texts: dict[str, str]) -> dict[str, str]:
    return {
        _name(event, text): text.format(name=_name(event, text)) for event, text in texts.items()
    }


def _name(event: str, text: str) -> str:
    return f"{PREFIX}{event.lower()}_{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _sqlite_trigger(connection: BaseDatabaseWrapper, ledger: Ledger, event: str) -> str:
    return (
        f"CREATE TRIGGER {{name}} BEFORE {event} ON {connection.ops.quote_name(ledger.table)}"
        f"{_when(connection, ledger, event, differs='IS NOT')}"
        f" BEGIN SELECT RAISE(ABORT, '{ledger.table} is append-only'); END"
    )


def _postgres_trigger(connection: BaseDatabaseWrapper, ledger: Ledger, event: str) -> str:
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return (
        f"CREATE TRIGGER {{name}} BEFORE {event} ON {connection.ops.quote_name(ledger.table)}"
        f" FOR EACH {each}{_when(connection, ledger, event, differs='IS DISTINCT FROM')}"
        " EXECUTE FUNCTION ledger_refuse()"
    )


def _sqlite_pin(connection: BaseDatabaseWrapper, pin: Pin, event: str) -> str:
    quote = connection.ops.quote_name
    return (
        f"CREATE TRIGGER {{name}} BEFORE {event} ON {quote(pin.table)}"
        f" WHEN {pin.condition(event, 'IS NOT', quote)}"
        f" BEGIN SELECT RAISE(ABORT, '{pin.table}: this row never changes again'); END"
    )


def _postgres_pin(connection: BaseDatabaseWrapper, pin: Pin, event: str) -> str:
    # The condition stands in the function: there it may ask other tables.
    quote = connection.ops.quote_name
    condition = pin.condition(event, "IS DISTINCT FROM", quote)
    kept = "OLD" if event == "DELETE" else "NEW"
    return (
        "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{pin.table}: this row never changes again'"
        f" USING ERRCODE = 'restrict_violation'; END IF; RETURN {kept}; END $$;"
        f" CREATE TRIGGER {{name}} BEFORE {event} ON {quote(pin.table)}"
        " FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _when(connection: BaseDatabaseWrapper, ledger: Ledger, event: str, *, differs: str) -> str:
    if event != "UPDATE" or not ledger.allow_update:
        return ""
    quoted = [connection.ops.quote_name(column) for column in ledger.frozen_columns()]
    return f" WHEN ({' OR '.join(f'OLD.{name} {differs} NEW.{name}' for name in quoted)})"
