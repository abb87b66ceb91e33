"""A process of its own that sends letters: `python -m tests.notifications.mailer ID…`."""

import sys
import uuid

import django

django.setup()

from notifications.mail import send_letters  # noqa: E402 - the project must be set up first
from tests.notifications import make  # noqa: E402

if __name__ == "__main__":
    claim = uuid.UUID(sys.argv[1]) if sys.argv[1] != "-" else uuid.uuid4()
    send_letters([int(pk) for pk in sys.argv[2:]], claim=claim)
    del make
