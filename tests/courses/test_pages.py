"""Every page of the app answers those who may see it, and only them, within its budget."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from courses import actions
from courses.blocks import Content
from courses.models import Block, Course, CourseVersion, Provider, Subject
from courses.outline import forget
from courses.slots import course_page_actions
from lms.text import fold
from tests.courses.make import make_draft, make_published
from tests.make import grant, make_code, make_course, make_provider, make_user
from tests.people import Cast, signed_in_as

Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _new_process() -> None:
    forget()


def _many(cast: Cast, count: int) -> None:
    """Make as many published courses, quickly."""
    first = make_published(make_course(cast.provider, title="Kỹ năng số cơ bản"), by=cast.trainer)
    course = first.course
    rows = [
        Course(
            provider=cast.provider,
            subject=course.subject,
            code=f"NN-{n:04d}",
            title_vi=f"Tiếng Anh {n}",
            search_key=fold(f"NN-{n:04d} Tiếng Anh {n}"),
            study_form=course.study_form,
            content_group=course.content_group,
            current_version=first,
            periods=n % 100,
        )
        for n in range(count)
    ]
    Course.objects.bulk_create(rows)


@pytest.mark.parametrize("count", [10, 1000])
def test_the_catalogue_keeps_its_budget(
    cast: Cast, django_assert_max_num_queries: Callable[..., object], count: int
) -> None:
    _many(cast, count)
    client = signed_in_as(cast.learner)
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        page = client.get("/khoa-hoc/")
    assert page.status_code == 200
    assert page.content.count(b"panel course") == min(count + 1, 24)


@pytest.mark.parametrize("words", ["ky nang so", "KỸ NĂNG số", "co ban ky nang", "kỹ  năng"])
def test_search_needs_no_accents_and_no_order(cast: Cast, words: str) -> None:
    _many(cast, 3)
    page = signed_in_as(cast.learner).get("/khoa-hoc/", {"q": words})
    assert page.content.count(b"panel course") == 1
    assert "Kỹ năng số cơ bản" in page.content.decode()


def test_filters_narrow_alone_and_together_and_odd_values_are_left_out(cast: Cast) -> None:
    _many(cast, 60)
    other = Subject.objects.create(code="nn", name_vi="Ngoại ngữ")
    Course.objects.filter(code="NN-0041").update(subject=other, languages="en vi")
    form = make_code("study_form", "tap_trung", "Tập trung")
    Course.objects.filter(code="NN-0041").update(study_form=form)
    client = signed_in_as(cast.learner)

    def found(**query: str) -> int:
        return int(client.get("/khoa-hoc/", query).context["count"])

    assert found(subject="nn") == found(form="tap_trung") == found(language="en") == 1
    assert found(length="long") == 19
    assert found(length="long", subject="nn") == 1
    assert found(length="short", subject="nn") == 0
    assert found(subject="khong-co", length="x", page="gia-mao") == 61


def test_htmx_gets_the_list_alone_and_an_empty_one_says_so(cast: Cast) -> None:
    client = signed_in_as(cast.learner)
    page = client.get("/khoa-hoc/", {"q": "xyz"}, headers={"HX-Target": "results"})
    assert b"<html" not in page.content
    assert "0 " in page.content.decode()
    assert b'class="empty"' in page.content


def test_drafts_and_archived_courses_are_not_in_the_catalogue(cast: Cast) -> None:
    draft = make_draft(make_course(cast.provider), by=cast.trainer)
    gone = make_published(make_course(cast.provider), by=cast.trainer)
    actions.archive_course(course=gone.course, by=cast.trainer)
    assert not actions.archive_course(course=gone.course, by=cast.trainer)
    for person in (cast.learner, cast.trainer):
        page = signed_in_as(person).get("/khoa-hoc/").content.decode()
        assert draft.course.code not in page
        assert gone.course.code not in page
    assert signed_in_as(cast.learner).get(f"/khoa-hoc/{draft.course.code}/").status_code == 404


def test_the_page_of_a_course_tells_what_it_gives_asks_and_holds(
    cast: Cast, django_assert_max_num_queries: Callable[..., object]
) -> None:
    draft = make_draft(make_course(cast.provider), by=cast.trainer)
    CourseVersion.objects.filter(pk=draft.pk).update(
        objectives_vi="- Soạn được văn bản\n- Kiểm chứng kết quả", min_attendance_percent=80
    )
    version = actions.publish(version=draft, by=cast.trainer, change_note="")
    course_page_actions.register("test", lambda _request, course: f"[slot {course.code}]")
    client = signed_in_as(cast.learner)
    url = f"/khoa-hoc/{version.course.code}/"
    try:
        client.get(url)
        with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
            page = client.get(url).content.decode()
    finally:
        del course_page_actions._entries["test"]
    for words in ("Soạn được văn bản", "Bài 1", "80%", f"[slot {version.course.code}]"):
        assert words in page


@pytest.fixture
def draft(cast: Cast) -> CourseVersion:
    """Return a draft of the cast's institution, with what a studio page may be asked for."""
    return make_draft(make_course(cast.provider, code="AI-01"), by=cast.trainer)


