"""Who may open which address: decided here, from the table of permissions, for the whole product.

`World.args` of an address leads to one object; the parts named in `may` are those whose rights
reach it. Hạnh's ward sends her to the class of the department, given by the academy, so Thu
(`hr`) answers for Hạnh, Quang (`department_hr`) runs the class as its organiser and Phúc
(`training_officer`) as its provider.
"""

from __future__ import annotations

import uuid

from tests.access_exams import EXAMS
from tests.access_people import IMPORTS
from tests.access_rounds import ROUNDS
from tests.access_works import WORKS
from tests.addresses import (
    EVERYBODY,
    Address,
    Arguments,
    Kind,
    act,
    api,
    file,
    open_to_all,
    page,
    parts,
    public,
)
from tests.world import World

__all__ = ["ADDRESSES", "EVERYBODY", "Address", "Arguments", "Kind"]

OFFICERS = parts("hr department_hr other_hr")
ADMIN = parts("administrator")
RUNNERS = parts("department_hr training_officer")
OPENERS = parts("department_hr")
# By role in the unit, by the class's organiser or provider, by site-wide sight, by being named.
CLASS_SEERS = parts(
    "learner hr department_hr other_hr trainer training_officer signatory supervisor "
    "administrator auditor"
)
# An officer or a head sees the places of their own people only; others of the whole class.
PLACE_SEERS = parts("hr department_hr other_hr trainer training_officer supervisor auditor")
RECORDERS = RUNNERS | parts("trainer supervisor")
PEOPLE_SEERS = OFFICERS | parts("manager administrator auditor support")
AUTHORS = parts("trainer")
DRAFT_SEERS = AUTHORS | parts("training_officer")
RESULT_MAKERS = parts("training_officer")
RELEASERS = parts("trainer training_officer")
LEARNER = parts("learner")
DUTY_SEERS = OFFICERS | parts("manager auditor")
WARD_SEERS = parts("hr manager auditor")
ONE_UNIT = OFFICERS | parts("manager")
PLANNERS = OFFICERS | parts("auditor")
PLAN_SEERS = parts("hr department_hr auditor")
ORGANISER = parts("department_hr")
PAPER_SEERS = parts("training_officer signatory")


def learner(w: World) -> Arguments:
    return (w.cast.learner.pk,)


def ward(w: World) -> Arguments:
    return (w.cast.ward.pk,)


def twins(w: World) -> Arguments:
    return (w.cast.learner.pk, w.twin.pk)


def reorganised(w: World) -> Arguments:
    return (w.reorganisation.pk,)


def department(w: World) -> Arguments:
    return (w.cast.department.pk,)


def cohort(w: World) -> Arguments:
    return (w.room.cohort.pk,)


def held_session(w: World) -> Arguments:
    return (w.room.cohort.pk, w.session.pk)


def named(w: World) -> Arguments:
    return (w.room.cohort.pk, w.named.pk)


def change(w: World) -> Arguments:
    return (w.change.pk,)


def listed(w: World) -> Arguments:
    return (w.room.cohort.pk, w.change.pk)


def place(w: World) -> Arguments:
    return (w.room.enrolment.pk,)


def lesson(w: World) -> Arguments:
    return (w.room.enrolment.pk, w.lesson.key)


def quiz(w: World) -> Arguments:
    return (w.room.enrolment.pk, w.room.quiz.key)


def attempt(w: World) -> Arguments:
    return (*quiz(w), w.attempt.number)


def over(w: World) -> Arguments:
    return (*quiz(w), w.attempt_over.number)


def class_quiz(w: World) -> Arguments:
    return (w.room.cohort.pk, w.room.quiz.key)


def published_quiz(w: World) -> Arguments:
    return (w.room.cohort.version_id, w.room.quiz.key)


def published_question(w: World) -> Arguments:
    return (*published_quiz(w), w.room.quiz.questions[0].key)


def code(w: World) -> Arguments:
    return (w.room.cohort.course.code,)


