"""What a kind of block must be able to do, and the list of all kinds.

A kind is registered by the `registry.py` of the app that owns it:

    block_kinds.register("quiz", QuizKind(), weight=70)

Publishing calls `check` and `freeze`; learners only ever meet what `freeze` returned, through
`render`. Nothing that must stay secret may appear in what `render` returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from lms.registries import Registry

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User
    from courses.block_forms import BlockForm
    from courses.models import Block

Data = dict[str, Any]


class Severity(StrEnum):
    """Whether a line of the check list stops publishing."""

    BLOCKER = "blocker"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """A line of the check list. `anchor` names what to open: `block:12`, `lesson:3`, `version`."""

    severity: Severity
    text: str
    anchor: str = ""


class CompletesOn(StrEnum):
    """When a block counts as done."""

    VIEW = "view"  # the lesson was read to its end
    WATCH = "watch"  # enough of the recording was played
    EVENT = "event"  # the app that owns the kind says so


@dataclass(frozen=True)
class BlockContext:
    """Who looks at a block, and where."""

    user: User
    block_id: int
    key: str
    language: str = "vi"
    # The enrolment (of the app above), or None where there is none: preview, catalogue.
    enrolment: Any = None
    # What the app that keeps progress knows of this block, such as the position of a video.
    state: Mapping[str, Any] = field(default_factory=dict)
    # For kinds that draw a form of their own; None in the preview, which writes nothing.
    request: HttpRequest | None = None
    # Where a choice made in the block is posted; empty where nothing is kept.
    answer_url: str = ""
    # In the preview: the page that shows a way through the block, to be followed by the way.
    look_url: str = ""

    @property
    def is_preview(self) -> bool:
        """Tell whether nothing may be written."""
        return self.enrolment is None


@dataclass(frozen=True)
class Content:
    """What an editor's form gives: the block's own columns, and what its kind stores elsewhere."""

    data: Data
    file_id: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


class BlockKind:
    """A kind of block. Subclasses fill in what differs."""

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str]
    form_class: type[BlockForm]
    completes_on: ClassVar[CompletesOn] = CompletesOn.VIEW
    # Whether `render` looks at the person: links made for one, progress, forms.
    is_personal: ClassVar[bool] = False
    # Whether words of the page (buttons, hints) stand among the block's own. Then its templates say
    # which words are in the block's language; else the page says it of the whole block.
    marks_language: ClassVar[bool] = False

    def copy(self, block: Block, *, to: Block, by: User) -> None:
        """Bring along rows of one's own; the columns of the block are copied already."""

    def save(self, block: Block, content: Content, *, by: User) -> None:
        """Store rows of one's own, in the transaction that stores the block."""

    def delete(self, block: Block, *, by: User) -> None:
        """Remove rows of one's own, before the block of a draft goes."""

    def freeze(self, block: Block) -> Data:
        """Return all that rendering and marking need, as plain JSON that never changes again."""
        return dict(block.data)

    def check(self, block: Block) -> list[Problem]:
        """Return what is wrong with the block; an empty anchor means the block itself."""
        del block
        return []

    def render(self, frozen: Data, context: BlockContext) -> SafeString:
        """Return the HTML of a frozen block for one reader."""
        raise NotImplementedError

    def requirement(self, frozen: Data) -> str:
        """Return what a learner must do here for the certificate, or nothing."""
        del frozen
        return ""

    def summary(self, frozen: Data) -> str:
        """Return the words by which a block is told from others and versions are compared."""
        raise NotImplementedError


block_kinds: Registry[BlockKind] = Registry("block kinds")


def kind_of(block: Block) -> BlockKind:
    """Return what knows how to treat the block."""
    return block_kinds[block.kind]
