"""Conditions in note form, spelled out: "No delivery date -> order cannot be confirmed".

An arrow parts what has to be so from what follows. Each side is told as a clause: "wrong postcode"
as "the postcode is wrong", "order blocked" as "the order is blocked". Where neither side says more
than a name, the arrow leads from one state or page to the next, and the note is left as it is.
"""

from __future__ import annotations

import re

from assistant.design.casing import indefinite, lower_start
from assistant.design.clauses import parse_clause
from assistant.design.messages import mask_quotes
from assistant.design.nouns import is_plural
from assistant.design.people import ARTICLE, head_noun
from assistant.design.verbs import base_of_participle, is_base, third_person

_ARROW = re.compile(r"\s*(?:→|⇒|➔|➜|-{1,2}>|=>|–>)\s*")
_APART = re.compile(r"(?<=[.;])\s+|\s*;\s*|\n+")
_LEAD = re.compile(r"(?:if|when|whenever|in case(?: of)?|on)\s+", re.IGNORECASE)
_TRAIL = re.compile(
    r"\s(?P<word>only if|only when|if|when|unless|once|as soon as)\s", re.IGNORECASE
)
_JOINT = re.compile(
    r"(?P<joint>,? and |,? or (?!(?:more|less|fewer|later|earlier|above|below|over|under|higher"
    r"|lower|older|younger|longer|shorter|greater)\b)|, | & )"
)
_AND = re.compile(r",? and |, | \+ | & ")
_ELSE = re.compile(r"(?:else|otherwise)(?: ?:|,)?\s+", re.IGNORECASE)
_NOUNISH = re.compile(
    r"(?:login|default|test|page|phone|file|mail|form|order|state|status|report|email|account"
    r"|contact|discount|process|approval|access) [a-z]+(?: [a-z]+)?$",
    re.IGNORECASE,
)
""" "login page": two nouns, though the first may be a verb elsewhere."""
_RATE = re.compile(
    r"(?:[\w-]+ )?(?:discount|fee|surcharge|charge|rebate|bonus|tax|vat|penalty|rate|price|fare)"
    r"\b.*"
    r"|\d.* (?:discount|off|surcharge|fee|bonus)$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:after|before|within|in|on|at|by|for|to|from|with|until)\b", re.IGNORECASE)
_FLAW = (
    r"wrong|invalid|incorrect|missing|duplicate|empty|blank|expired|unknown|unsupported|malformed"
    r"|inactive|incomplete|unpaid|overdue|late"
)
_FLAWED = re.compile(rf"(?:an? )?(?P<flaw>{_FLAW}|too \w+) (?P<name>[\w' /-]+)$", re.IGNORECASE)
_STATE = (
    rf"{_FLAW}|early|offline|online|active|open|full|out of \w+|available|unavailable|needed"
    r"|required|mandatory|optional|necessary|possible|allowed|visible|hidden|read-?only|disabled"
    r"|enabled|unique|ready|free|new|busy|locked|down|true|false"
)
_OF_THING = re.compile(
    rf"(?P<name>(?:[\w'-]+ ){{1,4}}?)(?P<state>(?:not |already |still |no longer |only )*"
    rf"(?:{_STATE}|[a-z]+ed|lost|paid|sent|found|set|shown|kept|held|sold|left|made|given|met"
    r"|under|over|above|below|older|younger|longer|shorter|higher|lower|more than|less than"
    r"|fewer than|at least|at most|within|outside|between"
    r"|(?:in|on|at|from)(?= (?:the|an?|hold|stock|progress|transit|file|\d)))\b)(?P<rest>.*)$",
    re.IGNORECASE,
)
_STATE_ALONE = re.compile(rf"(?:not )?(?:{_STATE})$", re.IGNORECASE)
_SENT = re.compile(
    r"(?P<what>(?:[\w-]+ ){0,2}?(?:e-?mail|mail|sms|push|text message|push message|notification"
    r"|reminder|letter|receipt|confirmation))"
    r"(?P<rest>(?: (?:to|with|for|from|after|within|by) .*)?)$",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"(?P<what>(?:[\w-]+ ){0,2}?(?:error|warning|message|alert|hint|pop-?up|toast|banner|dialog"
    r"|tooltip)s?)(?P<text>:? ?\x00+)?(?P<rest>(?: (?:to|for|in|on|at|below|above|next) .*)?)$",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"(?P<name>[A-Za-z][\w '’-]+?) (?P<sign>[<>]=?|≤|≥) ?(?P<value>.*\d.*)$")
_QUOTED = re.compile(r"\x00+$")


