"""An office's own layouts: what may be sent, what is filled, who may change them."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part

from accounts.models import Unit, User
from audit.models import AuditEvent
from enrolments.models import Cohort, PaperTemplate
from tests.enrolments.papers import Paper, fetch, paper_of
from tests.make import make_cohort, make_enrolment, make_user, make_version
from tests.people import Cast

Browser = Callable[[User], Client]
OPENING, SUMMONS, PROPOSAL = "danh-sach-mo-lop", "giay-trieu-tap", "to-trinh"
ATTACHED = f"{RELATIONSHIP_TYPE.IMAGE.removesuffix('image')}attachedTemplate"


@pytest.fixture
def cohort(cast: Cast) -> Cohort:
    version = make_version(by=cast.trainer)
    made = make_cohort(
        version, by=cast.training_officer, organiser=cast.department, name="Lớp <AI> & số"
    )
    for name in ("Lê Văn Bình", "Đỗ Thị An"):
        make_enrolment(made, make_user(name, unit=cast.ward), by=cast.hr, unit=cast.ward)
    return made


def layout(*lines: str) -> DocxDocument:
    """Return a DOCX of paragraphs as an office would write them."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    return document


def base_of(document: DocxDocument) -> Part:
    """Return the part in which Word notes the template a file was begun from."""
    return document.part.part_related_by(RELATIONSHIP_TYPE.SETTINGS)


