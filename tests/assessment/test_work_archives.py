"""The works of a queue as one archive: under codes, within one's turns, oldest first."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from assessment.actions.marking_plans import PlanSpec, set_plan
from assessment.models import Submission, SubmissionFile
from assessment.work_archives import archive_of
from audit.models import AuditEvent
from files.accept import IMAGES
from files.actions import store
from tests.assessment.works import PNG, Task, make_task
from tests.make import make_user, staff
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast)


def with_file(work: Submission, name: str, *, position: int = 1, **fields: Any) -> SubmissionFile:
    content = io.BytesIO(PNG)
    owner = work.enrolment.learner
    file = store(content=content, name=name, by=owner, accept=IMAGES, purpose="submission")
    return SubmissionFile.objects.create(submission=work, file=file, position=position, **fields)


def url_of(task: Task) -> str:
    return reverse("works:take_works", args=[task.cohort.pk, task.key])


def taken(client: Client, task: Task) -> dict[str, bytes]:
    answer = client.get(url_of(task))
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_texts_and_files_of_the_queue_come_under_codes_and_no_name(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work = task.handed_in(text="Chuyển đổi số ở phường.")
    with_file(work, "Nguyễn Thị Hạnh trang 1.PNG")
    with_file(work, "trang 2.png", position=2)
    with_file(work, "bỏ.png", position=3, removed_at=timezone.now())
    other = task.handed_in(task.another("Lê Văn Tám"), text="Bài của Tám.")
    found = taken(browser(cast.trainer), task)
    names = [f"{work.code}.txt", f"{work.code}-1.png", f"{work.code}-2.png", f"{other.code}.txt"]
    assert list(found) == names
    assert found[names[0]].decode("utf-8-sig") == "Chuyển đổi số ở phường."
    assert found[names[1]] == PNG
    event = AuditEvent.objects.get(action="export_works")
    assert event.actor_id == cast.trainer.pk
    assert event.after == {"key": str(task.key), "works": 2, "left": 0}


def test_marked_works_and_drafts_are_not_in_it(task: Task, cast: Cast, browser: Browser) -> None:
    task.marked(task.handed_in(), cast.trainer)
    client = browser(cast.trainer)
    answer = client.get(url_of(task), follow=True)
    assert "Không có bài nào chờ chấm" in answer.content.decode()
    assert not AuditEvent.objects.filter(action="export_works").exists()
    sheet = reverse("works:sheet", args=[task.cohort.pk, task.key])
    assert url_of(task) not in client.get(sheet).content.decode()
    task.handed_in(task.another("Lê Văn Tám"))
    assert url_of(task) in client.get(sheet).content.decode()


def test_where_works_are_shared_out_each_marker_gets_their_own(
    task: Task, cast: Cast, browser: Browser
) -> None:
    other = make_user("Giảng Viên Hai")
    staff(task.cohort, other)
    works = [task.handed_in(task.another(f"Lê Văn {n}")) for n in range(4)]
    set_plan(
        cohort=task.cohort,
        key=task.key,
        spec=PlanSpec(markers=[cast.trainer, other]),
        by=cast.training_officer,
    )
    mine, theirs = (set(taken(browser(person), task)) for person in (cast.trainer, other))
    assert not mine & theirs
    assert mine | theirs == {f"{work.code}.txt" for work in works}
    assert len(mine) == 2


def test_what_has_no_room_is_left_for_the_next_download_whole(task: Task) -> None:
    works = [task.handed_in(task.another(f"Lê Văn {n}"), text="a" * 60) for n in range(3)]
    # A large one is not left for ever: one work always comes.
    for room, most in ((130, 2), (1, 1), (180, 3)):
        content, taken = archive_of(works, bytes_at_most=room)
        with content, zipfile.ZipFile(content) as archive:
            assert archive.namelist() == [f"{work.code}.txt" for work in works[:most]]
        assert taken == most


@pytest.mark.parametrize("count", [2, 12])
def test_more_works_cost_no_more_queries(
    task: Task,
    cast: Cast,
    browser: Browser,
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(count):
        with_file(task.handed_in(task.another(f"Lê Văn {n}")), f"{n}.png")
    client = browser(cast.trainer)
    with django_assert_max_num_queries(20):
        assert len(taken(client, task)) == 2 * count
