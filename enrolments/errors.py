"""Refusals a person may meet; each message is a translated sentence."""

from accounts.errors import Refused


class CohortFull(Refused):
    """No seat is left."""


class CohortClosed(Refused):
    """The class takes nobody now."""


class OwnRecord(Refused):
    """Nobody decides on their own record."""


__all__ = ["CohortClosed", "CohortFull", "OwnRecord", "Refused"]
