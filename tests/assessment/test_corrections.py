"""A wrong key is set right beside the published test, and what was marked is marked again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from assessment.actions.corrections import PLACE, propose_key
from assessment.actions.grades import record_grade
from assessment.correcting import CorrectionKind
from assessment.errors import Refused
from assessment.models import Attempt, GradeCell, GradeEntry, KeyCorrection, Quiz
from assessment.models.grades import GradeSource
from audit.models import AuditEvent
from certificates.models import SignatoryPost
from jobs.models import BulkChange, Outbox
from jobs.slices import run_slice
from tests.assessment.make import SINGLE, Room, make_room, mark_all
from tests.certificates.make import Ended, make_paper
from tests.make import LONG_AGO, grant, make_course, make_enrolment, make_user, make_version
from tests.people import Cast, signed_in_as

Browser = Callable[[User], Client]
WHY = "Đáp án nhầm"


@pytest.fixture
def room(cast: Cast) -> Room:
    return make_room(cast, attempts_allowed=2)


def sit(room: Room, client: Client, choice: str) -> None:
    """Answer one question of nine, hand in, have it marked."""
    number = room.begin().number
    sent = {"question": str(room.key_of("single")), "revision": 1, "choice": [choice]}
    client.post(room.url("save", number), sent, headers={"accept": "application/json"})
    client.post(room.url("hand_in", number))
    mark_all()


def keys_url(room: Room, kind: str = "single") -> str:
    args = [room.enrolment.version_id, room.quiz.key, room.key_of(kind)]
    return reverse("assessment:correct_key", args=args)


def propose(room: Room, by: User, choice: str = "d4e5f6") -> BulkChange:
    """Propose another key through the page, and have its effects worked out."""
    answer = signed_in_as(by).post(keys_url(room), {"correct": choice, "reason": WHY})
    assert answer.status_code == 302, answer.content.decode()
    run_job()
    return BulkChange.objects.latest("pk")


def ended_of(room: Room, cast: Cast) -> Ended:
    """Return the class as one whose papers Khánh signs."""
    post = SignatoryPost.objects.create(
        provider=cast.provider, person=cast.signatory, title="Giám đốc", since=LONG_AGO
    )
    return Ended(cast, room.cohort, Quiz.objects.get(version=room.cohort.version), post)


def step(change: BulkChange, by: User, name: str) -> None:
    """Press a button of the change's page and have the work done."""
    assert signed_in_as(by).post(reverse(f"jobs:{name}", args=[change.pk])).status_code == 302
    run_job()
    change.refresh_from_db()


def correct(room: Room, by: User, choice: str = "d4e5f6") -> BulkChange:
    change = propose(room, by, choice)
    step(change, by, "confirm")
    return change


def run_job() -> None:
    while row := Outbox.objects.undone().filter(task="jobs.run_slice").first():
        assert row.take_lease()
        run_slice(row)


def grade(room: Room) -> float:
    return float(GradeCell.objects.get(component_key=room.quiz.key).entry.points)


def counted() -> float:
    """Return the points of the only attempt."""
    return float(Attempt.objects.get().points or 0)


def test_a_correction_is_shown_first_then_marks_again_and_can_be_undone(
    room: Room, cast: Cast, browser: Browser
) -> None:
    sit(room, browser(room.learner), "d4e5f6")
    change = propose(room, cast.trainer)
    assert (grade(room), KeyCorrection.objects.count()) == (0, 0)
    page = signed_in_as(cast.trainer).get(reverse("jobs:change", args=[change.pk]))
    shown = page.content.decode()
    assert "0% → 11,11%" in shown
    assert "Luật Trí tuệ nhân tạo → Luật Đất đai" in shown
    assert room.learner.full_name in shown
    step(change, cast.trainer, "confirm")
    assert (grade(room), counted()) == (1, 1)
    entry = GradeEntry.objects.get(source="correction")
    assert (entry.given_by, entry.reason) == (cast.trainer, WHY)
    assert AuditEvent.objects.get(action="correct_key").reason == WHY
    step(change, cast.trainer, "preview_undo")
    assert change.counts["undo"] == {"reversible": 2, "kept": 0}
    step(change, cast.trainer, "undo")
    assert (change.state, grade(room), counted()) == ("undone", 0, 0)
    assert KeyCorrection.objects.count() == 2
    assert AuditEvent.objects.filter(action="correct_key").count() == 2


