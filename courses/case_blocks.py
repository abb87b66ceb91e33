"""The block of a case: text, choices, and on the next page what comes of the one chosen."""

from __future__ import annotations

from typing import ClassVar, Final
from unicodedata import normalize

from django import forms
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.block_forms import BlockForm, FileForm
from courses.block_kinds import FileKind
from courses.blocks import BlockContext, CompletesOn, Data, Problem, Severity
from courses.case_script import Rating, faults, read_script
from courses.cases import CASE, Taken, Walk, freeze_script
from courses.models import Block
from files.accept import IMAGES
from lms.html import clean, plain
from lms.templatetags.ui import lang

SCRIPT_AT_MOST: Final = 40_000
RATINGS: Final[dict[str, tuple[str | Promise, str, str]]] = {
    Rating.GOOD: (gettext_lazy("Handled well"), "green", "circle-check"),
    Rating.ACCEPTABLE: (gettext_lazy("Acceptable"), "amber", "info-circle"),
    Rating.AVOID: (gettext_lazy("Better avoided"), "red", "alert-triangle"),
}


class CaseForm(FileForm):
    """The whole case in one text; a picture may go with it."""

    template_name = "courses/studio/_case_form.html"
    accept = IMAGES
    field_order = ("title", "script", "unfinished", "upload", "alt")
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    script = forms.CharField(
        label=gettext_lazy("Steps and choices"),
        widget=forms.Textarea({"rows": 26, "spellcheck": "true", "class": "case-script"}),
        max_length=SCRIPT_AT_MOST,
    )
    unfinished = forms.BooleanField(
        label=gettext_lazy("Save although it is not finished"),
        required=False,
        help_text=gettext_lazy("The course can be published once nothing is missing."),
    )
    upload = forms.FileField(label=gettext_lazy("Picture of the situation"), required=False)
    alt = forms.CharField(
        label=gettext_lazy("Alternative text"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("What the picture tells somebody who does not see it."),
    )

    def clean_script(self) -> str:
        """Keep one spelling of letters and of line ends."""
        return normalize("NFC", self.cleaned_data["script"].replace("\r\n", "\n"))

    def clean(self) -> Data:
        """Say what is wrong with the case beside its text, unless it is to be gone on with."""
        cleaned = super().clean() or self.cleaned_data
        if "script" in cleaned and not cleaned.get("unfinished"):
            for fault in faults(read_script(cleaned["script"])):
                self.add_error("script", fault)
        return cleaned

    def data_of_fields(self) -> Data:
        """Return what is stored: not whether the author means to go on."""
        data = super().data_of_fields()
        data.pop("unfinished")
        return data


class CaseKind(FileKind):
    """A case to be decided step by step."""

    code = CASE
    label = gettext_lazy("Case")
    icon = "git-branch"
    form_class: type[BlockForm] = CaseForm
    completes_on: ClassVar[CompletesOn] = CompletesOn.EVENT
    marks_language = True

    def freeze(self, block: Block) -> Data:
        """Return the case read from its text; one that is not finished has no steps."""
        frozen = super().freeze(block)
        script = read_script(frozen.pop("script", ""))
        wrong = faults(script)
        return frozen | ({"faults": wrong} if wrong else freeze_script(script))

    def check(self, block: Block) -> list[Problem]:
        """Refuse a case that leads nowhere, and a picture without its text."""
        wrong = faults(read_script(block.data.get("script", "")))
        found = [Problem(Severity.BLOCKER, fault) for fault in wrong]
        if block.file_id and not block.data.get("alt", "").strip():
            found.append(Problem(Severity.BLOCKER, _("an image has no alternative text.")))
        return found

    def render(self, frozen: Data, context: BlockContext) -> SafeString:
        """Return the way so far and the step that stands to be decided; never what lies ahead."""
        facts = frozen.get("file")
        values: Data = {name: frozen.get(name, "") for name in ("alt", "faults")}
        values |= {
            "title": format_html(
                "<span{}>{}</span>", lang(context.language), frozen.get("title", "")
            ),
            "context": context,
            "link": self.link(facts, context, inline=True) if facts else "",
        }
        if "steps" in frozen:
            values |= _shown(Walk.read(frozen, context.state), frozen, context)
        return render_to_string("courses/blocks/case.html", values, request=context.request)

    def summary(self, frozen: Data) -> str:
        """Return the title and all words of the case."""
        words = [frozen.get("title", ""), plain(frozen.get("intro_html", ""))]
        for step in frozen.get("steps", {}).values():
            words += [step["title"], plain(step["html"])]
            words += [f"{row['text']} {plain(row['html'])}" for row in step["choices"]]
        return " ".join(filter(None, words))


def _shown(walk: Walk, frozen: Data, context: BlockContext) -> Data:
    here = walk.here
    shown = {
        "intro": clean(frozen["intro_html"]),
        "way": [_taken(taken) for taken in walk.way],
        "here": {"title": here["title"], "html": clean(here["html"])},
        "choices": [_offered(row, walk, context) for row in here["choices"]],
        "at": len(walk.way),
        "met": len(walk.met),
        "endings": walk.endings,
    }
    if walk.is_over:
        label, tone, icon = RATINGS[here["rating"]]
        shown |= {"rating": label, "tone": tone, "icon": icon}
    return shown


def _taken(taken: Taken) -> Data:
    step, choice = taken.step, taken.choice
    return {
        "title": step["title"],
        "html": clean(step["html"]),
        "chosen": choice["text"],
        "told": clean(choice["html"]),
    }


def _offered(choice: Data, walk: Walk, context: BlockContext) -> Data:
    """Return a choice without what comes of it."""
    url = ""
    if context.look_url:
        url = context.look_url + ".".join([*walk.path, choice["key"]])
    return {"key": choice["key"], "text": choice["text"], "url": url}
