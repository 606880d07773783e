"""Which language a text is written in, as far as it matters: conditions are read from English.

Frequent little words decide for languages in Latin letters, and where there are few of them, words
with accents; the script decides for the others. A text is called foreign only where its own words
clearly outnumber the English ones, so that an English sentence with names, products or a quoted
message in another language is never called so.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from assistant.language.quoted_messages import mask_quotes
from assistant.language.word_lists import word_lists

ENGLISH = "English"
GERMAN = "German"
"""Where every noun has a capital."""

_WORDS = {
    language: frozenset(words) for language, words in word_lists("languages")["words"].items()
}
_SCRIPTS = {
    "CYRILLIC": "Russian or another language in Cyrillic letters",
    "GREEK": "Greek",
    "CJK": "Chinese or Japanese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "Hindi",
    "THAI": "Thai",
}
_ACCENTED = re.compile("[\u00c0-\u024f]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_FIRST = re.compile(rf"(?:\A|[.!?:;\n])[\W_]*({_WORD.pattern})")
"""The first word of a sentence, a line or what a colon opens: it has a capital."""
MIN_WORDS = 5
MIN_FOREIGN = 2
MIN_ACCENTED = 3
"""Different words with letters beyond ASCII, a fifth of all, that make a text foreign: languages
with few little words ("Dołączyć można maksymalnie 5 zdjęć")."""
SAMPLE = 4_000
"""Characters looked at: more decide nothing."""


def language_of(text: str) -> str:
    """The language's English name: ``English`` unless the text clearly is in another one."""
    said = mask_quotes(text[:SAMPLE]).replace("\x00", " ")
    written = _WORD.findall(said)
    words = [word.casefold() for word in written]
    script = _script(said)
    if script:
        return script
    if len(words) < MIN_WORDS:
        return ENGLISH
    kinds = Counter(
        word.casefold() for place, word in enumerate(written) if place == 0 or word.islower()
    )
    found = {name: kinds.keys() & known for name, known in _WORDS.items()}
    counts = {name: sum(kinds[word] for word in known) for name, known in found.items()}
    best = max((name for name in _WORDS if name != ENGLISH), key=lambda name: counts[name])
    own = _WORDS[best] - _WORDS[ENGLISH]
    telling = len(kinds.keys() & own)
    clear = counts[best] > 2 * counts[ENGLISH] and counts[best] >= 0.2 * len(words)
    if clear and telling >= MIN_FOREIGN and len(found[best]) >= MIN_FOREIGN:
        return best
    accented = sum(_ACCENTED.search(word) is not None for word in kinds)  # English: "café", a name
    enough = accented >= max(MIN_ACCENTED, 0.2 * len(kinds))
    return best if enough and telling and counts[best] > counts[ENGLISH] else ENGLISH


def language_of_title(text: str) -> str:
    """The language of a few words: of which it holds most small words; "" where it holds none."""
    found = language_of(text)
    words = frozenset(_WORD.findall(mask_quotes(text[:SAMPLE]).casefold()))
    counts = {name: len(words & known) for name, known in _WORDS.items()}
    best = max(counts, key=lambda name: (counts[name], name == ENGLISH))
    return found if found != ENGLISH else best if counts[best] else ""


def little_words(language: str) -> frozenset[str]:
    """The frequent little words of a language, by its English name; none for one not known."""
    return _WORDS.get(language, frozenset())


def leans_to(text: str, language: str, *, rather_than: str) -> bool:
    """Whether a text has more small words of one language than of another; "MIT", "DES" and names
    are none."""
    said = mask_quotes(text[:SAMPLE]).replace("\x00", " ")
    first = (word for word in _FIRST.findall(said) if len(word) == 1 or not word.isupper())
    small = (word for word in _WORD.findall(said) if word.islower())
    kinds = frozenset(word.casefold() for word in (*first, *small))
    ones, others = _WORDS.get(language, frozenset()), _WORDS.get(rather_than, frozenset())
    return len(kinds & (ones - others)) > len(kinds & (others - ones))


def _script(text: str) -> str:
    """The language that a script stands for where most letters are written in it."""
    letters = [char for char in text if char.isalpha()]
    if not letters or all(ord(char) < 0x370 for char in letters):
        return ""
    scripts = Counter(unicodedata.name(char, "").split(" ")[0] for char in letters)
    for one in ("HIRAGANA", "KATAKANA"):
        if scripts[one] > 0.1 * len(letters):
            return _SCRIPTS[one]
    top, count = scripts.most_common(1)[0]
    return _SCRIPTS.get(top, "") if count > 0.5 * len(letters) else ""
