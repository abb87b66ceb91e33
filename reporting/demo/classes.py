"""The classes: opened, filled, taught, closed, recognised, each on its day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from accounts.models import Unit, User
from accounts.permissions import Role
from courses.models import CourseVersion
from enrolments.actions.cohorts import (
    CohortData,
    DecisionData,
    cancel_cohort,
    change_state,
    enter_decision,
    open_cohort,
    postpone,
)
from enrolments.actions.places import enrol_many
from enrolments.actions.sessions import SessionData, add_session, record_attendance
from enrolments.actions.staff import add_staff, replace_staff
from enrolments.models import Attendance, Cohort, Decision, Enrolment, Session
from enrolments.models.cohorts import CohortState, DecisionKind
from enrolments.models.places import EnrolmentSource
from reporting.demo.clock import Days, Diary, at
from reporting.demo.people import People
from reporting.demo.sources import number
from reporting.demo.timetable import Planned, plain_plan, read_plan, timetable

PRESENT_PERCENT: Final = 90
FROM_A_FILE: Final = 20  # people; fewer are ticked from the list
SYMBOLS: Final = {"HVCB": "QĐ-HVCB", "DHQG": "QĐ-ĐHQG", "SNV": "QĐ-SNV"}
COMMUNES: Final = "communes"  # in a row: each of those that have several people
SENDERS: Final = {"26743": "thu", "25942": "oanh", "26732": "ngocthuy", "STC": "binh"}
S = CohortState


@dataclass
class City:
    """What the acts of the diary need."""

    people: People
    versions: dict[str, CourseVersion]
    diary: Diary
    days: Days
    rows: list[dict[str, Any]]
    cohorts: dict[str, Cohort] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)

    def decision(self, kind: str, issuer: Unit, day: dt.date, by: User) -> Decision:
        """Enter the issuer's next decision of this kind."""
        symbol = SYMBOLS.get(issuer.code, "QĐ-UBND" if issuer.code[0].isdigit() else "QĐ-S")
        place = f"{issuer.pk} {day.year} {symbol}"
        self.decisions[place] = self.decisions.get(place, 11) + 3
        data = DecisionData(
            kind=kind,
            issuer=issuer,
            number=self.decisions[place],
            symbol=symbol,
            issued_on=day,
            signer_name=signer_of(issuer, self.people),
            signer_title="Thủ trưởng đơn vị",
        )
        return enter_decision(data=data, by=by)


@dataclass
class Class:
    """A row of `classes.yaml` with its days."""

    row: dict[str, Any]
    city: City
    starts: dt.date
    ends: dt.date

    @property
    def cohort(self) -> Cohort:
        """Return the class as it was opened."""
        return self.city.cohorts[self.row["code"]]

    @property
    def by(self) -> User:
        """Return who runs it."""
        return self.city.people[self.row["by"]]

    @property
    def keeper(self) -> User:
        """Return who keeps the attendance."""
        return self.city.people[self.row.get("supervisor", self.row["trainer"])]


def signer_of(unit: Unit, people: People) -> str:
    """Return the head of the unit, or of the department where the unit has none."""
    heads = User.objects.filter(postings__unit=unit, postings__is_head=True)
    head = heads.first() or people["cuong"]
    return head.full_name


def plan_class(row: dict[str, Any], city: City) -> Class:
    """Note in the diary what happens to the class until today."""
    days = city.days
    made = Class(row, city, days.off(row["starts"]), days.off(row["ends"]))
    before = min(days.off(row["starts"] - 28), days.off(-7))
    sent = min(days.off(row["starts"] - 12), days.off(-3))
    city.diary.note(at(before, 9), lambda: _open(made, before))
    if row["state"] != "draft":
        city.diary.note(at(before, 10), lambda: _announce(made))
    for code, count in row["from"].items():
        for sender in city.people.communes if code == COMMUNES else [code]:
            city.diary.note(at(sent, 9), partial(_send, made, sender, count, sent))
    _plan_states(made)
    return made


def _plan_states(made: Class) -> None:
    row, diary, days = made.row, made.city.diary, made.city.days
    ends = at(made.ends, 17)
    if row["state"] in {"running", "closed", "recognised", "archived"}:
        diary.note(
            at(made.starts, 7), lambda: change_state(cohort=made.cohort, to=S.RUNNING, by=made.by)
        )
        diary.note(at(made.starts, 7.5), lambda: _plan_attendance(made))
    if row["state"] in {"closed", "recognised", "archived"}:
        after = ends + dt.timedelta(days=1)
        diary.note(after, lambda: change_state(cohort=made.cohort, to=S.CLOSED, by=made.by))
    if row["state"] == "cancelled":
        day = at(days.off(row["starts"] - 4), 14)
        diary.note(day, lambda: _cancel(made))
    if row["state"] == "postponed":
        day = at(days.off(row["starts"] - 2), 14)
        diary.note(day, lambda: _postpone(made))
    if row.get("replaced_trainer"):
        diary.note(at(days.off(-12), 9), lambda: _replace_trainer(made))


