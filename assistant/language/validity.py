"""Whether a page says of itself that it is no longer in force.

Only where it speaks of itself: the words begin a sentence, at most behind what a page is called,
and no noun follows them ("Superseded by version 5.", "PAGE REPLACED – do not test against it"),
follow the page's own name with nothing but little words between ("This page is no longer valid"),
or stand apart in a title ("[Archived] Fees", "Fees (superseded)"). "Archived orders cannot be
edited" is about orders.
"""

from __future__ import annotations

import re

from assistant.language.dates_and_times import MONTH_NAME, MONTHS
from assistant.language.word_lists import word_lists

OPENING = 1_500
"""Characters at the beginning of a page, within which it says whether it is in force."""
_LISTS = word_lists("languages")
_MOST_BETWEEN = 4
"""Words between what a page calls itself and what it says of itself."""


def _words(*tables: str) -> frozenset[str]:
    return frozenset(one for table in tables for words in _LISTS[table].values() for one in words)


def any_of(*tables: str) -> str:
    words = sorted(_words(*tables), key=len, reverse=True)
    return "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in words)


_LITTLE = frozenset(word.casefold() for word in _words("words", "since"))
_SAID = rf"(?:{any_of('outdated')})(?!\w)"
_APART = rf"(?:{any_of('outdated', 'archived')})"
_DAY = (
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{2,4}"
    rf"|\d{{1,2}}\.?\s+(?:{MONTH_NAME.pattern})\s+\d{{4}})"
)
_BEGINS = re.compile(
    rf"\W*(?:\w+:\s*)?(?:(?:{any_of('page')})\s+)?"
    rf"(?:{_SAID}\s*(?:{_DAY}(?=\W*$|\s*[.!:;(–—-])|(?P<next>[\w’']*))|(?:{any_of('replaced')})\s*(?:[.!:;(–—-]|$))",
    re.IGNORECASE,
)
_BY = {
    last
    for words in _LISTS["outdated"].values()
    for first, _, last in (one.rpartition(" ") for one in words)
    if first.casefold() in _words("replaced")
}
_REPLACED_BY = re.compile(
    rf"\W*(?:(?:{any_of('page')})\s+)?(?:{any_of('replaced')})\s+(?:{'|'.join(sorted(_BY))})\s+"
    rf"(?:(?:{any_of('page')})(?!\w)|(?-i:[\W\dA-ZÀ-Þ]))",
    re.IGNORECASE,
)
"""And what replaces it is named: "Replaced by version 5", "Replaced by “Fees 2026”"."""

