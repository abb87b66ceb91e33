from requirements.models.audiences import Audience, AudienceMembership, PersonTag
from requirements.models.requirements import (
    Requirement,
    RequirementCourse,
    RequirementDuty,
    RequirementSet,
)

__all__ = [
    "Audience",
    "AudienceMembership",
    "PersonTag",
    "Requirement",
    "RequirementCourse",
    "RequirementDuty",
    "RequirementSet",
]