def conditional_note(said: str, *, one_line: bool = True) -> str | None:
    """Sentences for a note whose arrows or trailing "if" tell conditions; ``None`` for others.

    ``one_line`` says that the note was no longer than a line, and so has no title above it.
    """
    masked = mask_quotes(said)
    if _ARROW.search(masked) is None:
        return _with_trailing(said) if one_line else None
    told: list[str] = []
    cuts = [0, *(at for match in _APART.finditer(masked) for at in match.span()), len(said)]
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        part = said[start:end].strip(" .;")
        if not part:
            continue
        other = _ELSE.match(part)
        if other and told:
            told.append(f"Otherwise, {_outcomes(part[other.end() :])[0]}.")
            continue
        sides = _sides(part)
        if sides is None or _PLACE.match(sides[1]):
            return None
        condition, sure = _condition(sides[0])
        outcome, known = _outcomes(sides[1])
        if not (sure or known):
            return None
        told.append(f"If {condition}, {outcome}.")
    return " ".join(told) or None


def _sides(part: str) -> tuple[str, str] | None:
    """What stands before and after the only arrow of a note."""
    arrows = list(_ARROW.finditer(mask_quotes(part)))
    if len(arrows) != 1:
        return None
    left, right = part[: arrows[0].start()].strip(" ,?"), part[arrows[0].end() :].strip(" ,")
    return (left, right) if left and right else None


def _with_trailing(said: str) -> str | None:
    """ "Reminder mail if cart abandoned > 4 h" as a sentence."""
    match = _TRAIL.search(mask_quotes(said))
    left = said[: match.start()] if match else ""
    if match is None or left.endswith(",") or parse_clause(left) is not None:
        return None
    outcome, known = _outcomes(left.strip())
    if match["word"].lower().startswith("only") and not known:  # "extra bed only if ..."
        outcome, known = f"{_the(_low(left.strip()))} {_be(left)} available", True
    if not known or "," in outcome:
        return None
    condition, _ = _condition(said[match.end() :].strip(" ."))
    return f"{outcome[:1].upper()}{outcome[1:]} {match['word'].lower()} {condition}"


def _condition(words: str) -> tuple[str, bool]:
    """A side that must hold, as clauses, and whether it is more than a name."""
    lead = _LEAD.match(words)
    words = words[lead.end() :] if lead else words
    first = _JOINT.split(mask_quotes(words))[0]
    apart = len(first) < len(words) and parse_clause(words[: len(first)]) is None
    known = _fact(words[: len(first)])[1] if apart else False
    if parse_clause(words) is not None and not known:
        return lower_start(words), True
    parts = _JOINT.split(mask_quotes(words))
    place, told, sure, flaw = 0, "", False, ""
    for index, piece in enumerate(parts):
        text = words[place : place + len(piece)]
        place += len(piece)
        if index % 2:
            told += text if text.strip(" ,") in ("and", "or") else " and "
            continue
        said, known = _fact(text.strip())
        flawed = _FLAWED.match(text.strip())
        if flaw and not known:  # "duplicate mail address or phone number"
            said = f"the {_low(text.strip())} {_be(text)} {flaw}"
        before = _NAMED.search(told)
        alone = _STATE_ALONE.match(text.strip()) or (
            " " not in text.strip() and base_of_participle(text.strip().lower())
        )
        if alone and before:  # "rate code invalid or expired"
            said = f"{before['what']} {text.strip().lower()}"
        flaw = flawed["flaw"].lower() if flawed else ""
        told, sure = told + said, sure or known
    return told, sure or bool(lead)


_NAMED = re.compile(r"(?P<what>the [\w' /-]+? (?:is|are)) [\w -]+ (?:and|or) $")


_OFTEN = re.compile(r" (?:\d+|two|three|four|five|six|ten) times(?: in a row)?$| twice$", re.I)


def _fact(part: str) -> tuple[str, bool]:
    if parse_clause(part) is not None:
        return lower_start(part), True
    if re.match(r"no \w", part, re.IGNORECASE):
        return f"there {_be(part)} {_low(part)}", True
    compared = _COMPARED.match(part)
    if compared:
        name = _low(compared["name"])
        thing, _, last = name.rpartition(" ")
        if thing and (_STATE_ALONE.match(last) or base_of_participle(last)):  # "door open > 2 min"
            return (
                f"{_the(thing)} {_be(thing)} {last} {compared['sign']} {compared['value']}",
                True,
            )
        return f"{_the(name)} {_be(name)} {compared['sign']} {compared['value']}", True
    if re.search(r"[<>=≤≥]", part) and not re.search(r"[a-z]ed [<>=≤≥]", part):
        return part, True
    flawed = _FLAWED.match(part)
    often = _OFTEN.search(flawed["name"]) if flawed else None
    if flawed and often:  # "wrong code 5 times"
        what = f"{flawed['flaw'].lower()} {flawed['name'][: often.start()]}"
        return f"{indefinite(what)} is entered{often.group()}", True
    if flawed:
        name = flawed["name"]
        return f"the {name} {_be(name)} {flawed['flaw'].lower()}", True
    if _STATE_ALONE.match(part):
        return f"it is {_low(part)}", True
    first, _, rest = part.partition(" ")
    if base_of_participle(first.lower()) and not is_base(first.lower()):
        return f"it is {_low(part)}", True  # "paid online"
    state = _state_of(part)
    if state:
        return state, True
    named = _NOUNISH.match(part) or rest.startswith("of ")
    if rest and is_base(first.lower()) and not named:
        return f"the user {third_person(first.lower())} {rest}", True
    return f"there is {indefinite(_low(part))}", False


