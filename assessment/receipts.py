"""Receipt numbers: short enough to be read out on the telephone, not to be guessed."""

import secrets
from typing import Final

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are taken for one another
LENGTH: Final = 10


def new_receipt(prefix: str) -> str:
    """Return a fresh receipt number, such as `KT-7F3KQ-2MXHA`."""
    code = "".join(secrets.choice(LETTERS) for _n in range(LENGTH))
    return f"{prefix}-{code[:5]}-{code[5:]}"
