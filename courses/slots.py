"""Places of this app's pages that higher apps fill."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from courses.models import Course
from lms.registries import Registry

# What one may do on the page of a course: go on learning, ask to be sent. Empty text is left out.
course_page_actions: Registry[Callable[[HttpRequest, Course], SafeString | str]] = Registry(
    "course page actions"
)
