"""Translations without GNU gettext: `python scripts/messages.py extract|compile|check`.

Message ids are English, so English needs no catalogue; Vietnamese lives beside the app whose
code and templates speak it.
"""

import io
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SAME_IN_BOTH = ROOT / "scripts" / "same_in_both.txt"
SHARED = "lms"  # owns what belongs to no single app
CATALOGUE = Path("locale/vi/LC_MESSAGES/django.po")
HEADER = (
    'msgid ""\n'
    'msgstr ""\n'
    '"Language: vi\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n'
    '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%%|%\(\w+\)[#0\- +]*[\d.]*[a-z]|%[sd]|\{\w*[^{}]*\}")
Key = tuple[str | None, str]


def apps(root: Path) -> list[str]:
    """Return the names of the product's Django apps."""
    return sorted(path.parent.name for path in root.glob("*/apps.py"))


def sources(root: Path, app: str) -> Iterator[Path]:
    """Yield the files whose strings belong to the catalogue of an app."""
    for path in sorted((root / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path
    owners = set(apps(root)) - {SHARED}
    for path in sorted((root / "templates").rglob("*")):
        folder = path.relative_to(root / "templates").parts[0]
        owner = folder if folder in owners else SHARED
        if owner == app and path.suffix in {".html", ".txt"}:
            yield path


def python_of(path: Path) -> bytes:
    """Return the file as something the Python extractor can read."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    # The rest of the template is blanked out by `templatize`; its indentation means nothing.
    plain = templatize(text, origin=str(path))
    return "\n".join(line.lstrip() for line in plain.splitlines()).encode()


def found(root: Path, app: str) -> Catalog:
    """Return what the code and the templates of an app say today."""
    catalogue = Catalog(locale="vi", fuzzy=False)
    for path in sources(root, app):
        place = str(path.relative_to(root))
        source = io.BytesIO(python_of(path))
        for _line, words, comments, context in extract(
            "python", source, keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            catalogue.add(words, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalogue


def stored(path: Path) -> Catalog:
    """Return the catalogue of a file; an absent one is empty."""
    if not path.exists():
        return Catalog(locale="vi", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="vi", abort_invalid=True)


def key(message: Message) -> Key:
    """Return what gettext looks a message up by."""
    return message.context, singular(message)


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(message: Message) -> list[str]:
    """Return the translations of a message, one per plural form."""
    string = message.string or ""
    return [string] if isinstance(string, str) else list(string)


def messages(catalogue: Catalog) -> list[Message]:
    """Return the messages without the header."""
    return [message for message in catalogue if message.id]


def extract_all(root: Path) -> list[str]:
    """Bring every catalogue up to date: translations stay, what nobody says any more goes."""
    for app in apps(root):
        path = root / app / CATALOGUE
        old = {key(message): message for message in messages(stored(path))}
        new = found(root, app)
        for message in messages(new):
            known = old.get(key(message))
            if known is not None:
                message.string = _in_shape(texts(known)[0], message)
        if messages(new):
            _write(path, new)
    return []


def _in_shape(text: str, message: Message) -> str | tuple[str, ...]:
    return (text,) if message.pluralizable else text


def _write(path: Path, catalogue: Catalog) -> None:
    body = io.BytesIO()
    write_po(body, catalogue, width=98, omit_header=True, sort_output=True, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body.getvalue().decode(), encoding="utf-8")


def compile_all(root: Path) -> list[str]:
    """Write the binary catalogues that Django reads, where the text is newer."""
    for app in apps(root):
        path = root / app / CATALOGUE
        binary = path.with_suffix(".mo")
        if not path.exists() or _is_newer(binary, path):
            continue
        # Two starts at once must not meet half a file.
        half = binary.with_suffix(".mo.new")
        with half.open("wb") as file:
            write_mo(file, stored(path))
        half.replace(binary)
    return []


def _is_newer(path: Path, than: Path) -> bool:
    return path.exists() and path.stat().st_mtime_ns > than.stat().st_mtime_ns


def check_all(root: Path) -> list[str]:
    """Return one sentence per fault of the catalogues."""
    same = set(SAME_IN_BOTH.read_text(encoding="utf-8").splitlines())
    faults = []
    seen: dict[Key, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for app in apps(root):
        said = {key(message): message for message in messages(found(root, app))}
        have = {key(message): message for message in messages(stored(root / app / CATALOGUE))}
        faults += [f"{app}: not extracted: {text!r}" for _, text in said.keys() - have.keys()]
        faults += [f"{app}: obsolete: {text!r}" for _, text in have.keys() - said.keys()]
        for name, message in have.items():
            faults += [f"{app}: {fault}" for fault in faults_of(message, same)]
            seen[name][tuple(texts(message))].append(app)
    return sorted(faults + list(_disagreements(seen)))


def _disagreements(seen: dict[Key, dict[tuple[str, ...], list[str]]]) -> Iterator[str]:
    """Django merges all catalogues: the same words must mean the same everywhere."""
    for (_context, text), translations in seen.items():
        if len(translations) > 1:
            owners = ", ".join(sorted(app for names in translations.values() for app in names))
            yield f"{owners}: translated differently: {text!r}"


def faults_of(message: Message, same: set[str]) -> Iterator[str]:
    """Yield what is wrong with one message."""
    name = repr(singular(message))
    if message.fuzzy:
        yield f"fuzzy: {name}"
    if not all(texts(message)):
        yield f"no Vietnamese: {name}"
        return
    source = message.id if isinstance(message.id, str) else message.id[-1]
    for text in texts(message):
        if placeholders(text) != placeholders(source):
            yield f"other placeholders: {name} → {text!r}"
        if text == source and source not in same and _has_words(source):
            yield f"Vietnamese equals English (scripts/same_in_both.txt): {name}"


def placeholders(text: str) -> set[str]:
    """Return what a translation must fill in."""
    return set(PLACEHOLDER.findall(text)) - {"%%"}


def _has_words(text: str) -> bool:
    return any(char.isalpha() for char in PLACEHOLDER.sub("", text))


VERBS: dict[str, Callable[[Path], list[str]]] = {
    "extract": extract_all,
    "compile": compile_all,
    "check": check_all,
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in VERBS:
        print("Usage: python scripts/messages.py " + "|".join(VERBS))
        return 2
    faults = VERBS[arguments[0]](ROOT)
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
