"""Vietnamese text: normal form, folded search, order of names.

Source of the order of letters and tones: the ICU locale `vi` (a < ă < â, d < đ; ngang < huyền <
hỏi < ngã < sắc < nặng).
"""

import unicodedata
from typing import Final

TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
ALPHABET: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
RANK: Final = {letter: index + 1 for index, letter in enumerate(ALPHABET)}


def nfc(text: str) -> str:
    """Return the text in composed form, with runs of white space made one blank."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Return the search form of a text: `Nguyễn Thị Thuý Đào` becomes `nguyen thi thuy dao`."""
    plain = text.casefold().replace("đ", "d")
    marks_apart = unicodedata.normalize("NFD", plain)
    bare = "".join(char for char in marks_apart if not unicodedata.combining(char))
    return " ".join(bare.split())


def collate(word: str) -> str:
    """Return lower-case hex whose plain order is the Vietnamese order of the words."""
    letters, tones = [], []
    for char in unicodedata.normalize("NFC", word.casefold()):
        base, tone = _letter_and_tone(char)
        letters.append(RANK.get(base, 0x40 + (ord(base) & 0x3F)))
        tones.append(tone)
    # Letters decide first, over the whole word; tones break ties.
    return "".join(f"{n:02x}" for n in letters) + "00" + "".join(f"{n:x}" for n in tones)


def _letter_and_tone(char: str) -> tuple[str, int]:
    tone, rest = 0, []
    for part in unicodedata.normalize("NFD", char):
        if part in TONES:
            tone = TONES[part]
        else:
            rest.append(part)
    return unicodedata.normalize("NFC", "".join(rest))[:1], tone


def name_sort_key(*, family: str, middle: str, given: str) -> str:
    """Return the key by which lists of people are ordered: given name, then family, then middle."""
    words = [*given.split(), "", *family.split(), "", *middle.split()]
    return "-".join(collate(word) for word in words)[:300]


def split_name(full_name: str) -> tuple[str, str, str]:
    """Guess family, middle and given name; a person may correct the guess (two-word surnames)."""
    words = nfc(full_name).split(" ")
    if len(words) == 1:
        return "", "", words[0]
    return words[0], " ".join(words[1:-1]), words[-1]
