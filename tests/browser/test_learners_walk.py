"""One learner from her activation slip to her certificate, and everybody who helps, by pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from lms.clock import today
from tests.browser.conftest import WorldCity
from tests.browser.looking import OpenWindow, after_job, pick, sign_in
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("world")]
NAME, CODE, CHOSEN = "Trần Thị Bích Hòa", "hoa.tt", "một câu mới dễ nhớ 2026"
COURSE = "Soạn thảo văn bản hành chính"
# A worker may be busy with something else; nothing here waits that long when it is idle.
PATIENCE = 30.0


@dataclass
class Walk:
    """The learner's way and the windows of those she meets on it."""

    world: WorldCity
    open_window: OpenWindow

    @property
    def class_url(self) -> str:
        return f"{self.world.url}/lop/{self.world.walk['class']}/"

    def window_of(self, code: str) -> Page:
        """Return a new window in which somebody has signed in."""
        page = self.open_window()
        sign_in(page, self.world.url, code, PASSWORD)
        return page


def test_from_the_activation_slip_to_the_certificate(
    world: WorldCity, open_window: OpenWindow
) -> None:
    walk = Walk(world, open_window)
    officer = walk.window_of("thu")
    learner = activate(walk, issue_slip(walk, officer))
    send_to_class(walk, officer)
    study(walk, learner)
    take_test(learner)
    hand_in_work(walk, learner)
    mark_and_release(walk)
    see_the_mark(walk, learner)
    recognise_and_issue(walk)
    sign_paper(walk)
    verify(walk, *open_paper(walk, learner))


def issue_slip(walk: Walk, officer: Page) -> str:
    """Let the officer issue a slip; its code stands on that page and never again."""
    officer.goto(f"{walk.world.url}/nhan-su/?q=bich+hoa")
    officer.get_by_role("checkbox", name=NAME).check()
    officer.get_by_role("button", name="Phát phiếu kích hoạt").click()
    slip = officer.locator(".slip", has_text=NAME)
    expect(slip.locator(".code").first).to_have_text(CODE)
    code = slip.locator(".code").last.inner_text()
    officer.goto(f"{walk.world.url}/nhan-su/{walk.world.walk['learner']}/")
    expect(officer.get_by_role("heading", level=1)).to_contain_text(NAME)
    assert code not in officer.content()
    return code


def activate(walk: Walk, code: str) -> Page:
    """Open the account with both codes and the birth year, and choose a password."""
    page = walk.open_window()
    page.goto(f"{walk.world.url}/kich-hoat/")
    page.get_by_label("Mã đăng nhập").fill(CODE)
    page.get_by_label("Mã kích hoạt").fill(code.lower())
    page.get_by_label("Ngày sinh").fill("1990")
    page.get_by_label("Mật khẩu mới", exact=True).fill(CHOSEN)
    page.get_by_label("Nhập lại mật khẩu mới").fill(CHOSEN)
    page.get_by_role("button", name="Kích hoạt").click()
    expect(page).to_have_url(f"{walk.world.url}/ho-so/")
    return page


def send_to_class(walk: Walk, officer: Page) -> None:
    """Let the officer send her, with the decision of the ward."""
    officer.goto(f"{walk.class_url}cu-hoc-vien/?q=bich+hoa")
    officer.get_by_role("checkbox", name=NAME).check()
    officer.get_by_role("button", name="Kiểm tra danh sách").click()
    expect(officer.get_by_text(NAME).first).to_be_visible()
    officer.get_by_role("button", name=re.compile("^Cử")).click()
    officer.goto(walk.class_url)
    expect(officer.get_by_role("row", name=NAME)).to_be_visible()


def study(walk: Walk, learner: Page) -> None:
    """Find the course on the home page and begin it."""
    learner.goto(walk.world.url)
    learner.get_by_role("link", name=COURSE).first.click()
    learner.get_by_role("button", name=re.compile("Bắt đầu học|Học tiếp")).click()
    expect(learner.get_by_role("heading", level=1)).to_contain_text("Bài 1")


def take_test(learner: Page) -> None:
    """Answer both questions, each saved by itself, hand in, and see what the worker gave."""
    learner.get_by_role("link", name=re.compile("kiểm tra")).first.click()
    learner.get_by_role("button", name="Bắt đầu làm bài").click()
    answers = {"Câu hỏi single?": "Luật Trí tuệ nhân tạo", "Câu hỏi true_false?": "Đúng"}
    for number, button in ((1, "Lưu và tiếp theo"), (2, "Lưu và xem lại")):
        expect(learner.get_by_role("heading", level=1)).to_have_text(f"Câu {number}/2")
        words = learner.locator("legend").inner_text()
        learner.get_by_role("radio", name=answers[words], exact=True).check()
        expect(learner.locator("#saved")).to_contain_text("Đã lưu")
        learner.reload()
        expect(learner.locator("input[type=radio]:checked")).to_have_count(1)
        learner.get_by_role("button", name=button).click()
    expect(learner.get_by_text("Tất cả các câu đã được trả lời.")).to_be_visible()
    learner.locator("main").get_by_role("button", name="Nộp bài").last.click()
    expect(learner.locator(".score b")).to_have_text("100%", timeout=PATIENCE * 1000)


