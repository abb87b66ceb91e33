"""People from a file: who is meant, what is written, what stays, and taking it back."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actions.people import PersonData, update_person
from accounts.models import Posting, User
from audit.models import AuditEvent
from enrolments.models import Obligation
from jobs.models import BulkChange
from lms.clock import today
from reference.models import Code
from tests.enrolments.importing import run_jobs
from tests.lms.sheets.make import Rows, xlsx
from tests.make import (
    make_cohort,
    make_enrolment,
    make_unit,
    make_user,
    make_version,
)
from tests.people import Cast

Browser = Callable[[User], Client]
HEADS = ["Mã cán bộ", "Họ và tên", "Ngày sinh", "Đơn vị", "Chức vụ", "Nhóm nhân sự", "Điện thoại"]
WARD, OTHER = "Phường Bến Thành", "Phường Dĩ An"


class Walk:
    """One officer's file of people."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.change = BulkChange()

    def check(self, rows: Rows | bytes, **sent: Any) -> dict[int, str]:
        """Send a file, take the columns as guessed, have the rows checked."""
        data = rows if isinstance(rows, bytes) else xlsx(rows)
        fields = {"since": today().isoformat(), "mode": "changes", **sent}
        fields["file"] = SimpleUploadedFile("nhan-su.xlsx", data)
        answer = self.client.post(reverse("accounts:people_upload"), fields)
        assert answer.status_code == 302, answer.context["form"].errors
        self.change = BulkChange.objects.order_by("-pk")[0]
        columns = reverse("accounts:people_columns", args=[self.change.pk])
        form = self.client.get(columns).context["form"]
        shown = {name: form[name].value() or "" for name in form.fields}
        answer = self.client.post(columns, {**shown, "sheet": form.sheet["name"]})
        assert answer.status_code == 302, answer.context["form"].errors
        run_jobs()
        self.change.refresh_from_db()
        return self.verdicts

    @property
    def verdicts(self) -> dict[int, str]:
        return dict(self.change.rows.order_by("pk").values_list("number", "verdict"))

    def said(self, number: int) -> str:
        return self.change.rows.get(number=number).message

    def page(self) -> str:
        address = reverse("accounts:people_import", args=[self.change.pk])
        answer = self.client.get(address)
        assert answer.status_code == 200
        return answer.content.decode()

    def decide(self, number: int, choice: object) -> None:
        row = self.change.rows.get(number=number)
        address = reverse("accounts:people_decide", args=[self.change.pk, row.pk])
        assert self.client.post(address, {"choice": choice}).status_code == 302

    def confirm(self) -> dict[str, int]:
        self.client.post(reverse("jobs:confirm", args=[self.change.pk]))
        run_jobs()
        self.change.refresh_from_db()
        assert self.change.state == "applied", self.change.message
        counted: dict[str, int] = self.change.counts["states"]
        return counted

    def undo(self) -> dict[str, int]:
        self.client.post(reverse("jobs:preview_undo", args=[self.change.pk]))
        run_jobs()
        self.client.post(reverse("jobs:undo", args=[self.change.pk]))
        run_jobs()
        self.change.refresh_from_db()
        counted: dict[str, int] = self.change.counts["states"]
        return counted

    def exported(self) -> list[tuple[object, ...]]:
        """Return the list of people as the page gives it away."""
        content = self.client.get(reverse("accounts:export_people")).getvalue()
        return list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


@pytest.fixture(autouse=True)
def _vietnamese(cast: Cast, settings: Any) -> None:
    settings.LANGUAGE_CODE = "vi"
    User.objects.update(language="vi")


@pytest.fixture
def reasons() -> dict[str, int]:
    """Return the reasons for which posts end."""
    return dict(Code.objects.filter(list="end_reason").values_list("code", "pk"))


@pytest.fixture
def walk(cast: Cast, browser: Browser) -> Walk:
    return Walk(browser(cast.hr))


def person(cast: Cast, name: str, code: str, **fields: Any) -> User:
    made = make_user(name, unit=cast.ward, **fields)
    User.objects.filter(pk=made.pk).update(staff_code=code, username=code)
    made.refresh_from_db()
    return made


def row(code: str, name: str, *more: object) -> list[object]:
    return [code, name, *more, *[""] * (len(HEADS) - 2 - len(more))]


