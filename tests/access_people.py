"""Who may bring people in from a file."""

from __future__ import annotations

from tests.addresses import Address, Arguments, act, file, page, parts
from tests.world import World

KEEPERS = parts("hr department_hr other_hr administrator")
NOBODY = parts("")  # a list belongs to who sent it


def sent(w: World) -> Arguments:
    return (w.people_file.pk,)


IMPORTS: dict[str, Address] = {
    "accounts:people_upload": page(KEEPERS),
    "accounts:people_template": file(KEEPERS),
    "accounts:people_import": page(parts("hr"), sent),
    "accounts:people_columns": page(parts("hr"), sent),
    "accounts:people_decide": act(NOBODY, lambda w: (*sent(w), 10**8)),
}
