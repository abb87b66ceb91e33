"""One of everything: the cast, a class under way with its test, an ended one with its papers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import send_mail
from django.db.models import Manager, Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.actions.absences import enter_absence
from accounts.actions.merging import merge_people
from accounts.actions.reorganising import Outcome, Wanted, begin
from accounts.imports.source import KIND as PEOPLE
from accounts.models import (
    Absence,
    CorrectionRequest,
    PersonMerge,
    Posting,
    Reorganisation,
    RoleGrant,
    User,
)
from accounts.permissions import Role
from admissions.actions.settings import name_deputy
from admissions.models import Application, Deputy
from assessment.actions.attempts import start, submit
from assessment.actions.comments import keep_comment
from assessment.actions.extensions import extend
from assessment.actions.script_codes import code_scripts
from assessment.actions.works import start_draft
from assessment.models import (
    Appeal,
    Attempt,
    ExamRoom,
    Extension,
    GradeItem,
    Question,
    QuizItem,
    Resit,
    ScriptCoding,
    StockComment,
    Submission,
)
from audit.models import AuditEvent
from certificates.actions.endings import ask_replacement
from certificates.models import Certificate, Recognition, RecognitionLine, Replacement
from courses.block_kinds import CAPTIONS_SALT
from courses.models import Block, CourseStaff, CourseVersion, Lesson
from enrolments.actions.feeds import token_of
from enrolments.actions.questions import ask
from enrolments.actions.requests import Asked, ask_about
from enrolments.imports.source import KIND
from enrolments.models import (
    CalendarFeed,
    CohortStaff,
    DutyRequest,
    Enrolment,
    LessonQuestion,
    Obligation,
    OutsideTraining,
    RoundAnswer,
    Session,
)
from files.accept import ACCEPTS
from files.actions import open_session
from files.models import UploadSession
from jobs.models import BulkChange, Job, Outbox
from lms.clock import today
from notifications.mail import UNSUBSCRIBE_SALT
from notifications.models import InboxItem, Notice
from reference.models import Code
from reporting import mailbox
from reporting.models import PlanShare, ProgrammeTask
from requirements.models import Requirement
from surveys.actions.rounds import answer
from surveys.models import SurveyRound
from tests.admissions.make import make_application
from tests.assessment.make import Room, make_quiz_draft, make_room, mark_all, open_exam_room
from tests.assessment.works import (
    Task,
    make_appeal,
    make_failed,
    make_judged_twice,
    make_paper_item,
    make_resit,
    make_task,
)
from tests.certificates.make import Ended, decided, make_ended, make_paper
from tests.enrolments.outside import make_declared
from tests.enrolments.rounds import make_answer_with_papers
from tests.make import LONG_AGO, make_course, make_user, staff
from tests.people import Cast, make_cast, signed_in_as
from tests.reporting.make import make_programme, make_sent_plan, share_of
from tests.requirements.make import make_audience, make_requirement
from tests.surveys.make import learner_of, make_round, said

Row = TypeVar("Row", bound=Model)
ONE_MONTH = dt.timedelta(days=30)


def first(rows: QuerySet[Row] | Manager[Row]) -> Row:
    """Return the first of rows that are there."""
    row = rows.first()
    assert row is not None
    return row


@dataclass
class World:
    """What the sweeps walk through."""

    cast: Cast
    room: Room
    attempt: Attempt
    attempt_over: Attempt
    draft: CourseVersion
    course_staff: CourseStaff
    question: Question
    session: Session
    named: CohortStaff
    asked: LessonQuestion
    ended: Ended
    handed_in: Submission
    written: Submission
    judged_twice: Submission
    stock_comment: StockComment
    survey_round: SurveyRound
    to_mark: Submission
    recognition: Recognition
    paper: Certificate
    replacement: Replacement
    correction: CorrectionRequest
    item: InboxItem
    job: Job
    change: BulkChange
    dead: Outbox
    upload: UploadSession
    event: AuditEvent
    share: PlanShare
    answer: RoundAnswer
    task: ProgrammeTask
    exam_room: ExamRoom
    appeal: Appeal
    paper_item: GradeItem
    coding: ScriptCoding
    extension: Extension
    resit: Resit
    absence: Absence
    put_off: Enrolment
    declared: OutsideTraining
    people_file: BulkChange
    duty_request: DutyRequest
    requirement: Requirement
    application: Application
    deputy: Deputy
    reorganisation: Reorganisation
    twin: User
    merge: PersonMerge

    @property
    def lesson(self) -> Lesson:
        """Return the first lesson of the class under way."""
        return first(self.room.cohort.version.lessons)

    @property
    def draft_lesson(self) -> Lesson:
        """Return the first lesson of the draft."""
        return first(self.draft.lessons)

    @property
    def draft_block(self) -> Block:
        """Return a block of text of the draft."""
        return first(self.draft.blocks.filter(kind="text"))

    @property
    def draft_quiz(self) -> Block:
        """Return the test of the draft."""
        return self.draft.blocks.get(kind="quiz")

    @property
    def draft_item(self) -> QuizItem:
        """Return the first question of the test of the draft."""
        return first(QuizItem.objects.filter(quiz__version=self.draft))

    @property
    def posting(self) -> Posting:
        """Return the learner's post."""
        return self.cast.learner.postings.get()

    @property
    def grant(self) -> RoleGrant:
        """Return a role of the officer of the ward."""
        return self.cast.hr.role_grants.get()

    @property
    def line(self) -> RecognitionLine:
        """Return the learner's result."""
        return self.recognition.lines.get()

    @property
    def letter(self) -> str:
        """Return the name of a file with a letter; the mail of a demonstration goes to files."""
        return mailbox.newest()[0].file

    @property
    def reset_link(self) -> tuple[str, str]:
        """Return the two parts of a link that resets the learner's password."""
        learner = self.cast.learner
        key = urlsafe_base64_encode(force_bytes(learner.pk))
        return key, default_token_generator.make_token(learner)

    @property
    def feed_token(self) -> str:
        """Return the last part of the address of the learner's calendar."""
        return token_of(CalendarFeed.objects.get(person=self.cast.learner))

    def captions_for(self, person: User) -> str:
        """Return the token of a video's captions as the person's page names it."""
        block = self.room.cohort.version.blocks.first()
        assert block is not None
        return signing.dumps((block.pk, person.pk), salt=CAPTIONS_SALT)

    @property
    def unsubscribe_token(self) -> str:
        """Return the token of a letter to the learner."""
        return signing.dumps({"person": self.cast.learner.pk, "kinds": []}, salt=UNSUBSCRIBE_SALT)


