"""Facts told to higher apps, inside the transaction that makes them true."""

from django.dispatch import Signal

enrolment_created = Signal()  # enrolment, by
enrolments_completed = Signal()  # enrolments (of one act), by
enrolment_ended = Signal()  # enrolment, by, reason: withdrawn or entered by mistake
cohort_state_changed = Signal()  # cohort, before, by
# The place goes on in another class, or is put off (before is after); receivers may refuse.
enrolment_moved = Signal()  # before, after, by