def _open(made: Class, day: dt.date) -> None:
    row, city = made.row, made.city
    organiser = city.people.units[row["organiser"]]
    data = CohortData(
        code=row["code"],
        name=row["name"],
        starts_on=made.starts,
        ends_on=made.ends,
        place=row["place"],
        seats=row.get("seats"),
        is_self_paced=row.get("self_paced", False),
    )
    decision = None
    if row["state"] != "draft":
        decision = city.decision(DecisionKind.OPENING, organiser, day, made.by)
    cohort = open_cohort(
        version=city.versions[row["course"]],
        organiser=organiser,
        data=data,
        by=made.by,
        opening_decision=decision,
    )
    city.cohorts[row["code"]] = cohort
    _staff(made, day)
    between = city.days.working(made.starts, made.ends)
    for meeting in timetable(_plan_of(made), between):
        session = SessionData(
            title=meeting.title,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            place=row["place"],
            periods=meeting.periods,
            trainer_id=city.people[row["trainer"]].pk,
        )
        add_session(cohort=cohort, data=session, by=made.by)


def _plan_of(made: Class) -> list[Planned]:
    """Return the course's own plan of its meetings, or as many mornings as the class's row says."""
    course = made.row["course"]
    count = made.row["sessions"]
    if not count:
        return []
    titles = [
        module.title_vi
        for module in made.city.versions[course].modules.order_by("position")
        if module.periods_class
    ] or [made.row["name"]]
    return read_plan(course) or plain_plan(titles, count)


def _staff(made: Class, day: dt.date) -> None:
    roles = [
        (Role.TRAINER, made.row["trainer"]),
        (Role.TRAINER, made.row.get("second_marker")),
        (Role.CLASS_SUPERVISOR, made.row.get("supervisor")),
    ]
    for role, code in roles:
        if code:
            person = made.city.people[code]
            add_staff(cohort=made.cohort, person=person, role=role, since=day, by=made.by)


def _announce(made: Class) -> None:
    change_state(cohort=made.cohort, to=S.ANNOUNCED, by=made.by)
    if made.row["state"] != "announced":
        change_state(cohort=made.cohort, to=S.ENROLLING, by=made.by)


def _send(made: Class, code: str, count: int, day: dt.date) -> None:
    people = made.city.people
    sender = people[SENDERS.get(code, "quang")]
    chosen = _chosen(made, code, count)
    if not chosen:
        return
    decision = made.city.decision(DecisionKind.SENDING, people.units[code], day, sender)
    enrol_many(
        cohort=made.cohort,
        people=people.with_units(chosen),
        by=sender,
        source=EnrolmentSource.FILE if count >= FROM_A_FILE else EnrolmentSource.TICKED,
        decision=decision,
    )


def _chosen(made: Class, code: str, count: int) -> list[User]:
    people, row = made.city.people, made.row
    named = _named(row, people)
    below = people.serving(code)
    first = [person for person in named if person in below]
    busy = {row["trainer"], row["by"], row.get("supervisor"), "cuong"}
    course = made.city.versions[row["course"]].course_id
    learned = Enrolment.objects.in_force().filter(cohort__course=course)
    known = set(learned.values_list("learner_id", flat=True))
    for other in made.city.rows:  # who is named for another class of the course waits for it
        if other["course"] == row["course"]:
            known.update(person.pk for person in _named(other, people))
    others = sorted(
        (one for one in below if one.pk not in known and one.username not in busy),
        key=lambda person: number(f"{row['code']} {person.username}", 10**9),
    )
    return [*first, *others][:count]


def _named(row: dict[str, Any], people: People) -> list[User]:
    """Return whom the row of a class names, by code or by what is noted of them."""
    named = [people[who] for who in row.get("cast", {})]
    return named + [person for note in row.get("notes", []) for person in people.notes[note]]


def _plan_attendance(made: Class) -> None:
    for session in made.cohort.sessions.filter(cancelled_at=None):
        moment = session.starts_at + dt.timedelta(minutes=30)
        made.city.diary.note(moment, partial(_attend, made, session))


def _attend(made: Class, session: Session) -> None:
    places = Enrolment.objects.in_force().filter(cohort=made.cohort).exclude(learner=made.keeper)
    marks = {}
    for place in places:
        drawn = number(f"attends {session.pk} {place.learner_id}", 100)
        reason = Attendance.Status.EXCUSED if drawn % 3 else Attendance.Status.UNEXCUSED
        marks[place.pk] = Attendance.Status.PRESENT if drawn < PRESENT_PERCENT else reason
    record_attendance(session=session, marks=marks, by=made.keeper)


def _cancel(made: Class) -> None:
    cancel_cohort(cohort=made.cohort, by=made.by, decision=None, reason=made.row["reason"])


def _postpone(made: Class) -> None:
    later, days = made.row["later"], made.city.days
    postpone(
        cohort=made.cohort,
        by=made.by,
        decision=None,
        reason=made.row["reason"],
        starts_on=days.off(later),
        ends_on=days.off(later + 25),
    )


def _replace_trainer(made: Class) -> None:
    staff = made.cohort.staff.get(role=Role.TRAINER, until=None)
    person = made.city.people[made.row["replaced_trainer"]]
    replace_staff(staff=staff, person=person, on=made.city.days.off(-11), by=made.by)
