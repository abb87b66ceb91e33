"""The pages of classes, at the edge."""

import datetime as dt
from collections.abc import Callable
from io import BytesIO

import pytest
from django.db import connection
from django.http import FileResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from enrolments.actions.places import enrol, enrol_many
from enrolments.models import (
    Attendance,
    Cohort,
    CohortStaff,
    Decision,
    Enrolment,
    Obligation,
    Session,
)
from lms.clock import today
from notifications.models import Notice
from tests.make import make_cohort, make_user, make_version, mark_published, staff
from tests.people import Cast

Browser = Callable[[User], Client]


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    course_version = make_version(by=cast.trainer)
    course_version.course.provider = cast.provider
    course_version.course.save()
    version = mark_published(course_version, by=cast.trainer)
    cohort = make_cohort(
        version, by=cast.training_officer, organiser=cast.department, name="Lớp kỹ năng số"
    )
    staff(cohort, cast.trainer)
    staff(cohort, cast.supervisor, "class_supervisor")
    return cohort


@pytest.fixture
def place(cohort: Cohort, cast: Cast) -> Enrolment:
    return enrol(cohort=cohort, learner=cast.learner, unit=cast.ward, by=cast.hr, source="ticked")


@pytest.fixture
def session(cohort: Cohort) -> Session:
    start = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    return Session.objects.create(
        cohort=cohort, number=1, starts_at=start, ends_at=start + dt.timedelta(hours=3)
    )


def url(name: str, *args: object) -> str:
    return reverse(f"enrolments:{name}", args=args)


def names(client: Client, cohort: Cohort, query: str = "") -> str:
    answer = client.get(url("cohort", cohort.pk) + query)
    assert answer.status_code == 200, answer.headers
    return answer.content.decode()


def test_each_officer_sees_the_learners_of_their_scope(
    cohort: Cohort, place: Enrolment, cast: Cast, browser: Browser
) -> None:
    other = enrol(
        cohort=cohort,
        learner=cast.stranger,
        unit=cast.other_ward,
        by=cast.other_hr,
        source="ticked",
    )
    thu = names(browser(cast.hr), cohort)
    assert place.learner.full_name in thu
    assert other.learner.full_name not in thu
    for everything in (cast.department_hr, cast.training_officer, cast.trainer, cast.supervisor):
        page = names(browser(everything), cohort)
        assert place.learner.full_name in page
        assert other.learner.full_name in page


def test_a_class_that_is_over_is_absent_for_those_who_sent_nobody(
    cohort: Cohort, place: Enrolment, cast: Cast, browser: Browser
) -> None:
    Cohort.objects.update(state="closed")
    stranger = browser(cast.other_hr)
    hidden, absent = stranger.get(url("cohort", cohort.pk)), stranger.get(url("cohort", 10**6))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.content == absent.content
    assert browser(cast.hr).get(url("cohort", cohort.pk)).status_code == 200


PAGES = [
    ("edit", {"department_hr", "training_officer"}),
    ("postpone", {"department_hr", "training_officer"}),
    ("cancel", {"department_hr", "training_officer"}),
    ("send", {"hr", "department_hr", "other_hr"}),
    ("attendance_sheet", {"department_hr", "training_officer", "trainer", "supervisor"}),
]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(("name", "allowed"), PAGES)
def test_only_those_who_run_a_class_reach_its_acts(
    cohort: Cohort, cast: Cast, browser: Browser, name: str, allowed: set[str]
) -> None:
    found = {
        part
        for part, person in cast.everyone().items()
        if browser(person).get(url(name, cohort.pk)).status_code == 200
    }
    assert found == allowed


@pytest.mark.usefixtures("place", "session")
@pytest.mark.parametrize(
    "name",
    ["cohort", "sessions", "staff", "newcomers", "unreached", "signed_list", "export"],
)
def test_every_page_of_a_class_opens(
    cohort: Cohort, cast: Cast, browser: Browser, name: str
) -> None:
    answer = browser(cast.department_hr).get(url(name, cohort.pk))
    answer.close()
    assert answer.status_code == 200


