"""Whether a page says of itself that it is no longer in force.

Only where it speaks of itself: the words begin a sentence, at most behind what a page is called,
and no noun follows them ("Superseded by version 5.", "PAGE REPLACED – do not test against it"),
follow the page's own name with nothing but little words between ("This page is no longer valid"),
or stand apart in a title ("[Archived] Fees", "Fees (superseded)"). "Archived orders cannot be
edited" is about orders.
"""

from __future__ import annotations

import re

from assistant.language.word_lists import word_lists

OPENING = 1_500
"""Characters at the beginning of a page, within which it says whether it is in force."""
_LISTS = word_lists("languages")
_MOST_BETWEEN = 4
"""Words between what a page calls itself and what it says of itself."""


def _words(*tables: str) -> frozenset[str]:
    return frozenset(one for table in tables for words in _LISTS[table].values() for one in words)


def _any_of(*tables: str) -> str:
    words = sorted(_words(*tables), key=len, reverse=True)
    return "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in words)


_LITTLE = frozenset(word.casefold() for word in _words("words", "since"))
_SAID = rf"(?:{_any_of('outdated')})(?!\w)"
_APART = rf"(?:{_any_of('outdated', 'archived')})"
_BEGINS = re.compile(
    rf"\W*(?:\w+:\s*)?(?:(?:{_any_of('page')})\s+)?"
    rf"(?:{_SAID}\s*(?P<next>[\w’']*)|(?:{_any_of('replaced')})\s*(?:[.!:;(–—-]|$))",
    re.IGNORECASE,
)
_BY = {
    last
    for words in _LISTS["outdated"].values()
    for first, _, last in (one.rpartition(" ") for one in words)
    if first.casefold() in _words("replaced")
}
_REPLACED_BY = re.compile(
    rf"\W*(?:(?:{_any_of('page')})\s+)?(?:{_any_of('replaced')})\s+(?:{'|'.join(sorted(_BY))})\s+"
    rf"(?:(?:{_any_of('page')})(?!\w)|(?-i:[\W\dA-ZÀ-Þ]))",
    re.IGNORECASE,
)
"""And what replaces it is named: "Replaced by version 5", "Replaced by “Fees 2026”"."""

_OF_ITSELF = re.compile(
    rf"(?<!\w)(?:{_any_of('this')})\s+(?:{_any_of('page')})\s+"
    rf"(?P<between>(?:[\w’']+\s+){{0,{_MOST_BETWEEN}}}?){_SAID}",
    re.IGNORECASE,
)
_IN_TITLE = re.compile(
    rf"^\W*{_APART}(?:\s*[\])}}:;,|]|\s+[–—-])|(?:[\[({{:;,|]|\s[–—-])\s*{_APART}\W*$"
    rf"|[\[({{]\s*{_APART}\s*[\])}}]",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:[^.!?\n]|\.(?=\d)|\n(?=[a-zà-ÿ]))+[.!?]*")  # a wrapped line goes on
_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
_OWN_HEADING = re.compile(r"\A\s*#{1,6} .*")
_MARKS = re.compile(r"[*_`>#~]+")

EDITION_OPENING = 600
"""Characters at the beginning of a document, within which it says which edition it is."""

_EDITION = re.compile(
    r"(?<![A-Za-z0-9])(?:v|ver|version|rev|revision|fassung)\.?[ _-]?"
    r"(?P<number>\d{1,3}(?:[._]\d{1,3})*)(?![A-Za-z0-9])",
    re.IGNORECASE,
)

_WITHDRAWN = frozenset(
    word.casefold() for word in _words("outdated", "replaced", "archived", "withdrawn")
)


def is_withdrawn(status: str) -> bool:
    """Whether a status says that what has it is not in force: "Obsolete", "Rejected"."""
    return " ".join(status.split()).casefold() in _WITHDRAWN


def outdated_words(title: str, text: str) -> str:
    """The title of a page, or the sentence before the first heading below it, by which the page
    says that it is no longer in force; empty where neither does."""
    if _IN_TITLE.search(title):
        return title.strip()
    opening = _HEADING.split(_OWN_HEADING.sub("", text[:OPENING]), maxsplit=1)[0]
    for sentence in _SENTENCE.findall(_MARKS.sub(" ", opening)):
        begins, of_itself = _BEGINS.match(sentence), _OF_ITSELF.search(sentence)
        if (
            (begins and _is_little(begins["next"] or ""))
            or _REPLACED_BY.match(sentence)
            or (of_itself and all(map(_is_little, of_itself["between"].split())))
        ):
            return " ".join(sentence.split())
    return ""


def stated_edition(name: str, title: str, text: str) -> str:
    """The number of the edition that a document is: by its file's name, its title, or the first
    one that its opening names ("1.2" of "Spec_v1.2.docx"); empty where none does."""
    for said in (name, title, text[:EDITION_OPENING]):
        if found := _EDITION.search(said):
            return found["number"].replace("_", ".")
    return ""


def _is_little(word: str) -> bool:
    return not word or re.split("[’']", word)[-1].casefold() in _LITTLE
