"""The audit trail cannot be changed quietly."""

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from audit.actions import event, record, record_many, seal
from audit.models import AuditEvent, AuditSeal
from lms import ledgers
from tests.make import make_user

pytestmark = pytest.mark.django_db


def test_the_database_refuses_to_change_or_delete_an_event() -> None:
    record(by=None, action="enrol")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.update(action="other")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.all().delete()
    assert AuditEvent.objects.get().action == "enrol"


def test_only_the_seal_number_of_an_event_may_be_filled_in() -> None:
    record(by=None, action="enrol")
    assert AuditEvent.objects.update(seal_number=1) == 1


def test_a_missing_trigger_fails_the_check_and_a_migration_puts_it_back() -> None:
    assert not _ledger_faults()
    with connection.cursor() as cursor:
        table = AuditEvent._meta.db_table
        name = next(iter(ledgers._present(connection, table)))
        on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {name}{on_table}")
    assert len(_ledger_faults()) == 1
    call_command("migrate", verbosity=0)
    assert not _ledger_faults()


def _ledger_faults() -> list[object]:
    found = run_checks(tags=["database"], databases=["default"])
    return [fault for fault in found if fault.id == "lms.E001"]


def test_secrets_are_never_recorded() -> None:
    row = record(by=None, action="x", after={"password": "p", "deep": {"token": "t"}, "name": "n"})
    row.refresh_from_db()
    assert row.after == {"password": "•••", "deep": {"token": "•••"}, "name": "n"}


def test_an_event_names_its_actor_and_target_without_foreign_keys() -> None:
    actor = make_user("Lê Thị Thu")
    row = record(by=actor, action="see", target=actor, unit_id=7)
    assert (row.actor_id, row.target_type, row.target_id) == (actor.pk, "accounts.user", actor.pk)
    assert not [field for field in AuditEvent._meta.get_fields() if field.is_relation]


def test_many_events_take_one_statement_and_a_savepoint(
    django_assert_max_num_queries: object,
) -> None:
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        record_many(event(by=None, action=f"a{n}") for n in range(100))


def test_the_chain_holds_over_several_seals(capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(3):
        record(by=None, action=f"a{n}", after={"n": n})
        assert seal()
    assert seal() is None
    call_command("verify_audit")
    assert "3 events in 3 seals" in capsys.readouterr().out


def test_verify_audit_names_the_first_altered_row() -> None:
    rows = [record(by=None, action=f"a{n}") for n in range(5)]
    seal()
    with ledgers.lifted():
        AuditEvent.objects.filter(pk=rows[2].pk).update(action="forged")
    with pytest.raises(CommandError, match=f"event {rows[2].pk} was altered"):
        call_command("verify_audit")


def test_verify_audit_names_a_removed_row_and_an_altered_seal() -> None:
    rows = [record(by=None, action=f"a{n}") for n in range(5)]
    seal()
    with ledgers.lifted():
        AuditEvent.objects.filter(pk=rows[1].pk).delete()
    with pytest.raises(CommandError, match=f"event {rows[1].pk} was removed"):
        call_command("verify_audit")
    with ledgers.lifted():
        AuditSeal.objects.update(entries=[])
    with pytest.raises(CommandError, match="seal 1 was altered"):
        call_command("verify_audit")


def test_verify_audit_notices_a_row_smuggled_in_behind_a_seal() -> None:
    record(by=None, action="a")
    seal()
    row = record(by=None, action="smuggled")
    AuditEvent.objects.filter(pk=row.pk).update(seal_number=1)
    with pytest.raises(CommandError, match="does not name"):
        call_command("verify_audit")


def test_each_answer_carries_the_number_of_its_request(client: Client) -> None:
    assert len(client.get("/health/live")["X-Request-ID"]) == 32
    given = client.get("/health/live", headers={"X-Request-ID": "abc-12345"})
    assert given["X-Request-ID"] == "abc-12345"
    odd = client.get("/health/live", headers={"X-Request-ID": "a b\tc<script>"})
    assert "<" not in odd["X-Request-ID"]
