"""Nouns: which one a number counts ("5 failed login attempts"), its singular and plural, who acts.

Those who act are people and roles, systems and their parts, and pronouns. Of German nouns it knows
which forms are of one, and of which two a compound is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.language.verbs import base_of_participle, is_base
from assistant.language.word_lists import WORDS, read_patterns, read_table, word_lists, word_set

_LISTS = word_lists("english")["nouns"]
BEHIND_A_NUMBER = frozenset[str]().union(*word_lists("numbers")["stop"].values())
"""Words of German and French that end what a number counts."""

_STOP = BEHIND_A_NUMBER.union(_LISTS["stop"])
COMMON = frozenset(_LISTS["common"])
"""Nouns that are no names, even at the start of a sentence."""
_WORD = re.compile(r"([ \t\xa0]|-(?=[a-z]))([^\W\d_](?:[^\W\d_]|['’-])*)(?=[\s.,;:!?)\]\"”/]|$)")
_OBJECT = re.compile(
    r" (?:an?|the|their|its|his|her|no|all|any|each|free|only|more|not|approval|to|half"
    r"|double|nothing)\b| [€$£]?\d"
)
_IRREGULAR = read_table(WORDS / "english_forms.toml", dict[str, dict[str, str]])["singulars"]
_PLURALS = {singular: plural for plural, singular in _IRREGULAR.items()}
_UNCHANGING = word_set("ms kwh kw km cm mm kg mb gb tb kb mph px % dpi series")


def noun_after(text: str, place: int) -> tuple[int, str]:
    """End and words of the noun phrase that follows a number, at most four words; else ("", place).

    It ends with the first plural noun, so that a verb after it is left alone ("5 results are").
    """
    words: list[str] = []
    end = place
    while len(words) < 4:
        match = _WORD.match(text, end)
        if match is None or match[2].lower() in _STOP:
            break
        word = match[2]
        if is_base(word) and _OBJECT.match(text, match.end()):
            break
        if words and word.lower().endswith("ed") and _plural_looking(words[-1]):
            break
        words.append(word)
        end = match.end()
        if _plural_looking(word):
            break
    while words and words[-1].lower().endswith(("ed", "ly", "ing")):
        end -= len(words.pop()) + 1
    return (end, " ".join(words)) if words else (place, "")


def _plural_looking(word: str) -> bool:
    lower = word.lower()
    return lower in _IRREGULAR or (
        len(lower) > 3
        and lower.endswith("s")
        and not word.isupper()
        and not lower.endswith(("ss", "us", "is", "'s", "’s"))
    )


def is_plural(noun: str) -> bool:
    """Whether the last word of a noun phrase looks plural."""
    words = noun.split()
    return bool(words) and _plural_looking(words[-1])


def singular(noun: str) -> str:
    """Singular of a noun phrase, by its last word."""
    head, _, last = noun.rpartition(" ")
    lower = last.lower()
    if lower in _UNCHANGING or not _plural_looking(last):
        result = last
    elif lower in _IRREGULAR:
        result = _IRREGULAR[lower]
    elif lower.endswith("ies") and len(lower) > 4:
        result = last[:-3] + "y"
    elif lower.endswith(("sses", "shes", "ches", "xes", "zes")):
        result = last[:-2]
    else:
        result = last[:-1]
    if last[:1].isupper():
        result = result[:1].upper() + result[1:]
    return f"{head} {result}" if head else result


def plural(noun: str) -> str:
    """Plural of a noun phrase, by its last word."""
    head, _, last = noun.rpartition(" ")
    lower = last.lower()
    if lower in _UNCHANGING or _plural_looking(last):
        result = last
    elif lower in _PLURALS:
        result = _PLURALS[lower]
    elif lower.endswith("y") and lower[-2:-1] not in "aeiou":
        result = last[:-1] + "ies"
    elif lower.endswith(("s", "x", "z", "ch", "sh")):
        result = last + "es"
    else:
        result = last + "s"
    return f"{head} {result}" if head else result


_ACTORS = {name: frozenset(words) for name, words in word_lists("english")["actors"].items()}
_PEOPLE, _THINGS_IN_ER, _SYSTEMS = (_ACTORS[name] for name in ("people", "things", "systems"))
_SUFFIX = re.compile(r"(?:er|or|ist|ian|ant|eer|ee|man|woman)$")
_COMPONENT = re.compile(r"_\w+ ?_|\b[A-Z]{2,}-[A-Z]|\b[A-Z]?[a-z]+[A-Z][a-z]+[a-z]*(?:[A-Z]\w*)?\b")
"""Names of parts of a system: "_GCS_", "DPU-CCM", "FlightManager"."""
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_PATTERNS = read_patterns(__file__)
_CUT = _PATTERNS["cut"]
ARTICLE = _PATTERNS["article"]


def head_noun(phrase: str) -> str:
    """The noun that a phrase is about: "a refund of £5" -> "refund"; "" where none is found."""
    core = _CUT.split(f" {phrase.strip()} ", maxsplit=1)[0]
    words = _PLAIN_WORD.findall(re.sub(r"['’]s?\s", " ", core) if core.strip() else phrase)
    while (
        len(words) > 1
        and words[-1].islower()
        and words[-1].endswith("ed")
        and base_of_participle(words[-1])
    ):
        words.pop()
    return words[-1] if words else ""


def noun_core(phrase: str) -> str:
    """A noun phrase up to what follows its head noun: "a refund of £5" -> "a refund"."""
    return _CUT.split(f" {phrase.strip()} ", maxsplit=1)[0].strip() or phrase.strip()


def without_article(phrase: str) -> str:
    """A noun phrase without the determiner it starts with."""
    return ARTICLE.sub("", phrase.strip())


def is_person(phrase: str) -> bool:
    """Whether a noun phrase names a person, a role or a pronoun for one."""
    head = head_noun(phrase)
    lower = singular(head).lower()
    if _COMPONENT.search(phrase):
        return False
    if lower in _PEOPLE or head.lower() in _PEOPLE:
        return True
    if lower in _SYSTEMS or lower in _THINGS_IN_ER or len(lower) < 5:
        return False
    return bool(_SUFFIX.search(lower))


def is_system(phrase: str) -> bool:
    """Whether a noun phrase names the system, or a part of it such as a page or a form."""
    return bool(_COMPONENT.search(phrase)) or singular(head_noun(phrase)).lower() in _SYSTEMS


# --- German ---------------------------------------------------------------------------------------

_UMLAUTS = str.maketrans("äöü", "aou")
_LAST_UMLAUT = re.compile(r"[äöü](?=u?[^\W\d_aeiouäöüy]+(?:e[lnr])?$)")
"""The umlaut of the last stem syllable, which alone a plural has of its own: no "Förderung"."""
_IN_ER_OR_BARE = _PATTERNS["umlaut_plural"]
"""Nouns whose plural has an umlaut and another ending than -e: "Häuser", "Schäden". They are few,
and other nouns in -er are who does a thing ("Käufer" of "Kauf", "Schüler" of "Schule")."""
_ENDING = re.compile(r"(?<=\w{3})(?:ern|em|en|er|es|e|um|[ao]|(?<=[lr])n)$")
_GENITIVE = re.compile(r"(?<=\w{2}[bdfghklmnrt])s$")
_DOUBLED = re.compile(r"([ns])\1$")
_JOINT = re.compile(r"(?:e?n?s|e?n|er?)?")
"""What German puts between the parts of a compound: "Prüfung-s-frist", "Kund-en-wunsch"."""
LEAST_PART = 3
"""Letters of a part of a compound: "Amt", "Weg"."""
_WHOLE = "|"
"""Ends a singular that a plural with an umlaut is of: "Würde" has "wurd|", "wurde" has not."""


def german_roots(word: str) -> frozenset[str]:
    """What the forms of a German noun have in common: two words with one of these are of one noun,
    as "Häusern" and "Haus" are, and "Förderung" and "Forderung" are not."""
    bare = word.casefold()
    root = _DOUBLED.sub(r"\1", _GENITIVE.sub("", _ENDING.sub("", bare)))
    if not word[:1].isupper():
        return frozenset((root,))
    singulars = {bare, bare.removesuffix("s"), bare.removesuffix("es")}
    for ending in ("e", "en", "er", "ern", "n", ""):
        plain = bare.removesuffix(ending) if bare.endswith(ending) else ""
        one = _LAST_UMLAUT.sub(lambda found: found.group().translate(_UMLAUTS), plain)
        if one != plain and (ending in ("e", "en") or _IN_ER_OR_BARE.search(one)):
            singulars.add(one)
    return frozenset((root, *(f"{one}{_WHOLE}" for one in singulars if len(one) >= LEAST_PART)))


def german_parts(whole: str, roots: Iterable[str]) -> set[str]:
    """Those of the roots of German nouns that a compound is made of: "antwort" and "frist" of
    "antwortfrist"; empty where its first or its last part is none of them."""
    near = [one for one in roots if len(one) >= LEAST_PART]
    firsts = [one for one in near if whole.startswith(one)]
    lasts = [one for one in near if whole.endswith(one)] if firsts else []
    pairs = (
        (len(first), len(whole) - len(last), first, last) for first in firsts for last in lasts
    )
    return {
        part for end, start, *both in pairs if _JOINT.fullmatch(whole, end, start) for part in both
    }
