"""Reads a course from a folder of YAML and Markdown."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from courses.actions.importing import import_course
from courses.errors import PublishRefusedError
from courses.importing import CourseFormatError, read_course


class Command(BaseCommand):
    """Imports through the same actions the studio uses; unchanged content makes no version."""

    help = "Import a course from a folder (see docs/course-format.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder, the author and whether to publish."""
        parser.add_argument("path", type=Path)
        parser.add_argument("--by", required=True, help="sign-in code of the author")
        parser.add_argument("--publish", action="store_true")
        parser.add_argument("--note", default="", help="what is new in this version")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, or say in one sentence why not."""
        del args
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"nobody has the sign-in code {options['by']}")
        try:
            version, changed = import_course(
                plan=read_course(options["path"]),
                by=by,
                change_note=options["note"],
                is_published=options["publish"],
            )
        except CourseFormatError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except PublishRefusedError as error:
            lines = "\n".join(f"- {problem.text}" for problem in error.problems)
            raise CommandError(f"{error}\n{lines}") from error
        said = version.get_state_display() if changed else "unchanged"
        self.stdout.write(f"{version.course.code} version {version.number}: {said}")