def _addresses(draft: CourseVersion) -> list[str]:
    module, lesson, block = draft.modules.get(), draft.lessons.all()[0], draft.blocks.all()[0]
    by_draft = ("version", "settings", "preview", "publish", "compare")
    return [
        *(reverse(f"courses:studio_{name}", args=[draft.pk]) for name in by_draft),
        *(reverse(f"courses:studio_{name}", args=["AI-01"]) for name in ("versions", "staff")),
        reverse("courses:studio_module", args=[module.pk]),
        reverse("courses:studio_lesson", args=[lesson.pk]),
        reverse("courses:studio_lesson_settings", args=[lesson.pk]),
        reverse("courses:studio_block", args=[block.pk]),
    ]


def test_every_page_of_the_studio_opens_for_its_trainer_within_budget(
    cast: Cast, draft: CourseVersion, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = signed_in_as(cast.trainer)
    for url in [*_addresses(draft), "/giang-day/khoa-hoc/", "/giang-day/khoa-hoc/moi/"]:
        with django_assert_max_num_queries(28 if "cong-bo" in url or "/ban/" in url else 20):  # type: ignore[attr-defined]
            assert client.get(url).status_code == 200, url


def test_the_studio_is_absent_for_everybody_else(cast: Cast, draft: CourseVersion) -> None:
    other = make_user("Giảng Viên Khác")
    grant(other, Role.TRAINER, make_provider().unit, scope="provider")
    for person in (other, cast.learner, cast.hr, cast.administrator, cast.stranger):
        client = signed_in_as(person)
        absent = client.get("/giang-day/khoa-hoc/ban/999999/")
        for url in _addresses(draft):
            answer = client.get(url)
            assert (answer.status_code, answer.content) == (404, absent.content), (person, url)


def test_acts_on_another_institutions_draft_are_absent_too(
    cast: Cast, draft: CourseVersion
) -> None:
    other = make_user("Giảng Viên Khác")
    grant(other, Role.TRAINER, make_provider().unit, scope="provider")
    client = signed_in_as(other)
    module, lesson, block = draft.modules.get(), draft.lessons.all()[0], draft.blocks.all()[0]
    base = "/giang-day/khoa-hoc"
    before = draft.updated_at
    for url, data in [
        (f"{base}/ma/AI-01/ban-nhap/", {}),
        (f"{base}/ma/AI-01/giang-vien/", {"user": other.username}),
        (f"{base}/ban/{draft.pk}/thong-tin/", {"title_vi": "X", "revision": 0}),
        (f"{base}/ban/{draft.pk}/trang-thai/", {"act": "discard"}),
        (f"{base}/ban/{draft.pk}/cong-bo/", {"change_note": "x", "moves": "all"}),
        (f"{base}/ban/{draft.pk}/khoi-phuc/", {}),
        (f"{base}/ban/{draft.pk}/chuyen-de/", {"title_vi": "X"}),
        (f"{base}/chuyen-de/{module.pk}/bai/", {"title_vi": "X"}),
        (f"{base}/bai/{lesson.pk}/khoi/", {"kind": "text"}),
        (f"{base}/khoi/{block.pk}/", {"markdown": "X", "revision": 0}),
        (f"{base}/khoi/{block.pk}/luu/", {"markdown": "X", "revision": 0}),
        *[
            (f"{base}/{what}/{pk}/{act}/", {"position": 1, "title_vi": "X", "revision": 0})
            for what, pk in (("chuyen-de", module.pk), ("bai", lesson.pk), ("khoi", block.pk))
            for act in ("doi-ten", "vi-tri", "xoa")
        ],
    ]:
        assert client.post(url, data).status_code == 404, url
    draft.refresh_from_db()
    assert draft.updated_at == before


def test_a_person_named_on_a_course_edits_it_until_the_day_that_ends(
    cast: Cast, draft: CourseVersion
) -> None:
    client = signed_in_as(cast.stranger)
    url = f"/giang-day/khoa-hoc/ban/{draft.pk}/"
    assert client.get(url).status_code == 404
    signed_in_as(cast.trainer).post("/giang-day/khoa-hoc/ma/AI-01/giang-vien/", {"user": "la"})
    assert client.get(url).status_code == 200
    assert "/giang-day/khoa-hoc/" in client.get("/khoa-hoc/").content.decode()
    row = draft.course.staff.get(user=cast.stranger)
    signed_in_as(cast.trainer).post(f"/giang-day/khoa-hoc/giang-vien/{row.pk}/ket-thuc/")
    assert client.get(url).status_code == 404


def test_the_training_office_previews_a_draft_but_does_not_edit_it(
    cast: Cast, draft: CourseVersion
) -> None:
    client = signed_in_as(cast.training_officer)
    assert client.get(f"/giang-day/khoa-hoc/ban/{draft.pk}/xem-thu/").status_code == 200
    assert client.get(f"/giang-day/khoa-hoc/ban/{draft.pk}/").status_code == 404
    assert client.get("/giang-day/khoa-hoc/ma/AI-01/", follow=True).status_code == 200


def test_the_preview_writes_nothing(
    cast: Cast, draft: CourseVersion, django_assert_num_queries: Callable[..., object]
) -> None:
    client = signed_in_as(cast.trainer)
    url = f"/giang-day/khoa-hoc/ban/{draft.pk}/xem-thu/"
    with CaptureWrites() as writes:
        for lesson in draft.lessons.all():
            page = client.get(url, {"bai": str(lesson.key)}).content.decode()
            assert lesson.title in page
    assert writes.found == []
    assert client.get(url, {"bai": "khong-co"}).status_code == 404


class CaptureWrites:
    """Collects the statements that change something."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __enter__(self) -> CaptureWrites:
        self._wrapper = connection.execute_wrapper(self._look)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._wrapper.__exit__(None, None, None)

    def _look(self, execute: Callable[..., object], sql: str, *rest: object) -> object:
        verb = sql.split(maxsplit=1)[0].upper()
        # The clock of the idle end is the session's own.
        if verb in {"INSERT", "UPDATE", "DELETE", "REPLACE"} and "django_session" not in sql:
            self.found.append(sql)
        return execute(sql, *rest)


def test_a_course_is_made_and_published_through_the_pages(cast: Cast) -> None:
    seed = make_course(cast.provider)
    client = signed_in_as(cast.trainer)
    facts = {
        "code": "kn-01",
        "title_vi": "Kỹ năng viết câu lệnh",
        "provider": cast.provider.pk,
        "subject": seed.subject_id,
        "study_form": seed.study_form_id,
        "content_group": seed.content_group_id,
    }
    page = client.post("/giang-day/khoa-hoc/moi/", facts, follow=True)
    draft = CourseVersion.objects.get(course__code="KN-01")
    assert page.status_code == 200
    base = "/giang-day/khoa-hoc"
    client.post(f"{base}/ban/{draft.pk}/chuyen-de/", {"title_vi": "Chuyên đề 1"})
    module = draft.modules.get()
    client.post(f"{base}/chuyen-de/{module.pk}/bai/", {"title_vi": "Bài 1"})
    lesson = draft.lessons.get()
    client.post(f"{base}/bai/{lesson.pk}/khoi/", {"kind": "text"})
    block = draft.blocks.get()
    text = {"markdown": "# Mở đầu\n\n**Chào** <script>x</script>", "revision": 0}
    assert client.post(f"{base}/khoi/{block.pk}/", text).status_code == 302
    plan = {"periods_online": 2, "periods_class": 0, "periods_guided": 0, "periods_test": 0}
    module_form = {"title_vi": "Chuyên đề 1", "revision": 0, **plan}
    assert client.post(f"{base}/chuyen-de/{module.pk}/", module_form).status_code == 302
    refused = client.post(
        f"{base}/ban/{draft.pk}/cong-bo/", {"change_note": "Đầu", "moves": "nobody"}
    )
    assert refused.context["blockers"] == 1
    settings = {"title_vi": "Kỹ năng viết câu lệnh", "revision": 0, **plan}
    assert client.post(f"{base}/ban/{draft.pk}/thong-tin/", settings).status_code == 302
    client.post(f"{base}/ban/{draft.pk}/cong-bo/", {"change_note": "Đầu", "moves": "nobody"})
    draft.refresh_from_db()
    assert draft.state == "published"
    frozen = Block.objects.get(pk=block.pk).frozen
    assert frozen is not None
    assert "<h3>Mở đầu</h3>" in frozen["html"]
    assert "<script" not in frozen["html"]
    assert "KN-01" in signed_in_as(cast.learner).get("/khoa-hoc/").content.decode()


def test_two_tabs_do_not_overwrite_one_another(cast: Cast, draft: CourseVersion) -> None:
    client, block = signed_in_as(cast.trainer), draft.blocks.all()[0]
    url = f"/giang-day/khoa-hoc/khoi/{block.pk}/"
    assert client.post(url, {"markdown": "Tab một", "revision": 0}).status_code == 302
    stale = client.post(url, {"markdown": "Tab hai", "revision": 0})
    page = stale.content.decode()
    block.refresh_from_db()
    assert block.data["markdown"] == "Tab một"
    assert "Tab hai" in page
    assert "Tab một" in page
    assert 'name="revision" id="revision" value="1"' in page
    assert client.post(url, {"markdown": "Tab hai", "revision": 1}).status_code == 302
    assert client.post(url, {"markdown": "Tab hai", "revision": 1}).status_code == 302  # twice


def test_saving_while_one_writes_tells_the_time_and_the_revision(
    cast: Cast, draft: CourseVersion
) -> None:
    client, block = signed_in_as(cast.trainer), draft.blocks.all()[0]
    url = f"/giang-day/khoa-hoc/khoi/{block.pk}/luu/"
    first = client.post(url, {"markdown": "Một", "revision": 0}).content.decode()
    assert 'value="1"' in first
    assert ":" in first.partition("<")[0]
    stale = client.post(url, {"markdown": "Hai", "revision": 0}).content.decode()
    assert 'value="0"' in stale
    assert client.post(url, {"markdown": "Hai"}).status_code == 200
    block.refresh_from_db()
    assert block.data["markdown"] == "Một"


def test_settings_module_and_lesson_forms_keep_what_two_tabs_typed(
    cast: Cast, draft: CourseVersion
) -> None:
    client, lesson = signed_in_as(cast.trainer), draft.lessons.all()[0]
    url = f"/giang-day/khoa-hoc/bai/{lesson.pk}/thong-tin/"
    facts = {"minutes": 20, "is_required": "on", "completion": "blocks", "revision": 0}
    assert client.post(url, {**facts, "title_vi": "Một"}).status_code == 302
    page = client.post(url, {**facts, "title_vi": "Hai"})
    assert page.status_code == 200
    assert "Hai" in page.content.decode()
    lesson.refresh_from_db()
    assert lesson.title_vi == "Một"


def test_parts_move_by_button_and_to_another_module(cast: Cast, draft: CourseVersion) -> None:
    client, base = signed_in_as(cast.trainer), "/giang-day/khoa-hoc"
    first, second = draft.lessons.all()
    client.post(f"{base}/bai/{second.pk}/vi-tri/", {"position": 1})
    client.post(f"{base}/bai/{second.pk}/vi-tri/", {"position": 1})
    assert [row.pk for row in draft.lessons.all()] == [second.pk, first.pk]
    module = actions.add_module(version=draft, title_vi="Hai", by=cast.trainer)
    client.post(f"{base}/bai/{second.pk}/vi-tri/", {"position": 9, "parent": module.pk})
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.module_id, second.position, first.position) == (module.pk, 1, 1)
    client.post(f"{base}/chuyen-de/{module.pk}/xoa/")  # still holds a lesson
    assert draft.modules.count() == 2
    client.post(f"{base}/bai/{second.pk}/xoa/")
    client.post(f"{base}/chuyen-de/{module.pk}/xoa/")
    assert (draft.modules.count(), draft.lessons.count(), draft.blocks.count()) == (1, 1, 1)
    other = make_draft(by=cast.trainer)
    place = {"position": 1, "parent": other.modules.get().pk}
    assert client.post(f"{base}/bai/{first.pk}/vi-tri/", place).status_code == 404


def test_versions_are_compared_word_by_word_and_restored(cast: Cast) -> None:
    first = make_published(make_course(cast.provider, code="AI-01"), by=cast.trainer)
    draft = actions.start_draft(course=first.course, by=cast.trainer)
    block = draft.blocks.all()[0]
    words = Content({"markdown": "", "html": "<p>Nội dung mới bài 1.</p>"})
    actions.edit_block(block=block, content=words, revision=0, by=cast.trainer)
    second = actions.publish(version=draft, by=cast.trainer, change_note="Sửa")
    client = signed_in_as(cast.trainer)
    page = client.get(f"/giang-day/khoa-hoc/ban/{second.pk}/so-sanh/").content.decode()
    assert "<ins>mới</ins>" in page
    assert page.count("tag amber") == 1
    client.post(f"/giang-day/khoa-hoc/ban/{first.pk}/khoi-phuc/")
    restored = first.course.versions.drafts().get()
    assert restored.based_on == first
    page = client.get("/giang-day/khoa-hoc/ma/AI-01/phien-ban/").content.decode()
    assert second.content_hash in page


def test_only_institutions_where_one_writes_take_a_new_course(cast: Cast) -> None:
    assert signed_in_as(cast.learner).get("/giang-day/khoa-hoc/moi/").status_code == 404
    page = signed_in_as(cast.trainer).get("/giang-day/khoa-hoc/moi/")
    providers = page.context["form"].fields["provider"].queryset
    assert list(providers) == [Provider.objects.get(pk=cast.provider.pk)]