def draft(w: World) -> Arguments:
    return (w.draft.pk,)


def module(w: World) -> Arguments:
    return (w.draft_lesson.module_id,)


def draft_lesson(w: World) -> Arguments:
    return (w.draft_lesson.pk,)


def block(w: World) -> Arguments:
    return (w.draft_block.pk,)


def draft_quiz(w: World) -> Arguments:
    return (w.draft_quiz.pk,)


def bank(w: World) -> Arguments:
    return (w.question.bank_id,)


def question(w: World) -> Arguments:
    return (w.question.pk,)


def ended(w: World) -> Arguments:
    return (w.ended.cohort.pk,)


def recognition(w: World) -> Arguments:
    return (w.recognition.pk,)


def paper(w: World) -> Arguments:
    return (w.paper.pk,)


def register(w: World) -> Arguments:
    return (w.paper.register_id,)


ADDRESSES: dict[str, Address] = {
    "set_language": Address(Kind.OPEN, EVERYBODY),
    "accessibility": public(),
    "data_protection": public(),
    # Getting in, and oneself
    "account_login": public(),
    "account_logout": Address(Kind.OPEN, EVERYBODY),
    "accounts:activate": public(),
    "accounts:forgotten": public(),
    "accounts:reset_password": public(lambda w: w.reset_link),
    "accounts:profile": page(EVERYBODY),
    "accounts:session_left": file(EVERYBODY),
    "accounts:keep_session": act(EVERYBODY),
    "accounts:correction": page(EVERYBODY),
    "accounts:change_password": page(EVERYBODY),
    "accounts:email": page(EVERYBODY),
    "accounts:prove_email": page(EVERYBODY, lambda _w: ("no-such-token",)),
    # People, units, roles
    "accounts:people": page(PEOPLE_SEERS),
    "accounts:export_people": file(PEOPLE_SEERS),
    "accounts:slips": act(OFFICERS | ADMIN, ids="1"),
    "accounts:new_person": page(OFFICERS | ADMIN),
    "accounts:duplicates": page(OFFICERS | ADMIN),
    "accounts:compare_people": page(parts("hr administrator"), twins),
    "accounts:undo_merge": act(parts("other_hr administrator"), lambda w: (w.merge.pk,)),
    "accounts:corrections": page(OFFICERS),
    "accounts:decide_correction": act(parts("hr"), lambda w: (w.correction.pk,)),
    "accounts:person": page(parts("learner hr manager administrator auditor support"), learner),
    "accounts:edit_person": page(parts("hr administrator"), learner),
    "accounts:move_person": page(parts("hr administrator"), learner),
    "accounts:end_posting": page(
        parts("hr administrator"), lambda w: (w.cast.learner.pk, w.posting.pk)
    ),
    "accounts:enter_absence": page(parts("hr administrator"), learner),
    "accounts:change_absence": page(
        parts("hr administrator"), lambda w: (w.cast.learner.pk, w.absence.pk)
    ),
    "accounts:reveal": page(ADMIN, learner),
    "accounts:units": page(PEOPLE_SEERS),
    "accounts:new_unit": page(ADMIN),
    "accounts:unit": page(parts("learner hr manager administrator auditor support"), ward),
    "accounts:rename_unit": page(ADMIN, ward),
    "accounts:place_unit": page(ADMIN, ward),
    "accounts:close_unit": page(ADMIN, ward),
    "accounts:reorganisations": page(ADMIN),
    "accounts:begin_reorganisation": page(ADMIN, lambda _w: ("merge",)),
    "accounts:reorganisation": page(ADMIN, reorganised),
    "accounts:assign_reorganisation": page(ADMIN, reorganised),
    "accounts:plan_reorganisation": act(ADMIN, reorganised),
    "accounts:drop_reorganisation": act(ADMIN, reorganised),
    "accounts:export_reorganisation": file(ADMIN, reorganised),
    "accounts:roles": page(ADMIN),
    "accounts:grant_role": page(ADMIN),
    "accounts:end_role": page(ADMIN, lambda w: (w.grant.pk,)),
    "accounts:explain": page(parts("administrator support")),
    # Courses
    "courses:catalogue": page(EVERYBODY),
    "courses:detail": page(EVERYBODY, code),
    "courses:captions": file(LEARNER, lambda w: (w.captions_for(w.cast.learner),)),
    "courses:studio": page(AUTHORS),
    "courses:studio_create": page(AUTHORS),
    "courses:studio_markdown": act(EVERYBODY, text="**a**"),
    "courses:studio_course": page(DRAFT_SEERS, code),
    "courses:studio_start": act(AUTHORS, code),
    "courses:studio_versions": page(DRAFT_SEERS, code),
    "courses:studio_staff": page(AUTHORS, code),
    "courses:studio_end_staff": act(AUTHORS, lambda w: (w.course_staff.pk,)),
    "courses:studio_version": page(AUTHORS, draft),
    "courses:studio_settings": page(AUTHORS, draft),
    "courses:studio_state": act(AUTHORS, draft, act="submit"),
    "courses:studio_preview": page(DRAFT_SEERS, draft),
    "courses:studio_publish": page(AUTHORS, draft),
    "courses:studio_compare": page(DRAFT_SEERS, draft),
    "courses:studio_restore": act(AUTHORS, draft),
    "courses:studio_add_module": act(AUTHORS, draft),
    "courses:studio_module": page(AUTHORS, module),
    "courses:studio_add_lesson": act(AUTHORS, module),
    "courses:studio_lesson": page(AUTHORS, draft_lesson),
    "courses:studio_lesson_settings": page(AUTHORS, draft_lesson),
    "courses:studio_add_block": act(AUTHORS, draft_lesson, kind="text"),
    "courses:studio_block": page(AUTHORS, block),
    "courses:studio_autosave": act(AUTHORS, block, revision="1"),
    "courses:studio_rename": act(AUTHORS, lambda w: ("chuyen-de", *module(w))),
    "courses:studio_move": act(AUTHORS, lambda w: ("chuyen-de", *module(w)), position="1"),
    "courses:studio_delete": act(AUTHORS, lambda w: ("chuyen-de", *module(w))),
    # Classes
    "enrolments:classes": page(EVERYBODY),
    "enrolments:open": page(OFFICERS | parts("training_officer")),
    "enrolments:unreached_of_units": page(OFFICERS | parts("administrator auditor support")),
    "enrolments:cohort": page(CLASS_SEERS, cohort),
    "enrolments:edit": page(RUNNERS, cohort),
    "enrolments:change_state": act(RUNNERS, cohort, to="closed"),
    "enrolments:postpone": page(RUNNERS, cohort),
    "enrolments:cancel": page(RUNNERS, cohort),
    "enrolments:bulk": act(OFFICERS | parts("training_officer"), cohort),
    "enrolments:export": file(PLACE_SEERS, cohort),
    "enrolments:newcomers": page(PLACE_SEERS, cohort),
    "enrolments:unreached": page(PLACE_SEERS, cohort),
    "enrolments:signed_list": page(PLACE_SEERS, cohort),
    "enrolments:attendance_sheet": page(RECORDERS, cohort),
    "enrolments:documents": page(CLASS_SEERS, cohort),
    # The schedule names no learner; who reaches the others: test_class_documents.py.
    "enrolments:document": file(CLASS_SEERS, lambda w: (*cohort(w), "lich-hoc", "docx")),
    "enrolments:paper_templates": page(OPENERS, department),
    "enrolments:paper_file": file(OPENERS, lambda w: (*department(w), "lich-hoc")),
    "enrolments:drop_paper": act(OPENERS, lambda w: (*department(w), "lich-hoc")),
    "enrolments:send": page(OFFICERS, cohort),
    "enrolments:check_sending": act(OFFICERS, cohort),
    "enrolments:confirm_sending": act(OFFICERS, cohort),
    "enrolments:sessions": page(CLASS_SEERS, cohort),
    "enrolments:edit_session": page(RUNNERS, held_session),
    "enrolments:cancel_session": page(RUNNERS, held_session),
    "enrolments:attendance": page(RECORDERS, held_session),
    "enrolments:copy": page(RUNNERS, cohort),
    "enrolments:roll_screen": page(RECORDERS, held_session),
    "enrolments:roll": page(EVERYBODY, lambda _w: ("x",)),  # says that the code has changed
    "enrolments:be_present": act(EVERYBODY),
    "enrolments:staff": page(CLASS_SEERS, cohort),
    "enrolments:hand_over": page(RUNNERS, named),
    "enrolments:end_staff": act(RUNNERS, named),
    "enrolments:import_upload": page(OFFICERS, cohort),
    "enrolments:import_template": file(OFFICERS, cohort),
    "enrolments:import": page(parts("hr"), listed),
    "enrolments:import_columns": page(parts("hr"), listed),
    "enrolments:import_decide": act(parts(""), lambda w: (*listed(w), 10**8)),
    "enrolments:import_decide_all": act(parts("hr"), listed),
    "enrolments:import_confirm": act(parts("hr"), listed),
    "enrolments:import_file": file(parts(""), listed),  # none before the plan is made
    # Learning
    "enrolments:home": page(EVERYBODY),
    "enrolments:required": page(EVERYBODY),
    "enrolments:hours": page(EVERYBODY),
    "enrolments:agenda": page(EVERYBODY),
    "enrolments:change_feed": act(EVERYBODY, act="renew"),
    "enrolments:feed": open_to_all(lambda w: (w.feed_token,)),  # a file for calendar programs
    "enrolments:resume": page(LEARNER, place),
    "enrolments:overview": page(LEARNER, place),
    "enrolments:lesson": page(LEARNER, lesson),
    "enrolments:open_lesson": act(LEARNER, lesson),
    "enrolments:finish_lesson": act(LEARNER, lesson),
    "enrolments:watched": act(LEARNER, lesson),
    "enrolments:transcript_read": act(LEARNER, lambda w: (*lesson(w), uuid.UUID(int=2))),
    "enrolments:choose": act(parts(""), lambda w: (*lesson(w), uuid.UUID(int=2))),  # no case there
    "enrolments:ask": act(LEARNER, lesson),
    "enrolments:questions": page(parts("trainer supervisor")),
    "enrolments:question": page(parts("trainer supervisor"), lambda w: (w.asked.pk,)),
    # Tests
    "assessment:start": page(LEARNER, quiz),
    "assessment:begin": act(LEARNER, quiz),
    "assessment:check": act(parts(""), quiz),  # a test is no question of a lesson
    "assessment:question": page(LEARNER, attempt),
    "assessment:save": act(LEARNER, attempt),
    "assessment:review": page(LEARNER, attempt),
    "assessment:hand_in": act(LEARNER, attempt),
    "assessment:result": page(LEARNER, over),
    "assessment:result_state": file(LEARNER, over),
    "assessment:banks": page(AUTHORS),
    "assessment:bank": page(AUTHORS, bank),
    "assessment:import_questions": page(AUTHORS, bank),
    "assessment:import_template": file(AUTHORS, bank),
    "assessment:export_questions": file(AUTHORS, lambda w: (*bank(w), "gift")),
    "assessment:new_question": page(AUTHORS, lambda w: (*bank(w), "single")),
    "assessment:bank_question": page(AUTHORS, question),
    "assessment:edit_question": page(AUTHORS, question),
    "assessment:archive_question": act(AUTHORS, question),
    "assessment:quiz": page(AUTHORS, draft_quiz),
    "assessment:pick": page(AUTHORS, draft_quiz),
    "assessment:change_item": act(AUTHORS, lambda w: (w.draft_quiz.pk, w.draft_item.pk)),
    "assessment:results": page(RELEASERS),
    "assessment:class_results": page(RELEASERS, class_quiz),
    "assessment:release": page(RELEASERS, class_quiz),
    "assessment:statistics": page(RELEASERS, class_quiz),
    "assessment:export_statistics": file(parts(""), class_quiz),  # too few are marked there
    "assessment:keys": page(RELEASERS, published_quiz),
    "assessment:correct_key": page(RELEASERS, published_question),
    "assessment:extend": page(RELEASERS, quiz),
    "assessment:extensions": page(RELEASERS, class_quiz),
    "assessment:end_extension": act(RELEASERS, lambda w: (w.extension.pk,)),
    # Recognition and papers
    "certificates:wallet": page(EVERYBODY),
    "certificates:detail": page(PAPER_SEERS | parts("learner hr auditor"), paper),
    "certificates:file": file(PAPER_SEERS | parts("learner hr auditor"), paper),
    "certificates:revoke": page(RESULT_MAKERS, paper),
    "certificates:ask_replacement": page(RESULT_MAKERS, paper),
    "certificates:replacements": page(RESULT_MAKERS),
    "certificates:replacement": page(RESULT_MAKERS, lambda w: (w.replacement.pk,)),
    "certificates:refuse_replacement": page(RESULT_MAKERS, lambda w: (w.replacement.pk,)),
    "certificates:look_up": public(),
    "certificates:verify": public(lambda w: (w.paper.token,)),
    "certificates:results": page(RESULT_MAKERS, ended),
    "certificates:propose": act(RESULT_MAKERS, ended),
    "certificates:supplement": page(RESULT_MAKERS, ended),
    "certificates:recognition": page(RESULT_MAKERS, recognition),
    "certificates:printed_results": page(RESULT_MAKERS, recognition),
    "certificates:decide": page(RESULT_MAKERS, recognition),
    "certificates:issue": page(RESULT_MAKERS, recognition),
    "certificates:change_line": page(RESULT_MAKERS, lambda w: (w.line.pk,)),
    "certificates:to_sign": page(parts("signatory")),
    "certificates:sign": act(parts("signatory")),
    "certificates:registers": page(PAPER_SEERS | OFFICERS | parts("auditor")),
    "certificates:new_register": page(RESULT_MAKERS),
    "certificates:new_authorisation": page(RESULT_MAKERS),
    "certificates:new_signatory": page(RESULT_MAKERS),
    "certificates:end_signatory": page(RESULT_MAKERS, lambda w: (w.ended.post.pk,)),
    "certificates:book": page(PAPER_SEERS | parts("auditor"), register),
    "certificates:edit_register": page(RESULT_MAKERS, register),
    "certificates:export_register": file(PAPER_SEERS | parts("auditor"), register),
    # Jobs, files, notices
    "jobs:live": open_to_all(),
    "jobs:ready": open_to_all(),
    "jobs:worker": open_to_all(),
    "jobs:metrics": open_to_all(),
    "jobs:progress": page(parts("hr"), lambda w: (w.job.pk,)),
    "jobs:result_file": file(parts(""), lambda w: (w.job.pk,)),  # its work is no export
    "jobs:change": page(parts("hr"), change),
    "jobs:confirm": act(parts("hr"), change),
    "jobs:preview_undo": act(parts("hr"), change),
    "jobs:undo_preview": page(parts(""), change),  # nothing is applied that could be undone
    "jobs:undo": act(parts("hr"), change),
    "files:open": act(EVERYBODY),
    "files:upload": file(LEARNER, lambda w: (w.upload.pk,)),
    "files:complete": act(LEARNER, lambda w: (w.upload.pk,)),
    "notifications:inbox": page(EVERYBODY),
    "notifications:read_all": act(EVERYBODY),
    "notifications:read_item": act(LEARNER, lambda w: (w.item.pk,)),
    "notifications:settings": page(EVERYBODY),
    "notifications:unsubscribe": public(lambda w: (w.unsubscribe_token,)),
    "enrolments:quotas": page(RUNNERS, lambda w: (w.room.cohort.pk,)),
    **WORKS,
    # Nomination rounds
    **ROUNDS,
    **EXAMS,
    **IMPORTS,
    # Watching over it
    "reporting:health": page(parts("administrator auditor")),
    "reporting:test_mail": act(ADMIN),
    "reporting:dead_letters": page(parts("administrator auditor")),
    "reporting:retry": act(ADMIN, lambda w: (w.dead.pk,)),
    "reporting:jobs": page(parts("administrator auditor")),
    "reporting:mailbox": page(ADMIN),
    "reporting:letter": page(ADMIN, lambda w: (w.letter, 1)),
    "reporting:audit_log": page(parts("administrator auditor")),
    "reporting:audit_event": page(parts("administrator auditor"), lambda w: (w.event.pk,)),
    "reporting:delivery_log": page(OFFICERS | parts("administrator auditor support")),
    # Plans of the year and cooperation programmes
    "reporting:tracking": page(DUTY_SEERS),
    "reporting:team": page(DUTY_SEERS),
    "reporting:my_people": page(DUTY_SEERS),
    "reporting:home_people": file(ONE_UNIT),
    "reporting:remind_people": act(OFFICERS),
    "reporting:unit_tracking": page(WARD_SEERS, ward),
    "reporting:export_tracking": file(WARD_SEERS, ward),
    "reporting:unit_people": page(WARD_SEERS, ward),
    "reporting:export_people": file(WARD_SEERS, ward),
    "reporting:year_reports": page(PLANNERS),
    "reporting:year_report": page(parts("hr auditor"), ward),
    "reporting:export_year_report": file(parts("hr auditor"), ward),
    "reporting:year_pdf": file(parts("hr auditor"), ward),
    "reporting:year_docx": file(parts("hr auditor"), ward),
    "reporting:plans": page(PLANNERS),
    "reporting:new_plan": page(OFFICERS),
    "reporting:plan": page(PLAN_SEERS, lambda w: (w.share.line.plan_id,)),
    "reporting:export_plan": file(PLAN_SEERS, lambda w: (w.share.line.plan_id,)),
    "reporting:plan_line": page(PLAN_SEERS, lambda w: (w.share.line.plan_id, w.share.line_id)),
    "reporting:new_line": page(ORGANISER, lambda w: (w.share.line.plan_id,)),
    "reporting:edit_line": page(ORGANISER, lambda w: (w.share.line.plan_id, w.share.line_id)),
    "reporting:shares": page(ORGANISER, lambda w: (w.share.line.plan_id, w.share.line_id)),
    "reporting:send_plan": act(ORGANISER, lambda w: (w.share.line.plan_id,)),
    "reporting:close_plan": act(ORGANISER, lambda w: (w.share.line.plan_id,)),
    "reporting:answer_share": page(parts("hr"), lambda w: (w.share.pk,)),
    "reporting:programmes": page(PLANNERS),
    "reporting:programme": page(PLAN_SEERS, lambda w: (w.task.programme_id,)),
    "reporting:programme_pdf": file(PLAN_SEERS, lambda w: (w.task.programme_id,)),
    "reporting:programme_docx": file(PLAN_SEERS, lambda w: (w.task.programme_id,)),
    "reporting:task": page(PLAN_SEERS, lambda w: (w.task.pk,)),
    # The interface for programs
    "api:schema": api(EVERYBODY),
    "api:docs": page(EVERYBODY),
    "api:me": api(EVERYBODY),
    "api:courses": api(EVERYBODY),
    "api:enrolments": api(EVERYBODY),
    "api:obligations": api(EVERYBODY),
    "api:certificates": api(EVERYBODY),
    "api:cohorts": api(EVERYBODY),
    "api:cohort": api(CLASS_SEERS, cohort),
    "api:cohort_enrolments": api(CLASS_SEERS, cohort),
}
