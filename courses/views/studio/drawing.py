"""Blocks drawn for somebody who only looks: an author, a previewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.http import signed_in
from courses.blocks import BlockContext
from courses.outline import BlockOutline, LessonOutline, Outline, block_html

WAY_AT_MOST: Final = 500


@dataclass(frozen=True)
class Drawn:
    """A block and its HTML."""

    block: BlockOutline
    html: SafeString
    language: str


def drawn_blocks(request: HttpRequest, made: Outline, lesson: LessonOutline) -> list[Drawn]:
    """Return the blocks of a lesson as a learner sees them; nothing is written."""
    user, language = signed_in(request), get_language() or "vi"
    drawn = []
    for block in lesson.blocks:
        # A preview keeps nothing: the way through a case stands in the address.
        way = request.GET.get(f"di-{block.key}", "")[:WAY_AT_MOST]
        context = BlockContext(
            user,
            block.id,
            str(block.key),
            language,
            state={"path": way.split(".")} if way else {},
            look_url=f"?bai={lesson.key}&di-{block.key}=",
        )
        html = block_html(made, block, context)
        drawn.append(Drawn(block, html, block.marked(language)))
    return drawn
