"""Facts that higher apps hear of, inside the transaction in which they become true."""

from django.dispatch import Signal

export_ready = Signal()  # job: its file can be fetched
