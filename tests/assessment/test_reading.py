"""Documents of works, read in the page."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessment.actions import works
from assessment.actions.readings import make_reading
from assessment.models import Reading, Submission
from assessment.reading import ReadingError, blocks_of_document, blocks_of_text
from files.accept import PAPERS
from jobs.models import Outbox
from tests.assessment.documents import docx, odt, with_part
from tests.assessment.works import Task, make_task, upload
from tests.people import Cast

Browser = Callable[[User], Client]
BOMB = '<!DOCTYPE b [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>'
STEAL = '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.fixture
def task(cast: Cast) -> Task:
    return make_task(cast, takes_files=True)


def sent(task: Task, name: str, content: bytes) -> Submission:
    """Return a work handed in with one document."""
    learner = task.place.learner
    draft = works.start_draft(enrolment=task.place, assignment_key=task.key, by=learner)
    works.attach_upload(
        submission=draft, content=upload(name, content), name=name, accept=PAPERS, by=learner
    )
    return works.hand_in(submission=draft, by=learner)


def test_a_docx_and_an_odt_are_read_in_blocks_in_their_order() -> None:
    document = docx("Kính gửi Ủy ban", "Số liệu <năm> 2025", heading="Báo cáo")
    blocks = blocks_of_document(io.BytesIO(document), "docx")
    assert [block[:3] for block in blocks] == ["<h3", "<p>", "<p>", "<ta"]
    assert blocks[1:3] == ["<p>Kính gửi Ủy ban</p>", "<p>Số liệu &lt;năm&gt; 2025</p>"]
    assert "Hồ sơ" in blocks[3]
    lines = blocks_of_document(io.BytesIO(odt("Đoạn một", "", "a &lt;b&gt; c")), "odt")
    assert lines == ["<p>Đoạn một</p>", "<p>a &lt;b&gt; c</p>"]
    assert blocks_of_text("Một\r\n\r\n\r\nHai\ncòn hai\n\n") == ["Một", "Hai\ncòn hai"]


@pytest.mark.parametrize("declared", [BOMB, STEAL])
def test_documents_that_declare_entities_are_not_opened(declared: str) -> None:
    body = f"<?xml version='1.0'?>{declared}<b>&a;</b>"
    for content, kind in (
        (odt("&a;", declared=declared), "odt"),
        (with_part(docx("x"), "word/document.xml", body), "docx"),
        (with_part(docx("x"), "word/styles.xml", body), "docx"),
    ):
        with pytest.raises(ReadingError):
            blocks_of_document(io.BytesIO(content), kind)


@pytest.mark.parametrize(
    "body",
    [
        "<w:p><w:r><w:sym/></w:r></w:p>",
        '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="x"/></w:tcPr></w:tc></w:tr></w:tbl>',
        "<w:tbl><w:tr><w:tc>" * 2_000 + "</w:tc></w:tr></w:tbl>" * 2_000,
        '<w:p><w:r><w:footnoteReference w:id="9"/></w:r></w:p>',
    ],
)
def test_a_document_that_is_not_as_it_should_be_gets_a_sentence(body: str) -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = (
        f'<?xml version="1.0"?><w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    )
    with pytest.raises(ReadingError):
        blocks_of_document(io.BytesIO(with_part(docx("x"), "word/document.xml", text)), "docx")


def test_nothing_of_a_document_runs_or_fetches() -> None:
    link = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="rId99" TargetMode="External" Target="javascript:alert(1)"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"/>'
        "</Relationships>"
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = (
        f'<?xml version="1.0"?><w:document xmlns:w="{space}" xmlns:r="http://schemas.openxmlformats'
        '.org/officeDocument/2006/relationships"><w:body><w:p><w:hyperlink r:id="rId99"><w:r><w:t>'
        "bấm đây</w:t></w:r></w:hyperlink></w:p></w:body></w:document>"
    )
    document = with_part(docx("x"), "word/_rels/document.xml.rels", link)
    blocks = blocks_of_document(io.BytesIO(with_part(document, "word/document.xml", body)), "docx")
    assert "bấm đây" in blocks[0]
    assert "javascript" not in blocks[0]


def test_a_document_handed_in_is_read_once_and_shown_to_both_sides(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work = sent(task, "bai.docx", docx("Câu chuyện ở phường tôi"))
    row = Outbox.objects.get(task="assessment.read")
    marking = reverse("works:mark", args=[work.pk])
    page = browser(cast.trainer).get(marking).content.decode()
    assert "Câu chuyện ở phường tôi" not in page
    for _twice in range(2):
        make_reading(file_id=row.args["file"])
    assert Reading.objects.count() == 1
    pages = {cast.trainer: marking, cast.learner: reverse("works:receipt", args=[work.pk])}
    for reader, url in pages.items():
        assert "Câu chuyện ở phường tôi" in browser(reader).get(url).content.decode()


def test_what_cannot_be_read_says_so_and_stays_for_download(
    task: Task, cast: Cast, browser: Browser
) -> None:
    work = sent(task, "bai.docx", with_part(docx("x"), "word/document.xml", "<khong"))
    reading = make_reading(file_id=Outbox.objects.get(task="assessment.read").args["file"])
    assert (reading.blocks, bool(reading.fault)) == ([], True)
    page = browser(cast.trainer).get(reverse("works:mark", args=[work.pk])).content.decode()
    assert "Tệp bị hỏng, không mở được." in page
    assert "bai.docx" in page
