"""Words that cannot be tested as they stand, and what to ask about each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.domain import QuestionKind
from assistant.language.quoted_messages import find_messages, mask_quotes


@dataclass(frozen=True, slots=True)
class Vague:
    """Vague words in a text, by offset, with the kind of question and what to ask."""

    kind: QuestionKind
    words: str
    start: int
    end: int
    ask: str


_RULES: tuple[tuple[QuestionKind, str, str], ...] = (
    (
        "untestable",
        r"\b(?:quick(?:ly|er)?|fast(?:er)?|slow(?:ly)?|rapid(?:ly)?|speed(?:y|ily)"
        r"|responsive(?:ly)?|performant|instant(?:ly)?"
        r"|in (?:a )?(?:timely manner|good time|real[- ]time|no time)|without (?:undue )?delay"
        r"|promptly|immediately|at once|soon"
        r"|as (?:soon|fast|quickly|promptly|early|rapidly) as possible|asap|in seconds"
        r"|(?:high|good|better|best|great|excellent|acceptable|improved) (?:performance"
        r"|response times?|speed)|shortly|in time|timely)\b",
        'How fast is "{words}"? State the longest acceptable time and where it is measured.',
    ),
    (
        "untestable",
        r"\b(?:user[- ]friendly|easy(?: to use| to understand)?|easily|simple|simply"
        r"|intuitive(?:ly)?|convenient(?:ly)?|clear(?:ly)?"
        r"|nice(?:ly)?|attractive|modern|seamless(?:ly)?|smooth(?:ly)?|friendly|straightforward"
        r"|good looking|readable|great looking|look and feel|helpful|useful|meaningful|sensible"
        r"|(?:works?|runs?|behaves?|functions?|looks?) (?:as (?:expected|intended|designed|usual)"
        r"|correctly|fine|well|properly|nicely)|without (?:any )?(?:problems?|trouble|difficult(?:y"
        r"|ies))|at a glance|(?:high|good|better|best|great|excellent) (?:usability|experience"
        r"|user experience|overview)"
        r"|ergonomic|pleasant|self[- ]explanatory|comfortabl[ey])\b",
        'What must be seen for "{words}" to be met? Name something that can be observed.',
    ),
    (
        "untestable",
        r"\b(?:robust(?:ly)?|reliabl[ey]|well supported|secure(?:ly)?|flexibl[ey]|scalabl[ey]"
        r"|efficient(?:ly)?|effective(?:ly)?|optimal(?:ly)?|optimi[sz]ed"
        r"|maintainable|portable|state of the art|best practice|adequate(?:ly)?|sufficient(?:ly)?"
        r"|reasonabl[ey]|acceptabl[ey]"
        r"|high(?:[- ]quality| quality)|stable|minimal|strong mechanisms?|insecure method|secure"
        r" method)\b",
        'By which measure is "{words}" met? State a value or a standard to test against.',
    ),
    (
        "ambiguous",
        r"\b(?:appropriate(?:ly)?|suitabl[ey]|proper(?:ly)?|relevant|correct(?:ly)?(?= format|ly)"
        r"|as (?:needed|required|necessary|applicable|appropriate)"
        r"|if (?:needed|necessary|applicable|possible|appropriate)|where (?:possible|applicable"
        r"|appropriate|necessary)|normally|usually|typically|generally"
        r"|often|sometimes|occasionally|regular(?:ly)?|periodical(?:ly)?|frequent(?:ly)?|from time"
        r" to time|etc\.?|and so on|and/or|such as|or similar|among others"
        r"|some|several|many|few|various|certain|numerous|a number of|multiple different|large(?:"
        r" number| amount)?s?|small number|recent(?:ly)?"
        r"|most (?:of|cases|users|customers|people)|"
        r"significant(?:ly)?|substantial(?:ly)?|approximately|about \d|around \d|roughly"
        r"|nearly|almost|similar|like-minded|standard behaviou?r|usual|customary|accordingly"
        r"|somehow|in some way|necessary (?:information|data|details|steps|documents|measures)"
        r"|(?<=support )(?:different|multiple)|(?<=supports )(?:different|multiple)"
        r"|(?:big|huge|high-value) (?=[a-z]+s\b)"
        r"|(?:where|when|if|whenever) (?:it|this|that) makes sense"
        r"|(?:persons?|people|parties|departments?|users?|customers?|employees) concerned"
        r"|special handling|other(?:s)? as well)\b",
        'What exactly is meant by "{words}"? Without it two testers would test different things.',
    ),
    (
        "missing rule",
        r"\b(?:TBD|TBC|TBA|tbd|tbc|to be (?:defined|decided|confirmed|determined|agreed|clarified"
        r"|specified)|open point|\?\?+|xx+|X (?:days|min|minutes|hours|weeks)"
        r"|not yet (?:defined|known|agreed)|as (?:agreed|discussed|arranged) with"
        r"|<[a-z ]+ to be [a-z]+>|\[(?:tbd|tbc)\])",
        'The criterion leaves "{words}" open. Which value or rule applies?',
    ),
    (
        "missing limit",
        r"\b(?:too (?:many|much|few|long|short|large|big|small|high|low|old|late|early|often)|a"
        r" (?:maximum|minimum) (?:number|amount|length|size)(?! of \d)"
        r"|(?:maximum|minimum|max|min)(?:imum)? (?:number|amount|length|size|age|value)s? (?:of"
        r" \w+ )?(?:is|has been|are|of allowed \w+ \w+)? ?(?:reached|exceeded)"
        r"|(?:the|a|any|its|their|this|that|agreed|given|allowed|permitted|set|defined) (?:limit"
        r"|threshold|time limit|deadline|cut-off(?: time| date)?|time frame|timeframe"
        r"|quota|maximum|minimum)(?! (?:date|field|for)\b| (?:of|is) (?:set|\d))"
        r"|(?:allowed|permitted|maximum|minimum|agreed|required) (?:size|number|length|amount"
        r"|age|value|weight|duration|period|quantity|distance|time)"
        r"|(?:high|low|larger|bigger|smaller|higher|lower) (?:amount|sum|value|number|quantit)"
        r"(?:s|y|ies)?(?! than\b| of \d)|(?:longer|shorter) (?:period|time|while|absence|delay)s?"
        r"|large(?: number| amount)?s? amounts?|repeated(?:ly)? (?:failed|attempts?|wrong)"
        r"|(?:after|for|within) (?:several|multiple|some|a few|repeated|many) \w+|(?:certain"
        r"|defined|specified"
        r"|given|predefined|pre-defined|prescribed|configurable|limited|specific|finite"
        r"|reasonable)"
        r" (?:period|number|amount|limit|time|value|size|length|interval|threshold|location)(?: of"
        r" time)?|a (?:while|short time|long time)|(?:long|short) (?:period|time))\b",
        'The criterion says "{words}" without a value. What is the limit, and does it belong to'
        " the allowed side?",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE), ask) for kind, pattern, ask in _RULES)
_STATED = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty)\b", re.IGNORECASE
)
_LIMIT_WORDS = re.compile(
    r"\b(?:max\w*|min|minimum|limit|threshold|deadline|cut-off|time ?frame|quota|allowed|permitted"
    r"|agreed|required)\b"
)


_COUNTED = re.compile(r"\d [a-z]+ $")
_NAMED = re.compile(
    r"(?:instant (?:payment|transfer|messag|credit|delivery|win)"
    r"|regular (?:price|customer|income|expression|fare|rate|hours|working|member|user|passenger"
    r"|shift|salary|contract|term|retail)"
    r"|flexible (?:ticket|fare|rate|tariff|plan|working|hours|booking)"
    r"|effective (?:from|on|as of|with|date|immediately|until|the|\d))",
    re.IGNORECASE,
)
""" "the regular price", "a flexible ticket", "is effective from Monday": kinds and dates."""
_DUE = re.compile(r"\b(?:due|payable|effective) $")
_ENOUGH = re.compile(r"\b(?:balance|funds|credit|stock|budget|allowance|points)\b", re.IGNORECASE)
""" "the balance is sufficient": for what is asked of it."""


def _sentence_around(text: str, start: int, end: int) -> str:
    """The sentence that a place stands in: a limit may be stated anywhere in it."""
    before = max(text.rfind(mark, 0, start) for mark in (". ", "; ", "\n\n"))
    after = (
        min(place for mark in (". ", "; ", "\n\n") if (place := text.find(mark, end)) >= 0)
        if any(text.find(mark, end) >= 0 for mark in (". ", "; ", "\n\n"))
        else len(text)
    )
    return text[max(0, before) : after]


def find_vague(text: str) -> tuple[Vague, ...]:
    """Vague words outside quotations, in order; overlapping finds keep the longest."""
    masked = mask_quotes(text)
    found: list[Vague] = []
    for kind, pattern, ask in _PATTERNS:
        for match in pattern.finditer(masked):
            words = text[match.start() : match.end()].strip()
            if not words or _harmless(masked, match):
                continue
            if words.lower().startswith("too ") and any(
                _STATED.search(q.text) for q in find_messages(text)
            ):
                continue  # the message that is shown then states the limit
            found.append(
                Vague(
                    kind, words, match.start(), match.start() + len(words), ask.format(words=words)
                )
            )
    found.sort(key=lambda vague: (vague.start, -(vague.end - vague.start)))
    kept: list[Vague] = []
    for vague in found:
        if not kept or vague.start >= kept[-1].end:
            kept.append(vague)
    return tuple(kept)


def _harmless(text: str, match: re.Match[str]) -> bool:
    """Uses that are exact: "most recent", "at most 5", "some of the following: ...", names."""
    words = match.group().lower()
    before = text[max(0, match.start() - 14) : match.start()].lower()
    after = text[match.end() : match.end() + 24]
    if re.search(r"(?:\bhow |-)$", before) or re.search(
        r"\b(?:so that|so (?:I|we|they) can|in order to)\b", text[: match.start()], re.IGNORECASE
    ):
        return True
    if words == "at once" and (before.endswith("all ") or _COUNTED.search(before)):
        return True  # "on no more than 2 devices at once"
    if words == "soon" and before.endswith("as ") and after.startswith(" as "):
        return not after.startswith(" as possible")
    if _NAMED.match(words + after) or (words == "immediately" and _DUE.search(before)):
        return True
    if words.startswith("sufficient") and _ENOUGH.search(f"{text[: match.start()][-40:]} {after}"):
        return True
    if words.startswith("to be ") and re.search(r"\b(?:has|have|had|needs?) $", before):
        return re.match(r"\s+by\b", after) is not None  # "has to be confirmed by the supervisor"
    if words == "recent" and before.endswith("most "):
        return True
    if words in ("most", "few") and re.search(r"\b(?:at|at the|no|the)\s+$", before):
        return True
    if words.capitalize() == match.group() and re.search(r"[\w,)]\s+\(?$", text[: match.start()]):
        return True  # a name: "Large Print"
    if words in ("x days", "x min", "x minutes", "x hours", "x weeks"):
        return not re.match(r"X", match.group())
    if words == "immediately" and re.match(r"\s+(?:after|before|when|follow)", after):
        return False
    if words.startswith("clear") and (
        words == "clear" or re.match(r"\s+(?:the|all|button|filter|search)", after)
    ):
        return words == "clear" and not re.match(
            r"\s+(?:message|error|indication|text|explanation)", after
        )
    if words in ("certain", "specific") and re.match(r"\s+that\b", after):
        return True
    relative = re.match(r"(?:high|low|(?:high|low|larg|bigg|small|long|short)er) [a-z]", words)
    if relative or (words.startswith(("the ", "this ", "that ")) and "deadline" in words):
        return bool(_STATED.search(text))  # "up to £50; a higher amount ..."
    if _LIMIT_WORDS.search(words):
        return bool(_STATED.search(_sentence_around(text, match.start(), match.end())))
    if words == "other as well":
        return True
    return words == "simple" and match.group()[:1].isupper() and match.start() > 0
