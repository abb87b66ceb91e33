"""Refusals a person may meet; each message is a translated sentence."""

from enrolments.errors import OwnRecord, Refused

__all__ = ["OwnRecord", "Refused"]
