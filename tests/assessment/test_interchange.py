"""Question files of other systems: what is read, what is refused and why, and the way back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.interchange import WRITERS, Item, UnreadableError, read_file
from assessment.interchange.base import BYTES_AT_MOST, QUESTIONS_AT_MOST
from assessment.interchange.table import template
from assessment.kinds import question_kinds
from tests.assessment.make import DATA
from tests.assessment.test_scoring import QUESTIONS, lots

GIFT = r"""// a remark
$CATEGORY: $course$/top/Luật

::Một::Thủ đô\: thành phố nào? {
    =Hà Nội #đúng rồi
    ~Huế
    ####Theo Hiến pháp.
}

Chọn số chẵn {~%50%2 ~%50%4 ~%-100%3}

Một giờ có {=60 =sáu mươi} phút.

Đúng không?{F}

Mấy quý? {#4:0.5}

Khoảng nào? {#1..3}

Ghép {=Cá -> nước =Chim -> rừng = -> sa mạc}

Viết bài luận. {}

Không có ngoặc
"""
AIKEN = """Thủ đô?
A. Huế
B) Hà Nội
ANSWER: B

Sai?
A. Có
B. Không
ANSWER: D

Dở dang
A. Có
"""
MOODLE = """<?xml version="1.0"?>
<quiz>
<!-- <question type="essay"> -->
<question type="category"><category><text>$course$/top/Luật//Nghị định</text></category></question>
<question type="multichoice"><name><text>Một</text></name>
 <questiontext format="html"><text><![CDATA[<p>Chọn <b>đúng</b>:</p><p>2*3?</p>]]></text>
 </questiontext>
 <single>true</single>
 <answer fraction="100" format="html"><text>&lt;p&gt;6&lt;/p&gt;</text></answer>
 <answer fraction="0"><text>5</text></answer></question>
<question type="essay"><questiontext><text>Viết</text></questiontext></question>
<question type="calculated"><questiontext><text>Tính</text></questiontext></question>
<question type="cloze"><questiontext format="html"><text>
 Là {1:SA:=Hà Nội~=Thăng Long#khen}, {2:NM:=168:1} và {1:MCV:sai~=đúng}.</text></questiontext>
</question>
<question type="ordering"><questiontext><text>Xếp</text></questiontext>
 <gradingtype>ALL_OR_NOTHING</gradingtype>
 <answer fraction="1"><text>Một</text></answer><answer fraction="2"><text>Hai</text></answer>
</question>
<question type="shortanswer"><questiontext><text>Ảnh</text><file name="a.png"/></questiontext>
</question>
</quiz>
"""


def test_gift_is_read_and_what_is_not_taken_is_named_by_line() -> None:
    found = read_file(GIFT.encode())
    assert [item.kind for item in found.items] == [
        *("single", "multiple", "short_text", "true_false", "numeric", "numeric", "matching"),
    ]
    first, many, blank, _truth, _number, between, pairs = found.items
    assert (first.line, first.body, first.topic) == (4, "Thủ đô: thành phố nào?", "Luật")
    assert first.explanation == "Theo Hiến pháp."
    assert first.notes
    assert question_kinds["single"].key(first.data) == ["Hà Nội"]
    assert question_kinds["multiple"].key(many.data) == ["2", "4"]
    assert blank.body == r"Một giờ có \_\_\_\_\_ phút."
    assert between.data == {"value": "2", "tolerance": "1"}
    assert [row["text"] for row in pairs.data["distractors"]] == ["sa mạc"]
    assert [row.line for row in found.skipped] == [22, 24]
    assert "essay" in found.skipped[0].reason


def test_aiken_is_read_and_a_missing_answer_is_named_by_line() -> None:
    found = read_file(AIKEN.encode("utf-16"))
    assert [(item.line, item.body) for item in found.items] == [(1, "Thủ đô?")]
    assert question_kinds["single"].key(found.items[0].data) == ["Hà Nội"]
    assert [row.line for row in found.skipped] == [6, 11]
    assert "D" in found.skipped[0].reason


def test_moodle_xml_is_read_and_unknown_types_are_named() -> None:
    found = read_file(MOODLE.encode())
    choice, cloze, steps = found.items
    assert choice.body == "Chọn đúng:\n\n2\\*3?"
    assert (choice.line, choice.topic) == (5, "Luật/Nghị định")
    assert question_kinds["single"].key(choice.data) == ["6"]
    assert question_kinds["cloze"].key(cloze.data) == [
        *("(1) Hà Nội / Thăng Long", "(2) 168 ± 1", "(3) đúng"),
    ]
    assert cloze.notes
    assert steps.data["scheme"] == "all"
    assert [row.line for row in found.skipped] == [11, 12, 20]
    assert ["essay" in found.skipped[0].reason, "calculated" in found.skipped[1].reason] == [
        True
    ] * 2


def test_the_template_of_the_table_holds_one_question_of_each_kind() -> None:
    found = read_file(template().encode(), name="mau.csv")
    assert found.skipped == []
    assert [item.kind for item in found.items] == [
        *("single", "multiple", "true_false", "short_text", "numeric", "matching"),
        *("ordering", "categorise", "cloze"),
    ]
    spoilt = (
        "Loại;Câu hỏi;Phương án;Đáp án\nsingle;Hỏi\nhai dòng?;A|B;A\nxxx;Hỏi?;;\nsingle;Hỏi?;A;B\n"
    )
    spoilt = spoilt.replace("Hỏi\nhai dòng?", '"Hỏi\nhai dòng?"')
    found = read_file(spoilt.encode(), form="csv")
    assert [item.line for item in found.items] == [2]
    assert [row.line for row in found.skipped] == [4, 5]


BOMB = '<!DOCTYPE q [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz><question>&b;</question></quiz>'


@pytest.mark.parametrize(
    ("content", "form", "words"),
    [
        (BOMB.encode(), "", "thực thể"),
        (b'<!DOCTYPE quiz SYSTEM "http://x/"><quiz/>', "", "thực thể"),
        (b"<quiz><question>", "", "XML"),
        (b"<html/>", "", "Moodle"),
        (b"\xff\x00\xfe", "gift", "UTF-8"),
        (b"a\0b{T}", "gift", "văn bản"),
        (b" \n", "", "nội dung"),
        (b"<quiz/>", "", "câu hỏi nào"),
        (b"x" * (BYTES_AT_MOST + 1), "", "500"),
        (b"A?{T}\n\n" * (QUESTIONS_AT_MOST + 1), "gift", "300"),
        (b"a,b\n1,2\n", "csv", "kind"),
        (b'kind,question,answer\n"x', "csv", "2"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    content: bytes, form: str, words: str
) -> None:
    with pytest.raises(UnreadableError, match=words):
        read_file(content, form=form)


marked = st.text(
    st.sampled_from("aăâbđeê ~=#{}:\\/\"'<>&%*_[]().,;!?-$|\n"), min_size=1, max_size=40
).filter(str.strip)


@pytest.mark.parametrize("form", list(WRITERS))
@pytest.mark.parametrize("kind", list(QUESTIONS))
@lots
@given(data=st.data())
def test_what_is_written_is_read_back_the_same(form: str, kind: str, data: st.DataObject) -> None:
    owner = question_kinds[kind]
    made = data.draw(QUESTIONS[kind])
    scheme = data.draw(st.sampled_from(owner.schemes))
    item = Item(
        kind=kind,
        body=data.draw(marked).strip(),
        data=made | ({} if scheme == owner.schemes[0] else {"scheme": scheme}),
        explanation=data.draw(marked | st.just("")).strip(),
        topic=data.draw(st.sampled_from(["", "Luật", "A/B", "Đạo đức: công vụ"])),
        language=data.draw(st.sampled_from(["vi", "en"])),
    )
    text, left_out = WRITERS[form][2]([item, Item("true_false", "Sau?", {"correct": True})])
    if form == "gift" and kind in ("ordering", "cloze"):
        assert [row.kind for row, _reason in left_out] == [kind]
        return
    found = read_file(text.encode(), form=form)
    assert (found.skipped, left_out) == ([], [])
    back, after = found.items
    assert back.content == item.content
    assert (back.explanation, back.topic, after.topic) == (item.explanation, item.topic, "")
    assert back.notes == ()


@pytest.mark.parametrize("kind", list(DATA))
def test_the_keys_of_options_do_not_make_another_question(kind: str) -> None:
    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {renamed_key(name): renamed(one) for name, one in value.items()}
        if isinstance(value, list):
            return [renamed(one) for one in value]
        return f"{salt}{value}" if value in keys else value

    def renamed_key(name: str) -> str:
        return name

    salt = uuid.uuid4().hex[:4]
    owner = question_kinds[kind]
    keys = set(owner.option_keys(DATA[kind]))
    item = Item(kind, "Hỏi?", DATA[kind])
    assert Item(kind, "Hỏi?", renamed(DATA[kind])).content == item.content
    assert Item(kind, "Hỏi khác?", DATA[kind]).content != item.content