@pytest.mark.usefixtures("session")
def test_those_who_may_only_read_get_no_column_of_acts(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    acts = '<span class="visually-hidden">Thao tác</span>'
    for page, readers in {"sessions": [cast.hr], "staff": [cast.hr, cast.trainer]}.items():
        address = url(page, cohort.pk)
        assert acts in browser(cast.training_officer).get(address).content.decode()
        for reader in readers:
            assert acts not in browser(reader).get(address).content.decode()


def test_an_empty_class_offers_no_filters_and_a_class_to_come_scolds_nobody(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    page = names(browser(cast.hr), cohort)
    assert "Chưa có học viên thuộc phạm vi theo dõi trong lớp này." in page
    assert "Bỏ điều kiện lọc" not in page
    assert 'name="never"' not in page
    enrol(cohort=cohort, learner=cast.learner, unit=cast.ward, by=cast.hr, source="ticked")
    low = "Đơn vị dưới mức 55% hoàn thành"
    Cohort.objects.filter(pk=cohort.pk).update(state="running", starts_on=today())
    assert low in names(browser(cast.hr), cohort)
    for later in ({"state": "enrolling"}, {"starts_on": today() + dt.timedelta(days=1)}):
        Cohort.objects.filter(pk=cohort.pk).update(**({"state": "running"} | later))
        assert low not in names(browser(cast.hr), cohort)


@pytest.mark.parametrize("size", [10, 1000])
def test_the_class_page_costs_the_same_for_ten_and_a_thousand(
    cohort: Cohort, cast: Cast, browser: Browser, size: int
) -> None:
    people = User.objects.bulk_create(
        User(
            username=f"x{n}",
            given_name="An",
            full_name=f"Lê An {n}",
            sort_key=f"{n:05d}",
            search_key="le an",
        )
        for n in range(size)
    )
    enrol_many(
        cohort=cohort, people=[(one, cast.ward) for one in people], by=cast.hr, source="file"
    )
    client = browser(cast.department_hr)
    client.get(url("cohort", cohort.pk))  # the first page of a visit also writes the session
    with CaptureQueriesContext(connection) as spent:
        client.get(url("cohort", cohort.pk))
    assert len(spent) <= 15, [query["sql"] for query in spent]


def test_the_list_of_classes_is_searched_without_accents(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.department_hr)
    assert cohort.name in client.get(url("classes") + "?q=ky nang so").content.decode()
    assert cohort.name not in client.get(url("classes") + "?q=ngoai ngu").content.decode()
    assert cohort.name not in client.get(url("classes") + "?part=learn").content.decode()


def test_filters_and_export_hold_the_same_learners(
    cohort: Cohort, place: Enrolment, cast: Cast, browser: Browser
) -> None:
    enrol(cohort=cohort, learner=cast.manager, unit=cast.ward, by=cast.hr, source="ticked")
    client = browser(cast.department_hr)
    assert cast.manager.full_name not in names(client, cohort, "?q=hong hanh")
    due = Obligation.objects.get(enrolment=place).due_on
    answer = client.get(url("export", cohort.pk) + "?q=hong hanh")
    assert isinstance(answer, FileResponse)
    rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
    answer.close()
    assert [row[2] for row in rows[1:]] == [cast.learner.full_name]
    assert (rows[1][3], rows[1][6].date()) == (cast.ward.name, due)


def test_the_export_asks_the_same_for_more_learners(
    cohort: Cohort, place: Enrolment, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.department_hr)
    spent: list[int] = []
    exports: list[FileResponse] = []
    for more in (cast.manager, cast.trainer, cast.support):
        enrol(cohort=cohort, learner=more, unit=cast.ward, by=cast.hr, source="ticked")
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(url("export", cohort.pk))
            assert isinstance(answer, FileResponse)
            b"".join(answer.streaming_content)
        exports.append(answer)
        spent.append(len(asked))
    for export in exports:  # closing one also closes the database
        export.close()
    assert spent[1] == spent[2]


def test_reminders_by_hand_go_once_a_day(
    cohort: Cohort, place: Enrolment, cast: Cast, browser: Browser
) -> None:
    for _time in range(2):
        browser(cast.hr).post(url("bulk", cohort.pk), {"do": "remind", "ids": [place.pk]})
    assert Notice.objects.filter(kind="reminder").count() == 1


def test_withdrawing_asks_for_a_reason_first(
    cohort: Cohort, place: Enrolment, cast: Cast, browser: Browser
) -> None:
    client, asked = browser(cast.hr), {"do": "withdraw", "ids": [place.pk]}
    client.post(url("bulk", cohort.pk), asked)
    place.refresh_from_db()
    assert place.state == "enrolled"
    client.post(url("bulk", cohort.pk), {**asked, "reason": "Chuyển công tác"})
    place.refresh_from_db()
    assert place.state == "withdrawn"


def test_nobody_withdraws_people_of_another_unit_or_as_trainer(
    cohort: Cohort, place: Enrolment, cast: Cast, browser: Browser
) -> None:
    for person in (cast.other_hr, cast.trainer):
        browser(person).post(
            url("bulk", cohort.pk), {"do": "withdraw", "ids": [place.pk], "reason": "x"}
        )
    place.refresh_from_db()
    assert place.state == "enrolled"


DECISION = {
    "number": "12",
    "symbol": "QĐ-UBND",
    "issued_on": "2026-01-05",
    "signer_name": "Bùi Minh Đức",
    "signer_title": "Chủ tịch",
}


def test_people_are_ticked_and_pasted_checked_and_sent_by_a_decision(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.hr)
    other = make_user("Lê Văn Ất", unit=cast.ward, username="at01")
    typed = {"ids": [cast.learner.pk], "codes": "AT01\nla\nhanh", **DECISION}
    page = client.post(url("check_sending", cohort.pk), typed).content.decode()
    assert not Enrolment.objects.exists()
    assert page.count("Sẽ cử") == 3, "two people, and the total"
    ready = {"ids": [cast.learner.pk, other.pk], "source": "pasted", **DECISION}
    for _time in range(2):
        assert client.post(url("confirm_sending", cohort.pk), ready).status_code == 200
    assert Enrolment.objects.count() == 2
    place = Enrolment.objects.get(learner=other)
    assert (place.source, place.sending_unit) == ("pasted", cast.ward)
    assert Decision.objects.get() == place.sending_decision
    assert Obligation.objects.get(enrolment=place).basis == place.sending_decision


def test_people_outside_the_scope_are_unknown_and_never_sent(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.hr)
    page = client.post(url("check_sending", cohort.pk), {"codes": "la"}).content.decode()
    assert cast.stranger.full_name not in page
    client.post(url("confirm_sending", cohort.pk), {"ids": [cast.stranger.pk]})
    assert not Enrolment.objects.exists()


def test_a_full_class_says_so_and_keeps_the_list(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    Cohort.objects.update(seats=1)
    make_user(unit=cast.ward, username="at01")
    answer = browser(cast.hr).post(url("confirm_sending", cohort.pk), {"codes": "at01\nhanh"})
    assert answer.status_code == 422
    assert not Enrolment.objects.exists()


def test_a_class_is_opened_step_by_step_and_written_at_the_end(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.training_officer)
    first = {"step": "0", "course": cohort.course_id, "organiser": cast.provider.unit_id}
    assert client.post(url("open"), {**first, "course": ""}).status_code == 422
    assert client.post(url("open"), first).status_code == 200
    dates = {**first, "step": "1", "code": "L2", "name": "Lớp 2"}
    dates |= {"starts_on": "2026-03-02", "ends_on": "2026-02-02"}
    assert client.post(url("open"), dates).status_code == 422
    dates["ends_on"] = "2026-04-02"
    assert client.post(url("open"), dates).status_code == 200
    checked = client.post(url("open"), {**dates, **DECISION, "step": "2"})
    assert "Lớp 2" in checked.content.decode()
    assert not Cohort.objects.filter(code="L2").exists()
    final = {**dates, **DECISION, "step": "3", "confirm": "1"}
    for _time in range(2):
        assert client.post(url("open"), final).status_code == 302
    opened = Cohort.objects.get(code="L2")
    assert opened.state == "draft"
    assert opened.opening_decision is not None


def test_a_class_goes_through_its_states_in_order(
    cohort: Cohort, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.training_officer)
    assert client.post(url("change_state", cohort.pk), {"to": "archived"}).status_code == 422
    assert client.post(url("change_state", cohort.pk), {"to": "recognised"}).status_code == 404
    for state in ("running", "running", "closed"):
        assert client.post(url("change_state", cohort.pk), {"to": state}).status_code == 302
        cohort.refresh_from_db()
        assert cohort.state == state
    assert cohort.closed_at is not None


def test_postponing_shows_what_it_touches_and_moves_the_duties(
    cohort: Cohort, place: Enrolment, session: Session, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.training_officer)
    assert client.get(url("postpone", cohort.pk)).status_code == 200
    place.obligations.get()
    new = today() + dt.timedelta(days=90)
    typed = {"reason": "Bão", "starts_on": str(today()), "ends_on": str(new), **DECISION}
    for _time in range(2):
        assert client.post(url("postpone", cohort.pk), typed).status_code == 302
    cohort.refresh_from_db()
    session.refresh_from_db()
    assert (cohort.state, session.cancelled_at is None) == ("postponed", False)
    duty = place.obligations.get()
    assert duty.due_on >= new
    assert set(Notice.objects.planned().filter(kind="due_soon").values_list("due_on")) == {
        (duty.due_on,)
    }
    assert Notice.objects.filter(kind="cohort_changed").count() == 1
    client.post(url("change_state", cohort.pk), {"to": "resume"})
    cohort.refresh_from_db()
    assert cohort.state == "enrolling"


def test_cancelling_frees_the_seats_and_ends_duties_and_reminders(
    cohort: Cohort, place: Enrolment, session: Session, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.training_officer)
    for _time in range(2):
        client.post(url("cancel", cohort.pk), {"reason": "Giảng viên ốm"})
    cohort.refresh_from_db()
    place.refresh_from_db()
    session.refresh_from_db()
    assert (cohort.state, cohort.enrolled_count, place.state) == ("cancelled", 0, "withdrawn")
    assert session.cancelled_at is not None
    assert place.obligations.get().status == "cancelled"
    assert set(Notice.objects.planned().values_list("kind", flat=True)) == {"cohort_changed"}


def test_a_new_last_day_moves_the_duties_later_but_not_earlier(
    cohort: Cohort, place: Enrolment, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.training_officer)
    typed = {"code": cohort.code, "name": cohort.name, "starts_on": str(cohort.starts_on)}
    later, earlier = today() + dt.timedelta(days=60), today() + dt.timedelta(days=10)
    answer = client.post(url("edit", cohort.pk), {**typed, "ends_on": str(earlier)})
    assert answer.status_code == 422
    assert client.post(url("edit", cohort.pk), {**typed, "ends_on": str(later)}).status_code == 302
    assert place.obligations.get().due_on >= later


def test_attendance_is_saved_once_by_those_who_may(
    cohort: Cohort, place: Enrolment, session: Session, cast: Cast, browser: Browser
) -> None:
    marks = {f"a{place.pk}": "present"}
    address = url("attendance", cohort.pk, session.pk)
    assert browser(cast.hr).post(address, marks).status_code == 404
    for _time in range(2):
        assert browser(cast.trainer).post(address, marks).status_code == 302
    assert Attendance.objects.get().status == "present"
    browser(cast.trainer).post(address, {f"a{place.pk}": ""})
    assert not Attendance.objects.exists()


def test_nobody_takes_their_own_attendance(
    cohort: Cohort, session: Session, cast: Cast, browser: Browser
) -> None:
    own = enrol(cohort=cohort, learner=cast.trainer, unit=cast.ward, by=cast.hr, source="ticked")
    answer = browser(cast.trainer).post(
        url("attendance", cohort.pk, session.pk), {f"a{own.pk}": "present"}
    )
    assert answer.status_code == 422
    assert not Attendance.objects.exists()


def test_sessions_are_numbered_by_their_day(
    cohort: Cohort, session: Session, cast: Cast, browser: Browser
) -> None:
    client = browser(cast.training_officer)
    typed = {"day": str(today()), "begins": "08:00", "ends": "11:30", "periods": "4"}
    both = {**typed, "place": "Hội trường", "link": "https://hop.example"}
    assert client.post(url("sessions", cohort.pk), both).status_code == 422
    for _time in range(2):
        assert client.post(url("sessions", cohort.pk), typed).status_code == 302
    session.refresh_from_db()
    assert (Session.objects.count(), session.number) == (2, 2)
    assert browser(cast.trainer).post(url("sessions", cohort.pk), typed).status_code == 404
    first = Session.objects.get(number=1)
    client.post(url("cancel_session", cohort.pk, first.pk), {"reason": "Mất điện"})
    session.refresh_from_db()
    assert session.number == 1


def test_a_hand_over_moves_rights_and_sessions_to_come(
    cohort: Cohort, session: Session, cast: Cast, browser: Browser
) -> None:
    Session.objects.update(trainer=cast.trainer)
    new = make_user("Mai Văn Tiếp", username="tiep")
    row = CohortStaff.objects.get(user=cast.trainer)
    client = browser(cast.training_officer)
    typed = {"login": "tiep", "since": str(today())}
    assert client.post(url("hand_over", cohort.pk, row.pk), typed).status_code == 302
    session.refresh_from_db()
    assert session.trainer == new
    assert browser(new).get(url("attendance", cohort.pk, session.pk)).status_code == 200
    assert browser(cast.trainer).get(url("attendance", cohort.pk, session.pk)).status_code == 404


def test_people_without_e_mail_are_listed_with_words_to_copy(
    cohort: Cohort, place: Enrolment, cast: Cast, browser: Browser
) -> None:
    mine = browser(cast.hr).get(url("unreached_of_units")).content.decode()
    assert place.learner.full_name in mine
    assert "data-copy" in mine
    assert place.learner.full_name not in (
        browser(cast.other_hr).get(url("unreached_of_units")).content.decode()
    )
    assert browser(cast.learner).get(url("unreached_of_units")).status_code == 404