def test_the_preview_counts_who_passes_who_fails_and_which_papers_rest_on_it(
    cast: Cast, browser: Browser
) -> None:
    room = make_room(cast, kinds=["single"])
    other = make_user("Lý Văn Nam", unit=cast.ward)
    place = make_enrolment(room.cohort, other, by=cast.hr, unit=cast.ward)
    sit(room, browser(room.learner), "a1b2c3")
    sit(Room(room.quiz, room.cohort, place, other), browser(other), "d4e5f6")
    paper = make_paper(ended_of(room, cast), room.enrolment)
    change = propose(room, cast.training_officer)
    told = {effect.text: effect.count for effect in CorrectionKind().describe(change)}
    assert list(told.values()) == [2, None, 1, 1, 1]
    row = change.rows.get(target_id=room.enrolment.pk, target_type=PLACE)
    assert paper.register_number in row.message


def test_names_of_other_classes_stay_hidden(room: Room, cast: Cast, browser: Browser) -> None:
    sit(room, browser(room.learner), "d4e5f6")
    author = make_user("Tác giả")
    grant(author, Role.TRAINER, cast.provider.unit, scope="provider")
    row = propose(room, author).rows.get(target_type=PLACE)
    assert row.label.startswith(Attempt.objects.get().receipt)
    assert room.learner.full_name not in row.label


def test_an_attempt_marked_since_the_preview_is_marked_again_too(
    room: Room, cast: Cast, browser: Browser
) -> None:
    change = propose(room, cast.trainer)
    sit(room, browser(room.learner), "d4e5f6")
    step(change, cast.trainer, "confirm")
    assert grade(room) == 1


def test_the_best_attempt_counts_after_a_correction_too(
    room: Room, cast: Cast, browser: Browser
) -> None:
    client = browser(room.learner)
    sit(room, client, "a1b2c3")
    sit(room, client, "d4e5f6")
    assert GradeCell.objects.get().entry.attempt == Attempt.objects.get(number=1)
    correct(room, cast.trainer)
    assert [row.points for row in Attempt.objects.order_by("number")] == [0, 1]
    assert grade(room) == 1
    assert not GradeEntry.objects.filter(source="correction").exists()


def judge(room: Room, by: User) -> None:
    record_grade(
        enrolment=room.enrolment,
        component_key=room.quiz.key,
        points=Decimal(3),
        max_points=Decimal(6),
        is_passed=True,
        source=GradeSource.CORRECTION,
        by=by,
        reason="Thi lại",
    )


def test_what_a_person_judged_stands(room: Room, cast: Cast, browser: Browser) -> None:
    sit(room, browser(room.learner), "d4e5f6")
    judge(room, cast.trainer)
    correct(room, cast.trainer)
    assert grade(room) == 3


def test_an_undo_keeps_a_grade_entered_since(room: Room, cast: Cast, browser: Browser) -> None:
    sit(room, browser(room.learner), "d4e5f6")
    change = correct(room, cast.trainer)
    judge(room, cast.trainer)
    step(change, cast.trainer, "preview_undo")
    assert change.counts["undo"] == {"reversible": 1, "kept": 1}
    step(change, cast.trainer, "undo")
    assert grade(room) == 3
    assert change.rows.get(state="kept").target_id == room.enrolment.pk


def test_a_key_corrected_again_since_is_not_undone(room: Room, cast: Cast) -> None:
    first = correct(room, cast.trainer)
    correct(room, cast.training_officer, "a1b2c3")
    step(first, cast.trainer, "preview_undo")
    assert first.counts["undo"] == {"reversible": 0, "kept": 1}


def test_the_key_in_force_changes_nothing(room: Room, cast: Cast) -> None:
    change = propose(room, cast.trainer, "a1b2c3")
    assert change.counts == {"verdicts": {"same": 1}, "included": 0}


