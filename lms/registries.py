"""The way upwards that is not a signal: declared by a lower app, filled by higher ones.

An app declares `panels: Registry[Panel] = Registry("panels")` in an ordinary module; the
`registry.py` of a higher app fills it while the project starts.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class Registry(Generic[Entry]):
    """Named entries, in the order of their weight and then of their name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, tuple[int, Entry]] = {}

    def register(self, key: str, entry: Entry, *, weight: int = 100) -> Entry:
        """Add an entry; a second one of the same key is a programming error."""
        if key in self._entries:
            raise KeyError(f"{self.name} already holds {key}")
        self._entries[key] = (weight, entry)
        return entry

    def __getitem__(self, key: str) -> Entry:
        return self._entries[key][1]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[Entry]:
        ordered = sorted(self._entries.items(), key=lambda item: (item[1][0], item[0]))
        return (entry for _key, (_weight, entry) in ordered)

    def items(self) -> list[tuple[str, Entry]]:
        """Return names and entries."""
        return [(key, entry) for key, (_weight, entry) in sorted(self._entries.items())]

    def keys(self) -> list[str]:
        """Return the names of all entries."""
        return sorted(self._entries)
