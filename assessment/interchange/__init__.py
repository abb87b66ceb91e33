"""Question files of other systems: read into plain items, written from them.

Nothing here knows of requests or of the database.
"""

from assessment.interchange.base import Item, Read, Skipped, UnreadableError
from assessment.interchange.formats import READERS, WRITERS, read_file

__all__ = ["READERS", "WRITERS", "Item", "Read", "Skipped", "UnreadableError", "read_file"]
