"""Reading, filtering and sending in, with JavaScript switched off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City
from tests.browser.conftest import WorldCity
from tests.browser.looking import DEMO_PASSWORD, OpenWindow, sign_in
from tests.people import PASSWORD

pytestmark = pytest.mark.browser
in_world = pytest.mark.xdist_group("world")
NAME = "Lê Thị Tĩnh"


@pytest.mark.xdist_group("city")
def test_pages_are_read_and_filtered(city: City, open_window: OpenWindow) -> None:
    page = open_window(java_script_enabled=False)
    sign_in(page, city.url, "hanh", DEMO_PASSWORD)
    page.get_by_role("link", name=re.compile("^(Danh mục khóa học|Khóa học)$")).first.click()
    page.locator("main").get_by_role("textbox", name="Tìm khóa học").fill("tri tue nhan tao")
    page.locator("main").get_by_role("button", name=re.compile("Tìm|Lọc")).click()
    expect(page.get_by_text("Trí tuệ nhân tạo cơ bản cho công chức").first).to_be_visible()
    expect(page.get_by_text("Tiếng Anh giao tiếp công vụ")).to_have_count(0)


@in_world
def test_a_test_and_a_work_are_handed_in_and_marked(
    world: WorldCity, open_window: OpenWindow
) -> None:
    learner = open_window(java_script_enabled=False)
    sign_in(learner, world.url, "tinh.lt", PASSWORD)
    learner.get_by_role("link", name="Soạn thảo văn bản hành chính").first.click()
    learner.get_by_role("button", name="Bắt đầu học").click()
    lesson = learner.url
    answer_test(learner)
    hand_in(learner, lesson)
    trainer = open_window(java_script_enabled=False)
    sign_in(trainer, world.url, "lan", PASSWORD)
    trainer.goto(f"{world.url}/giang-day/cham-bai/")
    mark(trainer)


def answer_test(learner: Page) -> None:
    """Answer each question with its first choice; the result comes by looking again."""
    learner.get_by_role("link", name=re.compile("kiểm tra")).first.click()
    learner.get_by_role("button", name="Bắt đầu làm bài").click()
    for number in (1, 2):
        expect(learner.get_by_role("heading", level=1)).to_have_text(f"Câu {number}/2")
        learner.get_by_role("radio").first.check()
        learner.get_by_role("button", name=re.compile("^Lưu và (tiếp|xem)")).click()
    expect(learner.get_by_text("Tất cả các câu đã được trả lời.")).to_be_visible()
    learner.locator("main").get_by_role("button", name="Nộp bài").last.click()
    again, score = learner.get_by_role("link", name="Xem lại kết quả"), learner.locator(".score")
    expect(again.or_(score)).to_be_visible()


def hand_in(learner: Page, lesson: str) -> None:
    """Write the work of the second lesson, save it, look at it, and hand it in."""
    learner.goto(lesson)
    learner.get_by_role("link", name=re.compile("Bài 2")).last.click()
    learner.get_by_role("link", name="Mở bài thu hoạch").click()
    learner.get_by_role("button", name="Bắt đầu làm bài").click()
    learner.get_by_role("textbox").first.fill("Kính gửi: Ủy ban nhân dân phường.")
    learner.get_by_role("button", name="Lưu bản nháp").click()
    expect(learner.get_by_role("textbox").first).to_have_value(re.compile("^Kính gửi"))
    learner.get_by_role("button", name="Kiểm tra và nộp bài").click()
    learner.get_by_role("button", name="Nộp bài").click()
    expect(learner.get_by_text("Đã nộp bài.")).to_be_visible()


def mark(trainer: Page) -> None:
    """Give points and a comment, and find the work among the marked ones."""
    trainer.get_by_role("link", name=NAME).click()
    trainer.get_by_label("Nội dung").fill("6")
    trainer.get_by_label("Trình bày").fill("4")
    trainer.get_by_role("textbox", name="Nhận xét gửi học viên").fill("Tốt.")
    trainer.get_by_role("button", name="Lưu", exact=True).click()
    expect(trainer.get_by_text(re.compile("Lan chấm"))).to_be_visible()


@in_world
def test_a_person_is_sent_and_a_profile_is_changed(
    world: WorldCity, open_window: OpenWindow
) -> None:
    officer = open_window(java_script_enabled=False)
    sign_in(officer, world.url, "thu", PASSWORD)
    officer.goto(f"{world.url}/lop/{world.walk['still_class']}/cu-hoc-vien/")
    officer.get_by_role("checkbox", name="Bùi Minh Đức").check()
    officer.get_by_role("button", name="Kiểm tra danh sách").click()
    officer.get_by_role("button", name=re.compile("^Cử")).click()
    officer.goto(f"{world.url}/lop/{world.walk['still_class']}/")
    expect(officer.get_by_role("row", name="Bùi Minh Đức")).to_be_visible()
    change_address(world, officer)


def change_address(world: WorldCity, officer: Page) -> None:
    """Give an e-mail address; the profile says that it is to be confirmed."""
    officer.goto(f"{world.url}/ho-so/thu-dien-tu/")
    officer.get_by_label("Thư điện tử").first.fill("thu.le@example.vn")
    officer.locator("main form button").first.click()
    officer.goto(f"{world.url}/ho-so/")
    expect(officer.get_by_text("thu.le@example.vn")).to_be_visible()