def sent(
    client: Client,
    unit: Unit,
    document: DocxDocument | bytes,
    code: str = SUMMONS,
    name: str = "m.docx",
) -> str:
    """Send a layout and return the page that answers."""
    target = io.BytesIO(document if isinstance(document, bytes) else b"")
    if not isinstance(document, bytes):
        document.save(target)
    file = SimpleUploadedFile(name, target.getvalue())
    address = reverse("enrolments:paper_templates", args=[unit.pk])
    answer = client.post(address, {"code": code, "file": file}, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_offices_own_layout_is_filled_and_the_list_stands_in_it(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    client = browser(cast.department_hr)
    own = layout("{{ Tieu_De }} số {{so_ky_hieu}}", "{{noi_dung}}", "Ký: {{chuc_danh}}", "Hết")
    own.sections[0].header.paragraphs[0].text = "Mẫu riêng của {{co_quan}}"
    broken = own.add_paragraph("Về: {{tri")  # Word breaks a field over runs when one edits it
    broken.add_run("ch_ye").bold = True
    broken.add_run("u}}!")
    assert "Mẫu mới được dùng từ bây giờ." in sent(client, cast.department, own)
    paper = paper_of(client, cohort, SUMMONS)
    lines = [line.text for line in paper.document.paragraphs]
    assert lines[0] == "GIẤY TRIỆU TẬP số Số: ……/GTT"
    assert "Về: Học viên Lớp <AI> & số!" in lines
    assert paper.document.sections[0].header.paragraphs[0].text == "Mẫu riêng của Sở Nội vụ"
    body = [line for line in lines if line.startswith("Sở Nội vụ triệu tập")]
    assert lines.index("Hết") > lines.index(body[0]) > 0
    assert [row[1] for row in paper.roll()[1:]] == ["Đỗ Thị An", "Lê Văn Bình"]
    assert "{{" not in paper.text


def test_a_layout_to_begin_from_serves_as_it_is(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    client = browser(cast.department_hr)
    address = reverse("enrolments:paper_file", args=[cast.department.pk, SUMMONS])
    begun = client.get(address).getvalue()
    plain = paper_of(client, cohort, SUMMONS)
    assert "Mẫu mới được dùng" in sent(client, cast.department, begun)
    filled = paper_of(client, cohort, SUMMONS)
    assert filled.roll() == plain.roll()
    for words in ("GIẤY TRIỆU TẬP", "SỞ NỘI VỤ", "- Như trên;", "Độc lập - Tự do - Hạnh phúc"):
        assert words in filled.text, words
    assert "{{" not in filled.text


def test_units_below_use_the_layout_until_they_have_their_own(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    officer = browser(cast.department_hr)
    sent(officer, cast.department, layout("CỦA SỞ", "{{noi_dung}}"))
    held = PaperTemplate.objects.get()
    PaperTemplate.objects.filter(pk=held.pk).update(unit=cast.city)
    assert "CỦA SỞ" in paper_of(officer, cohort, SUMMONS).text
    sent(officer, cast.department, layout("GẦN HƠN", "{{noi_dung}}"))
    assert "GẦN HƠN" in paper_of(officer, cohort, SUMMONS).text
    PaperTemplate.objects.in_use().filter(unit=cast.department).update(unit=cast.other_ward)
    PaperTemplate.objects.in_use().filter(unit=cast.city).update(unit=cast.ward)
    text = paper_of(officer, cohort, SUMMONS).text
    assert "GẦN HƠN" not in text
    assert "CỦA SỞ" not in text


def test_going_back_keeps_the_file_out_of_use_and_all_is_recorded(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    client = browser(cast.department_hr)
    for words in ("MỘT", "HAI"):
        sent(client, cast.department, layout(words, "{{noi_dung}}"))
    assert "HAI" in paper_of(client, cohort, SUMMONS).text
    address = reverse("enrolments:drop_paper", args=[cast.department.pk, SUMMONS])
    for _click in range(2):
        client.post(address)
    assert "HAI" not in paper_of(client, cohort, SUMMONS).text
    assert PaperTemplate.objects.count() == 2
    acts = AuditEvent.objects.filter(action__contains="paper_template").order_by("pk")
    names = [act.action for act in acts]
    assert names == ["use_paper_template", "use_paper_template", "drop_paper_template"]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["{{noi_dung}}", "{{luong}}"], "Không có các trường này: {{luong}}."),
        (["{{tieu_de}}"], "Trường {{noi_dung}} phải có đúng một lần"),
        (["{{noi_dung}}", "{{noi_dung}}"], "Trường {{noi_dung}} phải có đúng một lần"),
    ],
)
def test_a_layout_that_cannot_serve_is_refused_in_a_sentence(
    cast: Cast, browser: Browser, lines: list[str], sentence: str
) -> None:
    page = sent(browser(cast.department_hr), cast.department, layout(*lines))
    assert sentence in page
    assert not PaperTemplate.objects.exists()


def test_a_layout_that_would_fetch_something_is_refused_and_the_link_to_normal_dotm_dropped(
    cast: Cast, browser: Browser
) -> None:
    client = browser(cast.department_hr)
    tracking = layout("{{noi_dung}}")
    tracking.part.relate_to("https://example.org/x.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)
    refused = "Tệp tải hoặc nhúng tệp khác"
    assert refused in sent(client, cast.department, tracking)
    calling = layout("{{noi_dung}}")
    field = calling.add_paragraph().add_run()
    instruction = field._r.makeelement(f"{{{field._r.nsmap['w']}}}instrText", {})
    instruction.text = ' DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"'
    field._r.append(instruction)
    assert refused in sent(client, cast.department, calling)
    usual = layout("{{noi_dung}}")
    base_of(usual).relate_to("file:///C:/Normal.dotm", ATTACHED, is_external=True)
    assert "Mẫu mới được dùng" in sent(client, cast.department, usual)
    kept = Document(io.BytesIO(PaperTemplate.objects.get().content()))
    assert ATTACHED not in [link.reltype for link in base_of(kept).rels.values()]


def test_what_is_no_docx_is_refused(cast: Cast, browser: Browser) -> None:
    client = browser(cast.department_hr)
    for content, name in ((b"PK\x03\x04 broken", "m.docx"), (b"x", "m.docm"), (b"%PDF-", "m.pdf")):
        sent(client, cast.department, content, name=name)
    assert not PaperTemplate.objects.exists()


def test_the_pdf_keeps_the_built_in_layout(cast: Cast, cohort: Cohort, browser: Browser) -> None:
    client = browser(cast.department_hr)
    sent(client, cast.department, layout("RIÊNG", "{{noi_dung}}"))
    answer = fetch(client, cohort, SUMMONS, form="pdf")
    assert answer.getvalue().startswith(b"%PDF-")


def test_the_proposal_counts_the_people_by_unit(
    cast: Cast, cohort: Cohort, browser: Browser
) -> None:
    paper: Paper = paper_of(browser(cast.department_hr), cohort, PROPOSAL)
    assert "TỜ TRÌNH" in paper.text
    assert "Về việc mở Lớp <AI> & số" in paper.text
    assert paper.roll()[1:] == [["1", "Phường Bến Thành", "2", ""]]
    assert fetch(browser(cast.hr), cohort, PROPOSAL).status_code == 404
