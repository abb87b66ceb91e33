"""The one allow-list of HTML that people may write, and the Markdown they write it in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any, Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# A page has its h1 and its parts an h2: written text begins below them, whichever of the two
# highest levels its author begins with.
HEADINGS: Final = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h5", "h6": "h5"}
TAGS: Final = {
    *("p", "br", "hr", "h3", "h4", "h5", "strong", "b", "em", "i", "u", "s", "sub", "sup", "mark"),
    *("ul", "ol", "li", "dl", "dt", "dd", "blockquote", "code", "pre", "a", "abbr", "span", "div"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES: Final = {
    "*": {"lang"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
SCHEMES: Final = {"http", "https", "mailto", "tel"}
# What follows the bracket of words in another language: [Good morning]{lang=en}.
LANGUAGE: Final = re.compile(r"\{lang=([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\}")


def clean(markup: str) -> SafeString:
    """Return the HTML with everything removed that is not on the list. Safe to repeat."""
    cleaned = nh3.clean(
        markup,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
        strip_comments=True,
    )
    return mark_safe(cleaned)  # noqa: S308 (this is the function that makes it safe)


def from_markdown(text: str) -> SafeString:
    """Return written Markdown as clean HTML; HTML inside it is shown, not obeyed."""
    return clean(_markdown.render(text))


def plain(markup: str) -> str:
    """Return the words alone, for comparing and counting."""
    words = unescape(nh3.clean(markup.replace("<", " <"), tags=set()))
    return " ".join(words.split())


def _heading(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    del env
    tokens[index].tag = HEADINGS.get(tokens[index].tag, tokens[index].tag)
    return renderer.renderToken(tokens, index, options, {})


def _in_language(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it so
    """Read `[words]{lang=en}`: words that a screen reader is to speak in another language."""
    if state.src[state.pos] != "[":
        return False
    start, end = state.pos + 1, state.md.helpers.parseLinkLabel(state, state.pos)
    named = LANGUAGE.match(state.src, end + 1) if end > start else None
    if named is None:
        return False
    if not silent:
        last = state.posMax
        state.push("lang_open", "span", 1).attrSet("lang", named[1])
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.posMax = last
        state.push("lang_close", "span", -1)
    state.pos = named.end()
    return True


def _make_markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    # Pictures are blocks with their own alternative text; one in the text would be remote.
    made.enable(["table", "strikethrough"]).disable("image")
    made.inline.ruler.before("link", "lang", _in_language)
    rules: dict[str, Any] = {"heading_open": _heading, "heading_close": _heading}
    for name, rule in rules.items():
        made.add_render_rule(name, rule)
    return made


_markdown: Final = _make_markdown()
