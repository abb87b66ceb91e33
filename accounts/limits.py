"""How often one may try. Kept in the database cache: it counts on when Redis is gone.

Each try takes a slot; a slot frees itself when its time is over. `cache.add` is atomic, so
parallel tries cannot take more slots than there are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Limit:
    """So many tries in so many seconds."""

    name: str
    tries: int
    seconds: int

    def is_used_up(self, who: str) -> bool:
        """Tell whether no try is left, without taking one."""
        return not self._free(who)

    def take(self, who: str) -> bool:
        """Take a try; False when none is left."""
        return any(cache.add(slot, 1, self.seconds) for slot in self._free(who))

    def forget(self, who: str) -> None:
        """Give all tries back."""
        cache.delete_many(self._slots(who))

    def _free(self, who: str) -> list[str]:
        slots = self._slots(who)
        taken = cache.get_many(slots)
        return [slot for slot in slots if slot not in taken]

    def _slots(self, who: str) -> list[str]:
        digest = hashlib.sha256(who.encode()).hexdigest()[:32]
        return [f"{self.name}:{digest}:{number}" for number in range(self.tries)]


# Wrong passwords. Right ones never count: a whole ward comes in from one address at eight.
WRONG_HERE = Limit("wrong-here", tries=10, seconds=300)  # one account from one address
WRONG_ANYWHERE = Limit("wrong-anywhere", tries=30, seconds=3600)  # one account from anywhere
WRONG_ADDRESS = Limit("wrong-address", tries=300, seconds=300)  # one address, any account
WRONG_CODE_HERE = Limit("code-here", tries=5, seconds=300)
WRONG_CODE_ADDRESS = Limit("code-address", tries=100, seconds=300)
RESET_MAIL = Limit("reset-mail", tries=3, seconds=3600)
RESET_ADDRESS = Limit("reset-address", tries=60, seconds=3600)
EMAIL_CHANGE = Limit("email-change", tries=5, seconds=3600)

KNOWN_PLACE_SECONDS = 30 * 24 * 3600


def remember_place(account: str, address: str) -> None:
    """Note that the account signed in rightly from the address."""
    cache.set(_place(account, address), 1, KNOWN_PLACE_SECONDS)


def is_known_place(account: str, address: str) -> bool:
    """Tell whether strangers' wrong tries elsewhere must not keep the person out from here."""
    return cache.get(_place(account, address)) is not None


def _place(account: str, address: str) -> str:
    return "place:" + hashlib.sha256(f"{account} {address}".encode()).hexdigest()[:32]
