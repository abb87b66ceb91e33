"""Makers of classes with an assignment."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Unit, User
from assessment.actions import works
from assessment.actions.appeals import ask_appeal
from assessment.actions.blind_marks import mark_blind
from assessment.actions.gradebook import ItemSpec, set_scheme
from assessment.actions.grades import release
from assessment.actions.marking_plans import PlanSpec, set_plan
from assessment.actions.marks import mark
from assessment.actions.resits import ResitPlan, open_resit
from assessment.gradebook import Item, scheme_of
from assessment.models import Appeal, Assignment, GradeItem, Mark, Resit, Submission
from courses.actions import publish
from courses.models import Block
from enrolments.models import Cohort, Enrolment
from tests.courses.make import make_draft
from tests.make import make_cohort, make_course, make_enrolment, make_user, staff
from tests.people import Cast

CRITERIA = [
    {"key": "noi-dung", "name": "Nội dung", "points": "6", "hint": "Đủ ý"},
    {"key": "trinh-bay", "name": "Trình bày", "points": "4", "hint": ""},
]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154"
    "789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass
class Task:
    """A class whose course asks for one work."""

    cohort: Cohort
    place: Enrolment
    key: uuid.UUID
    by: User
    unit: Unit

    @property
    def url(self) -> str:
        return reverse("works:work", args=[self.place.pk, self.key])

    def another(self, name: str = "", **fields: Any) -> Enrolment:
        learner = make_user(name, unit=self.unit)
        return make_enrolment(self.cohort, learner, by=self.by, unit=self.unit, **fields)

    def handed_in(self, place: Enrolment | None = None, text: str = "Bài thu hoạch.") -> Submission:
        place = place or self.place
        draft = works.start_draft(enrolment=place, assignment_key=self.key, by=place.learner)
        works.save_draft(submission=draft, text=text, revision=draft.revision, by=place.learner)
        return works.hand_in(submission=draft, by=place.learner)

    def marked(self, work: Submission, by: User, comment: str = "Tốt.") -> Mark:
        points = {"noi-dung": Decimal(5), "trinh-bay": Decimal(3)}
        return mark(submission=work, by=by, points=Decimal(0), criteria=points, comment=comment)


def make_task(cast: Cast, *, criteria: Any = None, **fields: Any) -> Task:
    """Return a running class of the cast's learner, taught by the cast's trainer."""
    by = cast.training_officer
    draft = make_draft(make_course(cast.provider), by=by)
    lesson = draft.lessons.first()
    assert lesson is not None
    block = Block.objects.create(version=draft, lesson=lesson, position=9, kind="assignment")
    Assignment.objects.create(
        version=draft,
        key=block.key,
        title_vi="Bài thu hoạch cuối khóa",
        brief="Viết về **chuyển đổi số** ở đơn vị.",
        criteria=CRITERIA if criteria is None else criteria,
        **({"takes_audio": True} | fields),
    )
    version = publish(version=draft, by=by, change_note="Bản đầu tiên")
    cohort = make_cohort(version, by=by, organiser=cast.provider.unit, state="running")
    staff(cohort, cast.trainer)
    place = make_enrolment(cohort, cast.learner, by=by, unit=cast.ward)
    return Task(cohort, place, block.key, by, cast.ward)


def make_released(cast: Cast, by: User) -> Task:
    """Return a class whose learner's work was marked by somebody, and the result released."""
    task = make_task(cast)
    task.marked(task.handed_in(), by)
    release(cohort=task.cohort, component_key=task.key, by=cast.training_officer)
    return task


def make_appeal(cast: Cast) -> Appeal:
    """Return an open appeal of the learner against a mark given by an outsider."""
    task = make_released(cast, cast.stranger)
    reason = "Tiêu chí Nội dung: phần ví dụ chưa được tính."
    return ask_appeal(enrolment=task.place, key=task.key, reason=reason, by=cast.learner)


def make_failed(cast: Cast, points: Decimal = Decimal(4)) -> Task:
    """Return a class whose learner did not reach the pass mark, and knows it."""
    task = make_task(cast)
    criteria = {"noi-dung": points, "trinh-bay": Decimal(0)}
    mark(
        submission=task.handed_in(),
        by=cast.trainer,
        points=Decimal(0),
        criteria=criteria,
        comment="",
    )
    release(cohort=task.cohort, component_key=task.key, by=cast.training_officer)
    return task


def make_resit(task: Task, *, by: User, rule: str = "best", **fields: Any) -> Resit:
    """Return a resit of the learner of a class."""
    plan = ResitPlan(
        held_at=fields.pop("held_at", timezone.now() - dt.timedelta(hours=2)),
        place="Hội trường B",
        rule=rule,
        document="15/QĐ-HVCB",
        places=fields.pop("places", [task.place.pk]),
    )
    return open_resit(cohort=task.cohort, key=task.key, plan=plan, by=by)


def make_judged_twice(cast: Cast) -> Submission:
    """Return a work whose two marks are far apart; the training officer is to decide."""
    task = make_task(cast)
    markers = [make_user("Giảng Viên Một"), make_user("Giảng Viên Hai")]
    for marker in markers:
        staff(task.cohort, marker)
    work = task.handed_in()
    spec = PlanSpec(is_double=True, moderator=task.by, markers=markers)
    set_plan(cohort=task.cohort, key=task.key, spec=spec, by=task.by)
    for marker, points in zip(markers, (Decimal(1), Decimal(4)), strict=True):
        criteria = {"noi-dung": points, "trinh-bay": points}
        mark_blind(submission=work, by=marker, points=Decimal(0), criteria=criteria, comment="")
    return work


def make_paper_item(
    cohort: Cohort, *, by: User, title: str = "Thi vấn đáp", **fields: Any
) -> GradeItem:
    """Return a component on paper beside the work of the course; scale 10, pass mark 50 %."""
    scheme = scheme_of(cohort)
    kept = [_as_it_is(item) for item in scheme.items]
    told: dict[str, Any] = {
        "weight": Decimal(1), "is_required": True, "max_points": Decimal(10)
    }  # fmt: skip
    told |= fields
    paper = ItemSpec(None, title_vi=title, pass_percent=50, **told)
    row = set_scheme(
        cohort=cohort,
        revision=scheme.revision,
        method=scheme.method,
        drop_lowest=scheme.drop_lowest,
        least_percent=scheme.least_percent,
        items=[*kept, paper],
        by=by,
    )
    return row.items.get(title_vi=title)


def _as_it_is(item: Item) -> ItemSpec:
    spec = ItemSpec(item.key, item.weight, item.is_required)
    if not item.is_on_paper:
        return spec
    return replace(
        spec,
        title_vi=item.title_vi,
        title_en=item.title_en,
        max_points=item.max_points,
        pass_percent=item.pass_percent,
    )


def upload(name: str, content: bytes) -> io.BytesIO:
    """Return a file as a browser sends it."""
    file = io.BytesIO(content)
    file.name = name
    return file