def test_every_kind_of_question_has_its_form_and_none_changes_what_was_asked(
    room: Room, cast: Cast
) -> None:
    client = signed_in_as(cast.trainer)
    sent: dict[str, dict[str, Any]] = {
        "multiple": {"correct": ["k3", "k4"]},
        "true_false": {"correct": "false"},
        "short_text": {"accepted": "Đáp án khác"},
        "numeric": {"value": "5", "tolerance": "1"},
        "matching": {"pair_l1": "r3", "pair_l2": "r1"},
        "ordering": {"place_s9": "2", "place_s2": "1", "place_s7": "3", "place_s4": "4"},
        "cloze": {"gap_g1": "Tên khác|tên ấy", "gap_g2": "#12 ± 1", "gap_g3": "c1"},
        "categorise": {"group_i7": "x2", "group_i3": "x1", "group_i5": "x1"},
    }
    for kind, fields in sent.items():
        url = keys_url(room, kind)
        assert client.get(url).status_code == 200
        assert client.post(url, {**fields, "reason": WHY}).status_code == 302, kind
        assert client.post(url, {"reason": WHY}).status_code == 422, kind
        assert client.post(url, fields).status_code == 422, kind
    run_job()
    for change in BulkChange.objects.all():
        step(change, cast.trainer, "confirm")
    twice = dict.fromkeys(sent["ordering"], "1")
    assert client.post(keys_url(room, "ordering"), {**twice, "reason": WHY}).status_code == 422
    held = room.quiz.corrected()
    right = {row.kind: row.owner.key(row.data) for row in held.questions}
    assert right["cloze"] == ["(1) Tên khác / tên ấy", "(2) 12 ± 1", "(3) chưa đúng"]
    assert right["ordering"][0] == "1. Thẩm định"
    for before in room.quiz.questions:
        after, order = held.by_key[before.key], before.owner.option_keys(before.data)
        assert before.owner.public(before.data, order) == after.owner.public(after.data, order)
        assert (before.data == after.data) == (before.kind == "single")


def test_what_learners_were_asked_never_changes(room: Room, cast: Cast) -> None:
    options = [{**row, "text": row["text"] + "!"} for row in SINGLE["options"]]
    with pytest.raises(Refused):
        propose_key(
            version=room.enrolment.version,
            quiz_key=room.quiz.key,
            question_key=room.key_of("single"),
            data={**SINGLE, "options": options, "correct": ["d4e5f6"]},
            reason=WHY,
            by=cast.trainer,
        )


def test_an_own_attempt_is_left_to_another(room: Room, cast: Cast, browser: Browser) -> None:
    grant(room.learner, Role.TRAINER, cast.provider.unit, scope="provider")
    number = room.begin().number
    client = browser(room.learner)
    refused = client.post(keys_url(room), {"correct": "d4e5f6", "reason": WHY})
    assert refused.status_code == 422
    client.post(room.url("hand_in", number))
    mark_all()
    sit(room, client, "d4e5f6")
    change = correct(room, room.learner)
    own = change.rows.get(target_type=PLACE)
    assert (own.verdict, own.included, grade(room)) == ("error", False, 0)
    # The key holds already: another person's proposal of the same finds who was left out.
    step(propose(room, cast.trainer), cast.trainer, "confirm")
    assert grade(room) == 1


def test_the_list_of_keys_shows_how_questions_were_answered(
    room: Room, cast: Cast, browser: Browser
) -> None:
    sit(room, browser(room.learner), "d4e5f6")
    correct(room, cast.trainer)
    url = reverse("assessment:keys", args=[room.enrolment.version_id, room.quiz.key])
    shown = signed_in_as(cast.trainer).get(url)
    line = next(row for row in shown.context["lines"] if row.question.kind == "single")
    assert (line.key, line.answers, line.share, line.is_corrected) == (
        ["Luật Đất đai"],
        1,
        100,
        True,
    )
    assert WHY in shown.content.decode()


def test_a_draft_is_edited_not_corrected(room: Room, cast: Cast) -> None:
    draft = make_version(make_course(cast.provider), by=cast.trainer)
    args = [draft.pk, room.quiz.key, room.key_of("single")]
    url = reverse("assessment:correct_key", args=args)
    assert signed_in_as(cast.trainer).get(url).status_code == 404


def test_a_preview_asks_a_constant_number_of_questions(
    room: Room, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    change = propose(room, cast.trainer)
    kind = CorrectionKind()
    for _n in range(30):
        person = make_user(unit=cast.ward)
        place = make_enrolment(room.cohort, person, by=cast.hr, unit=cast.ward)
        Room(room.quiz, room.cohort, place, person).begin()
    Attempt.objects.update(
        state="graded",
        submitted_at=timezone.now(),
        graded_at=timezone.now(),
        points=0,
        percent=0,
        is_passed=False,
    )
    with django_assert_max_num_queries(14):
        assert len(kind.plan_slice(change, {}).rows) == 31
