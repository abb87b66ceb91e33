"""Who may open the pages of examination rooms and of appeals."""

from __future__ import annotations

from tests.addresses import Address, Arguments, act, page, parts
from tests.world import World

RELEASERS = parts("trainer training_officer")
INVIGILATORS = parts("trainer training_officer supervisor")


def room(w: World) -> Arguments:
    return (w.exam_room.pk,)


def appeal(w: World) -> Arguments:
    return (w.appeal.pk,)


def own_result(w: World) -> Arguments:
    return (w.appeal.enrolment_id, w.appeal.component_key)


EXAMS: dict[str, Address] = {
    "assessment:rooms": page(INVIGILATORS, lambda w: (w.room.cohort.pk, w.room.quiz.key)),
    "assessment:room": page(INVIGILATORS, room),
    "assessment:room_act": act(INVIGILATORS, room, act="note", reason="Mất điện 5 phút"),
    "assessment:edit_room": page(INVIGILATORS, room),
    "assessment:drop_room": act(INVIGILATORS, room),
    "assessment:close_room": act(INVIGILATORS, room),
    "assessment:appeal": page(parts("learner"), own_result),
    "assessment:withdraw_appeal": act(parts("learner"), own_result),
    "assessment:appeals": page(RELEASERS),
    "assessment:hear_appeal": page(RELEASERS, appeal),
    "assessment:assign_appeal": act(RELEASERS, appeal),
    "assessment:decide_appeal": act(RELEASERS, appeal),
    "assessment:contact": act(
        parts("learner"), lambda w: (w.room.enrolment.pk, w.room.quiz.key, w.attempt.number)
    ),
}
