"""What a paper says, who may see it, how it ends, and the book it stands in."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates.actions.issue import issue_at_once, make_papers, render_paper
from certificates.actions.signing import sign
from certificates.models import Certificate, Register, Rendition, Replacement, SignatoryPost
from certificates.snapshot import Issue
from certificates.tasks import tick
from enrolments.models import HoursEntry
from enrolments.signals import enrolments_completed
from lms.clock import today
from tests.certificates.make import (
    Ended,
    make_ended,
    make_learners,
    make_paper,
    register_of,
    run_jobs,
)
from tests.make import LONG_AGO, grant, make_provider, make_user
from tests.people import Cast, signed_in_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(cast: Cast) -> Ended:
    return make_ended(cast)


@pytest.fixture
def paper(ended: Ended, cast: Cast) -> Certificate:
    return make_paper(ended, ended.enrol(cast.learner))


def rename(person: User, name: str) -> None:
    person.take_name(name)
    person.save()


def test_a_paper_keeps_saying_what_it_said(paper: Certificate, cast: Cast, ended: Ended) -> None:
    rename(cast.learner, "Nguyễn Thị Tên Mới")
    SignatoryPost.objects.update(title="Phó Giám đốc")
    page = signed_in_as(cast.learner).get(reverse("certificates:detail", args=[paper.pk]))
    words = page.content.decode()
    assert "Nguyễn Thị Hồng Hạnh" in words
    assert "Giám đốc Âu Dương Khánh" in words
    with pytest.raises(DatabaseError), transaction.atomic():
        Certificate.objects.filter(pk=paper.pk).update(snapshot={})
    with pytest.raises(DatabaseError), transaction.atomic():
        Certificate.objects.filter(pk=paper.pk).delete()


def test_a_paper_is_drawn_once_and_kept_with_its_digest(paper: Certificate) -> None:
    again = render_paper(certificate=paper)
    assert Rendition.objects.get() == again
    assert again.sha256 == again.file.blob.sha256
    assert again.file.owner_id == paper.person_id


def test_a_wallet_holds_only_ones_own_papers(paper: Certificate, cast: Cast) -> None:
    url = reverse("certificates:wallet")
    assert paper.register_number in signed_in_as(cast.learner).get(url).content.decode()
    assert paper.register_number not in signed_in_as(cast.manager).get(url).content.decode()
    assert signed_in_as(cast.stranger).get(url).status_code == 200


@pytest.mark.parametrize(
    ("part", "status"),
    [
        ("learner", 200),
        ("hr", 200),
        ("training_officer", 200),
        ("signatory", 200),
        ("auditor", 200),
        ("other_hr", 404),
        ("trainer", 404),
        ("stranger", 404),
        ("support", 404),
    ],
)
def test_a_paper_is_seen_by_those_whom_it_concerns(
    part: str, status: int, paper: Certificate, cast: Cast
) -> None:
    client = signed_in_as(cast.everyone()[part])
    for name in ("detail", "file"):
        answer = client.get(reverse(f"certificates:{name}", args=[paper.pk]))
        assert answer.status_code == (302 if status == 200 and name == "file" else status)


def test_only_the_person_named_on_a_paper_signs_it(ended: Ended, cast: Cast) -> None:
    paper = make_paper(ended, ended.enrol(cast.learner), is_signed=False)
    run_jobs()
    other = make_user("Phan Thị Phó", unit=cast.provider.unit)
    grant(other, "signatory", cast.provider.unit, scope="provider")
    for person in (other, cast.training_officer, cast.learner):
        signed_in_as(person).post(reverse("certificates:sign"), {"ids": [paper.pk]})
    paper.refresh_from_db()
    assert paper.state == "awaiting"
    signed_in_as(cast.signatory).post(reverse("certificates:sign"), {"ids": [paper.pk]})
    paper.refresh_from_db()
    assert paper.state == "issued"


def test_nobody_signs_their_own_paper(ended: Ended, cast: Cast) -> None:
    paper = make_paper(ended, ended.enrol(cast.signatory), is_signed=False)
    run_jobs()
    client = signed_in_as(cast.signatory)
    assert paper.register_number not in client.get("/cho-ky/").content.decode()
    page = client.post(reverse("certificates:sign"), {"ids": [paper.pk]}, follow=True)
    assert "chính mình" in page.content.decode()
    paper.refresh_from_db()
    assert paper.state == "awaiting"


def test_a_paper_that_is_not_drawn_is_not_signed(ended: Ended, cast: Cast) -> None:
    paper = make_paper(ended, ended.enrol(cast.learner), is_signed=False)
    signed_in_as(cast.signatory).post(reverse("certificates:sign"), {"ids": [paper.pk]})
    paper.refresh_from_db()
    assert paper.state == "awaiting"


def test_a_paper_is_revoked_with_reason_and_decision(paper: Certificate, cast: Cast) -> None:
    office = signed_in_as(cast.training_officer)
    url = reverse("certificates:revoke", args=[paper.pk])
    assert office.post(url, {"reason": "", "decision": ""}).status_code == 422
    office.post(url, {"reason": "Gian lận trong thi cử", "decision": "20/QĐ-HVCB"})
    paper.refresh_from_db()
    assert (paper.state, paper.ended_by) == ("revoked", cast.training_officer)
    assert office.get(url).status_code == 404
    page = signed_in_as(cast.learner).get(reverse("certificates:detail", args=[paper.pk]))
    assert "Gian lận trong thi cử" in page.content.decode()


def test_nobody_ends_their_own_paper(ended: Ended, cast: Cast) -> None:
    officer = make_user("Cao Thị Tự", unit=cast.provider.unit)
    own = make_paper(ended, ended.enrol(officer))
    grant(officer, "training_officer", cast.provider.unit, scope="provider")
    client = signed_in_as(officer)
    for name in ("revoke", "ask_replacement"):
        assert client.get(reverse(f"certificates:{name}", args=[own.pk])).status_code == 404


@time_machine.travel("2026-11-19T09:00:00+07:00")  # a Thursday
def test_a_wrong_name_is_replaced_within_five_working_days(cast: Cast) -> None:
    ended = make_ended(cast)
    paper = make_paper(ended, ended.enrol(cast.learner))
    rename(cast.learner, "Nguyễn Thị Hồng Hạnh An")
    office = signed_in_as(cast.training_officer)
    url = reverse("certificates:ask_replacement", args=[paper.pk])
    form = {"cause": "correction", "reason": "Thiếu một chữ", "requested_on": "2026-11-19"}
    assert office.post(url, form).status_code == 422
    office.post(url, {**form, "original_returned": "on"})
    asked = Replacement.objects.get()
    assert asked.due_on == dt.date(2026, 11, 26)
    office.post(reverse("certificates:replacement", args=[asked.pk]), {"signatory": ended.post.pk})
    office.post(reverse("certificates:replacement", args=[asked.pk]), {"signatory": ended.post.pk})
    new = Certificate.objects.get(replaces=paper)
    paper.refresh_from_db()
    assert (paper.state, new.state, new.number) == ("replaced", "awaiting", 2)
    assert new.snapshot["name"] == "Nguyễn Thị Hồng Hạnh An"
    assert new.snapshot["replaces"] == paper.register_number
    assert paper.snapshot["name"] == "Nguyễn Thị Hồng Hạnh"


@pytest.mark.parametrize(("cause", "kind"), [("lost", "completion"), ("correction", "certificate")])
def test_a_lost_certificate_is_followed_by_a_certificate_of_completion(
    cause: str, kind: str, ended: Ended, cast: Cast
) -> None:
    register = register_of(ended, "certificate")
    other = ended.enrol(make_user("Hồ Thị Mất", unit=cast.ward))
    [paper] = make_papers(
        issue=Issue(register, ended.post, today()), enrolments=[other], by=cast.training_officer
    )
    render_paper(certificate=paper)
    sign(ids=[paper.pk], by=cast.signatory)
    office = signed_in_as(cast.training_officer)
    form = {"cause": cause, "reason": "x", "requested_on": "2026-11-19", "original_returned": "on"}
    office.post(reverse("certificates:ask_replacement", args=[paper.pk]), form)
    asked = Replacement.objects.get()
    office.post(reverse("certificates:replacement", args=[asked.pk]), {"signatory": ended.post.pk})
    assert Certificate.objects.get(replaces=paper).kind == kind


def test_a_self_paced_course_issues_at_once_and_only_once(cast: Cast) -> None:
    ended = make_ended(cast, issues_at_once=True, is_self_paced=True, state="running")
    place = ended.enrol(cast.learner)
    enrolments_completed.send(sender=type(place), enrolments=[place], by=None)
    run_jobs()
    paper = Certificate.objects.get()
    assert (paper.state, paper.kind, paper.signed_by) == ("issued", "completion", None)
    assert issue_at_once(enrolment=place) == paper
    wallet = signed_in_as(cast.learner).get(reverse("certificates:wallet"))
    assert paper.register_number in wallet.content.decode()


def test_a_self_paced_course_issues_nothing_before_the_results_are_released(cast: Cast) -> None:
    ended = make_ended(cast, issues_at_once=True, state="running")
    place = ended.enrol(cast.learner, is_released=False)
    enrolments_completed.send(sender=type(place), enrolments=[place], by=None)
    run_jobs()
    assert not Certificate.objects.exists()
    assert not HoursEntry.objects.exists()


def test_a_class_course_issues_nothing_by_itself(ended: Ended, cast: Cast) -> None:
    place = ended.enrol(cast.learner)
    enrolments_completed.send(sender=type(place), enrolments=[place], by=None)
    run_jobs()
    place.refresh_from_db()
    assert place.eligible_at
    assert not Certificate.objects.exists()


def test_a_paper_expires_when_its_validity_is_over(ended: Ended, cast: Cast) -> None:
    paper = make_paper(ended, ended.enrol(cast.learner), is_signed=False)
    Certificate.objects.filter(pk=paper.pk).update(state="issued", signed_at=timezone.now())
    tick()
    paper.refresh_from_db()
    assert paper.state == "issued"


def test_the_book_shows_every_number_and_exports_it(ended: Ended, cast: Cast) -> None:
    papers = [make_paper(ended, place, is_signed=False) for place in make_learners(ended, 3)]
    book = reverse("certificates:book", args=[papers[0].register_id])
    office = signed_in_as(cast.training_officer)
    page = office.get(book).content.decode()
    assert all(paper.register_number in page for paper in papers)
    export = office.get(reverse("certificates:export_register", args=[papers[0].register_id]))
    assert export.getvalue().startswith(b"PK")
    stranger = signed_in_as(cast.other_hr)
    assert stranger.get(book).status_code == 404
    assert stranger.get(export.request["PATH_INFO"]).status_code == 404


def test_the_form_of_numbers_is_set_before_the_first_is_taken(ended: Ended, cast: Cast) -> None:
    office = signed_in_as(cast.training_officer)
    form = {"provider": cast.provider.pk, "kind": "completion", "year": today().year}
    office.post(reverse("certificates:new_register"), form)
    register = Register.objects.get()
    url = reverse("certificates:edit_register", args=[register.pk])
    guessable = {"number_format": "{number}", "serial_format": "{number}", "place": "Huế"}
    assert office.post(url, guessable).status_code == 422
    good = {"number_format": "{number:03d}/GCN", "serial_format": "A{number}-{check}"}
    office.post(url, {**good, "place": "Huế"})
    paper = make_paper(ended, ended.enrol(cast.learner))
    assert paper.register_number == "001/GCN"
    assert paper.snapshot["place"] == "Huế"
    other = {**good, "number_format": "{number}/X", "place": "Huế"}
    assert office.post(url, other).status_code == 422


def test_an_office_sets_up_its_own_institution_only(ended: Ended, cast: Cast) -> None:
    elsewhere = make_provider()
    office = signed_in_as(cast.training_officer)
    form = {"provider": elsewhere.pk, "kind": "completion", "year": 2026}
    assert office.post(reverse("certificates:new_register"), form).status_code == 422
    person = {
        "provider": cast.provider.pk,
        "person": cast.signatory.pk,
        "title": "Phó Giám đốc",
        "since": LONG_AGO.isoformat(),
    }
    office.post(reverse("certificates:new_signatory"), person)
    assert SignatoryPost.objects.filter(title="Phó Giám đốc").count() == 1
    for name in ("new_register", "new_authorisation", "new_signatory"):
        assert signed_in_as(cast.hr).get(reverse(f"certificates:{name}")).status_code == 404
