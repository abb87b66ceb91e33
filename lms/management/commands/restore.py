from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from lms.backup import KEYS_APART, BackupError, restore_backup


class Command(BaseCommand):
    help = "Replaces the database and all files by those of a backup. Stop the processes first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--yes", action="store_true", help="replace what is there now")

    def handle(self, *_args: object, path: Path, yes: bool, **_options: object) -> None:
        if not path.is_file():
            raise CommandError(f"No such backup: {path}")
        if not yes:
            raise CommandError("This replaces today's data: stop the processes, then add --yes.")
        try:
            restore_backup(path)
        except BackupError as failed:
            raise CommandError(str(failed)) from failed
        self.stdout.write(f"Restored. {KEYS_APART}")
