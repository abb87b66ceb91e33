from accounts.models.access import ActivationCode, RoleGrant
from accounts.models.people import CorrectionRequest, Posting, User
from accounts.models.units import Unit, UnitClosure, UnitName, UnitPlacement

__all__ = [
    "ActivationCode",
    "CorrectionRequest",
    "Posting",
    "RoleGrant",
    "Unit",
    "UnitClosure",
    "UnitName",
    "UnitPlacement",
    "User",
]
