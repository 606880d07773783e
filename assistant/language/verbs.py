"""English verbs of requirements: which words are verbs, and their forms."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from assistant.language.word_lists import WORDS, read_table, word_lists

_LISTS = word_lists("english")["verbs"]
_FORMS = read_table(WORDS / "english_forms.toml", dict[str, dict[str, str]])

_IRREGULAR_PARTICIPLES = _FORMS["participles"]
_PASTS = _FORMS["pasts"]
_DOUBLING = frozenset(_LISTS["doubling"])
_BRITISH_L = frozenset({"cancel", "travel", "label", "total", "model"})

BASES = frozenset(_LISTS["regular"]) | frozenset(_IRREGULAR_PARTICIPLES)


def third_person(base: str) -> str:
    """ "send" -> "sends", "apply" -> "applies", "have" -> "has"."""
    head, _, last = base.rpartition("-")
    if last in ("have", "be", "do", "go", "undo", "undergo"):
        form = {"have": "has", "be": "is", "do": "does", "go": "goes"}.get(last, last + "es")
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        form = last + "es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        form = last[:-1] + "ies"
    else:
        form = last + "s"
    return f"{head}-{form}" if head else form


def participle(base: str) -> str:
    """Past participle: "send" -> "sent", "cancel" -> "cancelled", "apply" -> "applied"."""
    if base in _IRREGULAR_PARTICIPLES:
        return _IRREGULAR_PARTICIPLES[base]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ied"
    return _stem(base) + "ed"


def gerund(base: str) -> str:
    """ "send" -> "sending", "save" -> "saving", "cancel" -> "cancelling"."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return base[:-1] + "ing"
    return _stem(base) + "ing"


def _stem(base: str) -> str:
    return base + base[-1] if base in _DOUBLING else base


def _table(form: Callable[[str], str]) -> MappingProxyType[str, str]:
    table: dict[str, str] = {}
    for base in sorted(BASES):
        word = form(base)
        table.setdefault(word, base)
        if form is not third_person:  # American spelling: canceled, labeling
            undoubled = word.replace(base + base[-1], base, 1) if base in _BRITISH_L else word
            table.setdefault(undoubled, base)
    return MappingProxyType(table)


_THIRD = _table(third_person)
_PARTICIPLES = MappingProxyType({**_table(participle), "showed": "show", "gotten": "get"})
_GERUNDS = _table(gerund)


def base_of_third(word: str) -> str | None:
    """Base of a known verb in the third person ("sends"), else ``None``."""
    return _THIRD.get(word.lower())


def base_of_participle(word: str) -> str | None:
    """Base of a past participle; unknown words in -ed are read by rule, others give ``None``."""
    lower = word.lower()
    known = _PARTICIPLES.get(lower)
    if known or not lower.endswith("ed") or len(lower) < 5 or lower.endswith("eed"):
        return known
    if lower.endswith("ied"):
        return lower[:-3] + "y"
    stem = lower[:-2]
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    return stem + "e" if stem.endswith(("at", "is", "iz", "v", "c", "ag", "ur", "u")) else stem


def base_of_past(word: str) -> str | None:
    """Base of a simple past ("selected", "chose"), else ``None``."""
    lower = word.lower()
    return _PASTS.get(lower) or (
        _PARTICIPLES.get(lower) if lower not in ("given", "been", "taken", "shown") else None
    )


def base_of_gerund(word: str) -> str | None:
    """Base of a known -ing form, else ``None``."""
    return _GERUNDS.get(word.lower())


def is_base(word: str) -> bool:
    """Whether a word is the base form of a known verb."""
    return word.lower() in BASES