_OF_ITSELF = re.compile(
    rf"(?<!\w)(?:{any_of('this')})\s+(?:{any_of('page')})\s+"
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
MARKS = re.compile(r"[*_`>#~]+")

EDITION_OPENING = 600
"""Characters at the beginning of a document, within which it says which edition it is."""

EDITION_LABEL = r"(?:v|ver|version|rev|revision|fassung|ed|edition|ausgabe)"
_NUMBER = r"(?P<number>\d{1,3}(?:(?:\.\d{1,3})+(?!\.?\d)|(?:_\d{1,3})+(?![.\d])|(?![.\d])))"
IN_NAME = re.compile(
    rf"(?<![^\W_]){EDITION_LABEL}\.?[ _-]?{_NUMBER}(?=$|[\W_])(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}$")
_DOWNLOADED_AGAIN = re.compile(r"\s*\(\d{1,2}\)$")
_LABELLED = re.compile(
    rf"(?:(?:{any_of('page')})\s+)?{EDITION_LABEL}(?P<mark>[.:]?)\s*{_NUMBER}(?P<rest>[\s(\[–—-].*)?",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(rf"(?:(?:{any_of('page')})\s+)?{EDITION_LABEL}[.:]?", re.IGNORECASE)
_NUMBER_ALONE = re.compile(_NUMBER)
_PLACES = re.compile(r"\s*([|·•,])\s*")
YEAR = re.compile(r"(?:19|20)\d\d(?:\d{4})?")

_WITHDRAWN = frozenset(
    word.casefold() for word in _words("outdated", "replaced", "archived", "withdrawn")
)

_STAGES = _WITHDRAWN | {word.casefold() for word in _words("stage")}


def is_withdrawn(status: str) -> bool:
    """Whether a status says that what has it is not in force: "Obsolete", "Rejected"."""
    return " ".join(status.split()).casefold() in _WITHDRAWN


def outdated_words(title: str, text: str) -> str:
    """The title of a page, or the sentence before the first heading below it, by which the page
    says that it is no longer in force; empty where neither does."""
    if _IN_TITLE.search(title):
        return title.strip()
    opening = _HEADING.split(_OWN_HEADING.sub("", text[:OPENING]), maxsplit=1)[0]
    for sentence in _SENTENCE.findall(MARKS.sub(" ", opening)):
        begins, of_itself = _BEGINS.match(sentence), _OF_ITSELF.search(sentence)
        if (
            (begins and _is_little(begins["next"] or ""))
            or _REPLACED_BY.match(sentence)
            or (of_itself and all(map(_is_little, of_itself["between"].split())))
        ):
            return " ".join(sentence.split())
    return ""


def stated_edition(name: str, title: str, text: str) -> str:
    """The number of the edition that a document is ("1.2" of "Spec_v1.2.docx"); empty where none
    is told for certain.

    By the end of its file's name or of its title, behind which at most the stage or the date of it
    stands ("Spec_v1.2_draft_Feb2025.pdf"), or by a place of its opening that tells nothing else
    ("Version: 1.2", "Specification · Version 0.8 (draft)"): in a sentence, and before other words
    of a name ("api_v2_requirements.md"), the number is mostly another thing's.
    """
    for said in (name.rpartition("/")[2], title):
        if number := number_in_name(bare_name(said)):
            return number
    lines = text[:EDITION_OPENING].splitlines()
    numbers = {one for line in lines if not line.startswith("#") if (one := _labelled(line))}
    return numbers.pop() if len(numbers) == 1 else ""  # of several, as of a history, none


def bare_name(name: str) -> str:
    """A file's name without its ending and the mark of a second download."""
    return _DOWNLOADED_AGAIN.sub("", _ENDING.sub("", name.strip()))


def number_in_name(name: str) -> str:
    """The number of the edition that a name tells, with at most its stage or date behind it."""
    found = IN_NAME.search(name)
    if found is None:
        return ""
    if tells_stage(found["rest"]):
        return found["number"].replace("_", ".")
    return ""


def _labelled(line: str) -> str:
    """The number that a line of an opening gives the edition, in a place of its own."""
    parts = _PLACES.split(MARKS.sub("", line).strip().strip("|").strip())
    places, marks = parts[::2], parts[1::2]
    if len(places) == 2 and marks == ["|"] and _LABEL_ALONE.fullmatch(places[0]):
        found = _NUMBER_ALONE.fullmatch(places[1])
        return found["number"] if found else ""
    dated = any(YEAR.search(one) and tells_stage(one) for one in places)
    for position, place in enumerate(places):
        found = _LABELLED.fullmatch(place)
        if found is None or not _begins_with_stage(found["rest"] or ""):
            continue
        beside = {*marks[max(0, position - 1) : position + 1]}
        # "Android, version 14": a list, or a row of a table, names the versions of others as well.
        if not position or dated or beside <= {"·", "•"} or (found["mark"] and "," not in beside):
            return found["number"].replace("_", ".")
    return ""


def _begins_with_stage(words: str) -> bool:
    """Whether words behind a number tell its stage, at length in brackets at most."""
    inside = re.fullmatch(r"\s*[(\[]([^()\[\]]*)[)\]]\s*", words)
    return tells_stage(inside[1].partition(" ")[0] if inside else words)


def tells_stage(words: str) -> bool:
    """Whether words tell how far an edition is, or its date, and nothing else."""
    said = [one for one in re.split(r"[\W_]+", words) if one]
    dated = any(map(YEAR.search, said))
    return all(one.casefold() in _STAGES or (dated and _is_of_a_date(one)) for one in said)


def _is_of_a_date(word: str) -> bool:
    """Whether a word is a number or a month ("12", "Feb2025", "März")."""
    letters = word.strip("0123456789")
    begins = len(letters) > 2 and any(one.lower().startswith(letters.lower()) for one in MONTHS)
    return not letters or begins or MONTH_NAME.fullmatch(letters) is not None


def _is_little(word: str) -> bool:
    return not word or re.split("[’']", word)[-1].casefold() in _LITTLE
