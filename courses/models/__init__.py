from courses.models.catalogue import Course, CourseStaff, Provider, Subject
from courses.models.content import Block, BlockTranslation, Lesson, Module
from courses.models.versions import CourseVersion

__all__ = [
    "Block",
    "BlockTranslation",
    "Course",
    "CourseStaff",
    "CourseVersion",
    "Lesson",
    "Module",
    "Provider",
    "Subject",
]
