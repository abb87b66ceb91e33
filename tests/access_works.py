"""Who may open the pages of works, their marking, and surveys."""

from __future__ import annotations

from tests.addresses import Address, Arguments, act, file, page, parts
from tests.world import World

LEARNER = parts("learner")
RELEASERS = parts("trainer training_officer")
SURVEYORS = parts("hr department_hr other_hr training_officer")


def work(w: World) -> Arguments:
    return (w.written.enrolment_id, w.written.assignment_key)


def class_work(w: World) -> Arguments:
    return (w.written.enrolment.cohort_id, w.written.assignment_key)


def class_work_of_two(w: World) -> Arguments:
    return (w.judged_twice.enrolment.cohort_id, w.judged_twice.assignment_key)


def survey(w: World) -> Arguments:
    return (w.survey_round.version.survey_id,)


def survey_round(w: World) -> Arguments:
    return (w.survey_round.pk,)


def written(w: World) -> Arguments:
    return (w.written.pk,)


def handed_in(w: World) -> Arguments:
    return (w.handed_in.pk,)


WORKS: dict[str, Address] = {
    # Works
    "works:work": page(LEARNER, work),
    "works:begin": act(LEARNER, work),
    "works:save": act(LEARNER, written, text="a"),
    "works:edit": act(LEARNER, written),
    "works:check": page(LEARNER, written),
    "works:hand_in": act(LEARNER, written),
    "works:receipt": page(LEARNER, handed_in),
    "works:inbox": page(parts("trainer")),
    "works:mark": page(parts("trainer"), lambda w: (w.to_mark.pk,)),
    "works:keep": act(parts("trainer"), lambda w: (w.to_mark.pk,)),
    "works:give_back": act(parts("trainer"), lambda w: (w.to_mark.pk,)),
    # Surveys
    "surveys:surveys": page(SURVEYORS),
    "surveys:new": page(SURVEYORS),
    "surveys:survey": page(parts("training_officer"), survey),
    "surveys:draft": page(parts("training_officer"), survey),
    "surveys:publish": act(parts("training_officer"), survey),
    "surveys:rounds": page(parts("training_officer"), lambda w: (w.survey_round.cohort_id,)),
    "surveys:days": page(parts("training_officer"), survey_round),
    "surveys:results": page(parts("training_officer"), survey_round),
    "surveys:export": file(parts("training_officer"), survey_round),
    "surveys:answer": page(LEARNER, survey_round),
    "works:comments": page(parts("trainer")),
    "works:drop_comment": act(parts("trainer"), lambda w: (w.stock_comment.pk,)),
    "works:plan": page(RELEASERS, class_work),
    "works:share_again": act(RELEASERS, class_work_of_two),
    "works:hand_over": act(RELEASERS, lambda w: (w.judged_twice.turns.earliest("pk").pk,)),
    "works:agreement": page(RELEASERS, class_work_of_two),
    "works:decide": page(parts("training_officer"), lambda w: (w.judged_twice.pk,)),
    "works:release": page(RELEASERS, class_work),
    "works:sheet": page(parts("trainer"), class_work),
    "works:take_sheet": file(parts("trainer"), class_work),
    "works:take_works": file(parts("trainer"), class_work),
    "works:extend": page(RELEASERS, work),
}
