"""Who may open the pages of nomination rounds."""

from __future__ import annotations

from tests.addresses import Address, Arguments, act, file, page, parts
from tests.world import World

OFFICERS = parts("hr department_hr other_hr")
CALLERS = OFFICERS | parts("training_officer")
RUNNERS = parts("department_hr training_officer")
ASKED = parts("hr")


def asked(w: World) -> Arguments:
    return (w.answer.round_id,)


def answer(w: World) -> Arguments:
    return (w.answer.pk,)


ROUNDS: dict[str, Address] = {
    "enrolments:rounds": page(CALLERS),
    "enrolments:new_round": page(CALLERS),
    "enrolments:round": page(RUNNERS, asked),
    "enrolments:edit_round": page(RUNNERS, asked),
    "enrolments:round_quotas": page(RUNNERS, asked),
    "enrolments:round_state": act(RUNNERS, asked, to="closed"),
    "enrolments:remind_units": act(RUNNERS, asked),
    "enrolments:round_file": file(RUNNERS | parts("hr other_hr"), asked),
    "enrolments:consolidated": page(RUNNERS, asked),
    "enrolments:divide_nominees": act(RUNNERS, asked, way="alphabet"),
    "enrolments:enrol_nominees": act(RUNNERS, asked),
    "enrolments:export_nominations": file(RUNNERS, asked),
    "enrolments:answer_round": page(ASKED, answer),
    "enrolments:answer_nobody": act(ASKED, answer, reason="Thiếu người", revision="1"),
    "enrolments:unit_list": page(RUNNERS, answer),
    "enrolments:return_answer": act(RUNNERS, answer, reason="Thiếu quyết định"),
    "enrolments:answer_file": file(RUNNERS | ASKED, answer),
}
