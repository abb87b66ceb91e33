from courses.forms.catalogue import CatalogueFilter
from courses.forms.studio import (
    CourseForm,
    LessonForm,
    ModuleForm,
    PositionForm,
    PublishForm,
    RenameForm,
    SettingsForm,
    StaffForm,
    TitleForm,
)

__all__ = [
    "CatalogueFilter",
    "CourseForm",
    "LessonForm",
    "ModuleForm",
    "PositionForm",
    "PublishForm",
    "RenameForm",
    "SettingsForm",
    "StaffForm",
    "TitleForm",
]
