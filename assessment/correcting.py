"""The correction of a key as a bulk change: what it does to whom is shown before it is done.

The first row is the key itself, the others are learners. An own row is listed and left to
another. Undoing sets the former key in force again, by another row beside it, and marks again.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import FloatField, Max, Min, Prefetch
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import Permission
from assessment.actions.corrections import (
    KIND,
    PLACE,
    marked_places,
    published_quiz,
    remark_places,
    set_key,
)
from assessment.frozen import FrozenQuiz
from assessment.kinds import Data
from assessment.marking import Marked, mark
from assessment.models import Attempt, GradeCell, KeyCorrection
from assessment.models.attempts import AttemptState
from assessment.slots import resting_on
from courses.models import CourseVersion
from enrolments.models import Enrolment
from jobs.bulk import Effect, PlannedSlice
from jobs.models import BulkChange, BulkRow, Verdict
from lms.html import plain
from lms.templatetags.ui import vi_number

TOGETHER: Final = 200
KEY: Final = "courses.courseversion"  # the target of the row that is the key itself
EXCERPT: Final = 120


class CorrectionKind:
    """Another key for one question of a published test."""

    queue = "grading"
    rows_at_once = TOGETHER

    def allows(self, user: AbstractBaseUser | AnonymousUser, change: BulkChange) -> bool:
        """Return whether the user corrects keys of this course today."""
        if not isinstance(user, User) or user.pk != change.created_by_id:
            return False
        allowed = CourseVersion.objects.published().allowing(user, Permission.CORRECT_KEYS)
        return allowed.filter(pk=change.params["version"]).exists()

    def basis(self, change: BulkChange) -> str:
        """Return the digest of the key in force and of the one proposed."""
        aim = Aim.of(change)
        return _digest([aim.key_in_force, aim.data])

    def plan_slice(self, change: BulkChange, checkpoint: Mapping[str, Any]) -> PlannedSlice:
        """Return the key's own row, then the learners with a marked attempt."""
        aim = Aim.of(change)
        places = marked_places(aim.version.pk, aim.quiz.key)
        total = places.count() + 1
        rows = [] if checkpoint else [_key_row(aim)]
        chunk = _with_marks(places.filter(pk__gt=checkpoint.get("after", 0)), aim)
        seen = _seen_by(change, chunk)
        papers = resting_on([place.pk for place in chunk])
        rows += [
            _place_row(aim, place, change=change, is_seen=place.pk in seen, paper=papers)
            for place in chunk
        ]
        start = checkpoint.get("number", 0)
        for number, row in enumerate(rows, start=start + 1):
            row.number = number
        more = len(chunk) == TOGETHER
        following = {"after": chunk[-1].pk, "number": start + len(rows)} if more else None
        return PlannedSlice(rows, following, total)

    def describe(self, change: BulkChange) -> Sequence[Effect]:
        """Say how many marks change, by how much, who passes or fails, what rests on it."""
        rows = change.rows.filter(target_type=PLACE, included=True)
        delta = Cast(KeyTextTransform("delta", "after"), FloatField())
        found = rows.aggregate(least=Min(delta), most=Max(delta))
        effects = [
            Effect(_("Learners whose mark is counted again"), rows.count()),
            Effect(_("From “Not passed” to “Passed”"), rows.filter(after__turns="up").count()),
            Effect(_("From “Passed” to “Not passed”"), rows.filter(after__turns="down").count()),
            Effect(
                _("Learners with a recognised result or a paper"),
                rows.filter(after__paper=True).count(),
            ),
        ]
        if found["most"] is not None:
            words = _("Marks change by %(least)s to %(most)s percentage points")
            spread = {name: _signed(found[name]) for name in ("least", "most")}
            effects.insert(1, Effect(words % spread))
        return [*effects, *_of_the_rest(change)]

    def fingerprints(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """Return what the marks rest on now."""
        aim = Aim.of(change)
        places = _by_key(rows, aim)
        return {
            row.pk: _fingerprint(places[row.target_id], aim)
            if row.target_type == PLACE
            else _digest(aim.key_in_force)
            for row in rows
            if row.target_type == KEY or row.target_id in places
        }

    def apply_rows(
        self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser
    ) -> Mapping[int, str]:
        """Set the key, then mark again; keep which grade each learner then had."""
        _write(change, rows, _person(by), data=change.params["data"], reason=_reason(change))
        return {}

    def undo_reasons(self, change: BulkChange, rows: Sequence[BulkRow]) -> Mapping[int, str]:
        """A key corrected again since stands, and so does a grade entered since."""
        aim = Aim.of(change)
        newest = aim.corrections().order_by("-pk").first()
        if newest is None or newest.change_id != change.pk:
            return {row.pk: _("The key that holds now is of another correction.") for row in rows}
        cells = GradeCell.objects.filter(
            component_key=aim.quiz.key, enrolment__in=[row.target_id for row in rows]
        )
        entries = dict(cells.values_list("enrolment", "entry"))
        return {
            row.pk: _("A grade has been entered since.")
            for row in rows
            if row.target_type == PLACE
            and entries.get(row.target_id or 0) != (row.after or {}).get("entry")
        }

    def undo_rows(self, change: BulkChange, rows: Sequence[BulkRow], by: AbstractBaseUser) -> None:
        """Set the former key in force again, and mark by it."""
        reason = _("Correction undone: %(reason)s") % {"reason": _reason(change)}
        _write(change, rows, _person(by), data=change.params["before"], reason=reason)


@dataclass(frozen=True)
class Aim:
    """Which question of which test, and the key it is to have."""

    version: CourseVersion
    quiz: FrozenQuiz  # with the keys in force
    question_key: uuid.UUID
    data: Data

    @classmethod
    def of(cls, change: BulkChange) -> Aim:
        """Return what a change is about."""
        params = change.params
        version = CourseVersion.objects.select_related("course").get(pk=params["version"])
        quiz = published_quiz(version, uuid.UUID(params["quiz"])).corrected()
        return cls(version, quiz, uuid.UUID(params["question"]), params["data"])

    @property
    def key_in_force(self) -> Data:
        """Return what is right now."""
        return self.quiz.by_key[self.question_key].data

    @property
    def quiz_to_be(self) -> FrozenQuiz:
        """Return the quiz with the proposed key."""
        return self.quiz.with_data({self.question_key: self.data})

    def corrections(self) -> Any:
        """Return every correction of this question so far."""
        return KeyCorrection.objects.filter(version=self.version, question_key=self.question_key)


def _write(
    change: BulkChange, rows: Sequence[BulkRow], by: User, *, data: Data, reason: str
) -> None:
    if any(row.target_type == KEY for row in rows):
        set_key(change=change, data=data, reason=reason, by=by)
    quiz = Aim.of(change).quiz
    held = Enrolment.objects.select_related("version", "cohort")
    lines = [row for row in rows if row.target_type == PLACE]
    places = list(held.filter(pk__in=[row.target_id for row in lines]))
    entries = remark_places(places=places, quiz=quiz, reason=reason, by=by)
    for row in lines:
        row.after = {**(row.after or {}), "entry": entries[row.target_id or 0]}


def _key_row(aim: Aim) -> BulkRow:
    question = aim.quiz.by_key[aim.question_key]
    number = aim.quiz.questions.index(question) + 1
    is_new = question.data != aim.data
    kind = question.owner
    words = {"old": "; ".join(kind.key(question.data)), "new": "; ".join(kind.key(aim.data))}
    excerpt = plain(question.html)[:EXCERPT]
    return BulkRow(
        number=0,
        label=_("Question %(n)s: %(words)s") % {"n": number, "words": excerpt},
        verdict=Verdict.UPDATE if is_new else Verdict.SAME,
        included=is_new,
        message=(_("Right answer: %(old)s → %(new)s") % words)[:500],
        before=question.data,
        after=aim.data,
        fingerprint=_digest(question.data),
        target_type=KEY,
        target_id=aim.version.pk,
    )


def _place_row(
    aim: Aim, place: Any, *, change: BulkChange, is_seen: bool, paper: Mapping[int, str]
) -> BulkRow:
    outcome = _outcome(aim, place)
    is_own = place.learner_id == change.created_by_id
    moves = outcome.changes and not is_own
    notes = [outcome.words]
    if is_own:
        notes = [_("Nobody decides on their own record."), _("Another person marks this one.")]
    elif place.pk in paper and outcome.changes:
        notes.append(paper[place.pk])
    verdict = Verdict.UPDATE if moves else Verdict.SAME
    return BulkRow(
        number=0,
        label=_label(place, is_seen=is_seen),
        verdict=Verdict.ERROR if is_own else verdict,
        included=moves,
        message="; ".join(notes)[:500],
        after=outcome.facts | {"paper": place.pk in paper},
        fingerprint=_fingerprint(place, aim),
        target_type=PLACE,
        target_id=place.pk,
    )


@dataclass(frozen=True)
class _Outcome:
    """What the proposed key does to one learner."""

    changes: bool
    words: str
    facts: dict[str, Any]


def _outcome(aim: Aim, place: Any) -> _Outcome:
    before, after = _best(place, {}), _best(place, _new_marks(aim, place))
    changes = any(
        attempt.points != marked.points for attempt, marked in _new_marks(aim, place).items()
    )
    delta = after[0] - before[0]
    turns = "up" if after[1] and not before[1] else "down" if before[1] and not after[1] else ""
    is_judged = any(cell.entry.attempt_id is None for cell in place.cells)
    if is_judged:
        words = _("A person judged this result: it stands.")
        delta, turns = Decimal(0), ""
    else:
        words = f"{vi_number(before[0])}% → {vi_number(after[0])}%"
    if turns:
        words += ": " + (_("now passed") if turns == "up" else _("no longer passed"))
    return _Outcome(changes, words, {"delta": float(delta), "turns": turns})


def _new_marks(aim: Aim, place: Any) -> dict[Attempt, Marked]:
    quiz = aim.quiz_to_be
    return {
        attempt: mark(quiz, {row.question_key: row.response for row in attempt.answers.all()})
        for attempt in place.sat
        if attempt.version_id == aim.version.pk
    }


def _best(place: Any, marks: Mapping[Attempt, Marked]) -> tuple[Decimal, bool]:
    worth: list[tuple[Decimal, bool]] = [
        (marks[attempt].percent, marks[attempt].is_passed)
        if attempt in marks
        else (attempt.percent or Decimal(0), bool(attempt.is_passed))
        for attempt in place.sat
    ]
    return max(worth)


def _with_marks(places: Any, aim: Aim) -> list[Any]:
    """Return the next places, each with its attempts and its grade: a few queries in all."""
    graded = Attempt.objects.filter(quiz_key=aim.quiz.key, state=AttemptState.GRADED)
    cells = GradeCell.objects.filter(component_key=aim.quiz.key).select_related("entry")
    held = places.select_related("learner", "cohort", "sending_unit").prefetch_related(
        Prefetch("attempts", graded.order_by("number").prefetch_related("answers"), "sat"),
        Prefetch("grade_cells", cells, "cells"),
    )
    return list(held.order_by("pk")[:TOGETHER])


def _by_key(rows: Iterable[BulkRow], aim: Aim) -> dict[int | None, Any]:
    ids = [row.target_id or 0 for row in rows if row.target_type == PLACE]
    found: dict[int | None, Any] = {}
    for start in range(0, len(ids), TOGETHER):
        part = Enrolment.objects.filter(pk__in=ids[start : start + TOGETHER])
        found |= {place.pk: place for place in _with_marks(part, aim)}
    return found


def _seen_by(change: BulkChange, places: Sequence[Any]) -> set[int]:
    """Return whose names the corrector may read: those of other classes stay unnamed."""
    if not isinstance(change.created_by, User):
        raise TypeError("A key is corrected by a person.")
    seen = Enrolment.objects.visible_to(change.created_by)
    return set(seen.filter(pk__in=[place.pk for place in places]).values_list("pk", flat=True))


def _label(place: Any, *, is_seen: bool) -> str:
    if is_seen:
        person = f"{place.learner.full_name} · {place.cohort.code} · {place.sending_unit.name}"
        return person[:300]
    return f"{place.sat[-1].receipt} · {place.cohort.code}"


def _of_the_rest(change: BulkChange) -> list[Effect]:
    effects = []
    aim = Aim.of(change)
    waiting = Attempt.objects.filter(version=aim.version, quiz_key=aim.quiz.key)
    open_now = waiting.exclude(state=AttemptState.GRADED).count()
    if open_now and not change.applied_at:
        words = ngettext(
            "Attempt under way will be marked by the new key",
            "Attempts under way will be marked by the new key",
            open_now,
        )
        effects.append(Effect(words, open_now))
    if change.rows.filter(target_type=PLACE, verdict=Verdict.ERROR).exists():
        words = _("An attempt of one's own is left out: another person corrects it.")
        effects.append(Effect(words))
    return effects


def _fingerprint(place: Any, aim: Aim) -> str:
    marks = [[attempt.pk, str(attempt.points), attempt.version_id] for attempt in place.sat]
    return _digest([marks, [cell.entry_id for cell in place.cells], aim.quiz.pass_percent])


def _digest(facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _signed(number: float) -> str:
    shown = vi_number(Decimal(str(number)).normalize())
    return f"+{shown}" if number > 0 else shown


def _reason(change: BulkChange) -> str:
    return str(change.params["reason"])


def _person(by: AbstractBaseUser) -> User:
    if not isinstance(by, User):
        raise TypeError("A key is corrected by a person.")
    return by


__all__ = ["KIND", "CorrectionKind"]