def test_a_file_makes_corrects_and_leaves_alone_and_is_taken_back_whole(
    cast: Cast, walk: Walk
) -> None:
    known = person(cast, "Lê Văn Một", "CB01", birth_year=1980)
    same = person(cast, "Lê Văn Hai", "CB02")
    before = walk.exported()
    verdicts = walk.check([
        HEADS,
        row("CB01", "Lê Văn Một", "05/03/1980", WARD, "Trưởng phòng", "", "0903123456"),
        row("CB02", "Lê Văn Hai"),
        row("CB03", "Trần Thị Ba", "1990", WARD, "Chuyên viên", "Công chức"),
    ])  # fmt: skip
    assert verdicts == {2: "update", 3: "same", 4: "new"}
    assert "1980-03-05" in walk.said(2)
    assert User.objects.filter(full_name="Trần Thị Ba").count() == 0
    assert walk.confirm() == {"applied": 2}
    known.refresh_from_db()
    assert (known.birth_date, known.mobile) == (dt.date(1980, 3, 5), "0903123456")
    assert known.postings.primary().get(until=None).title == "Trưởng phòng"
    made = User.objects.get(full_name="Trần Thị Ba")
    assert (made.staff_code, made.postings.get().unit) == ("CB03", cast.ward)
    assert known.held_fields == []
    events = AuditEvent.objects.filter(action="update_person", target_id=str(known.pk))
    assert events.count() == 1
    assert walk.undo() == {"planned": 1, "undone": 2}  # one row had nothing to write
    known.refresh_from_db()
    assert (known.birth_date, known.birth_year, known.mobile) == (None, 1980, "")
    assert walk.exported() == before
    assert same.postings.count() == 1


def test_what_the_page_gives_away_comes_back_as_no_change(cast: Cast, walk: Walk) -> None:
    for number in range(3):
        person(cast, f"Lê Văn {'ABC'[number]}", f"CB1{number}")
    content = walk.client.get(reverse("accounts:export_people")).getvalue()
    verdicts = walk.check(content)
    own = {number for number, verdict in verdicts.items() if verdict != "same"}
    # The officer's own row is the one that is not hers to import.
    assert [walk.change.rows.get(number=number).label for number in own] == [
        f"{cast.hr.full_name} · {cast.hr.username}"
    ]


def test_moves_hold_from_the_day_and_history_stays(cast: Cast, browser: Browser) -> None:
    walk = Walk(browser(cast.administrator))
    moved = person(cast, "Lê Văn Đi", "CB05")
    day = today() - dt.timedelta(days=3)
    verdicts = walk.check(
        [HEADS, row("CB05", "Lê Văn Đi", "", OTHER, "Phó phòng")], since=day.isoformat()
    )
    assert verdicts == {2: "moved"}
    walk.confirm()
    old, new = moved.postings.order_by("since")
    assert (old.unit, old.until) == (cast.ward, day)
    assert (new.unit, new.since, new.until, new.title) == (cast.other_ward, day, None, "Phó phòng")
    walk.undo()
    assert moved.postings.get(until=None).unit == cast.ward
    assert not Posting.objects.in_force().filter(user=moved, unit=cast.other_ward).exists()


def test_an_end_that_is_planned_stays_planned(cast: Cast, walk: Walk) -> None:
    retiring = person(cast, "Lê Văn Hưu", "CB40")
    until = today() + dt.timedelta(days=20)
    retiring.postings.update(until=until)
    assert walk.check([HEADS, row("CB40", "Lê Văn Hưu", "", WARD)]) == {2: "same"}
    assert walk.check([HEADS, row("CB40", "Lê Văn Hưu", "", WARD, "Cố vấn")]) == {2: "update"}
    walk.confirm()
    advising = retiring.postings.primary().standing().get()
    assert (advising.until, advising.title) == (until, "Cố vấn")
    walk.undo()
    post = retiring.postings.primary().standing().get()
    assert (post.until, post.title) == (until, "Chuyên viên")


def test_a_unit_of_somebody_else_takes_nobody(cast: Cast, walk: Walk) -> None:
    stays = person(cast, "Lê Văn Ở", "CB06")
    assert walk.check([HEADS, row("CB06", "Lê Văn Ở", "", OTHER)]) == {2: "same"}
    assert "không thuộc phạm vi phụ trách" in walk.said(2)
    assert stays.postings.get().unit == cast.ward


def test_people_of_another_unit_read_as_nobody(cast: Cast, walk: Walk) -> None:
    User.objects.filter(pk=cast.stranger.pk).update(staff_code="XX99", username="XX99")
    verdicts = walk.check([HEADS, row("XX99", cast.stranger.full_name, "", WARD, "", "Công chức")])
    assert verdicts == {2: "error"}
    assert cast.stranger.full_name not in walk.said(2)
    assert walk.check([HEADS, row("XX99", "")]) == {2: "error"}


