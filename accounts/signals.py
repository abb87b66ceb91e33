"""What happens to people and units, told upwards inside the transaction."""

from django.dispatch import Signal

posting_ended = Signal()  # posting, by: open duties end with the post
person_moved = Signal()  # person, old, new, by: the primary post is now another
unit_closed = Signal()  # unit, by
posting_reopened = Signal()  # posting, by: the end of a post was taken back
absence_changed = Signal()  # absence, by: entered, its end moved, or taken back
