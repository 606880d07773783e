"""Which word of a clause is its finite verb: auxiliaries first, then a lexicon of verbs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.language.nouns import head_noun, is_person, is_plural
from assistant.language.quoted_messages import mask_quotes
from assistant.language.verbs import base_of_past, base_of_third, is_base
from assistant.language.word_lists import word_lists, word_set

Form = Literal["modal", "be", "perfect", "do", "present", "past"]


_LISTS = {name: frozenset(words) for name, words in word_lists("english")["clauses"].items()}
MODALS = word_set("can could may might must shall should will would")


_BE = word_set("is are was were am be been")


_HAVE = frozenset(["has", "have", "had"])


_DO = frozenset(["does", "do", "did"])


CONTRACTED_SUBJECTS = {"i'm": "I", "i've": "I", "i'll": "I", "it's": "it", "there's": "there"}
CONTRACTIONS = {
    "can't": ("can", True), "cannot": ("can", True), "won't": ("will", True),
    "isn't": ("is", True), "aren't": ("are", True), "wasn't": ("was", True),
    "weren't": ("were", True), "doesn't": ("does", True), "don't": ("do", True),
    "didn't": ("did", True), "hasn't": ("has", True), "haven't": ("have", True),
    "shouldn't": ("should", True), "mustn't": ("must", True), "couldn't": ("could", True),
    "i'm": ("am", False), "i've": ("have", False), "i'll": ("will", False),
    "it's": ("is", False), "there's": ("is", False),
    "shan't": ("shall", True), "wouldn't": ("would", True),
}  # fmt: skip


ADVERBS = _LISTS["adverbs"]


_RELATIVE = _LISTS["relative"]


PREPOSITIONS = _LISTS["prepositions"]


_DETERMINERS = _LISTS["determiners"]


_INTRANSITIVE = _LISTS["intransitive"]


_MEASURED = word_set("last take cost weigh exceed reach total")
"""Verbs of which a measure is told: "the marriage lasted less than a year"."""
ARTICLE_START = re.compile(r"(?:the|an?|this|that|its|their|his|her)\s", re.IGNORECASE)
_BOTH = re.compile(r"(?:the|an?|its|their|his|her) [^,]* and (?:the|an?|its|their|his|her) ", re.I)
""" "the council and the employee (agree)"."""


_NEVER_NOUN = word_set(
    """remain exist occur apply agree expire arrive happen differ appear disappear belong suffice
    elapse"""
)
_NEVER_PLURAL = word_set(
    "becomes remains appears exists occurs happens belongs contains includes requires receives"
)
"""Verbs that are never a noun: "the field Order Details becomes mandatory"."""
_HAPPENED = word_set(
    "happen occur arrive expire fail lapse elapse succeed exist come go begin rise originate"
)
"""Verbs that have no passive: after a thing, their past is a finite verb."""


_NOT_SUBJECT = _LISTS["not_subject"]


_TOKEN = re.compile(r"\x00+|[^\s\x00]+")


@dataclass(frozen=True, slots=True)
class _Word:
    lower: str
    start: int
    end: int
    comma: bool
    name: bool = False


def _is_name(word: str) -> bool:
    """Whether a word is written like a name: "Cannot" in "Cannot Complete", not "MUST"."""
    return word[:1].isupper() and word[1:2].islower() and word[1:].islower()


def tokens_of(text: str) -> list[_Word]:
    """The words of a text with their places; a quotation is one word."""
    words = []
    for match in _TOKEN.finditer(mask_quotes(text)):
        raw = match.group()
        bare = raw.strip("()[]_*`").rstrip(".,;:!?").strip("_*`").replace("’", "'")
        words.append(
            _Word(bare.lower(), match.start(), match.end(), raw[-1:] in ",;:", _is_name(bare))
        )
    return words


def without_adverbs(subject: str) -> tuple[str, bool]:
    """A subject without the adverbs before its verb, and whether "never" is one of them."""
    words = subject.split()
    negated = False
    while len(words) > 1:
        lower = words[-1].lower()
        if lower == "longer" and words[-2].lower() == "no":
            negated, words = True, words[:-2]
            continue
        if lower not in ADVERBS - {"first"} and not lower.endswith("ally"):
            break
        words.pop()
        negated = negated or lower == "never"
    return " ".join(words), negated


def is_plural_subject(subject: str, auxiliary: str) -> bool:
    """Whether a subject takes the plural, by its auxiliary where there is one."""
    if auxiliary in ("are", "were", "have", "do"):
        return True
    if auxiliary in ("is", "has", "does", "was"):
        return False
    lower = subject.lower()
    if lower in ("i", "we", "you", "they", "these", "those", "both", "more", "others"):
        return True
    if re.match(r"(?:[2-9]|\d\d+|two|three|four|five|six|seven|eight|nine|ten) of\b", lower):
        return True
    if re.match(r"^(?:each|every|any|a|an|one|this|that|no|either|neither)\b", lower):
        return False
    core = re.split(
        r"\s(?:of|for|in|on|with|that|which|who|without|at|from|up to|to|over|under|above|below"
        r"|worth|(?:more|less|fewer|[a-z]+er) than)\s",
        subject,
    )[0]
    if " and " in core:
        return True
    return is_plural(head_noun(core) or core)


def main_verb(text: str, words: list[_Word]) -> tuple[int, Form] | None:
    """Index and form of the finite verb of the main clause."""
    lexical: tuple[int, Form] | None = None
    skip = 0
    index = 0
    while index < len(words):
        word = words[index].lower
        if word in _RELATIVE and index > 0 and not _is_determiner_that(words, index):
            skip += 1
        elif word == "to" and index + 1 < len(words) and is_base(words[index + 1].lower):
            index += 1
        else:
            form = None if words[index].name and index else _auxiliary_form(words, index)
            if (form and index > 0) or word in CONTRACTED_SUBJECTS:
                if skip:
                    skip -= 1
                    index = _past_verb_group(words, index)
                    continue
                if lexical and not _noun_before_auxiliary(words, lexical[0], index):
                    return lexical
                return index, form or "be"
            if index > 0 and not lexical:
                found = _lexical_form(text, words, index, relative=skip > 0)
                if found and skip:
                    skip -= 1
                elif found:
                    lexical = (index, found)
        index += 1
    return lexical


def _is_determiner_that(words: list[_Word], index: int) -> bool:
    """Whether "that" or "as" is no clause marker here ("at that time", "as well as", "as USA")."""
    word = words[index].lower
    before = words[index - 1].lower
    if word == "that":
        return before in PREPOSITIONS
    return word == "as" or (word == "since" and index + 1 < len(words))


def _auxiliary_form(words: list[_Word], index: int) -> Form | None:
    word = CONTRACTIONS.get(words[index].lower, (words[index].lower, False))[0]
    if word in MODALS:
        return "modal"
    if word in ("is", "are", "was", "were", "am"):
        return "be"
    if word in _HAVE:
        return "perfect"
    if word in _DO and index + 1 < len(words):
        following = words[index + 1].lower
        if (
            words[index].lower in CONTRACTIONS
            or following in ("not", "never")
            or is_base(following)
        ):
            return "do"
    return None


def _past_verb_group(words: list[_Word], index: int) -> int:
    """Index after an auxiliary and the auxiliaries, negation and verb that follow it."""
    acts = _auxiliary_form(words, index) in ("do", "modal")
    index += 1
    while index < len(words) and (
        words[index].lower in _BE | _HAVE | {"not"} or words[index].lower in ADVERBS
    ):
        index += 1
    if acts and index < len(words) and is_base(words[index].lower):
        index += 1  # "customers that didn't pay two invoices ..."
    return index


def _noun_before_auxiliary(words: list[_Word], lexical: int, auxiliary: int) -> bool:
    """Whether what looked like a verb was a noun of the subject ("refund requests ... are ...")."""
    if auxiliary == lexical + 1:
        return True
    if words[lexical - 1].lower in ("i", "we", "you", "they", "he", "she"):
        return False
    between = words[lexical + 1 : auxiliary]
    if any(word.comma for word in words[lexical:auxiliary]):
        return False
    if any(word.lower in _RELATIVE | {"and", "or", "but"} for word in between):
        return False
    first = between[0].lower
    determines = first in _DETERMINERS - {"at", "up", "more", "less", "only"}
    return not determines and not first.startswith("\x00")


def _is_relative(words: list[_Word], index: int) -> bool:
    """ "claims for (which no photos were sent)"."""
    return index < len(words) and words[index].lower in ("which", "whom", "whose")


def _auxiliary_after(words: list[_Word], index: int) -> bool:
    return index < len(words) and words[index].lower in MODALS | _BE | _HAVE | _DO


_COUNTED = re.compile(
    r"(?:\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|all|both|some|several|most|many|few"
    r"|at (?:least|most)|more than|fewer than|less than)\b)",
    re.IGNORECASE,
)
_OF_VERBS = _LISTS["of_verbs"]
"""Verbs that "of" may follow; any other word in -s before "of" is a noun."""


def _lexical_form(
    text: str, words: list[_Word], index: int, *, relative: bool = False
) -> Form | None:
    """Form of a main verb without auxiliary at ``index``, judged by its neighbours."""
    word, before = words[index].lower, words[index - 1].lower
    original = text[words[index].start : words[index].end]
    if original[:1].isupper() and original[1:2].islower() and index > 1:
        return None
    beyond = (
        before in ("over", "above", "under", "below")
        and index > 1
        and words[index - 2].lower == "or"
    )
    alone = before in ("only", "either", "both") and index > 1 and bool(base_of_third(word))
    that = before == "that" and relative  # "orders that contain more than three items"
    if not (beyond or alone or that) and (
        before in _DETERMINERS - {"it", "you", "more", "all", "some"} or before in PREPOSITIONS
    ):
        return None
    if before in _NOT_SUBJECT and not (before in ("that", "which", "who") and relative):
        return None
    subject = without_adverbs(text[: words[index].start].strip())[0]
    last = subject.split()[-1].lower().rstrip(",") if subject.split() else ""
    following = words[index + 1].lower if index + 1 < len(words) else ""
    if word in ("point", "points") and following not in ("to", "at", "out", "towards"):
        return None  # "all points expire"
    if following == "place" and word in ("took", "takes", "take"):
        return "past" if word == "took" else "present"
    if following == "of" and (base_of_third(word) or word) not in _OF_VERBS and word.endswith("s"):
        return None  # "bulk orders of 500 pieces get a discount"
    if relative and last in ("who", "that", "which") and base_of_past(word):
        return "past"  # "customers who moved out can see ..."
    if last in ("i", "we", "you", "they"):
        known = is_base(word) or (word.isalpha() and not word.endswith(("ed", "ing", "ly")))
        return "present" if known else ("past" if base_of_past(word) else None)
    if base_of_third(word):
        if not relative and (
            (
                is_plural(last)
                and is_plural_subject(subject, "")
                and not is_person(last)
                and word not in _NEVER_PLURAL
            )
            or following in MODALS | _BE | {"cannot", "who"}
            or (is_base(following) and any(w.lower[:1].isdigit() for w in words[:index]))
            or (following in ("that", "which") and _auxiliary_after(words, index + 2))
            or (following in PREPOSITIONS and _is_relative(words, index + 2))
        ):
            return None
        if not following and not relative and not (
            base_of_third(word) in _INTRANSITIVE or is_person(subject)
        ):  # fmt: skip
            return None
        return "present"
    plural = is_plural(last) or last in ("more", "all", "both", "some", "others", "who", "that")
    if is_base(word) and word not in ("set", "reset", "put"):
        if not following and word in _NEVER_NOUN and (plural or is_plural_subject(subject, "")):
            return "present"
        if not following and word in _INTRANSITIVE and plural and _COUNTED.match(subject):
            return "present"  # "if two of the three checks fail"
        if plural:
            return "present" if following or relative or is_person(last) or last == "more" else None
        if not following and word in _INTRANSITIVE and _BOTH.search(subject):
            return "present"
        objects = following in _DETERMINERS | {"half", "double"} or (
            bool(following) and last[-1:].isdigit()
        )
        objects = objects or bool(re.match(r"[£$€\d]", following))
        objects = objects or (
            last in ("over", "older", "more", "above", "under") and bool(following)
        )
        objects = objects or bool(following and re.search(r"\d[^ ]*(?: \S+)?$", subject))
        return "present" if objects and is_plural_subject(subject, "") else None
    object_follows = following in _DETERMINERS or following.startswith("\x00")
    if base_of_past(word) and is_person(last) and following not in ("", "by"):
        nominal = following in ("as", "to", "in", "on", "with", "for", "at", "before", "after")
        return None if nominal else "past"
    lasting = base_of_past(word) in _MEASURED and (
        following in ("less", "more", "at", "over", "under", "exactly") or following[:1].isdigit()
    )
    if lasting and ARTICLE_START.match(subject):
        return "past"
    alone = not following or following in PREPOSITIONS | ADVERBS | {
        "and",
        "or",
        "but",
        "if",
        "when",
    }
    if alone and base_of_past(word) in _HAPPENED and re.match(
        r"(?:the|a|an|this|that|its|their|his|her)\s", subject, re.IGNORECASE
    ) and len(subject.split()) <= 4 and (
        following != "by" or base_of_past(word) not in ("begin", "succeed")
    ):  # fmt: skip
        return "past"
    unknown = word.endswith("s") and len(word) > 4 and not word.endswith(("ss", "'s", "us", "ings"))
    return "present" if unknown and object_follows and word.isalpha() and not plural else None