def test_what_was_corrected_by_hand_stays(cast: Cast, walk: Walk) -> None:
    known = person(cast, "Lê Văn Bốn", "CB07")
    data = PersonData(full_name="Lê Văn Bốn", mobile="0911222333")
    update_person(person=known, data=data, by=cast.hr)
    verdicts = walk.check([HEADS, row("CB07", "Lê Văn Bốn", "", "", "", "", "0903123456")])
    assert verdicts == {2: "same"}
    assert "Giữ nguyên phần đã sửa tay" in walk.said(2)


def test_a_bare_year_takes_no_date_away_and_another_year_is_asked_about(
    cast: Cast, walk: Walk
) -> None:
    known = person(cast, "Lê Văn Năm", "CB08")
    born = dt.date(1979, 2, 3)
    User.objects.filter(pk=known.pk).update(birth_date=born, birth_year=1979)
    assert walk.check([HEADS, row("CB08", "Lê Văn Năm", "1979")]) == {2: "same"}
    assert walk.check([HEADS, row("CB08", "Lê Văn Năm", "1978")]) == {2: "error"}
    assert "năm sinh khác" in walk.said(2)


def test_a_name_alone_is_asked_about_and_decided_by_hand(cast: Cast, walk: Walk) -> None:
    old = person(cast, "Nguyễn Thị Hoa", "CB09", birth_year=1985)
    verdicts = walk.check([
        HEADS,
        row("", "Nguyễn Thị Hoa", "1985", WARD, "Thư ký", "Công chức"),
        row("", "NGUYỄN THỊ HOA", "", WARD, "", "Công chức"),
    ])  # fmt: skip
    assert verdicts == {2: "ambiguous", 3: "ambiguous"}
    page = walk.page()
    assert "2 dòng có thể là người đã có hồ sơ" in page
    assert "CB09" in page
    walk.decide(2, old.pk)
    walk.decide(3, old.pk)  # already meant by the other row
    walk.decide(3, "create")
    assert walk.confirm() == {"applied": 2}
    assert old.postings.primary().get(until=None).title == "Thư ký"
    assert User.objects.filter(full_name="Nguyễn Thị Hoa").count() == 2


def test_a_code_under_another_name_is_asked_about(cast: Cast, walk: Walk) -> None:
    person(cast, "Lê Văn Sáu", "CB10")
    assert walk.check([HEADS, row("CB10", "Trần Văn Tám")]) == {2: "ambiguous"}


def test_an_identity_number_is_added_once_and_never_told(cast: Cast, walk: Walk) -> None:
    known = person(cast, "Lê Văn Bảy", "CB11")
    number = "079085000007"
    heads = [*HEADS, "Số CCCD"]
    assert walk.check([heads, [*row("CB11", "Lê Văn Bảy"), number]]) == {2: "update"}
    plan = walk.change.rows.get(number=2)
    assert number not in f"{plan.message}{plan.after}{plan.before}"
    walk.confirm()
    known.refresh_from_db()
    assert known.identity_index
    assert number not in str(list(AuditEvent.objects.values_list("after", flat=True)))
    assert walk.check([heads, [*row("CB11", "Lê Văn Bảy"), "079085000008"]]) == {2: "error"}
    walk.change = BulkChange.objects.filter(state="applied").latest("pk")
    walk.undo()
    known.refresh_from_db()
    assert known.identity_index is None
    assert known.identity_cipher == ""


def test_a_complete_list_ends_the_posts_and_duties_of_who_is_not_in_it(
    cast: Cast, walk: Walk, reasons: dict[str, int]
) -> None:
    stays, leaves = person(cast, "Lê Văn Chín", "CB12"), person(cast, "Lê Văn Mười", "CB13")
    cohort = make_cohort(make_version(by=cast.trainer), by=cast.hr, organiser=cast.department)
    make_enrolment(cohort, leaves, by=cast.hr, unit=cast.ward)
    people = User.objects.posted_in([cast.ward.pk]).exclude(pk__in=[leaves.pk, cast.hr.pk])
    rows: Rows = [HEADS, *(row(one.username, one.full_name) for one in people)]
    whole = {"mode": "complete", "whole": cast.ward.pk, "reason": reasons["nghi_huu"]}
    verdicts = walk.check(rows, **whole)
    assert list(verdicts.values()).count("ended") == 1
    assert "kết thúc vị trí tại Phường Bến Thành" in walk.change.rows.get(verdict="ended").message
    walk.confirm()
    post = leaves.postings.get()
    assert (post.until, post.end_reason_id) == (today(), reasons["nghi_huu"])
    assert stays.postings.get().until is None
    assert cast.hr.postings.get().until is None
    duty = Obligation.objects.get(person=leaves)
    assert (duty.status, duty.status_reason) == (
        "cancelled", "Vị trí tại Phường Bến Thành đã kết thúc."
    )  # fmt: skip
    walk.undo()
    duty.refresh_from_db()
    assert leaves.postings.get().until is None
    assert duty.status in {"open", "scheduled", "overdue"}


