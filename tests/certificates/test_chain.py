"""From a closed class to a paper in the wallet, through the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from certificates.models import Authorisation, Certificate, Recognition, RecognitionLine, Register
from enrolments.models import HoursEntry
from jobs.models import BulkChange
from lms.clock import today
from notifications.models import Notice
from tests.certificates.make import DECISION, Ended, decided, make_ended, make_learners, run_jobs
from tests.make import LONG_AGO, grant, make_provider, make_user
from tests.people import Cast, signed_in_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(cast: Cast) -> Ended:
    return make_ended(cast)


@pytest.fixture
def office(cast: Cast) -> Client:
    return signed_in_as(cast.training_officer)


def propose(office: Client, ended: Ended) -> Recognition:
    office.post(reverse("certificates:propose", args=[ended.cohort.pk]))
    return Recognition.objects.latest("pk")


def decide(office: Client, recognition: Recognition, **fields: str) -> None:
    form = {**DECISION, "issued_on": today().isoformat(), **fields}
    office.post(reverse("certificates:decide", args=[recognition.pk]), form)
    recognition.refresh_from_db()


def ask_for_issue(office: Client, ended: Ended, recognition: Recognition) -> BulkChange:
    form = {"signatory": ended.post.pk, "day": today().isoformat()}
    office.post(reverse("certificates:issue", args=[recognition.pk]), form)
    run_jobs()
    return BulkChange.objects.latest("pk")


def confirm(office: Client, change: BulkChange) -> None:
    office.post(reverse("jobs:confirm", args=[change.pk]))


def test_the_whole_chain_from_a_closed_class_to_a_paper_in_the_wallet(
    ended: Ended, cast: Cast, office: Client
) -> None:
    ended.enrol(cast.learner)
    failing = ended.enrol(make_user("Trần Thị Trượt", unit=cast.ward), grade=40)
    recognition = propose(office, ended)
    page = office.get(reverse("certificates:recognition", args=[recognition.pk])).content.decode()
    assert "Nguyễn Thị Hồng Hạnh" in page
    assert "“Bài kiểm tra cuối khóa” 40%" in page
    assert not HoursEntry.objects.exists()

    decide(office, recognition)
    run_jobs()
    failing.refresh_from_db()
    ended.cohort.refresh_from_db()
    assert (failing.result, ended.cohort.state) == ("failed", "recognised")
    entry = HoursEntry.objects.get()
    assert entry.person == cast.learner
    assert entry.evidence == "12/QĐ-HVCB"
    assert entry.closing_on == ended.cohort.ends_on

    change = ask_for_issue(office, ended, recognition)
    preview = office.get(change.get_absolute_url()).content.decode()
    assert f"0001/{today().year}/GCN-HVCB" in preview
    assert not Certificate.objects.exists()
    confirm(office, change)
    run_jobs()
    paper = Certificate.objects.get()
    assert paper.state == "awaiting"
    learner = signed_in_as(cast.learner)
    assert learner.get(reverse("certificates:detail", args=[paper.pk])).status_code == 404

    signatory = signed_in_as(cast.signatory)
    assert paper.register_number in signatory.get("/cho-ky/").content.decode()
    signatory.post(reverse("certificates:sign"), {"ids": [paper.pk]})
    paper.refresh_from_db()
    assert (paper.state, paper.signed_by) == ("issued", cast.signatory)
    wallet = learner.get(reverse("certificates:wallet")).content.decode()
    assert paper.register_number in wallet
    assert learner.get(reverse("certificates:detail", args=[paper.pk])).status_code == 200
    file = learner.get(reverse("certificates:file", args=[paper.pk]))
    assert file.status_code == 302
    kinds = Notice.objects.filter(person=cast.learner).values_list("kind", flat=True)
    assert {"certificates.result", "certificates.issued"} <= set(kinds)


def test_each_reason_is_said_in_words(ended: Ended, cast: Cast, office: Client) -> None:
    studying: dict[str, Any] = {"state": "studying", "completed_at": None, "lessons_done": 1}
    ended.enrol(make_user("Lê Văn Dở", unit=cast.ward), **studying)
    ended.enrol(make_user("Lê Văn Chưa", unit=cast.ward), grade=None)
    ended.enrol(make_user("Lê Văn Chờ", unit=cast.ward), is_released=False)
    recognition = propose(office, ended)
    found = {
        line.enrolment.learner.given_name: (line.result, line.proposed_reason)
        for line in recognition.lines.all()
    }
    assert found["Dở"] == ("not_eligible", "Hoàn thành 1/3 bài học")
    assert found["Chưa"][0] == found["Chờ"][0] == "not_eligible"
    assert found["Chưa"][1] == "Chưa làm “Bài kiểm tra cuối khóa”"
    assert found["Chờ"][1] == "Chưa công bố kết quả “Bài kiểm tra cuối khóa”"


def test_a_lesson_that_waits_for_a_failed_test_is_not_held_against_the_learner_twice(
    ended: Ended, cast: Cast, office: Client
) -> None:
    two_of_three = {"state": "studying", "completed_at": None, "lessons_done": 2}
    ended.enrol(cast.learner, grade=40, **two_of_three)
    assert propose(office, ended).lines.get().result == "failed"


def test_missing_sessions_are_counted(cast: Cast, office: Client) -> None:
    ended = make_ended(cast, min_attendance_percent=80)
    ended.enrol(cast.learner)
    line = propose(office, ended).lines.get()
    assert line.proposed_reason == "Có mặt 0/0 buổi học, yêu cầu ít nhất 80%"


def test_the_council_changes_a_line_with_a_reason_only(
    ended: Ended, cast: Cast, office: Client
) -> None:
    ended.enrol(cast.learner, grade=40)
    line = propose(office, ended).lines.get()
    url = reverse("certificates:change_line", args=[line.pk])
    assert office.post(url, {"result": "passed", "reason": ""}).status_code == 422
    office.post(url, {"result": "passed", "reason": "Phúc khảo được nâng điểm"})
    line.refresh_from_db()
    assert (line.proposed, line.result, line.changed_by) == (
        "failed",
        "passed",
        cast.training_officer,
    )
    again = propose(office, ended).lines.get()
    assert again.result == "passed"


def test_nobody_changes_or_recognises_their_own_result(ended: Ended, cast: Cast) -> None:
    ended.enrol(cast.training_officer)
    office = signed_in_as(cast.training_officer)
    recognition = propose(office, ended)
    line = recognition.lines.get()
    url = reverse("certificates:change_line", args=[line.pk])
    page = office.post(url, {"result": "failed", "reason": "Tự sửa"})
    assert page.status_code == 422
    assert "chính mình" in page.content.decode()
    decide(office, recognition)
    assert recognition.state == "proposed"
    assert not HoursEntry.objects.exists()


def test_hours_are_credited_once_however_often_the_decision_is_sent(
    ended: Ended, cast: Cast, office: Client
) -> None:
    ended.enrol(cast.learner)
    recognition = propose(office, ended)
    decide(office, recognition)
    decide(office, recognition, number="13")
    run_jobs()
    assert HoursEntry.objects.count() == 1
    assert recognition.decision
    assert recognition.decision.number == 12


def test_a_number_of_another_kind_of_decision_is_refused(
    ended: Ended, cast: Cast, office: Client
) -> None:
    ended.enrol(cast.learner)
    recognition = propose(office, ended)
    decide(office, recognition, issued_on="2999-01-01")
    assert recognition.state == "proposed"


def test_a_supplementary_recognition_takes_the_listed_persons_only(
    ended: Ended, cast: Cast, office: Client
) -> None:
    late = ended.enrol(make_user("Lê Thị Muộn", unit=cast.ward), grade=40)
    other = ended.enrol(make_user("Lê Thị Khác", unit=cast.ward), grade=40)
    passed = ended.enrol(cast.learner)
    decide(office, propose(office, ended))
    url = reverse("certificates:supplement", args=[ended.cohort.pk])
    assert office.post(url, {"places": [passed.pk]}).status_code == 422
    office.post(url, {"places": [late.pk]})
    second = Recognition.objects.latest("pk")
    assert second.number == 2
    assert [line.enrolment for line in second.lines.all()] == [late]
    other.refresh_from_db()
    assert other.result == "failed"


def test_an_open_class_proposes_nothing(cast: Cast, office: Client) -> None:
    ended = make_ended(cast, state="running")
    ended.enrol(cast.learner)
    office.post(reverse("certificates:propose", args=[ended.cohort.pk]))
    assert not Recognition.objects.exists()


@pytest.mark.parametrize(
    ("until", "kind"), [(None, "certificate"), ("2021-01-01", "completion")], ids=["held", "over"]
)
def test_only_an_authorisation_in_force_yields_a_certificate(
    until: str | None, kind: str, ended: Ended, cast: Cast, office: Client
) -> None:
    Authorisation.objects.create(
        provider=cast.provider,
        course=ended.cohort.course,
        reference="45/QĐ-BNV",
        issued_by="Bộ Nội vụ",
        since=LONG_AGO,
        until=until,
    )
    ended.enrol(cast.learner)
    recognition = decided(ended)
    confirm(office, ask_for_issue(office, ended, recognition))
    run_jobs()
    assert Certificate.objects.get().kind == kind


def test_a_double_click_issues_once(ended: Ended, cast: Cast, office: Client) -> None:
    make_learners(ended, 3)
    recognition = decided(ended)
    first = ask_for_issue(office, ended, recognition)
    second = ask_for_issue(office, ended, recognition)
    assert first == second
    confirm(office, first)
    confirm(office, first)
    run_jobs()
    third = ask_for_issue(office, ended, recognition)
    assert third.counts["included"] == 0
    assert Certificate.objects.count() == 3
    assert Register.objects.get().last_number == 3


def test_two_plans_of_the_same_papers_issue_once(ended: Ended, cast: Cast, office: Client) -> None:
    make_learners(ended, 3)
    recognition = decided(ended)
    first = ask_for_issue(office, ended, recognition)
    other = signed_in_as(_second_officer(cast))
    second = ask_for_issue(other, ended, recognition)
    assert first != second
    confirm(office, first)
    confirm(other, second)
    run_jobs()
    assert Certificate.objects.count() == 3
    assert Register.objects.get().last_number == 3


def _second_officer(cast: Cast) -> User:
    officer = make_user("Lý Thị Hai", unit=cast.provider.unit)
    grant(officer, "training_officer", cast.provider.unit, scope="provider")
    return officer


def test_an_undone_paper_keeps_its_number_and_the_learner_gets_another(
    ended: Ended, cast: Cast, office: Client
) -> None:
    make_learners(ended, 2)
    recognition = decided(ended)
    change = ask_for_issue(office, ended, recognition)
    confirm(office, change)
    run_jobs()
    signed = Certificate.objects.order_by("number")[0]
    signed_in_as(cast.signatory).post(reverse("certificates:sign"), {"ids": [signed.pk]})
    office.post(reverse("jobs:preview_undo", args=[change.pk]))
    run_jobs()
    office.post(reverse("jobs:undo", args=[change.pk]))
    run_jobs()
    states = Certificate.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["issued", "revoked"]
    confirm(office, ask_for_issue(office, ended, recognition))
    run_jobs()
    numbers = Certificate.objects.order_by("number").values_list("number", "state")
    assert list(numbers) == [(1, "issued"), (2, "revoked"), (3, "awaiting")]


def test_ones_own_paper_is_left_to_somebody_else(ended: Ended, cast: Cast, office: Client) -> None:
    ended.enrol(cast.training_officer)
    ended.enrol(cast.learner)
    second = _second_officer(cast)
    other = signed_in_as(second)
    recognition = propose(other, ended)
    decide(other, recognition)
    confirm(office, ask_for_issue(office, ended, recognition))
    run_jobs()
    assert [paper.person for paper in Certificate.objects.all()] == [cast.learner]


def test_an_officer_of_another_institution_finds_nothing(ended: Ended, cast: Cast) -> None:
    elsewhere = make_provider()
    stranger = make_user("Mai Văn Xa", unit=elsewhere.unit)
    grant(stranger, "training_officer", elsewhere.unit, scope="provider")
    ended.enrol(cast.learner)
    recognition = decided(ended)
    line = RecognitionLine.objects.get()
    client = signed_in_as(stranger)
    for name, pk in (
        ("results", ended.cohort.pk),
        ("supplement", ended.cohort.pk),
        ("recognition", recognition.pk),
        ("printed_results", recognition.pk),
        ("decide", recognition.pk),
        ("issue", recognition.pk),
        ("change_line", line.pk),
    ):
        assert client.get(reverse(f"certificates:{name}", args=[pk])).status_code == 404, name


@pytest.mark.parametrize("count", [10, 200])
def test_the_pages_of_results_do_not_ask_more_for_more_people(
    count: int, ended: Ended, office: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_learners(ended, count)
    recognition = propose(office, ended)
    with django_assert_max_num_queries(15):
        office.get(reverse("certificates:recognition", args=[recognition.pk]))
    with django_assert_max_num_queries(15):
        office.get(reverse("certificates:results", args=[ended.cohort.pk]))
    with django_assert_max_num_queries(25):
        office.post(reverse("certificates:propose", args=[ended.cohort.pk]))
