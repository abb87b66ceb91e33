"""What courses tell the apps above, inside the transaction of the act."""

from django.dispatch import Signal

# Arguments: version, previous (the version it replaces, or None), moves (who is to be moved: a
# value of `courses.models.Moves`), by.
version_published = Signal()
