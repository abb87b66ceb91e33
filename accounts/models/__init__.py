from accounts.models.absences import Absence
from accounts.models.access import ActivationCode, PasswordReset, RoleGrant, Scope
from accounts.models.merges import PersonMerge
from accounts.models.people import CorrectionRequest, Gender, Posting, User, UserQuerySet
from accounts.models.reorganisations import Reorganisation, ReorganisationAct, ReorganisationUnit
from accounts.models.units import Unit, UnitClosure, UnitKind, UnitName, UnitPlacement

__all__ = [
    "Absence",
    "ActivationCode",
    "CorrectionRequest",
    "Gender",
    "PasswordReset",
    "PersonMerge",
    "Posting",
    "Reorganisation",
    "ReorganisationAct",
    "ReorganisationUnit",
    "RoleGrant",
    "Scope",
    "Unit",
    "UnitClosure",
    "UnitKind",
    "UnitName",
    "UnitPlacement",
    "User",
    "UserQuerySet",
]