def test_a_list_that_would_end_too_many_posts_ends_none(
    cast: Cast, walk: Walk, reasons: dict[str, int]
) -> None:
    for number in range(10):
        person(cast, f"Lê Thị {'ABCDEGHIKL'[number]}", f"CB2{number}")
    whole = {"mode": "complete", "whole": cast.ward.pk, "reason": reasons["nghi_huu"]}
    verdicts = walk.check([HEADS, row("CB20", "Lê Thị A")], **whole)
    assert "ended" not in verdicts.values()
    assert "danh sách có vẻ không đủ cả đơn vị" in walk.page()
    walk.client.post(reverse("jobs:confirm", args=[walk.change.pk]))
    run_jobs()
    assert Posting.objects.exclude(until=None).count() == 0


def test_a_row_worked_on_since_is_kept_by_the_undo(cast: Cast, walk: Walk) -> None:
    known = person(cast, "Lê Văn Lẻ", "CB30")
    other = person(cast, "Lê Văn Chẵn", "CB31")
    walk.check([
        HEADS,
        row("CB30", "Lê Văn Lẻ", "", "", "", "", "0903123456"),
        row("CB31", "Lê Văn Chẵn", "", "", "", "", "0903123457"),
    ])  # fmt: skip
    walk.confirm()
    data = PersonData(full_name="Lê Văn Lẻ", mobile="0911222333")
    update_person(person=known, data=data, by=cast.hr)
    assert walk.undo() == {"kept": 1, "undone": 1}
    known.refresh_from_db()
    other.refresh_from_db()
    assert (known.mobile, other.mobile) == ("0911222333", "")


def test_a_record_changed_between_check_and_writing_is_left_out(cast: Cast, walk: Walk) -> None:
    known = person(cast, "Lê Văn Kịp", "CB32")
    walk.check([HEADS, row("CB32", "Lê Văn Kịp", "", "", "", "", "0903123456")])
    User.objects.filter(pk=known.pk).update(mobile="0988777666")
    assert walk.confirm() == {"left_out": 1}
    known.refresh_from_db()
    assert known.mobile == "0988777666"


def test_nobody_imports_their_own_record(cast: Cast, walk: Walk) -> None:
    code = cast.hr.username
    verdicts = walk.check([HEADS, row(code, cast.hr.full_name, "", "", "Chủ tịch")])
    assert verdicts == {2: "error"}
    assert cast.hr.postings.get().title != "Chủ tịch"