def make_world() -> World:
    """Make it, by actions where what follows depends on them."""
    cast = make_cast()
    room = make_room(cast, course=make_course(cast.provider), attempts_allowed=2)
    over = room.begin()
    submit(attempt=over, by=cast.learner)
    mark_all()
    question = Question.objects.filter(bank__course=room.cohort.course).first()
    assert question is not None
    ended = make_ended(cast)
    passed = ended.enrol(cast.learner)
    recognition = decided(ended)
    task = make_task(cast)
    handed_in = task.handed_in()
    paper = make_paper(ended, passed)
    CalendarFeed.objects.create(person=cast.learner)
    send_mail("Thử", "Nội dung thư", "a@b.vn", ["hanh@x.vn"])
    return World(
        cast=cast,
        room=room,
        attempt=start(enrolment=room.enrolment, quiz_key=room.quiz.key, by=cast.learner),
        attempt_over=over,
        draft=make_quiz_draft(by=cast.trainer, course=room.cohort.course, kinds=["single"]),
        course_staff=_course_staff(room),
        question=question,
        session=_session(room, cast),
        named=staff(room.cohort, cast.supervisor, Role.CLASS_SUPERVISOR),
        asked=_asked(room),
        ended=ended,
        handed_in=handed_in,
        written=start_draft(enrolment=task.place, assignment_key=task.key, by=cast.learner),
        survey_round=_answered_survey(cast),
        stock_comment=keep_comment(text="Cần nêu căn cứ.", by=cast.trainer),
        judged_twice=make_judged_twice(cast),
        to_mark=task.handed_in(task.another("Lê Văn Tám")),
        recognition=recognition,
        paper=paper,
        replacement=_replacement(paper, cast),
        correction=_correction(cast),
        item=_item(cast.learner),
        job=Job.objects.create(kind="import", key="world", started_by=cast.hr),
        change=_change(room, cast),
        dead=Outbox.objects.create(task="world", key="world", dead_at=timezone.now()),
        upload=_upload(cast.learner),
        event=AuditEvent.objects.order_by("pk")[0],
        share=share_of(make_sent_plan(cast)),
        answer=make_answer_with_papers(room.cohort, cast),
        task=make_programme(cast).tasks.get(),
        exam_room=open_exam_room(room, by=cast.trainer),
        appeal=make_appeal(cast),
        put_off=task.another(
            "Trịnh Văn Hoãn", state="deferred", deferred_until=today() + dt.timedelta(days=9)
        ),
        declared=make_declared(cast.learner),
        paper_item=make_paper_item(task.cohort, by=cast.training_officer),
        coding=_coding(task, cast),
        extension=extend(
            enrolment=room.enrolment,
            component_key=room.quiz.key,
            by=cast.trainer,
            extra_minutes=5,
            reason="Mất điện",
        ),
        resit=make_resit(make_failed(cast), by=cast.training_officer),
        absence=_absence(cast),
        people_file=_people_file(cast),
        duty_request=_duty_request(room),
        requirement=make_requirement(
            make_audience(cast.ward, by=cast.hr), room.cohort.course, by=cast.hr
        ),
        application=make_application(cast),
        deputy=name_deputy(
            person=cast.manager, deputy=cast.stranger, since=today() + ONE_MONTH, until=None
        ),
        reorganisation=_reorganisation(cast),
        twin=make_user(cast.learner.full_name, unit=cast.ward),
        merge=merge_people(
            kept=cast.stranger,
            ended=make_user(cast.stranger.full_name, unit=cast.other_ward),
            take={},
            by=cast.other_hr,
        ),
    )


