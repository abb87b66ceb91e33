from courses.models.catalogue import Course, CourseStaff, Provider, Subject
from courses.models.content import Block, BlockTranslation, Completion, Lesson, Module
from courses.models.versions import CourseVersion, Moves, VersionState

__all__ = [
    "Block",
    "BlockTranslation",
    "Completion",
    "Course",
    "CourseStaff",
    "CourseVersion",
    "Lesson",
    "Module",
    "Moves",
    "Provider",
    "Subject",
    "VersionState",
]
