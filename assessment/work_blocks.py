"""The block of a lesson that asks for a piece of work, and its author's form."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.models import Assignment
from assessment.rubrics import ready_rubrics
from courses.block_forms import BlockForm, MarkdownInput
from courses.blocks import (
    BlockContext,
    BlockKind,
    CompletesOn,
    Content,
    Data,
    Problem,
    Severity,
)
from courses.models import Block
from lms.html import from_markdown, plain
from lms.text import fold

SETTINGS: Final = (
    *("title_vi", "title_en", "brief", "takes_text", "takes_files", "takes_audio"),
    *("max_points", "pass_percent", "due_days_before_end", "criteria"),
)
CRITERION: Final = re.compile(r"\A(?P<name>[^|]+)\|\s*(?P<points>[\d.,]+)\s*(?:\|(?P<hint>.*))?\Z")
CRITERIA_AT_MOST: Final = 12


class AssignmentForm(BlockForm):
    """What is asked, what is taken, and by what it is judged."""

    title_vi = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=200, required=False
    )
    brief = forms.CharField(label=gettext_lazy("Brief"), widget=MarkdownInput(10), required=False)
    takes_text = forms.BooleanField(
        label=gettext_lazy("Takes text typed on the page"), required=False, initial=True
    )
    takes_files = forms.BooleanField(
        label=gettext_lazy("Takes documents and photographs"), required=False, initial=True
    )
    takes_audio = forms.BooleanField(label=gettext_lazy("Takes audio recordings"), required=False)
    max_points = forms.DecimalField(
        label=gettext_lazy("Scale"),
        min_value=Decimal(1),
        max_digits=5,
        decimal_places=2,
        initial=10,
    )
    pass_percent = forms.IntegerField(
        label=gettext_lazy("Pass mark (%)"), min_value=0, max_value=100, initial=50
    )
    due_days_before_end = forms.IntegerField(
        label=gettext_lazy("Due how many days before the class ends"),
        min_value=0,
        max_value=365,
        initial=0,
    )
    criteria = forms.CharField(
        label=gettext_lazy("Criteria"),
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=gettext_lazy("One a line: name | points | what is looked at."),
    )
    ready = forms.ChoiceField(
        label=gettext_lazy("Ready criteria"),
        required=False,
        help_text=gettext_lazy(
            "Four criteria of 0 to 10 points each, to be changed as the course needs; taken where "
            "none are written above."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ready = self.fields["ready"]
        if isinstance(ready, forms.ChoiceField):
            rows = ready_rubrics().values()
            ready.choices = [("", _("None")), *((row.code, row.name) for row in rows)]

    def read(self, block: Block) -> Data:
        """Return the settings as stored."""
        row = assignment_row(block)
        if row is None:
            return {}
        stored = {name: getattr(row, name) for name in SETTINGS}
        return stored | {"criteria": criteria_lines(row.criteria)}

    def clean_criteria(self) -> list[Data]:
        """Refuse a line that is not a criterion."""
        return read_criteria(self.cleaned_data["criteria"])

    def clean(self) -> Data:
        """Refuse an assignment that takes nothing."""
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in ("takes_text", "takes_files", "takes_audio")):
            self.add_error("takes_text", _("Say what is taken: text, files or audio."))
        rubric = ready_rubrics().get(cleaned.get("ready") or "")
        if rubric and cleaned.get("criteria"):
            self.add_error("ready", _("There are criteria already: empty them to take these."))
        elif rubric:
            cleaned["criteria"] = read_criteria("\n".join(rubric.lines))
            cleaned["max_points"] = rubric.scale
        return cleaned

    def content(self) -> Content:
        """Return the settings for the assignment's own row."""
        settings = {name: self.cleaned_data[name] for name in SETTINGS}
        return Content(data={"title": settings["title_vi"]}, extra=settings)


