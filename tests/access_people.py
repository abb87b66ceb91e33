"""Who may bring people in from a file, and who asks and answers about duties."""

from __future__ import annotations

from tests.addresses import Address, Arguments, act, file, page, parts
from tests.world import World

KEEPERS = parts("hr department_hr other_hr administrator")
OFFICERS = parts("hr department_hr other_hr")
NOBODY = parts("")  # a list belongs to who sent it


def sent(w: World) -> Arguments:
    return (w.people_file.pk,)


def duty(w: World) -> Arguments:
    return (w.duty_request.obligation_id,)


def asked(w: World) -> Arguments:
    return (w.duty_request.pk,)


IMPORTS: dict[str, Address] = {
    "accounts:people_upload": page(KEEPERS),
    "accounts:people_template": file(KEEPERS),
    "accounts:people_import": page(parts("hr"), sent),
    "accounts:people_columns": page(parts("hr"), sent),
    "enrolments:ask_about": page(parts("learner"), duty),
    "enrolments:take_back_request": act(parts("learner"), asked),
    "enrolments:requests": page(OFFICERS),
    "enrolments:answer_request": page(parts("hr"), asked),
    "accounts:people_decide": act(NOBODY, lambda w: (*sent(w), 10**8)),
}
