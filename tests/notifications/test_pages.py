"""The inbox, the settings and the way out of a letter, through HTTP."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications.actions import hand_over_due, plan_notices
from notifications.mail import unsubscribe_url
from notifications.models import InboxItem, Preference
from tests.notifications.make import NOON, make_person, spec

pytestmark = pytest.mark.django_db
INBOX = "/thong-bao/"


@pytest.fixture
def person() -> Any:
    return make_person("hanh")


@pytest.fixture
def browser(person: Any, client: Client) -> Client:
    client.force_login(person)
    return client


def tell(person: Any, *subjects: str) -> None:
    plan_notices(notices=[spec(person, subject=subject) for subject in subjects])
    hand_over_due(now=timezone.now())


def test_the_inbox_groups_by_age_and_names_unread_lines(browser: Client, person: Any) -> None:
    for age in (30, 2, 0):  # the tenth of March 2026 is a Tuesday: two days ago was last week
        with time_machine.travel(NOON - dt.timedelta(days=age), tick=False):
            tell(person, f"obligation:{age}")
    with time_machine.travel(NOON, tick=False):
        browser.force_login(person)
        page = browser.get(INBOX).content.decode()
    assert "Hôm nay" in page
    assert "Trước đó" in page
    assert page.count("Sắp đến hạn: AI-01") >= 3
    assert "Chưa đọc" in page


def test_opening_a_line_marks_it_read_and_goes_where_it_points(
    browser: Client, person: Any
) -> None:
    tell(person, "obligation:1")
    item = InboxItem.objects.get()
    answer = browser.post(reverse("notifications:read_item", args=[item.pk]))
    assert answer.headers["Location"] == "/hoc/1/"
    item.refresh_from_db()
    assert item.read_at


def test_a_line_that_points_off_the_site_leads_back_to_the_inbox(
    browser: Client, person: Any
) -> None:
    plan_notices(notices=[spec(person, url="//evil.example/")])
    hand_over_due(now=timezone.now())
    address = reverse("notifications:read_item", args=[InboxItem.objects.get().pk])
    assert browser.post(address).headers["Location"] == INBOX


def test_nobody_reads_or_marks_the_notices_of_another(browser: Client) -> None:
    tell(make_person("stranger"), "obligation:1")
    item = InboxItem.objects.get()
    assert "AI-01" not in browser.get(INBOX).content.decode()
    address = reverse("notifications:read_item", args=[item.pk])
    absent = reverse("notifications:read_item", args=[item.pk + 1])
    assert browser.post(address).status_code == browser.post(absent).status_code == 404
    browser.post(reverse("notifications:read_all"))
    item.refresh_from_db()
    assert item.read_at is None


def test_all_lines_are_marked_read_at_once(browser: Client, person: Any) -> None:
    tell(person, "obligation:1", "obligation:2")
    browser.post(reverse("notifications:read_all"))
    assert not InboxItem.objects.unread().exists()


def test_the_bell_counts_what_is_unread(browser: Client, person: Any) -> None:
    tell(person, "obligation:1", "obligation:2")
    assert "2 thông báo chưa đọc" in browser.get(INBOX).content.decode()


def test_settings_switch_optional_kinds_only(browser: Client, person: Any) -> None:
    address = reverse("notifications:settings")
    page = browser.get(address).content.decode()
    assert "Quyết định 1012/QĐ-UBND" in page
    browser.post(address, {})
    chosen = Preference.objects.filter(kind__startswith="test_")
    assert list(chosen.values_list("kind", "is_on")) == [("test_tip", False)]
    browser.post(address, {"kinds": ["test_tip"]})
    assert chosen.get().is_on
    assert browser.post(address, {"kinds": ["test_duty"]}).status_code == 200  # not a choice


def test_one_click_in_a_mail_program_unsubscribes_without_sign_in(person: Any) -> None:
    address = unsubscribe_url(person.pk, ["test_tip", "test_duty"]).partition("8000")[2]
    outside = Client(enforce_csrf_checks=True)
    assert outside.get(address).status_code == 200
    assert not Preference.objects.exists()
    for _again in range(2):
        assert outside.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(Preference.objects.values_list("kind", "is_on")) == [("test_tip", False)]


def test_a_forged_way_out_is_not_found(person: Any) -> None:
    address = unsubscribe_url(person.pk, ["test_tip"]).partition("8000")[2]
    assert Client().post(address[:-3] + "xx/").status_code == 404


def test_the_inbox_asks_as_often_for_fifty_lines_as_for_one(
    browser: Client, person: Any, django_assert_max_num_queries: Any
) -> None:
    tell(person, *(f"obligation:{n}" for n in range(60)))
    with django_assert_max_num_queries(12):
        page = browser.get(INBOX).content.decode()
    assert "?before=" in page