class AssignmentKind(BlockKind):
    """A piece of written or spoken work (bài thu hoạch)."""

    code = "assignment"
    label: ClassVar[str | Promise] = gettext_lazy("Assignment")
    icon = "writing"
    form_class: type[BlockForm] = AssignmentForm
    completes_on = CompletesOn.EVENT
    is_personal = True
    marks_language = True

    def copy(self, block: Block, *, to: Block, by: User) -> None:
        """Copy the assignment to the block of the new draft."""
        del by
        row = assignment_row(block)
        if row:
            settings = {name: getattr(row, name) for name in SETTINGS}
            Assignment.objects.create(version=to.version, key=to.key, **settings)

    def save(self, block: Block, content: Content, *, by: User) -> None:
        """Store the settings, in the transaction (and the audit row) that stores the block."""
        del by
        title = content.data.get("title") or _("Assignment")
        Assignment.objects.update_or_create(
            version=block.version,
            key=block.key,
            defaults={"title_vi": title} | dict(content.extra),
        )

    def delete(self, block: Block, *, by: User) -> None:
        """Remove the assignment of a draft."""
        del by
        Assignment.objects.filter(version=block.version_id, key=block.key).delete()

    def freeze(self, block: Block) -> Data:
        """Return the brief, the criteria, the scale and what is taken."""
        row = assignment_row(block)
        if row is None:
            return {}
        frozen = {name: getattr(row, name) for name in SETTINGS if name != "brief"}
        return frozen | {
            "brief_html": str(from_markdown(row.brief)),
            "max_points": f"{row.max_points:.2f}",
        }

    def check(self, block: Block) -> list[Problem]:
        """Refuse an assignment without a brief, or whose criteria are not its scale."""
        row = assignment_row(block)
        if row is None or not plain(str(from_markdown(row.brief))):
            return [Problem(Severity.BLOCKER, _("the assignment has no brief."))]
        found = []
        total = sum((Decimal(item["points"]) for item in row.criteria), Decimal(0))
        if row.criteria and total != row.max_points:
            facts = {"total": total.normalize(), "scale": row.max_points.normalize()}
            found.append(
                Problem(
                    Severity.BLOCKER,
                    _("the criteria add up to %(total)f points, the scale is %(scale)f.") % facts,
                )
            )
        if not row.criteria:
            found.append(Problem(Severity.WARNING, _("the assignment has no criteria.")))
        if row.pass_percent == 0:
            found.append(Problem(Severity.WARNING, _("the assignment has no pass mark.")))
        return found

    def render(self, frozen: Data, context: BlockContext) -> SafeString:
        """Return a card that leads to the page of the assignment."""
        url = ""
        if context.enrolment is not None:
            url = reverse("works:work", args=[context.enrolment.pk, context.key])
        return render_to_string(
            "assessment/works/block.html",
            {
                "title": _title(frozen),
                "brief": frozen.get("brief_html", ""),
                "language": context.language,
                "max_points": Decimal(frozen.get("max_points", "0")),
                "criteria": frozen.get("criteria", []),
                "url": url,
            },
        )

    def requirement(self, frozen: Data) -> str:
        """Return the pass mark."""
        if not frozen or not frozen["pass_percent"]:
            return ""
        facts = {"title": _title(frozen), "percent": frozen["pass_percent"]}
        return _("Pass the assignment “%(title)s” with %(percent)s%% or more.") % facts

    def summary(self, frozen: Data) -> str:
        """Return the title and the words of the brief."""
        return f"{_title(frozen)} {plain(frozen.get('brief_html', ''))}".strip()


def assignment_row(block: Block) -> Assignment | None:
    """Return the row of the block's assignment; a new block has none yet."""
    return Assignment.objects.filter(version=block.version_id, key=block.key).first()


def read_criteria(text: str) -> list[Data]:
    """Return the criteria that lines such as «Nội dung | 4 | Đủ ý» describe."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > CRITERIA_AT_MOST:
        raise forms.ValidationError(_("At most %(most)s criteria.") % {"most": CRITERIA_AT_MOST})
    rows = [_criterion(line) for line in lines]
    if len({row["key"] for row in rows}) != len(rows):
        raise forms.ValidationError(_("Two criteria have the same name."))
    return rows


def criteria_lines(criteria: list[Data]) -> str:
    """Return the criteria as an author writes them."""
    rows = ([row["name"], row["points"], row.get("hint", "")] for row in criteria)
    return "\n".join(" | ".join(filter(None, row)) for row in rows)


def _criterion(line: str) -> Data:
    found = CRITERION.match(line)
    try:
        points = Decimal(found["points"].replace(",", ".")) if found else Decimal(0)
    except InvalidOperation:
        points = Decimal(0)
    if found is None or points <= 0 or points != points.quantize(Decimal("0.01")):
        raise forms.ValidationError(
            _("“%(line)s” is not a criterion. Write: name | points.") % {"line": line}
        )
    name = found["name"].strip()[:200]
    return {
        "key": criterion_key(name),
        "name": name,
        "points": f"{points:f}",
        "hint": (found["hint"] or "").strip()[:500],
    }


def criterion_key(name: str) -> str:
    """Return the key under which the points of a criterion are kept."""
    return slugify(fold(name))[:60]


def _title(frozen: Data) -> str:
    english = frozen.get("title_en") if get_language() == "en" else ""
    return str(english or frozen.get("title_vi", ""))
