"""Things to be put into named groups."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.kinds.base import (
    ALL,
    PARTS,
    Data,
    Kind,
    Posted,
    Response,
    SchemeForm,
    in_order,
    key_of,
    lines_of,
    said_map,
)
from lms.text import nfc

GROUPS_AT_MOST: Final = 6
ITEMS_AT_MOST: Final = 24  # four for each group: a page of selects, no more


class CategoriseForm(SchemeForm):
    """Groups, each with what belongs to it."""

    template_name = "assessment/studio/_groups.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, GROUPS_AT_MOST + 1):
            self.fields[f"group_{n}"] = forms.CharField(
                label=_("Group %(n)s") % {"n": n}, max_length=200, required=False
            )
            self.fields[f"items_{n}"] = forms.CharField(
                label=_("Belongs to group %(n)s, one per line") % {"n": n},
                widget=forms.Textarea({"rows": 3}),
                max_length=2000,
                required=False,
            )

    def read(self, stored: Data) -> Data:
        """Return the groups in the order they were written."""
        values: Data = {"scheme": stored.get("scheme", PARTS)}
        for n, group in enumerate(stored.get("groups", []), start=1):
            inside = (row["text"] for row in stored["items"] if row["group"] == group["key"])
            values[f"group_{n}"], values[f"items_{n}"] = group["text"], "\n".join(inside)
        return values

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the fields in pairs, for the template."""
        numbers = range(1, GROUPS_AT_MOST + 1)
        return [(self[f"group_{n}"], self[f"items_{n}"]) for n in numbers]

    def data_of_fields(self) -> Data:
        """Return the groups with what belongs to them."""
        rows = [
            (nfc(self.cleaned_data[f"group_{n}"]), lines_of(self.cleaned_data[f"items_{n}"]))
            for n in range(1, GROUPS_AT_MOST + 1)
        ]
        return self.with_scheme(groups_of([row for row in rows if any(row)]))


class CategoriseKind(Kind):
    """Each thing in its group earns its share, or all or nothing."""

    code = "categorise"
    label: ClassVar[str | Promise] = gettext_lazy("Grouping")
    hint: ClassVar[str | Promise] = gettext_lazy("Choose the group of each line.")
    form_class = CategoriseForm
    schemes = (PARTS, ALL)
    is_always_drawn = True

    def validate(self, data: Data) -> list[str]:
        """Ask for two groups that differ and for things that each belong to one."""
        groups, items = data.get("groups", []), data.get("items", [])
        found = []
        if not 2 <= len(groups) <= GROUPS_AT_MOST:  # noqa: PLR2004 - one group asks nothing
            found.append(_("A grouping has 2 to %(most)s groups.") % {"most": GROUPS_AT_MOST})
        if not 2 <= len(items) <= ITEMS_AT_MOST:  # noqa: PLR2004 - one thing is a single choice
            found.append(_("A grouping has 2 to %(most)s lines.") % {"most": ITEMS_AT_MOST})
        if any(not group["text"] for group in groups):
            found.append(_("A group has no name."))
        names = [[row["text"].casefold() for row in rows] for rows in (groups, items)]
        if any(len(set(texts)) != len(texts) for texts in names):
            found.append(_("Two groups, or two lines, are the same."))
        if any(row["group"] not in {group["key"] for group in groups} for row in items):
            found.append(_("A line belongs to no group."))
        return [*found, *self.scheme_faults(data)]

    def score(self, data: Data, response: Response) -> Fraction:
        """Give a share for each thing in its group."""
        said = said_map(response, "groups")
        right = sum(said.get(row["key"]) == row["group"] for row in data["items"])
        return self.summed(data, right, len(data["items"]))

    def option_keys(self, data: Data) -> list[str]:
        """Return the keys of the things in an order that is not that of the groups."""
        return sorted(row["key"] for row in data.get("items", []))

    def public(self, data: Data, order: list[str]) -> Data:
        """Return the things in the order drawn, the groups as written."""
        neutral = sorted(data["items"], key=lambda row: str(row["key"]))
        items: list[Data] = [{"key": row["key"], "text": row["text"]} for row in neutral]
        groups = [{"key": row["key"], "text": row["text"]} for row in data["groups"]]
        return {"items": in_order(items, order), "groups": groups}

    def parse(self, data: Data, posted: Posted) -> Response:
        """Return the group of each thing that has one."""
        known = {group["key"] for group in data["groups"]}
        said = {row["key"]: posted.one(f"group_{row['key']}") for row in data["items"]}
        groups = {key: group for key, group in said.items() if group in known}
        return {"groups": groups} if groups else {}

    def told(self, data: Data, response: Response) -> list[str]:
        """Return the groups chosen, in words."""
        said = said_map(response, "groups")
        return _in_words(data, [(row["text"], said.get(row["key"])) for row in data["items"]])

    def key(self, data: Data) -> list[str]:
        """Return each group with what belongs to it."""
        return _in_words(data, [(row["text"], row["group"]) for row in data["items"]])


def groups_of(rows: list[tuple[str, list[str]]]) -> Data:
    """Return the stored form of groups with what belongs to each."""
    groups = [{"key": key_of(f"<{name}"), "text": name} for name, _texts in rows]
    items = [
        {"key": key_of(text), "text": text, "group": key_of(f"<{name}")}
        for name, texts in rows
        for text in texts
    ]
    return {"groups": groups, "items": items}


def _in_words(data: Data, said: list[tuple[str, Any]]) -> list[str]:
    inside = [
        (group["text"], [text for text, chosen in said if chosen == group["key"]])
        for group in data["groups"]
    ]
    return [f"{name}: {', '.join(texts)}" for name, texts in inside if texts]
