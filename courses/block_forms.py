"""Forms of the kinds of blocks that come with courses.

They stand beside `blocks.py` and not in `forms.py`: a kind names its form, and actions know kinds.
"""

from __future__ import annotations

from typing import Any, BinaryIO, ClassVar, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.blocks import Content, Data
from courses.models import Block
from files.accept import AUDIO, CAPTIONS, DOCUMENTS, IMAGES, VIDEO, Accept
from files.actions import store
from files.models import StoredFile
from lms.html import from_markdown

PURPOSE = "course"
MARKDOWN_HELP = gettext_lazy(
    "Paragraphs apart by a blank line; ## heading, **bold**, *italic*, - list, [words](address), "
    "[words in English]{lang=en}."
)


class MarkdownInput(forms.Textarea):
    """A text area that the script of the studio gives a toolbar and a preview."""

    def __init__(self, rows: int = 14) -> None:
        super().__init__({"rows": rows, "data-markdown": "", "spellcheck": "true"})


class BlockForm(forms.Form):
    """Edits one block. `content()` gives what the action stores."""

    template_name = "courses/studio/_block_form.html"
    markdown_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, block: Block, by: User, **kwargs: Any) -> None:
        self.block, self.by = block, by
        kwargs["initial"] = self.read(block) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def read(self, block: Block) -> Data:
        """Return the values of the fields as stored."""
        return dict(block.data)

    def content(self) -> Content:
        """Return what is to be stored; called on a valid form only."""
        return Content(data=self.data_of_fields(), file_id=self.block.file_id)

    def data_of_fields(self) -> Data:
        """Return the cleaned values, written text with its HTML beside it."""
        data = {name: self.cleaned_data[name] for name in self.base_fields}
        for name in self.markdown_fields:
            data[html_name(name)] = str(from_markdown(data[name]))
        return data


def html_name(field: str) -> str:
    """Return where the HTML of a Markdown field is stored."""
    return "html" if field == "markdown" else f"{field}_html"


class TextForm(BlockForm):
    """Running text."""

    markdown_fields = ("markdown",)
    markdown = forms.CharField(
        label=gettext_lazy("Text"), widget=MarkdownInput(18), help_text=MARKDOWN_HELP
    )


class CalloutForm(BlockForm):
    """Text that stands out."""

    TONES = [
        ("note", gettext_lazy("Note")),
        ("tip", gettext_lazy("Tip")),
        ("warning", gettext_lazy("Warning")),
        ("law", gettext_lazy("Legal basis")),
    ]
    markdown_fields = ("markdown",)
    tone = forms.ChoiceField(label=gettext_lazy("Kind of note"), choices=TONES)
    title = forms.CharField(label=gettext_lazy("Heading"), max_length=120, required=False)
    markdown = forms.CharField(
        label=gettext_lazy("Text"), widget=MarkdownInput(6), help_text=MARKDOWN_HELP
    )


class FileForm(BlockForm):
    """A block around one file. `uploaded` names a file that came in slices beforehand."""

    accept: ClassVar[Accept] = DOCUMENTS
    upload = forms.FileField(label=gettext_lazy("File"), required=False)
    uploaded = forms.ModelChoiceField(
        StoredFile.objects.none(), required=False, widget=forms.HiddenInput
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["upload"]
        field.widget.attrs |= {"accept": self.accept.html, "data-upload-field": ""}
        if self.block.file:
            field.help_text = _("Now: %(name)s. A new file takes its place.") % {
                "name": self.block.file.name
            }
        uploaded = self.fields["uploaded"]
        if isinstance(uploaded, forms.ModelChoiceField):
            # The file the block has may be a colleague's; any other must be one's own.
            own = StoredFile.objects.filter(Q(owner_id=self.by.pk) | Q(pk=self.block.file_id))
            uploaded.queryset = own

    def clean_upload(self) -> UploadedFile[Any] | None:
        """Refuse, in words, what this block does not take."""
        upload: UploadedFile[Any] | None = self.cleaned_data.get("upload")
        if upload and upload.file:
            self.accept.check_size(upload.size or 0)
            self.accept.check(upload.file, upload.name or "")
        return upload

    def clean_uploaded(self) -> StoredFile | None:
        """Refuse a file of another kind."""
        file: StoredFile | None = self.cleaned_data.get("uploaded")
        if file:
            self.accept.check_name(file.name)
        return file

    def content(self) -> Content:
        """Return the values and the file, kept now if it came with the form."""
        return Content(data=self.data_of_fields(), file_id=self._file_id())

    def data_of_fields(self) -> Data:
        """Return the values without the file fields."""
        data = super().data_of_fields()
        return {name: value for name, value in data.items() if not name.startswith("upload")}

    def _file_id(self) -> int | None:
        upload, uploaded = self.cleaned_data["upload"], self.cleaned_data["uploaded"]
        if upload:
            return keep_upload(upload, self.accept, self.by, self.block).pk
        return uploaded.pk if uploaded else self.block.file_id


class DocumentForm(FileForm):
    """A document to read or print."""


class ImageForm(FileForm):
    """A picture; its alternative text says what it tells."""

    accept = IMAGES
    title = forms.CharField(label=gettext_lazy("Caption"), max_length=200, required=False)
    alt = forms.CharField(
        label=gettext_lazy("Alternative text"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("What the picture tells somebody who does not see it."),
    )


class AudioForm(FileForm):
    """A recording with its transcript."""

    accept = AUDIO
    markdown_fields = ("transcript",)
    transcript = forms.CharField(
        label=gettext_lazy("Transcript"), widget=MarkdownInput(8), required=False
    )


class VideoForm(AudioForm):
    """A film with captions and transcript."""

    accept = VIDEO
    captions = forms.CharField(
        label=gettext_lazy("Captions (WebVTT)"), required=False, widget=forms.Textarea({"rows": 6})
    )
    captions_upload = forms.FileField(
        label=gettext_lazy("Captions file (.vtt)"),
        required=False,
        widget=forms.FileInput({"accept": CAPTIONS.html}),
    )

    def clean(self) -> Data:
        """Let a captions file take the place of the text; refuse what is not WebVTT."""
        cleaned = super().clean() or self.cleaned_data
        upload: UploadedFile[Any] | None = cleaned.pop("captions_upload", None)
        if upload and upload.file:
            CAPTIONS.check(upload.file, upload.name or "")
            upload.seek(0)
            cleaned["captions"] = upload.read().decode("utf-8-sig", errors="replace")
        captions = cleaned.get("captions", "").strip()
        if captions and not captions.startswith("WEBVTT"):
            self.add_error("captions", _("Captions begin with the line WEBVTT."))
        cleaned["captions"] = captions
        cleaned["captions_upload"] = None
        return cleaned

    def data_of_fields(self) -> Data:
        """Return the values without the captions file, whose text is kept."""
        data = super().data_of_fields()
        data.pop("captions_upload")
        return data


def keep_upload(upload: UploadedFile[Any], accept: Accept, by: User, block: Block) -> StoredFile:
    """Store the content of a form's file field."""
    unit_id = block.version.course.provider.unit_id
    content = upload.file
    if content is None:
        raise ValueError("An upload without content passed the form.")
    content.seek(0)
    return store(
        content=cast(BinaryIO, content),
        name=upload.name or "",
        by=by,
        accept=accept,
        purpose=PURPOSE,
        unit_id=unit_id,
    )
