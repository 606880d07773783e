"""How to try a thing out: enter it, upload it, place it, look at it."""

from __future__ import annotations

import re

from assistant.design.casing import lower_start, one_line
from assistant.design.clauses import Clause
from assistant.design.lexicon import word_set
from assistant.design.nouns import singular
from assistant.design.people import head_noun

_ENTRY = {
    "Upload": "file document image photo attachment picture csv spreadsheet logo pdf video",
    "Place": "order", "Make": "booking reservation payment transfer donation deposit withdrawal"
                              " call purchase",
    "Request": "refund loan quote", "Submit": "claim request application form complaint",
    "Enter": """password amount number code name address description comment date value email pin
    reading reason
    quantity username postcode title subject note text instalment price discount age
    message mpan iban
    phone answer review rating weight height percentage rate limit balance""",
    "Attempt to sign in with": "credentials login",
    "Search for": "keyword term",
}  # fmt: skip


_VERB_OF = {noun: verb for verb, nouns in _ENTRY.items() for noun in nouns.split()}


def use_of(thing: str) -> str:
    """How to try something out: "Upload a file ...", "Enter a password ...", "Try it with ..."."""
    verb = _VERB_OF.get(singular(head_noun(thing)).lower())
    said = lower_start(one_line(thing))
    return f"{verb} {said}" if verb else f"Try it with {said}"


LOOKED_AT = word_set("mark show display list highlight sort group hide include count colour")


def trial_of(clause: Clause) -> str:
    """How to try what a clause says of its subject: "Look at complaints", "Upload a file"."""
    if clause.passive in LOOKED_AT:
        return f"Look at {lower_start(one_line(clause.subject))}"
    return use_of(clause.subject)


def is_entered(thing: str) -> bool:
    """Whether a noun names something a person enters, uploads or submits."""
    if re.match(r"(?:the |an? )?(?:field|input) [\"“]", thing, re.IGNORECASE):
        return True
    return singular(head_noun(thing)).lower() in _VERB_OF
