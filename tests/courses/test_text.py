"""Written text: what survives the allow-list, on save and when drawn."""

from __future__ import annotations

import pytest

from courses.block_kinds import CalloutKind, TextKind
from courses.blocks import BlockContext
from lms.html import clean, from_markdown, plain
from tests.people import Cast

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://evil.example/pixel.gif>",
    "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt&#58;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<p onclick=alert(1)>x</p>",
    "<p style='background:url(//evil.example)'>x</p>",
    "<iframe src=//evil.example></iframe>",
    "<object data=//evil.example></object>",
    "<form action=//evil.example><input name=p></form>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>*{display:none}</style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<video src=//evil.example autoplay></video>",
    "<template><script>alert(1)</script></template>",
    "<p hx-get=/dang-xuat hx-trigger=load>x</p>",
    "<p id=main class=panel>x</p>",
]
FORBIDDEN = (
    *("<script", "<img", "<svg", "<iframe", "<object", "<form", "<input", "<base", "<meta"),
    *("<link", "<style", "<video", "<math", "<template", "javascript:", "vbscript:", "data:"),
    *("onerror", "onload", "onclick", "style=", "hx-", "id=", "class=", "evil.example"),
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_runs_or_calls_out_survives(payload: str) -> None:
    cleaned = clean(payload).lower()
    assert not [word for word in FORBIDDEN if word in cleaned]
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("payload", PAYLOADS)
def test_html_in_markdown_is_shown_and_not_obeyed(payload: str) -> None:
    drawn = from_markdown(f"Trước\n\n{payload}\n\nSau **đậm**")
    assert "<strong>đậm</strong>" in drawn
    for tag in ("<script", "<img", "<svg", "<iframe", "<form", "<style"):
        assert tag not in drawn


def test_markdown_gives_headings_below_those_of_the_page_tables_and_safe_links() -> None:
    drawn = from_markdown(
        "# Một\n\n### Hai\n\n###### Sáu\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "[nơi khác](https://vi.example) ![ảnh](https://evil.example/x.png)"
    )
    assert "<h3>Một</h3>" in drawn
    assert "<h4>Hai</h4>" in drawn
    assert "<h5>Sáu</h5>" in drawn
    assert "<td>2</td>" in drawn
    assert 'rel="noopener noreferrer"' in drawn
    assert "<img" not in drawn


def test_the_language_of_a_passage_is_kept() -> None:
    assert '<span lang="en">' in clean('<span lang="en" class="x">prompt</span>')
    assert plain("<p>Một &amp; hai</p><p>ba</p>") == "Một & hai ba"


def test_words_in_another_language_are_marked_for_those_who_listen() -> None:
    drawn = from_markdown("Nói: [Good *morning*]{lang=en}, [xem](https://vi.example).\n\n")
    assert '<span lang="en">Good <em>morning</em></span>' in drawn
    assert '<a href="https://vi.example"' in drawn
    table = from_markdown("| Từ | Âm |\n|---|---|\n| [fee]{lang=en} | [/fiː/]{lang=en-fonipa} |")
    assert '<td><span lang="en">fee</span></td>' in table
    assert '<span lang="en-fonipa">/fiː/</span>' in table
    nested = from_markdown("[Say [xin chào]{lang=vi} twice]{lang=en}")
    assert '<span lang="en">Say <span lang="vi">xin chào</span> twice</span>' in nested


@pytest.mark.parametrize(
    "written",
    ["[a]{lang=}", "[]{lang=en}", "[a]{lang=en onclick=x}", '[a]{lang=en" x="}', "[a] {lang=en}",
     "[a]{lang=EN}", "[a{lang=en}", "`[a]{lang=en}`", r"\[a]{lang=en}"],
)  # fmt: skip
def test_what_is_not_a_mark_of_language_stays_as_written(written: str) -> None:
    assert "<span" not in from_markdown(written)


def test_frozen_text_is_cleaned_again_when_drawn(cast: Cast) -> None:
    context = BlockContext(cast.learner, 1, "k")
    bad = {"html": "<p>Tốt</p><script>alert(1)</script>", "tone": "law", "title": "<b>x</b>"}
    for kind in (TextKind(), CalloutKind()):
        drawn = kind.render(bad, context)
        assert "<p>Tốt</p>" in drawn
        assert "<script" not in drawn
        assert "<b>" not in drawn
