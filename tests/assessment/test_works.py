"""The learner's side of a work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from assessment.actions import works
from assessment.models import Submission
from assessment.work_errors import (
    AlreadyHandedIn,
    DraftMoved,
    FileNotTaken,
    NothingToHandIn,
    NotYourWork,
    TooManyFiles,
    WorkClosed,
)
from audit.models import AuditEvent
from enrolments.models import Cohort
from files.accept import PAPERS
from files.actions import store
from tests.assessment.works import PNG, Task, make_task, upload
from tests.make import make_enrolment
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast)


def begin(task: Task) -> Submission:
    return works.start_draft(enrolment=task.place, assignment_key=task.key, by=task.place.learner)


def test_the_criteria_and_the_due_time_are_shown_before_the_start(
    task: Task, browser: Browser
) -> None:
    page = browser(task.place.learner).get(task.url).content.decode()
    assert "Nội dung" in page
    assert "Trình bày" in page
    assert f"23:59 {task.cohort.ends_on:%d/%m/%Y}" in page
    assert not Submission.objects.exists()


def test_beginning_twice_makes_one_draft(task: Task, browser: Browser) -> None:
    client = browser(task.place.learner)
    for _n in range(2):
        client.post(reverse("works:begin", args=[task.place.pk, task.key]))
    assert Submission.objects.count() == 1


def test_a_work_waits_for_its_class(task: Task, browser: Browser) -> None:
    client, draft = browser(task.place.learner), begin(task)
    save = reverse("works:save", args=[draft.pk])
    Cohort.objects.update(state="postponed")
    assert client.post(save, {"text": "Mở đầu", "revision": 0}).status_code == 200
    answer = client.post(reverse("works:hand_in", args=[draft.pk]), follow=True)
    assert "Lớp tạm hoãn" in answer.content.decode()
    assert "Mở đầu" in answer.content.decode()
    assert Submission.objects.get().is_draft


def test_no_work_begins_before_its_class(task: Task, browser: Browser) -> None:
    Cohort.objects.update(starts_on=dt.date(2999, 1, 1), ends_on=dt.date(2999, 2, 1))
    client = browser(task.place.learner)
    answer = client.post(reverse("works:begin", args=[task.place.pk, task.key]), follow=True)
    assert "01/01/2999" in answer.content.decode()
    assert not Submission.objects.exists()


def test_a_save_is_kept_and_says_when(task: Task, browser: Browser) -> None:
    draft = begin(task)
    client = browser(task.place.learner)
    with time_machine.travel(dt.datetime(2026, 11, 3, 3, 42, tzinfo=dt.UTC), tick=False):
        answer = client.post(
            reverse("works:save", args=[draft.pk]), {"text": "Mở đầu", "revision": 0}
        )
    assert answer.json()["revision"] == 1
    assert "10:42" in answer.json()["saved"]
    assert "Mở đầu" in browser(task.place.learner).get(task.url).content.decode()


def test_two_windows_never_overwrite_each_other(task: Task, browser: Browser) -> None:
    draft, client = begin(task), browser(task.place.learner)
    save = reverse("works:save", args=[draft.pk])
    client.post(save, {"text": "cửa sổ một", "revision": 0})
    assert client.post(save, {"text": "cửa sổ hai", "revision": 0}).status_code == 409
    draft.refresh_from_db()
    assert draft.text == "cửa sổ một"
    edit = reverse("works:edit", args=[draft.pk])
    page = client.post(edit, {"text": "cửa sổ hai", "revision": 0, "do": "save"})
    assert page.status_code == 409
    assert "cửa sổ một" in page.content.decode()
    assert "cửa sổ hai" in page.content.decode()


def test_a_save_sent_twice_is_no_conflict(task: Task) -> None:
    draft, learner = begin(task), task.place.learner
    works.save_draft(submission=draft, text="một", revision=0, by=learner)
    again = works.save_draft(submission=draft, text="một", revision=0, by=learner)
    assert again.revision == 1
    with pytest.raises(DraftMoved):
        works.save_draft(submission=draft, text="hai", revision=0, by=learner)


def test_handing_in_gives_a_receipt_and_a_second_click_changes_nothing(
    task: Task, browser: Browser
) -> None:
    draft, client = begin(task), browser(task.place.learner)
    client.post(reverse("works:save", args=[draft.pk]), {"text": "Xong.", "revision": 0})
    hand_in = reverse("works:hand_in", args=[draft.pk])
    first, second = client.post(hand_in), client.post(hand_in)
    assert first["Location"] == second["Location"] == reverse("works:receipt", args=[draft.pk])
    draft.refresh_from_db()
    assert draft.receipt in client.get(first["Location"]).content.decode()
    assert draft.state == "submitted"
    assert AuditEvent.objects.filter(action="hand_in_work").count() == 1


def test_an_empty_work_is_not_taken(task: Task) -> None:
    draft = begin(task)
    with pytest.raises(NothingToHandIn):
        works.hand_in(submission=draft, by=task.place.learner)


def test_a_work_handed_in_no_longer_changes(task: Task) -> None:
    work = task.handed_in()
    with pytest.raises(AlreadyHandedIn):
        works.save_draft(submission=work, text="khác", revision=9, by=task.place.learner)


def test_a_work_is_late_after_the_due_day_and_refused_after_the_class(task: Task) -> None:
    late = dt.datetime.combine(task.cohort.ends_on, dt.time(20), tzinfo=dt.UTC)
    with time_machine.travel(late, tick=False):  # 03:00 of the next day here
        assert task.handed_in().is_late
    Cohort.objects.filter(pk=task.cohort.pk).update(state="closed")
    with pytest.raises(WorkClosed):
        begin(task)


def test_a_draft_is_refused_once_the_class_is_over(task: Task, browser: Browser) -> None:
    draft = begin(task)
    works.save_draft(submission=draft, text="một", revision=0, by=task.place.learner)
    Cohort.objects.filter(pk=task.cohort.pk).update(state="closed")
    with pytest.raises(WorkClosed):
        works.hand_in(submission=draft, by=task.place.learner)
    assert "data-work" not in browser(task.place.learner).get(task.url).content.decode()


def test_a_later_version_takes_the_place_of_the_first(task: Task, browser: Browser) -> None:
    first = task.handed_in(text="bản một")
    second = begin(task)
    assert (second.number, second.text) == (2, "bản một")
    assert list(Submission.objects.current()) == [first]
    second = task.handed_in(text="bản hai")
    assert list(Submission.objects.current()) == [second]
    page = browser(task.place.learner).get(reverse("works:receipt", args=[first.pk]))
    assert "bản một" in page.content.decode()


def test_only_the_learner_writes_and_hands_in(task: Task, cast: Cast) -> None:
    draft = begin(task)
    with pytest.raises(NotYourWork):
        works.start_draft(enrolment=task.place, assignment_key=task.key, by=cast.trainer)
    with pytest.raises(NotYourWork):
        works.save_draft(submission=draft, text="x", revision=0, by=cast.trainer)
    with pytest.raises(NotYourWork):
        works.hand_in(submission=draft, by=cast.trainer)


def test_anothers_work_and_an_absent_one_answer_alike(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work = task.handed_in()
    make_enrolment(task.cohort, cast.stranger, by=task.by, unit=cast.other_ward)
    for name in ("works:receipt", "works:check"):
        for person in (cast.stranger, cast.trainer, cast.hr):
            client = browser(person)
            theirs = client.get(reverse(name, args=[work.pk]))
            absent = client.get(reverse(name, args=[999_999]))
            assert theirs.status_code == absent.status_code == 404
            assert theirs.content == absent.content
    client = browser(cast.stranger)
    assert client.get(task.url).status_code == 404
    for name in ("works:save", "works:edit", "works:hand_in"):
        assert client.post(reverse(name, args=[work.pk])).status_code == 404


def send(client: Client, draft: Submission, **files: object) -> str:
    draft.refresh_from_db()
    facts = {"text": draft.text, "revision": draft.revision, "do": "attach", **files}
    page = client.post(reverse("works:edit", args=[draft.pk]), facts, follow=True)
    return page.content.decode()


def test_a_photograph_is_kept_beside_the_text_and_can_be_taken_off(
    task: Task, browser: Browser
) -> None:
    draft, client = begin(task), browser(task.place.learner)
    assert "trang-1.png" in send(client, draft, paper=upload("trang-1.png", PNG))
    row = draft.files.get()
    send(client, draft, remove=row.pk)
    assert not draft.files.filter(removed_at=None).exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("virus.exe", b"MZ", "virus.exe"),
        ("luong.docm", b"PK\x03\x04", "macro"),
        ("anh.heic", b"....ftypheic", "HEIC"),
        ("gia.pdf", b"khong phai pdf", "pdf"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_in_words_and_the_text_stays(
    task: Task, browser: Browser, name: str, content: bytes, words: str
) -> None:
    draft, client = begin(task), browser(task.place.learner)
    facts = {"text": "đã gõ", "revision": 0, "do": "attach", "paper": upload(name, content)}
    page = client.post(reverse("works:edit", args=[draft.pk]), facts, follow=True)
    draft.refresh_from_db()
    assert draft.text == "đã gõ"
    assert not draft.files.exists()
    said = page.content.decode()
    assert 'class="notice red"' in said or "alert" in said
    assert words != "macro" or "macro" in said


def test_a_recording_is_taken_only_where_audio_is_asked_for(cast: Cast) -> None:
    task = make_task(cast, takes_audio=False)
    draft, learner = begin(task), task.place.learner
    ogg = store(
        content=upload("noi.png", PNG), name="noi.png", by=learner, accept=PAPERS, purpose="work"
    )
    works.attach(submission=draft, file=ogg, by=learner)
    ogg.name, ogg.pk = "noi.ogg", None
    ogg.save()
    with pytest.raises(FileNotTaken):
        works.attach(submission=draft, file=ogg, by=learner)


def test_nobody_attaches_anothers_file(task: Task, cast: Cast, browser: Browser) -> None:
    draft = begin(task)
    theirs = store(
        content=upload("a.png", PNG), name="a.png", by=cast.hr, accept=PAPERS, purpose="upload"
    )
    with pytest.raises(FileNotTaken):
        works.attach(submission=draft, file=theirs, by=task.place.learner)
    send(browser(task.place.learner), draft, uploaded=theirs.pk)
    assert not draft.files.exists()


def test_a_file_sent_in_slices_is_added_once(task: Task, browser: Browser) -> None:
    draft, learner = begin(task), task.place.learner
    mine = store(
        content=upload("a.png", PNG), name="a.png", by=learner, accept=PAPERS, purpose="upload"
    )
    for _n in range(2):
        send(browser(learner), draft, uploaded=mine.pk)
    assert draft.files.count() == 1


def test_a_work_holds_a_bounded_number_of_files(task: Task) -> None:
    draft, learner = begin(task), task.place.learner
    first = store(
        content=upload("a.png", PNG), name="a.png", by=learner, accept=PAPERS, purpose="work"
    )
    for n in range(works.FILES_AT_MOST):
        first.pk, first.name = None, f"a{n}.png"
        first.save()
        works.attach(submission=draft, file=first, by=learner)
    first.pk = None
    first.save()
    with pytest.raises(TooManyFiles):
        works.attach(submission=draft, file=first, by=learner)


def test_the_page_costs_the_same_whatever_was_handed_in(
    task: Task, browser: Browser, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for n in range(12):
        task.handed_in(text=f"bản {n}")
    begin(task)
    client = browser(task.place.learner)
    client.get(task.url)
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        client.get(task.url)


def test_saving_a_draft_keeps_the_session(task: Task, browser: Browser) -> None:
    client, draft = browser(task.place.learner), begin(task)
    save = reverse("works:save", args=[draft.pk])
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for revision in range(4):
            answer = client.post(save, {"text": f"Đoạn {revision}", "revision": revision})
            assert answer.status_code == 200
            clock.shift(25 * 60)
        assert client.get(task.url).status_code == 200
        clock.shift(31 * 60)
        ended = client.get(task.url)
    assert "ended=idle" in ended["Location"]
    assert Submission.objects.get().text == "Đoạn 3"