def _absence(cast: Cast) -> Absence:
    kind = Code.objects.get(list="absence", code="biet_phai")
    since = today() - dt.timedelta(days=9)
    return enter_absence(
        person=cast.learner, kind=kind, since=since, until=today(), document="7/QĐ", by=cast.hr
    )


def _coding(task: Task, cast: Cast) -> ScriptCoding:
    by = cast.training_officer
    item = make_paper_item(task.cohort, by=by, title="Thi viết")
    return code_scripts(cohort=task.cohort, key=item.component_key, by=by)


def _reorganisation(cast: Cast) -> Reorganisation:
    wanted = Wanted(
        act="split",
        since=today(),
        sources=[cast.other_ward],
        targets=[Outcome("Phường Một", "26801"), Outcome("Phường Hai", "26802")],
        decision_number="12/QĐ-UBND",
        decision_on=today(),
    )
    made = begin(wanted=wanted, by=cast.administrator)
    planned = BulkChange.objects.filter(reorganisation=made)
    planned.update(state="planned", counts={"included": 1})
    return made


def _answered_survey(cast: Cast) -> SurveyRound:
    """Return a survey with names: one answer shows, and the learner may still give theirs."""
    row = make_round(cast, is_anonymous=False)
    answer(survey_round=row, by=learner_of(row, cast), answers=said(8, 9))
    return row


def _course_staff(room: Room) -> CourseStaff:
    guest = make_user("Giảng viên Thỉnh giảng")
    return CourseStaff.objects.create(
        course=room.cohort.course, user=guest, role=Role.TRAINER, since=LONG_AGO
    )


def _session(room: Room, cast: Cast) -> Session:
    at = timezone.now() - dt.timedelta(hours=4)
    return Session.objects.create(
        cohort=room.cohort,
        number=1,
        title="Khai giảng",
        starts_at=at,
        ends_at=at + dt.timedelta(hours=3),
        place="Phòng 2.1",
        trainer=cast.trainer,
    )


def _asked(room: Room) -> LessonQuestion:
    lesson = room.cohort.version.lessons.first()
    assert lesson is not None
    words = "Kiểm chứng câu trả lời bằng cách nào?"
    return ask(enrolment=room.enrolment, lesson_key=lesson.key, body=words, by=room.learner)


def _replacement(paper: Certificate, cast: Cast) -> Replacement:
    return ask_replacement(
        certificate=paper,
        cause="lost",
        reason="Mất khi chuyển trụ sở",
        original_returned=False,
        requested_on=today(),
        by=cast.training_officer,
    )


def _correction(cast: Cast) -> CorrectionRequest:
    return CorrectionRequest.objects.create(
        person=cast.learner, field="mobile", new_value="0900000000"
    )


def _item(person: User) -> InboxItem:
    notice = Notice.objects.create(
        person=person,
        kind="lesson_question_asked",
        subject="world",
        due_on=today(),
        send_at=timezone.now(),
    )
    return InboxItem.objects.create(
        person=person, notice=notice, title="Có thông báo", created_at=timezone.now(), url="/"
    )


def _change(room: Room, cast: Cast) -> BulkChange:
    """Upload a list as the officer of the ward does; its columns are still to be confirmed."""
    sheet = SimpleUploadedFile(
        "danh-sach.csv", "Mã cán bộ;Họ và tên\nhanh;Nguyễn Thị Hạnh\n".encode()
    )
    address = reverse("enrolments:import_upload", args=[room.cohort.pk])
    signed_in_as(cast.hr).post(address, {"file": sheet})
    return BulkChange.objects.get(kind=KIND)


def _duty_request(room: Room) -> DutyRequest:
    duty = Obligation.objects.get(enrolment=room.enrolment)
    asked = Asked(kind="exemption", reason="Nghỉ thai sản")
    return ask_about(obligation=duty, asked=asked, by=room.learner)


def _people_file(cast: Cast) -> BulkChange:
    """Send a file of people as the officer of the ward does; its columns are to be confirmed."""
    sheet = SimpleUploadedFile(
        "nhan-su.csv", "Mã cán bộ;Họ và tên\nhanh;Nguyễn Thị Hạnh\n".encode()
    )
    sent = {"file": sheet, "since": today().isoformat(), "mode": "changes"}
    signed_in_as(cast.hr).post(reverse("accounts:people_upload"), sent)
    return BulkChange.objects.get(kind=PEOPLE)


def _upload(person: User) -> UploadSession:
    return open_session(
        name="bai.pdf", size=10, by=person, accept=ACCEPTS["documents"], purpose="upload"
    )
