"""Who may bring people in from a file, and who asks and answers about duties."""

from __future__ import annotations

from tests.addresses import EVERYBODY, Address, Arguments, act, file, page, parts
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


def application(w: World) -> Arguments:
    return (w.application.pk,)


def audience(w: World) -> Arguments:
    return (w.requirement.audience_id,)


def requirement(w: World) -> Arguments:
    return (w.requirement.pk,)


IMPORTS: dict[str, Address] = {
    "accounts:people_upload": page(KEEPERS),
    "accounts:people_template": file(KEEPERS),
    "accounts:people_import": page(parts("hr"), sent),
    "accounts:people_columns": page(parts("hr"), sent),
    "enrolments:ask_about": page(parts("learner"), duty),
    "enrolments:take_back_request": act(parts("learner"), asked),
    "enrolments:requests": page(OFFICERS),
    "enrolments:answer_request": page(parts("hr"), asked),
    "enrolments:deferred": page(OFFICERS | parts("training_officer")),
    "enrolments:go_on": page(parts("hr training_officer"), lambda w: (w.put_off.pk,)),
    "enrolments:outside_own": page(EVERYBODY),
    "enrolments:declare_outside": page(EVERYBODY),
    "enrolments:take_back_outside": act(parts("learner"), lambda w: (w.declared.pk,)),
    "enrolments:outside": page(OFFICERS),
    "enrolments:outside_sheet": page(OFFICERS),
    "enrolments:outside_template": file(OFFICERS),
    "enrolments:review_outside": page(parts("hr"), lambda w: (w.declared.pk,)),
    "requirements:audiences": page(OFFICERS),
    "requirements:new_audience": page(OFFICERS),
    "requirements:audience": page(parts("hr"), audience),
    "requirements:audience_rule": page(parts("hr"), audience),
    "requirements:audience_follow": act(parts("hr"), audience),
    "requirements:requirements": page(OFFICERS),
    "requirements:new_requirement": page(OFFICERS),
    "requirements:requirement": page(parts("hr"), requirement),
    "requirements:edit_requirement": page(parts("hr"), requirement),
    "requirements:start_requirement": act(parts("hr"), requirement),
    "requirements:finish_requirement": act(parts("hr"), requirement),
    "requirements:export_requirement": file(parts("hr"), requirement),
    "requirements:tags": page(parts("hr"), lambda w: (w.cast.learner.pk,)),
    "admissions:classes": page(EVERYBODY, lambda w: (w.room.cohort.course.code,)),
    "admissions:apply": act(EVERYBODY, lambda w: (w.application.cohort_id,)),
    "admissions:of_class": page(
        parts("department_hr training_officer"), lambda w: (w.application.cohort_id,)
    ),
    "admissions:mine": page(EVERYBODY),
    "admissions:application": page(
        parts("learner manager department_hr training_officer"), application
    ),
    "admissions:act_on_own": act(parts("learner"), application, act="withdraw"),
    "admissions:decide": act(
        parts("manager department_hr training_officer"), application, act="approve"
    ),
    "admissions:to_decide": page(EVERYBODY),
    "admissions:decide_ticked": act(EVERYBODY, act="approve"),
    "admissions:deputies": page(EVERYBODY),
    "admissions:stop_deputy": act(parts("manager"), lambda w: (w.deputy.pk,)),
    "accounts:people_decide": act(NOBODY, lambda w: (*sent(w), 10**8)),
}
