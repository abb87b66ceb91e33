from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lms.backup import keep_newest, make_backup
from lms.collected import collect

AUTOMATIC = "before-migration"


class Command(BaseCommand):
    help = "Brings database, cache table and static files up to date. Safe to run again."

    def handle(self, *_args: object, **_options: object) -> None:
        self.migrate()
        call_command("createcachetable", verbosity=0)
        collect()
        load_demo()

    def migrate(self) -> None:
        """Migrate; an office's own database is saved first, a migration cannot be undone."""
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan and executor.loader.applied_migrations and connection.vendor == "sqlite":
            self.stdout.write(f"Backup before the migration: {make_backup(prefix=AUTOMATIC)}")
            keep_newest(AUTOMATIC, 3)
        # With nothing to do it still looks after the triggers, which post_migrate makes.
        call_command("migrate", interactive=False, verbosity=0)
        Path(settings.VAR_DIR, "mail").mkdir(parents=True, exist_ok=True)


def load_demo() -> None:
    """Fill an empty database with the demo city; nothing of it exists elsewhere."""
    if settings.DEMO:
        call_command("seed_demo")
        call_command("demo_logins")
