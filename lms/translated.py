"""Names in two languages: `title = translated("title")` reads `title_vi` or `title_en`."""

from typing import Any

from django.utils.translation import get_language


class translated:  # noqa: N801 - reads as a word of the model's language
    """The attribute in the reader's language; Vietnamese where English is blank."""

    def __init__(self, base: str) -> None:
        self.base = base

    def __get__(self, row: Any, _owner: type | None = None) -> str:
        if row is None:
            return self.base
        english = getattr(row, f"{self.base}_en") if get_language() == "en" else ""
        return str(english or getattr(row, f"{self.base}_vi"))
