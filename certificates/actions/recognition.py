"""Results: proposed from the records, changed by the council with a reason, then decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from assessment.models import Appeal
from audit.actions import record
from certificates.eligibility import findings, places_of
from certificates.errors import OwnRecord, Refused
from certificates.models import Recognition, RecognitionLine
from certificates.notices import result_notice
from enrolments.actions.cohorts import change_state
from enrolments.actions.duties import credit_hours
from enrolments.models import Cohort, Decision, Enrolment
from enrolments.models.cohorts import CohortState, DecisionKind
from enrolments.models.places import Result
from jobs.actions import start_job
from jobs.models import Job
from notifications.actions import plan_notices

BATCH = 500
FOLLOW_UP = "certificates.follow_recognition"
CHUNK = 50


@transaction.atomic
def note_eligible(*, enrolments: Sequence[Enrolment]) -> list[Enrolment]:
    """Note when learning and released results first made people eligible; return their places."""
    waiting = Enrolment.objects.select_for_update(of=("self",)).filter(
        pk__in=[place.pk for place in enrolments], completed_at__isnull=False, eligible_at=None
    )
    places = list(waiting.select_related("version", "cohort"))
    found = findings(places)
    passed = [place for place in places if found[place.pk].result == Result.PASSED]
    ids = [place.pk for place in passed]
    Enrolment.objects.filter(pk__in=ids).update(eligible_at=timezone.now())
    return passed


@transaction.atomic
def propose(
    *, cohort: Cohort, by: User, enrolments: Sequence[Enrolment] | None = None
) -> Recognition:
    """Work the results out of the records; asked again, bring the open proposal up to date.

    The first recognition takes the whole class. A supplementary one takes the persons listed,
    nobody else; who has passed before cannot be listed again.
    """
    held = Cohort.objects.select_for_update().get(pk=cohort.pk)
    recognition = held.recognitions.filter(state=Recognition.State.PROPOSED).first()
    places = _places(held, recognition, enrolments)
    if recognition is None:
        recognition = Recognition.objects.create(
            cohort=held, number=held.recognitions.count() + 1, proposed_by=by
        )
        record(by=by, action="propose_results", target=recognition, unit_id=held.organiser_id)
    _write_lines(recognition, places)
    return recognition


def _places(
    cohort: Cohort, recognition: Recognition | None, listed: Sequence[Enrolment] | None
) -> list[Enrolment]:
    if cohort.state == CohortState.CLOSED:
        return list(places_of(cohort))
    if cohort.state != CohortState.RECOGNISED:
        raise Refused(_("Results are proposed once the class is closed."))
    wanted = {place.pk for place in listed or []}
    if recognition is not None:
        wanted.update(recognition.lines.values_list("enrolment_id", flat=True))
    if not wanted:
        raise Refused(_("A supplementary recognition names its persons."))
    open_places = places_of(cohort).exclude(result=Result.PASSED)
    return list(open_places.filter(pk__in=wanted))


def _write_lines(recognition: Recognition, places: Sequence[Enrolment]) -> None:
    """Add the lines that are missing, renew the others, drop those who left the class."""
    recognition.lines.exclude(enrolment__in=[place.pk for place in places]).delete()
    found = findings(places)
    known = {line.enrolment_id: line for line in recognition.lines.all()}
    new: list[RecognitionLine] = []
    renewed: list[RecognitionLine] = []
    for place in places:
        line = known.get(place.pk) or RecognitionLine(recognition=recognition, enrolment=place)
        is_changed = line.pk is not None and line.result != line.proposed
        finding = found[place.pk]
        line.proposed, line.proposed_reason = finding.result, finding.reason
        line.final_mark = finding.final.mark if finding.final else None
        line.classification = finding.final.band if finding.final else ""
        if not is_changed:
            line.result = line.proposed
        elif line.result == line.proposed:
            line.reason = ""
        (renewed if line.pk else new).append(line)
    RecognitionLine.objects.bulk_create(new, batch_size=BATCH)
    fields = ["proposed", "proposed_reason", "final_mark", "classification", "result", "reason"]
    RecognitionLine.objects.bulk_update(renewed, fields, batch_size=BATCH)


@transaction.atomic
def change_line(*, line: RecognitionLine, result: str, reason: str, by: User) -> RecognitionLine:
    """Let the council give another result than the records, with its reason."""
    held = RecognitionLine.objects.select_related("recognition", "enrolment")
    held = held.select_for_update(of=("self",))
    line = held.get(pk=line.pk)
    if line.enrolment.learner_id == by.pk:
        raise OwnRecord(_("Nobody decides on their own record."))
    if line.recognition.state == Recognition.State.DECIDED:
        raise Refused(_("The decision has been taken; this list no longer changes."))
    if result != line.proposed and not reason.strip():
        raise Refused(_("Another result than the proposed one needs a reason."))
    before = {"result": line.result, "reason": line.reason}
    line.result, line.changed_by = result, by
    line.reason = reason.strip() if result != line.proposed else ""
    line.save(update_fields=["result", "reason", "changed_by"])
    after = {"result": line.result, "enrolment": line.enrolment_id}
    record(
        by=by,
        action="change_result",
        target=line,
        unit_id=line.enrolment.sending_unit_id,
        before=before,
        after=after,
        reason=reason,
    )
    return line


@transaction.atomic
def decide(*, recognition: Recognition, decision: Decision, by: User) -> Recognition:
    """Enter the decision: results hold from here on. Safe to call twice.

    Hours and notices follow in a job, person by person: a class may have thousands.
    """
    held = (
        Recognition.objects.select_for_update(of=("self",))
        .select_related("cohort")
        .get(pk=recognition.pk)
    )
    if held.state == Recognition.State.DECIDED:
        return held
    _refuse(held, decision, by)
    held.state, held.decision = Recognition.State.DECIDED, decision
    held.decided_by, held.decided_at = by, timezone.now()
    held.save()
    _write_results(held)
    change_state(cohort=held.cohort, to=CohortState.RECOGNISED, by=by)
    start_follow_up(recognition=held, by=by)
    after = {"decision": decision.reference, "lines": held.lines.count()}
    record(
        by=by,
        action="recognise_results",
        target=held,
        unit_id=held.cohort.organiser_id,
        after=after,
    )
    return held


def _refuse(recognition: Recognition, decision: Decision, by: User) -> None:
    if decision.kind != DecisionKind.RECOGNITION:
        raise Refused(_("This number belongs to a decision of another kind."))
    if recognition.lines.filter(enrolment__learner_id=by.pk).exists():
        raise OwnRecord(
            _("The list holds a result of one's own. Somebody else must enter the decision.")
        )
    if not recognition.lines.exists():
        raise Refused(_("The list of results is empty."))
    listed = recognition.lines.values("enrolment")
    waiting = Appeal.objects.open().filter(enrolment__in=listed).count()
    if waiting:
        words = ngettext(
            "%(n)d appeal of the class waits for an answer: results are recognised after it.",
            "%(n)d appeals of the class wait for an answer: results are recognised after them.",
            waiting,
        )
        raise Refused(words % {"n": waiting})


def _write_results(recognition: Recognition) -> None:
    lines = recognition.lines.order_by()
    for result in Result.values:
        chosen = lines.filter(result=result).values("enrolment")
        Enrolment.objects.filter(pk__in=chosen).update(result=result)
    passed = Enrolment.objects.filter(pk__in=lines.passed().values("enrolment"), eligible_at=None)
    passed.update(eligible_at=recognition.decided_at)


def start_follow_up(*, recognition: Recognition, by: User) -> Job:
    """Have hours and notices follow the decision. Safe to call twice."""
    return start_job(
        kind=FOLLOW_UP,
        key=f"{FOLLOW_UP}:{recognition.pk}",
        by=by,
        total=recognition.lines.count(),
        args={"recognition": recognition.pk},
        title=_("Hours and notices: %(cohort)s") % {"cohort": recognition.cohort},
        unit_id=recognition.cohort.organiser_id,
    )


def follow_up(*, recognition: Recognition, after: int, at_most: int = CHUNK) -> int | None:
    """Credit hours and plan notices for the next lines; return the last one, None at the end."""
    lines = recognition.lines.filter(pk__gt=after).order_by("pk")
    lines = lines.select_related("enrolment__version__course", "enrolment__cohort")
    chunk = list(lines[:at_most])
    for line in chunk:
        if line.result == Result.PASSED:
            _credit(recognition, line.enrolment)
    plan_notices(notices=[result_notice(recognition, line) for line in chunk])
    return chunk[-1].pk if len(chunk) == at_most else None


def _credit(recognition: Recognition, enrolment: Enrolment) -> None:
    if recognition.decision is None:
        raise Refused(_("Hours follow the decision."))
    credit_hours(
        enrolment=enrolment,
        by=recognition.decided_by,
        closing_on=closing_day(recognition),
        evidence=recognition.decision.reference,
    )


def closing_day(recognition: Recognition) -> dt.date:
    """Return the day the class closed; for a supplementary recognition that of its decision."""
    if recognition.number == 1 or recognition.decision is None:
        return recognition.cohort.ends_on
    return recognition.decision.issued_on


def may_be_added(cohort: Cohort) -> bool:
    """Return whether somebody of a recognised class has not passed yet."""
    left = Enrolment.objects.filter(cohort=cohort).in_force().exclude(result=Result.PASSED)
    return cohort.state == CohortState.RECOGNISED and left.exists()
