"""Every verb of the product, and which role holds it. Code asks for a `Permission`."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """What a person may be allowed to do, always on some object."""

    # People and units
    SEE_PEOPLE = "see_people"
    SEE_PERSON_DETAIL = "see_person_detail"  # birth date, mobile, postings
    MANAGE_PEOPLE = "manage_people"
    ISSUE_ACTIVATION_CODES = "issue_activation_codes"
    REVEAL_IDENTITY = "reveal_identity"
    DECIDE_CORRECTIONS = "decide_corrections"
    MANAGE_UNITS = "manage_units"
    GRANT_ROLES = "grant_roles"
    # Courses
    SEE_DRAFTS = "see_drafts"
    EDIT_COURSES = "edit_courses"
    PUBLISH_COURSES = "publish_courses"
    # Classes
    SEE_COHORTS = "see_cohorts"
    OPEN_COHORTS = "open_cohorts"
    MANAGE_COHORTS = "manage_cohorts"  # states, staff, sessions
    RECORD_ATTENDANCE = "record_attendance"
    SEND_PEOPLE = "send_people"  # one's own unit's people, with a sending decision
    SEE_ENROLMENTS = "see_enrolments"
    SEE_OBLIGATIONS = "see_obligations"
    # By heading a unit, or standing in for who decides: by no role.
    DECIDE_APPLICATIONS = "decide_applications"
    MANAGE_REQUIREMENTS = "manage_requirements"  # audiences, and what they must finish
    ANSWER_LEARNERS = "answer_learners"
    # Assessment
    MARK = "mark"
    RELEASE_RESULTS = "release_results"
    GRANT_EXTENSIONS = "grant_extensions"
    INVIGILATE = "invigilate"  # an examination room: let in, more minutes, stop
    EDIT_QUESTIONS = "edit_questions"
    CORRECT_KEYS = "correct_keys"  # of a published test, and mark again
    # Surveys
    MANAGE_SURVEYS = "manage_surveys"  # write them, ask them in classes
    SEE_SURVEY_RESULTS = "see_survey_results"
    # Certificates
    PROPOSE_RESULTS = "propose_results"
    RECOGNISE_RESULTS = "recognise_results"
    ISSUE_CERTIFICATES = "issue_certificates"
    SIGN_CERTIFICATES = "sign_certificates"
    REVOKE_CERTIFICATES = "revoke_certificates"
    SEE_CERTIFICATES = "see_certificates"
    # Plans and programmes
    SEE_PLANS = "see_plans"
    MANAGE_PLANS = "manage_plans"  # one's own unit's; and answering for it
    # Watching over it
    SEE_AUDIT = "see_audit"
    SEE_JOBS = "see_jobs"
    MANAGE_JOBS = "manage_jobs"
    SEE_DELIVERY = "see_delivery"
    EXPLAIN_ACCESS = "explain_access"
    MANAGE_SETTINGS = "manage_settings"


class Role(models.TextChoices):
    """The parts people play; each is granted for a scope and a time."""

    HR_OFFICER = "hr_officer", _("HR officer")
    TRAINING_OFFICER = "training_officer", _("Training officer")
    CLASS_SUPERVISOR = "class_supervisor", _("Class supervisor")
    TRAINER = "trainer", _("Trainer")
    SIGNATORY = "signatory", _("Signatory")
    LINE_MANAGER = "line_manager", _("Line manager")
    SUPPORT = "support", _("Support")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


P = Permission

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.HR_OFFICER: frozenset(
        {
            P.SEE_PEOPLE,
            P.SEE_PERSON_DETAIL,
            P.MANAGE_PEOPLE,
            P.ISSUE_ACTIVATION_CODES,
            P.DECIDE_CORRECTIONS,
            P.SEE_COHORTS,
            P.OPEN_COHORTS,
            P.MANAGE_COHORTS,
            P.RECORD_ATTENDANCE,
            P.SEND_PEOPLE,
            P.SEE_ENROLMENTS,
            P.SEE_OBLIGATIONS,
            P.MANAGE_REQUIREMENTS,
            P.MANAGE_SURVEYS,
            P.SEE_SURVEY_RESULTS,
            P.SEE_CERTIFICATES,
            P.SEE_DELIVERY,
            P.SEE_PLANS,
            P.MANAGE_PLANS,
        }
    ),
    Role.TRAINING_OFFICER: frozenset(
        {
            P.SEE_COHORTS,
            P.OPEN_COHORTS,
            P.MANAGE_COHORTS,
            P.RECORD_ATTENDANCE,
            P.SEE_ENROLMENTS,
            P.SEE_DRAFTS,
            P.RELEASE_RESULTS,
            P.GRANT_EXTENSIONS,
            P.INVIGILATE,
            P.CORRECT_KEYS,
            P.MANAGE_SURVEYS,
            P.SEE_SURVEY_RESULTS,
            P.PROPOSE_RESULTS,
            P.RECOGNISE_RESULTS,
            P.ISSUE_CERTIFICATES,
            P.REVOKE_CERTIFICATES,
            P.SEE_CERTIFICATES,
        }
    ),
    Role.CLASS_SUPERVISOR: frozenset(),  # by being named on a class, below
    Role.TRAINER: frozenset(
        {P.SEE_DRAFTS, P.EDIT_COURSES, P.PUBLISH_COURSES, P.EDIT_QUESTIONS, P.CORRECT_KEYS}
    ),
    Role.SIGNATORY: frozenset({P.SEE_COHORTS, P.SIGN_CERTIFICATES, P.SEE_CERTIFICATES}),
    Role.LINE_MANAGER: frozenset({P.SEE_PEOPLE, P.SEE_OBLIGATIONS, P.SEE_ENROLMENTS}),
    Role.SUPPORT: frozenset({P.SEE_PEOPLE, P.EXPLAIN_ACCESS, P.SEE_DELIVERY}),
    Role.AUDITOR: frozenset(
        {
            P.SEE_PEOPLE,
            P.SEE_COHORTS,
            P.SEE_ENROLMENTS,
            P.SEE_OBLIGATIONS,
            P.SEE_CERTIFICATES,
            P.SEE_PLANS,
            P.SEE_AUDIT,
            P.SEE_JOBS,
            P.SEE_DELIVERY,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            P.SEE_PEOPLE,
            P.SEE_PERSON_DETAIL,
            P.MANAGE_PEOPLE,
            P.ISSUE_ACTIVATION_CODES,
            P.MANAGE_UNITS,
            P.GRANT_ROLES,
            P.REVEAL_IDENTITY,
            P.SEE_COHORTS,
            P.SEE_AUDIT,
            P.SEE_JOBS,
            P.MANAGE_JOBS,
            P.SEE_DELIVERY,
            P.EXPLAIN_ACCESS,
            P.MANAGE_SETTINGS,
        }
    ),
}


# What being named as staff of one class gives, for that class alone.
COHORT_STAFF_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.TRAINER: frozenset(
        {
            P.SEE_COHORTS,
            P.RECORD_ATTENDANCE,
            P.SEE_ENROLMENTS,
            P.ANSWER_LEARNERS,
            P.MARK,
            P.RELEASE_RESULTS,
            P.GRANT_EXTENSIONS,
            P.INVIGILATE,
            P.SEE_SURVEY_RESULTS,
        }
    ),
    Role.CLASS_SUPERVISOR: frozenset(
        {
            P.SEE_COHORTS,
            P.RECORD_ATTENDANCE,
            P.SEE_ENROLMENTS,
            P.ANSWER_LEARNERS,
            P.INVIGILATE,
        }
    ),
}

# What being named as staff of one course gives, for that course alone.
COURSE_STAFF_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.TRAINER: frozenset(
        {P.SEE_DRAFTS, P.EDIT_COURSES, P.PUBLISH_COURSES, P.EDIT_QUESTIONS, P.CORRECT_KEYS}
    ),
}


def roles_with(
    permission: Permission, table: dict[str, frozenset[Permission]] = ROLE_PERMISSIONS
) -> list[str]:
    """Return the roles that hold the permission by this table."""
    return [role for role, held in table.items() if permission in held]


# Who stands above whom when roles are given: nobody gives one as high as their own.
RANK: dict[str, int] = {role: 2 if role == Role.ADMINISTRATOR else 1 for role in Role.values}
