"""Proves that published versions are what was published."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from courses.canonical import content_hash
from courses.models import CourseVersion


class Command(BaseCommand):
    """Computes the hash of every published version and compares."""

    help = "Check the content of every published version against its hash."

    def handle(self, *args: Any, **options: Any) -> None:
        """Name each version that is not what was published."""
        del args, options
        altered, count = [], 0
        versions = CourseVersion.objects.published().select_related("course").order_by("pk")
        for version in versions.iterator(chunk_size=100):
            count += 1
            if content_hash(version) != version.content_hash:
                altered.append(f"{version.course.code} version {version.number}")
        if altered:
            raise CommandError(f"{len(altered)} altered: {', '.join(altered)}")
        self.stdout.write(f"{count} published versions, none altered")