def test_a_dry_run_asks_a_constant_number_of_questions(cast: Cast, walk: Walk) -> None:
    counts = []
    for many in (10, 400):
        rows: Sequence[list[object]] = [
            row(f"N{many}{number}", f"Lê Văn Mới {number}".replace("0", "o"), "1990", WARD, "",
                "Công chức")
            for number in range(many)
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            walk.check([HEADS, *rows])
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 4  # SQLite takes long inserts in parts


def complete(cast: Cast, reasons: dict[str, int]) -> dict[str, Any]:
    return {"mode": "complete", "whole": cast.ward.pk, "reason": reasons["nghi_huu"]}


def test_who_is_named_in_a_row_with_an_error_is_not_ended(
    cast: Cast, walk: Walk, reasons: dict[str, int]
) -> None:
    wrong, unread = person(cast, "Lê Văn Sai", "CB50"), person(cast, "Lê Văn Ngày", "CB51")
    User.objects.filter(pk=wrong.pk).update(birth_date=dt.date(1979, 2, 3), birth_year=1979)
    others = User.objects.posted_in([cast.ward.pk]).exclude(
        pk__in=[cast.hr.pk, wrong.pk, unread.pk]
    )
    rows: Rows = [
        HEADS,
        *(row(one.username, one.full_name) for one in others),
        row("CB50", "Lê Văn Sai", "1978"),
        row("CB51", "Lê Văn Ngày", "99/99/1980"),
    ]
    verdicts = list(walk.check(rows, **complete(cast, reasons)).values())
    assert verdicts.count("error") == 2
    assert "ended" not in verdicts


@pytest.mark.parametrize("count", [25, 32])
def test_the_bound_holds_however_many_slices_there_are(
    cast: Cast, walk: Walk, reasons: dict[str, int], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("accounts.imports.ends.CHUNK", 10)
    monkeypatch.setattr("accounts.imports.kind.CHUNK", 10)
    for number in range(count):
        person(cast, f"Lê Thị {chr(65 + number % 26)}", f"CB6{number:02d}")
    walk.check([HEADS, row("CB600", "Lê Thị A")], **complete(cast, reasons))
    assert not walk.change.rows.filter(number=0, included=True).exists()
    assert "danh sách có vẻ không đủ cả đơn vị" in walk.page()


def test_a_year_of_birth_comes_back(cast: Cast, walk: Walk) -> None:
    known = person(cast, "Lê Văn Tuổi", "CB70", birth_year=1980)
    blank = person(cast, "Lê Văn Trống", "CB71")
    born = "15/03/1981"
    walk.check([HEADS, row("CB70", "Lê Văn Tuổi", born), row("CB71", "Lê Văn Trống", born)])
    walk.confirm()
    walk.undo()
    for one in (known, blank):
        one.refresh_from_db()
    assert [(one.birth_date, one.birth_year) for one in (known, blank)] == [
        (None, 1980), (None, None)
    ]  # fmt: skip


def test_a_name_split_by_hand_stays_and_another_comes_back_as_it_was_split(
    cast: Cast, walk: Walk
) -> None:
    held, free = (person(cast, "Tôn Nữ Thị Hoa", code) for code in ("CB72", "CB77"))
    data = PersonData("Tôn Nữ Thị Hoa", "Tôn Nữ", "Thị", "Hoa")
    for one in (held, free):
        update_person(person=one, data=data, by=cast.hr)
    User.objects.filter(pk=free.pk).update(held_fields=[])
    verdicts = walk.check([HEADS, row("CB72", "Tôn Nữ Thị Hoà"), row("CB77", "Tôn Nữ Thị Hoà")])
    assert verdicts == {2: "same", 3: "update"}
    walk.confirm()
    free.refresh_from_db()
    assert free.full_name == "Tôn Nữ Thị Hoà"
    walk.undo()
    free.refresh_from_db()
    assert (free.full_name, free.family_name, free.middle_name) == (
        "Tôn Nữ Thị Hoa", "Tôn Nữ", "Thị"
    )  # fmt: skip


def test_a_mobile_written_otherwise_is_no_change(cast: Cast, walk: Walk) -> None:
    person(cast, "Lê Văn Số", "CB73", mobile="+84 903 123 456")
    assert walk.check([HEADS, row("CB73", "Lê Văn Số", "", "", "", "", "0903123456")]) == {
        2: "same"
    }


def test_a_head_of_unit_stays_head_under_another_title(cast: Cast, walk: Walk) -> None:
    head = person(cast, "Lê Văn Trưởng", "CB74", is_head=True)
    walk.check([HEADS, row("CB74", "Lê Văn Trưởng", "", "", "Chủ tịch")])
    walk.confirm()
    assert head.postings.get(until=None).is_head


def test_one_address_on_two_rows_means_nobody(cast: Cast, walk: Walk) -> None:
    known = person(cast, "Lê Văn Thư", "CB75", email="x@y.vn")
    EmailAddress.objects.create(user=known, email="x@y.vn", verified=True, primary=True)
    heads = ["Họ và tên", "Đơn vị", "Email"]
    rows: Rows = [heads, ["Lê Văn Thư", "", "x@y.vn"], ["Trần Thị Khác", "", "x@y.vn"]]
    assert walk.check(rows)[2] == "ambiguous"


def test_who_works_in_a_part_of_the_unit_is_corrected_there(cast: Cast, walk: Walk) -> None:
    part = make_unit("Phòng Văn hóa", parent=cast.ward, kind="division")
    inner = person(cast, "Lê Văn Trong", "CB76")
    inner.postings.update(unit=part)
    walk.check([HEADS, row("CB76", "Lê Văn Trong", "", WARD, "Phó phòng", "", "0903123456")])
    for words in ("0903123456", "Phó phòng", "Giữ vị trí tại Phòng Văn hóa"):
        assert words in walk.said(2), words
    walk.confirm()
    post = inner.postings.get(until=None)
    assert (post.unit, post.title) == (part, "Phó phòng")
