"""The issue of a class's papers as a bulk change: shown first, then made, open to undoing.

Undoing deletes no paper. One that nobody has signed is kept as cancelled, with its number, and
the learner may get another; one that was signed is revoked by decision, never undone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import Permission
from certificates.actions.endings import spoil
from certificates.actions.issue import kind_on, make_papers
from certificates.actions.setup import ensure_register
from certificates.models import (
    Authorisation,
    Certificate,
    CertificateState,
    Recognition,
    RecognitionLine,
    Register,
    SignatoryPost,
)
from certificates.models.papers import CertificateQuerySet
from certificates.models.recognition import RecognitionLineQuerySet
from certificates.numbering import write
from certificates.snapshot import Issue, birth_words
from enrolments.models import Enrolment
from jobs.bulk import CHUNK, Effect, PlannedSlice
from jobs.models import BulkChange, BulkRow, Verdict

KIND: Final = "certificates.issue"


class IssueKind:
    """Papers for those who passed by one recognition."""

    queue = "default"

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user issues papers of this class today."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        allowed = Recognition.objects.allowing(user, Permission.ISSUE_CERTIFICATES)
        return allowed.decided().filter(pk=change.params["recognition"]).exists()

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the decision, the signatory, the forms and the kind."""
        issue = issue_of(change)
        rests_on = [
            str(issue.recognition and issue.recognition.decided_at),
            [issue.signatory.pk, issue.signatory.title, issue.signatory.person.full_name],
            [issue.register.pk, issue.register.number_format, issue.register.serial_format],
        ]
        return hashlib.sha256(json.dumps(rests_on).encode()).hexdigest()

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the next lines with a pass, in the order of names."""
        issue = issue_of(change)
        start = checkpoint.get("start", 0)
        lines = without_paper(issue)
        total = lines.count()
        chunk = lines[start : start + CHUNK]
        first = issue.register.last_number + 1
        rows = [
            self._row(line.enrolment, start + n, first + start + n, issue, change)
            for n, line in enumerate(chunk)
        ]
        end = start + CHUNK
        return PlannedSlice(rows, {"start": end} if end < total else None, total)

    def _row(
        self, place: Enrolment, n: int, number: int, issue: Issue, change: BulkChange
    ) -> BulkRow:
        register, person = issue.register, place.learner
        is_own = person.pk == change.created_by_id
        shown = write(register.number_format, number=number, year=register.year)
        return BulkRow(
            number=n + 1,
            label=f"{person.full_name} · {birth_words(person)} · {place.sending_unit.name}",
            verdict=Verdict.ERROR if is_own else Verdict.NEW,
            included=not is_own,
            message=_warning(person, shown, is_own=is_own),
            after={"number": shown, "name": person.full_name, "birth": birth_words(person)},
            fingerprint=_fingerprint(place, has_paper=False),
            target_type="enrolments.enrolment",
            target_id=place.pk,
        )

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Say which paper it will be and why, which numbers, who signs, what is missing."""
        issue = issue_of(change)
        planned = change.rows.to_apply().count()
        kind = issue.register.get_kind_display()
        signatory = f"{issue.signatory.title} {issue.signatory.person.full_name}"
        effects = [
            Effect(_("%(kind)s: %(why)s") % {"kind": kind, "why": why_this_kind(issue)}),
            Effect(_("To be signed by %(signatory)s") % {"signatory": signatory}),
        ]
        if planned and not change.applied_at:
            effects.append(Effect(_numbers(issue.register, planned)))
        unborn = change.rows.to_apply().filter(after__birth="").count()
        if unborn:
            words = ngettext(
                "paper without a date of birth", "papers without a date of birth", unborn
            )
            effects.append(Effect(words, unborn))
        return effects

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return the names as they are now, and whether a paper has been made meanwhile."""
        del change
        places = places_with_paper([row.target_id or 0 for row in rows])
        return {
            row.pk: _fingerprint(places[row.target_id], has_paper=places[row.target_id].has_paper)
            for row in rows
            if row.target_id in places
        }

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Make the papers and point the rows at them."""
        if not isinstance(by, User):
            raise TypeError("Papers are issued by a person.")
        places = places_with_paper([row.target_id or 0 for row in rows])
        ordered = [places[row.target_id or 0] for row in rows]
        papers = make_papers(issue=issue_of(change), enrolments=ordered, by=by)
        for row, paper in zip(rows, papers, strict=True):
            row.target_type, row.target_id = "certificates.certificate", paper.pk
            row.after = {**(row.after or {}), "number": paper.register_number}
        return {}

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """A paper that was signed is in somebody's hands."""
        del change
        waiting = set(
            Certificate.objects.filter(
                pk__in=[row.target_id for row in rows], state=CertificateState.AWAITING_SIGNATURE
            ).values_list("pk", flat=True)
        )
        reason = _("The paper was signed or has ended; it is revoked by decision.")
        return {row.pk: reason for row in rows if row.target_id not in waiting}

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Cancel the papers; their numbers stay in the register."""
        del change
        if not isinstance(by, User):
            raise TypeError("Papers are cancelled by a person.")
        for paper in Certificate.objects.filter(pk__in=[row.target_id for row in rows]):
            spoil(certificate=paper, reason=_("Cancelled: issued in error"), by=by)


def issue_of(change: BulkChange) -> Issue:
    """Return what the papers of a change share, as it is now."""
    recognitions = Recognition.objects.select_related("decision__issuer", "cohort__course")
    recognition = recognitions.get(pk=change.params["recognition"])
    signatories = SignatoryPost.objects.select_related("person")
    registers = Register.objects.select_related("provider")
    return Issue(
        register=registers.get(pk=change.params["register"]),
        signatory=signatories.get(pk=change.params["signatory"]),
        day=dt.date.fromisoformat(change.params["day"]),
        recognition=recognition,
    )


def register_for(recognition: Recognition, day: dt.date, by: User) -> Register:
    """Return the register from which the papers take their numbers."""
    course = recognition.cohort.course
    decided_on = recognition.decision.issued_on if recognition.decision else day
    kind = kind_on(course, decided_on)
    return ensure_register(provider=course.provider, kind=kind, year=day.year, by=by)


def without_paper(issue: Issue) -> RecognitionLineQuerySet:
    """Return the lines with a pass whose person has no paper that holds or was ever signed."""
    if issue.recognition is None:
        return RecognitionLine.objects.none()
    lines = issue.recognition.lines.passed().exclude(Exists(papers_of("enrolment")))
    return lines.select_related("enrolment__learner", "enrolment__sending_unit").order_by(
        "enrolment__learner_sort_key", "pk"
    )


def papers_of(outer: str) -> CertificateQuerySet:
    """Return the papers that keep a place from getting another."""
    papers = Certificate.objects.filter(enrolment=OuterRef(outer))
    return papers.exclude(state=CertificateState.REVOKED, signed_at=None)


def places_with_paper(ids: Sequence[int]) -> dict[int | None, Any]:
    """Return the places by key, each knowing whether it has a paper."""
    places = Enrolment.objects.filter(pk__in=ids).annotate(has_paper=Exists(papers_of("pk")))
    places = places.select_related("learner", "version", "sending_unit", "cohort__course")
    return {place.pk: place for place in places}


def why_this_kind(issue: Issue) -> str:
    """Say by which authorisation it is a chứng chỉ, or that there is none."""
    recognition = issue.recognition
    if recognition is None or recognition.decision is None:
        return ""
    held = Authorisation.objects.in_force(recognition.decision.issued_on).filter(
        course=recognition.cohort.course_id, provider=issue.register.provider_id
    )
    authorisation = held.first()
    if authorisation is None:
        return _("no authorisation was in force on the day of the decision")
    return _("by authorisation %(reference)s") % {"reference": authorisation.reference}


def _numbers(register: Register, count: int) -> str:
    numbers = (register.last_number + 1, register.last_number + count)
    first, last = (write(register.number_format, number=n, year=register.year) for n in numbers)
    return _("Numbers %(first)s to %(last)s, if no other class takes some first") % {
        "first": first,
        "last": last,
    }


def _warning(person: User, number: str, *, is_own: bool) -> str:
    if is_own:
        return _("Nobody decides on their own record.")
    if not birth_words(person):
        return _("%(number)s. The date of birth is missing and will not be printed.") % {
            "number": number
        }
    return number


def _fingerprint(place: Enrolment, *, has_paper: bool) -> str:
    person = place.learner
    facts = [person.full_name, birth_words(person), person.gender, place.result, has_paper]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
