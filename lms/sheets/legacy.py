"""Vietnamese typed with the fonts of the nineties: TCVN3 (ABC, `.VnTime`) and VNI (`VNI-Times`).

Such text looks like `NguyÔn V¨n Hïng` or `Nguyeãn Vaên Huøng`. It is told from Unicode and from
Windows-1258 by counting: which reading makes more words that can be Vietnamese syllables.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LATIN_1: Final = 0xFF
TONES: Final = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng
OPEN_TONES: Final = "\u0300\u0309\u0303"  # never before a stop
STOPS: Final = ("c", "ch", "p", "t")
STRAY_TONE: Final = re.compile(f"[^aeiouy\u0302\u0306\u031b][{TONES}]")
LETTERS: Final = re.compile(r"[^\W\d_]+")
BETWEEN: Final = re.compile(r"[\s;,:.!?()\[\]{}/\\\"'\-–_|0-9]+")
SYLLABLE: Final = re.compile(
    r"(?:ngh?|gh|gi|kh|nh|ph|qu|th|tr|ch|[bcdđghklmnprstvx])?"
    r"(?:i[ae]?u?|iêu?|yêu?|uyê|uya|uyu|u[aâêôơy]|uô[i]?|uây|ươ[iu]?|ư[aiu]|o[aăe]o?|oa[iy]|oo"
    r"|[aăâeêioôơuưy]|a[iouy]|â[uy]|eo|êu|[oôơu]i)"
    r"(?:ch|ng|nh|[cmnpt])?"
)

# TCVN 5712:1993, the characters as Windows-1252 shows them; tones in the order of TONES.
TCVN3_TONED: Final = {
    "a": "µ¶·¸¹", "ă": "»¼½¾Æ", "â": "ÇÈÉÊË", "e": "ÌÎÏÐÑ", "ê": "ÒÓÔÕÖ", "i": "×ØÜÝÞ",
    "o": "ßáâãä", "ô": "åæçèé", "ơ": "êëìíî", "u": "ïñòóô", "ư": "õö÷øù", "y": "úûüýþ",
}  # fmt: skip
TCVN3_PLAIN: Final = dict(zip("¡¢£¤¥¦§¨©ª«¬\u00ad®", "ĂÂÊÔƠƯĐăâêôơưđ", strict=True))

# VNI writes the mark as a second character; these are its marks on a plain vowel…
VNI_TONES: Final = dict(zip("øûõùï", TONES, strict=True))
# …and those that carry hat or breve too.
VNI_HATS: Final = dict(zip("âàåãáä", ("", *TONES), strict=True))
VNI_BREVES: Final = dict(zip("êèúüéë", ("", *TONES), strict=True))
VNI_SINGLE: Final = {
    "ñ": "đ", "ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ",
}  # fmt: skip


def _composed(letter: str, marks: str) -> str:
    return unicodedata.normalize("NFC", letter + marks)


def _tcvn3_table() -> dict[int, str]:
    toned = {
        ord(char): _composed(letter, tone)
        for letter, chars in TCVN3_TONED.items()
        for char, tone in zip(chars, TONES, strict=True)
    }
    return toned | {ord(char): letter for char, letter in TCVN3_PLAIN.items()}


def _vni_table() -> dict[str, str]:
    table = dict(VNI_SINGLE)
    for vowel, marks in (("aeo", VNI_HATS), ("a", VNI_BREVES)):
        hat = "\u0302" if marks is VNI_HATS else "\u0306"
        table |= {v + m: _composed(v, hat + tone) for v in vowel for m, tone in marks.items()}
    table |= {v + m: _composed(v, tone) for v in "aeouy" for m, tone in VNI_TONES.items()}
    table |= {
        typed + m: _composed(VNI_SINGLE[typed], tone)
        for typed in "ôö"
        for m, tone in VNI_TONES.items()
    }
    capitals = {typed.upper(): letter.upper() for typed, letter in table.items()}
    mixed = {typed[0].upper() + typed[1:]: letter.upper() for typed, letter in table.items()}
    return mixed | capitals | table


TCVN3: Final = _tcvn3_table()
VNI: Final = _vni_table()
VNI_TOKEN: Final = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))


def from_tcvn3(text: str) -> str:
    """Return the text in Unicode. A capital's font had no letters of its own: the word decides."""
    return LETTERS.sub(_in_one_case, text.translate(TCVN3))


def from_vni(text: str) -> str:
    """Return the text in Unicode."""
    return VNI_TOKEN.sub(lambda found: VNI[found[0]], text)


def _in_one_case(found: re.Match[str]) -> str:
    word = found[0]
    plain = [char for char in word if char.isascii()]
    capitals = len(plain) > 1 and all(char.isupper() for char in plain)
    return word.upper() if capitals else word


@dataclass(frozen=True)
class Encoding:
    """A way in which Vietnamese was typed."""

    name: str
    convert: Callable[[str], str]


LEGACY: Final = (Encoding("TCVN3 (ABC)", from_tcvn3), Encoding("VNI", from_vni))


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Tell whether a word can be Vietnamese: onset, rhyme, at most one tone."""
    apart = unicodedata.normalize("NFD", word.casefold())
    tones = [char for char in apart if char in TONES]
    bare = unicodedata.normalize("NFC", "".join(char for char in apart if char not in TONES))
    if len(tones) > 1 or STRAY_TONE.search(apart) or not SYLLABLE.fullmatch(bare):
        return False
    return not (tones and tones[0] in OPEN_TONES and bare.endswith(STOPS))


def score(text: str) -> int:
    """Count the words with marks that can be Vietnamese, less those that cannot."""
    total = 0
    for word in _words(text):
        if not word.isascii():
            total += 1 if is_syllable(word) else -1
    return total


def _words(text: str) -> list[str]:
    # Signs such as `¹` and the soft hyphen are letters of the old fonts: no `\w` here.
    return [word for word in BETWEEN.split(text) if word]


def is_old(text: str) -> bool:
    """Tell whether the characters alone allow an old font."""
    return not text.isascii() and all(ord(char) <= LATIN_1 for char in text)


def recognise(texts: Iterable[str]) -> Encoding | None:
    """Return the old encoding that most of the texts are in, or None for Unicode."""
    gains = dict.fromkeys(LEGACY, 0)
    for text in texts:
        if is_old(text):
            found = better_than_unicode(text)
            if found:
                gains[found] += 1
    best = max(LEGACY, key=gains.__getitem__)
    return best if gains[best] else None


def better_than_unicode(text: str) -> Encoding | None:
    """Return the encoding in which one text clearly makes better sense than as it stands."""
    as_it_is = score(text)
    scores = {encoding: score(encoding.convert(text)) for encoding in LEGACY}
    best = max(LEGACY, key=scores.__getitem__)
    # A word without marks after conversion counts for nothing: `±` alone proves nothing.
    return best if scores[best] > max(as_it_is, 0) else None


def converted(text: str, encoding: Encoding) -> str:
    """Return a text of a sheet known to be in an old encoding; Unicode stays as it is."""
    if not is_old(text):
        return text
    after = encoding.convert(text)
    return after if score(after) >= score(text) else text