def _state_of(part: str) -> str | None:
    """ "order blocked" as "the order is blocked"; ``None`` where no state is told of a thing."""
    state = _OF_THING.match(part)
    if state is None:
        return None
    last = state["state"].split()[-1]
    if last.endswith("ed") and base_of_participle(last) is None:
        return None  # "extra bed"
    words = state["state"].lower().split()
    told = base_of_participle(words[-1]) is not None or _STATE_ALONE.match(words[-1]) is not None
    ends = not state["rest"] and told
    one = len(state["name"].split()) == 1
    if is_base(part.split()[0].lower()) and not ends and not (told and one):
        return None  # "send mail to the customer"
    name = _low(state["name"].strip())
    bare = name in ("nothing", "nobody", "it", "they") or _WANTED.match(words[-1])
    return f"{name if bare else _the(name)} {_be(name)} {state['state'].lower()}{state['rest']}"


_WANTED = re.compile(r"(?:needed|required|mandatory|necessary|possible|allowed)$")
""" "approval needed": said of no approval in particular."""


def _outcomes(words: str) -> tuple[str, bool]:
    """A side that follows, as clauses joined by "and", and whether it is more than a name."""
    if parse_clause(words) is not None and ", " not in words:
        return lower_start(words), True
    joints = list(_AND.finditer(mask_quotes(words)))
    bounds = [0, *(at for match in joints for at in match.span()), len(words)]
    parts = [words[a:b].strip() for a, b in zip(bounds[::2], bounds[1::2], strict=True)]
    told = [_outcome(re.sub(r"^then ", "", part)) for part in parts]
    return " and ".join(said for said, _ in told), any(known for _, known in told)


def _outcome(part: str) -> tuple[str, bool]:
    masked = mask_quotes(part)
    if parse_clause(part) is not None and not _NOUNISH.match(part):
        return lower_start(part), True
    if re.match(r"no \w", part, re.IGNORECASE):
        return f"there {_be(part)} {_low(part)}", True
    if _QUOTED.match(masked):
        return f"the message {part} is shown", True
    shown = _SHOWN.match(masked)
    if shown:
        what = _low(shown["what"])
        text = part[shown.start("text") : shown.end("text")].lstrip(": ") if shown["text"] else ""
        rest = part[shown.start("rest") :]
        named = f"the {what} {text}" if text else indefinite(what)
        return f"{named} {_be(what)} shown{rest}", True
    sent = _SENT.match(part)
    if sent:
        what = _low(sent["what"])
        what = "push message" if what == "push" else what
        return f"{indefinite(what)} {_be(what)} sent{sent['rest']}", True
    state = _state_of(part)
    if state:
        return state, True
    if re.match(r"(?:back )?to \w", part):
        return f"it goes {part}", True  # "-> back to sender"
    if _RATE.match(part):
        return f"{part if part[:1].isdigit() else indefinite(_low(part))} applies", True
    if " " not in part and base_of_participle(part.lower()) and not is_base(part.lower()):
        return f"it is {part.lower()}", True  # "held for 6 h, then released"
    first = part.split()[0]
    order = is_base(first.lower()) and (len(part.split()) > 1 or first.islower())
    if order and not _NOUNISH.match(part):
        return _low(part), True
    return f"{indefinite(_low(part))} follows", False


def _the(name: str) -> str:
    return name if ARTICLE.match(f"{name} ") else f"the {name}"


def _low(part: str) -> str:
    """The first word of a note in lower case; it is written large for its place only."""
    first, _, rest = part.partition(" ")
    plain = first[1:].islower() and first.isalpha() and not rest[:1].isupper()
    return f"{first.lower()}{part[len(first) :]}" if plain else part


def _be(name: str) -> str:
    return "are" if is_plural(head_noun(name)) else "is"
