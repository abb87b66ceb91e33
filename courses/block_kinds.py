"""The kinds of blocks that come with courses: text, callout, image, file, audio, video."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.block_forms import (
    AudioForm,
    BlockForm,
    CalloutForm,
    DocumentForm,
    ImageForm,
    TextForm,
    VideoForm,
    html_name,
)
from courses.blocks import BlockContext, BlockKind, CompletesOn, Data, Problem, Severity
from courses.models import Block
from files.links import link_to
from files.models import StoredFile
from lms.html import clean, plain

CAPTIONS_SALT: Final = "courses.captions"


class WrittenKind(BlockKind):
    """A kind that holds written text."""

    written: ClassVar[tuple[str, ...]] = ("markdown",)

    def freeze(self, block: Block) -> Data:
        """Return the block with its HTML cleaned once more, by today's list."""
        frozen = dict(block.data)
        for name in self.written:
            frozen[html_name(name)] = str(clean(frozen.get(html_name(name), "")))
        return frozen

    def check(self, block: Block) -> list[Problem]:
        """Refuse a block nobody wrote."""
        if any(plain(block.data.get(html_name(name), "")) for name in self.written):
            return []
        return [Problem(Severity.BLOCKER, _("a text block is empty."))]

    def render(self, frozen: Data, context: BlockContext) -> SafeString:
        """Return the text, cleaned again: the list may have become stricter since."""
        del context
        return self.draw(frozen, html=clean(frozen.get("html", "")))

    def summary(self, frozen: Data) -> str:
        """Return the words alone."""
        words = [plain(frozen.get(html_name(name), "")) for name in self.written]
        return " ".join([str(frozen.get("title", "")), *words]).strip()

    def draw(self, frozen: Data, **values: Any) -> SafeString:
        """Draw the template of the kind."""
        name = f"courses/blocks/{self.code}.html"
        return render_to_string(name, {"block": frozen, **values})


class TextKind(WrittenKind):
    """Running text."""

    code = "text"
    label = gettext_lazy("Text")
    icon = "file-text"
    form_class: type[BlockForm] = TextForm


class CalloutKind(WrittenKind):
    """Text that stands out."""

    ICONS: Final = {"note": "info-circle", "tip": "bulb", "warning": "urgent", "law": "scale"}

    code = "callout"
    label = gettext_lazy("Note")
    icon = "info-circle"
    form_class: type[BlockForm] = CalloutForm

    def render(self, frozen: Data, context: BlockContext) -> SafeString:
        """Return the note with its icon and the word for its kind."""
        del context
        tones = dict(CalloutForm.TONES)
        tone = frozen.get("tone", "note")
        return self.draw(
            frozen,
            html=clean(frozen.get("html", "")),
            icon=self.ICONS.get(tone, "info-circle"),
            tone=tones.get(tone, tones["note"]),
        )


class FileKind(WrittenKind):
    """A kind around one file, reached by a link made for the reader."""

    code = "file"
    label = gettext_lazy("File")
    icon = "paperclip"
    form_class: type[BlockForm] = DocumentForm
    is_personal = True
    written: ClassVar[tuple[str, ...]] = ()

    def freeze(self, block: Block) -> Data:
        """Add what there is to say of the file, its digest among it."""
        frozen = super().freeze(block)
        if block.file:
            frozen["file"] = {
                "id": block.file.pk,
                "name": block.file.name,
                "media_type": block.file.media_type,
                "size": block.file.blob.size,
                "sha256": block.file.blob.sha256,
            }
        return frozen

    def check(self, block: Block) -> list[Problem]:
        """Refuse a block without its file."""
        if block.file_id:
            return []
        facts = {"kind": str(self.label)}
        return [Problem(Severity.BLOCKER, _("the file is missing (%(kind)s).") % facts)]

    def render(self, frozen: Data, context: BlockContext) -> SafeString:
        """Return the file with a link that works for this reader alone."""
        facts = frozen.get("file")
        values = {
            "link": self.link(facts, context, inline=True) if facts else "",
            "download": self.link(facts, context, inline=False) if facts else "",
            "transcript": clean(frozen.get("transcript_html", "")),
            "context": context,
        }
        return self.draw(frozen, **values)

    def link(self, facts: Data, context: BlockContext, *, inline: bool) -> str:
        """Return the short link to the file's own origin."""
        file = StoredFile(pk=facts["id"], name=facts["name"])  # frozen: nothing is read
        return link_to(file, user=context.user, inline=inline)

    def summary(self, frozen: Data) -> str:
        """Return the title, the file's name and the words that go with it."""
        name = frozen.get("file", {}).get("name", "")
        words = [str(frozen.get(key, "")) for key in ("title", "alt", "captions", "transcript")]
        return " ".join(filter(None, [name, *words]))


class ImageKind(FileKind):
    """A picture."""

    code = "image"
    label = gettext_lazy("Image")
    icon = "photo"
    form_class: type[BlockForm] = ImageForm

    def check(self, block: Block) -> list[Problem]:
        """Refuse a picture that says nothing to those who do not see it."""
        found = super().check(block)
        if not block.data.get("alt", "").strip():
            found.append(Problem(Severity.BLOCKER, _("an image has no alternative text.")))
        return found


class AudioKind(FileKind):
    """A recording."""

    code = "audio"
    label = gettext_lazy("Audio")
    icon = "headphones"
    form_class: type[BlockForm] = AudioForm
    completes_on = CompletesOn.WATCH
    marks_language = True
    written = ("transcript",)

    def check(self, block: Block) -> list[Problem]:
        """Refuse a recording without the words spoken in it."""
        found = super().check(block)
        if not plain(block.data.get("transcript_html", "")):
            found.append(Problem(Severity.BLOCKER, _("a recording has no transcript.")))
        return found


class VideoKind(AudioKind):
    """A film."""

    code = "video"
    label = gettext_lazy("Video")
    icon = "video"
    form_class: type[BlockForm] = VideoForm

    def check(self, block: Block) -> list[Problem]:
        """Refuse a film without captions."""
        found = super().check(block)
        if not block.data.get("captions", "").strip():
            found.append(Problem(Severity.BLOCKER, _("a video has no captions.")))
        return found

    def draw(self, frozen: Data, **values: Any) -> SafeString:
        """Add the address of the captions, on our own origin: browsers ask for that."""
        context: BlockContext = values["context"]
        token = signing.dumps([context.block_id, context.user.pk], salt=CAPTIONS_SALT)
        values["captions_url"] = reverse("courses:captions", args=[token])
        return super().draw(frozen, **values)


ALL: Final = (TextKind(), CalloutKind(), ImageKind(), FileKind(), AudioKind(), VideoKind())
