"""Creating calls of the API: carried out once under their key, whoever repeats them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from interop.models import IdempotentCall
from interop.problems import KeyUsed

Answer = dict[str, Any]


@transaction.atomic
def once(
    *, by: User, key: str, address: str, body: Mapping[str, Any], act: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """Return the answer and whether the act was carried out now.

    The row of the caller is locked: of many equal calls at once the first acts. The same key
    with another body is refused.
    """
    User.objects.select_for_update().get(pk=by.pk)
    text = json.dumps([address, body], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    known = IdempotentCall.objects.filter(user=by, key=key).first()
    if known and known.digest != digest:
        raise KeyUsed
    if known:
        answer: Answer = known.answer
        return answer, False
    made = act()
    IdempotentCall.objects.create(user=by, key=key, digest=digest, answer=made)
    return made, True
