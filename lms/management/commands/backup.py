from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from lms.backup import KEYS_APART, BackupError, make_backup


class Command(BaseCommand):
    help = "Saves the database and all files into one archive, while people work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="default: var/backups/backup-….tar")

    def handle(self, *_args: object, path: Path | None, **_options: object) -> None:
        try:
            made = make_backup(path)
        except BackupError as failed:
            raise CommandError(str(failed)) from failed
        self.stdout.write(f"{made}\n{KEYS_APART}")
