"""Who may open the pages of examination rooms."""

from __future__ import annotations

from tests.addresses import Address, Arguments, act, page, parts
from tests.world import World

INVIGILATORS = parts("trainer training_officer supervisor")


def room(w: World) -> Arguments:
    return (w.exam_room.pk,)


EXAMS: dict[str, Address] = {
    "assessment:rooms": page(INVIGILATORS, lambda w: (w.room.cohort.pk, w.room.quiz.key)),
    "assessment:room": page(INVIGILATORS, room),
    "assessment:room_act": act(INVIGILATORS, room, act="note", reason="Mất điện 5 phút"),
    "assessment:edit_room": page(INVIGILATORS, room),
    "assessment:drop_room": act(INVIGILATORS, room),
    "assessment:close_room": act(INVIGILATORS, room),
    "assessment:contact": act(
        parts("learner"), lambda w: (w.room.enrolment.pk, w.room.quiz.key, w.attempt.number)
    ),
}
