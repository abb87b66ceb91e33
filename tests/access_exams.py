"""Who may open the pages of examination rooms and of appeals."""

from __future__ import annotations

from tests.addresses import Address, Arguments, act, file, page, parts
from tests.world import World

RELEASERS = parts("trainer training_officer")
INVIGILATORS = parts("trainer training_officer supervisor")


def room(w: World) -> Arguments:
    return (w.exam_room.pk,)


def appeal(w: World) -> Arguments:
    return (w.appeal.pk,)


def gradebook(w: World) -> Arguments:
    return (w.paper_item.scheme.cohort_id,)


def paper(w: World) -> Arguments:
    return (w.paper_item.scheme.cohort_id, w.paper_item.component_key)


def coded(w: World) -> Arguments:
    return (w.coding.cohort_id, w.coding.component_key)


def graded(w: World) -> Arguments:
    return (w.paper_item.scheme.cohort_id, w.to_mark.enrolment_id)


def graded_paper(w: World) -> Arguments:
    return (*graded(w), w.paper_item.component_key)


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
    "assessment:gradebook": page(RELEASERS, gradebook),
    "assessment:grade_scheme": page(RELEASERS, gradebook),
    "assessment:enter_marks": page(RELEASERS, paper),
    "assessment:mark_sheet": page(RELEASERS, gradebook),
    "assessment:resit": page(RELEASERS, paper),
    "assessment:end_resit": act(
        RELEASERS, lambda w: (w.resit.cohort_id, w.resit.component_key), do="release"
    ),
    "assessment:scripts": page(RELEASERS, coded),
    "assessment:key_scripts": page(RELEASERS, coded),
    "assessment:script_file": page(RELEASERS, coded),
    "assessment:script_sheet": file(RELEASERS, coded),
    "assessment:script_names": file(RELEASERS, coded),
    "assessment:export_grades": file(RELEASERS, gradebook),
    "assessment:learner_grades": page(RELEASERS, graded),
    "assessment:correct_grade": page(RELEASERS, graded_paper),
    "assessment:exempt_component": page(RELEASERS, graded_paper),
    "assessment:end_component_exemption": act(RELEASERS, graded_paper),
    "assessment:own_grades": page(parts("learner"), lambda w: (w.written.enrolment_id,)),
    "assessment:contact": act(
        parts("learner"), lambda w: (w.room.enrolment.pk, w.room.quiz.key, w.attempt.number)
    ),
}
