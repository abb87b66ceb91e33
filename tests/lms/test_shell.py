import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.template import Context, Template
from django.test import Client, RequestFactory

from lms import views
from lms.html import from_markdown
from lms.navigation import build_menu


def _draw(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize("path", ["/kha-nang-tiep-can/", "/bao-ve-du-lieu-ca-nhan/"])
@pytest.mark.django_db
def test_the_public_statements_are_read_without_signing_in(client: Client, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert b'<a class="skip" href="#main">' in page.content


def test_absent_and_forbidden_look_alike_whatever_was_asked(rf: RequestFactory) -> None:
    first = views.not_found(rf.get("/lop/1/"), Http404("No Cohort matches"))
    second = views.not_found(rf.get("/nhan-su/2/"), Http404())
    assert first.content == second.content
    assert b"lop" not in first.content


def test_a_fault_is_told_without_the_database(rf: RequestFactory) -> None:
    answer = views.server_error(rf.get("/"))  # no database mark: a query would fail this test
    assert answer.status_code == 500
    assert b"<h1>" in answer.content


@pytest.mark.django_db
def test_a_stale_form_gets_a_page_in_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/ngon-ngu/", {"language": "en"})
    assert answer.status_code == 403
    assert b"<h1>" in answer.content


def test_somebody_not_signed_in_has_no_menu(rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/")
    request.user = AnonymousUser()
    assert build_menu(request).groups == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ 27180|vi_number }}", "27.180"),
        ("{{ 7.5|tiet }}", "7,5 tiết"),
        ("{{ 160|tiet }}", "160 tiết"),
        ("{{ 80|duration }}", "1 giờ 20 phút"),
        ("{{ 0|duration }}", "0 phút"),
        ("{% percent 199 200 %}", "99"),
        ("{% percent 0 0 %}", "0"),
    ],
)
def test_figures_are_written_as_the_language_does(source: str, words: str) -> None:
    assert _draw(source) == words


@pytest.mark.parametrize(
    ("day", "words", "tone"),
    [(26, "còn 3 ngày", "amber"), (23, "hạn hôm nay", "amber"), (21, "quá hạn 2 ngày", "red")],
)
@time_machine.travel("2026-11-23 01:00+07:00", tick=False)
def test_a_due_date_is_told_from_the_local_day(day: int, words: str, tone: str) -> None:
    due = dt.date(2026, 11, day)
    assert _draw("{{ due|relative_due }}/{{ due|due_tone }}", due=due) == f"{words}/{tone}"


def test_a_table_in_written_text_scrolls_with_the_keyboard() -> None:
    written = from_markdown("| Việc | Hạn |\n|---|---|\n| <b>Họp</b> | 5/12 |")
    drawn = _draw("{% load ui %}{{ html|wide_tables }}", html=written)
    assert drawn.count('tabindex="0"') == 1
    assert drawn.index("<div") < drawn.index("<table") < drawn.index("</table></div>")
    assert "&lt;b&gt;Họp" in drawn
    assert "<table" not in _draw("{% load ui %}{{ html|wide_tables }}", html="<table>")