def hand_in_work(walk: Walk, learner: Page) -> None:
    """Complete the lesson of the test, write the work of the next one and hand it in."""
    learner.goto(walk.world.url)
    learner.get_by_role("link", name=COURSE).first.click()
    learner.get_by_role("button", name="Học tiếp").click()
    learner.get_by_role("button", name="Hoàn thành và sang bài sau").click()
    learner.get_by_role("link", name="Mở bài thu hoạch").click()
    learner.get_by_role("button", name="Bắt đầu làm bài").click()
    learner.get_by_role("textbox").first.fill("Kính gửi: Ủy ban nhân dân phường.")
    learner.get_by_role("button", name="Kiểm tra và nộp bài").click()
    learner.get_by_role("button", name="Nộp bài").click()
    expect(learner.get_by_text("Đã nộp bài.")).to_be_visible()


def mark_and_release(walk: Walk) -> None:
    """Let the trainer give points by criteria with a comment, and release them."""
    trainer = walk.window_of("lan")
    trainer.goto(f"{walk.world.url}/giang-day/cham-bai/")
    trainer.get_by_role("link", name=NAME).click()
    trainer.get_by_label("Nội dung").fill("5")
    trainer.get_by_label("Trình bày").fill("3.5")
    trainer.get_by_role("textbox", name="Nhận xét gửi học viên").fill("Đúng thể thức.")
    trainer.get_by_role("button", name="Lưu", exact=True).click()
    trainer.get_by_role("link", name="Công bố kết quả của lớp").click()
    trainer.get_by_role("button", name=re.compile("^Công bố")).click()
    expect(trainer.get_by_text(re.compile("Lan công bố"))).to_be_visible()


def see_the_mark(walk: Walk, learner: Page) -> None:
    """Read points and comment, then complete the last lesson."""
    learner.goto(walk.world.url)
    learner.get_by_role("link", name=COURSE).first.click()
    learner.get_by_role("button", name="Học tiếp").click()
    learner.get_by_role("link", name="Mở bài thu hoạch").click()
    expect(learner.locator(".work-score b")).to_have_text("8,5")
    expect(learner.get_by_text("Đúng thể thức.")).to_be_visible()
    learner.go_back()
    learner.get_by_role("button", name="Hoàn thành bài học").click()


def recognise_and_issue(walk: Walk) -> None:
    """Let the training office close the class, propose, enter the decision, and issue."""
    office = walk.window_of("phuc")
    office.goto(walk.class_url)
    office.get_by_role("button", name=re.compile("Kết thúc")).click()
    office.goto(walk.class_url)
    office.get_by_role("link", name="Xét kết quả").click()
    office.get_by_role("button", name="Đề xuất kết quả").click()
    expect(office.get_by_role("row", name=NAME)).to_contain_text("Đạt")
    office.get_by_role("link", name="Nhập quyết định").click()
    decide(office)
    expect(office.get_by_text(re.compile("Công nhận theo Quyết định"))).to_be_visible()
    office.get_by_role("link", name="Cấp chứng chỉ, giấy chứng nhận", exact=True).click()
    office.locator("main").get_by_role("button").last.click()
    confirm = office.get_by_role("button", name=re.compile("^Xác nhận"))
    after_job(office, confirm, seconds=PATIENCE).click()


def decide(office: Page) -> None:
    """Fill in the recognition decision."""
    office.get_by_label("Số", exact=True).fill("77")
    office.get_by_label("Ký hiệu").fill("QĐ-HVCB")
    office.get_by_label("Ngày").first.fill(today().isoformat())
    office.get_by_label("Người ký", exact=True).fill("Âu Dương Khánh")
    office.get_by_label("Chức vụ người ký").fill("Giám đốc")
    office.locator("main form").last.get_by_role("button").click()


def sign_paper(walk: Walk) -> None:
    """Let the signatory sign once the worker has drawn the paper."""
    signatory = walk.window_of("khanh")
    pick(signatory, f"{walk.world.url}/cho-ky/", NAME, seconds=PATIENCE)
    signatory.get_by_role("button", name="Ký văn bản đã chọn").click()
    expect(signatory.get_by_role("row", name=NAME)).to_have_count(0)


def open_paper(walk: Walk, learner: Page) -> tuple[str, str]:
    """Find the paper in the wallet, open its PDF, and return where anybody may check it."""
    learner.goto(f"{walk.world.url}/chung-chi/")
    card = learner.locator(".paper", has_text=COURSE)
    expect(card).to_be_visible()
    file = card.get_by_role("link", name="PDF").get_attribute("href")
    answer = learner.request.get(f"{walk.world.url}{file}")
    assert answer.ok
    assert answer.body().startswith(b"%PDF-")
    number = card.locator(".num").first.inner_text()
    check = card.get_by_role("link", name="Trang tra cứu").get_attribute("href")
    return f"{walk.world.url}{check}", number


def verify(walk: Walk, address: str, number: str) -> None:
    """Check the paper as a stranger: the name is masked, the two facts match or do not."""
    public = walk.open_window()
    public.goto(address)
    expect(public.get_by_text("Đã cấp, còn hiệu lực.")).to_be_visible()
    assert number in public.content()
    assert NAME not in public.content()
    for name, word in (("Trần Thị Bích Hạnh", "Không khớp"), (NAME, "Khớp")):
        public.get_by_label("Họ và tên").fill(name)
        public.get_by_label("Ngày sinh").fill("1990")
        public.get_by_role("button", name="Đối chiếu").click()
        expect(public.get_by_text(word, exact=True)).to_be_visible()
