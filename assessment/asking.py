"""A question as a learner meets it: only what its kind calls public, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from assessment.frozen import FrozenQuestion
from assessment.kinds import Data, Response


@dataclass(frozen=True)
class AskedQuestion:
    """What the templates of `assessment/kinds/` draw."""

    key: str
    kind: str
    hint: str | Promise
    html: SafeString
    public: Data
    response: Response
    language: str = ""

    @property
    def template(self) -> str:
        """Return the template that draws the fields."""
        return f"assessment/kinds/{self.kind}.html"

    @property
    def chosen(self) -> list[str]:
        """Return the keys of the options chosen."""
        if "is_true" in self.response:
            return ["true" if self.response["is_true"] else "false"]
        return list(self.response.get("choices", []))

    @property
    def text(self) -> str:
        """Return what was typed."""
        return str(self.response.get("text", ""))

    @property
    def lefts(self) -> list[dict[str, Any]]:
        """Return the left sides, each with the partner chosen."""
        pairs = self.response.get("pairs", {})
        return [row | {"partner": pairs.get(row["key"], "")} for row in self.public["lefts"]]

    @property
    def placed(self) -> list[dict[str, Any]]:
        """Return the steps, each with the number given."""
        places = self.response.get("places", {})
        return [row | {"place": places.get(row["key"])} for row in self.public["items"]]

    @property
    def grouped(self) -> list[dict[str, Any]]:
        """Return the things, each with the group chosen."""
        groups = self.response.get("groups", {})
        return [row | {"chosen": groups.get(row["key"], "")} for row in self.public["items"]]

    @property
    def pieces(self) -> list[dict[str, Any]]:
        """Return the text with its gaps, each with what stands in it."""
        gaps = self.response.get("gaps", {})
        return [row | {"said": gaps.get(row.get("gap"), "")} for row in self.public["pieces"]]


def asked(question: FrozenQuestion, order: list[str], response: Response) -> AskedQuestion:
    """Return the question without its key."""
    return AskedQuestion(
        key=str(question.key),
        kind=question.kind,
        hint=question.owner.hint,
        html=SafeString(question.html),
        public=question.owner.public(question.data, order),
        response=response,
        language=question.language,
    )
