"""A sentence cut into its condition clauses and the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from assistant.design.causes import PROVIDED, Fact, Tree, read_facts, read_occasions, turned
from assistant.design.clauses import parse_clause
from assistant.design.joining import coordinated
from assistant.design.lacking import WORD, leading_lack, trailing_lack
from assistant.design.lexicon import word_set
from assistant.design.logic import Expression, joined
from assistant.design.messages import mask_quotes
from assistant.design.named_events import told_event
from assistant.design.people import ARTICLE
from assistant.design.quantities import find_quantities
from assistant.design.rules import Condition
from assistant.design.sentences import Span, span
from assistant.design.verbs import base_of_gerund, is_base, third_person
from assistant.design.wording import fact

MAX_TRIED = 40
"""Places at which a clause is tried to be cut; a sentence of 2,000 words has hundreds."""

_LEAD = re.compile(
    r"^(?P<word>only if|only when|only where|if|when|whenever|once|unless|until|where|while|as"
    r" soon as"
    r"|as long as|so long as|in case of|in the event of|in case|in the event that"
    r"|provided(?: that)?|given(?: that)?|after"
    r"|before"
    r"|within|for|on|upon|following|in|during|at|with|without|except for|except when|except if)\s+",
    re.IGNORECASE,
)


_ORDINAL = re.compile(
    r"^(?:after|on|before) the (?:first|second|third|fourth|fifth|sixth|last|next|final|\d+(?:st"
    r"|nd|rd|th))"
    r" (?:[a-z]+(?:ed|ful|less|ive|in) )?(?:[a-z]+ )?(?:attempt|try|failure|reminder|time|entry"
    r"|request|warning|call)\b,?",
    re.IGNORECASE,
)


_LEVEL = re.compile(
    r"(?:above|over|below|under|beyond|from|up to|at least|at most|(?:more|less|fewer) than) ", re.I
)


_CLAUSAL = word_set(
    "if when whenever once unless until where while provided given after before"
) | {
    "only if", "only when", "only where", "as soon as", "as long as", "so long as", "in case",
    "in the event that", "provided that", "given that",
}  # fmt: skip
_EVENT_WORDS = ("upon", "on", "after", "following")
_OCCASION = ("in case of", "in the event of")
_NO_CUT_AFTER = word_set("of to in for by with from on at that and or")


_TRAIL = re.compile(
    r",?\s(?P<word>(?:but |and )?only (?:if|when|where|after|once)|if and only if|if|when|whenever"
    r"|unless"
    rf"|until|once|as long as|so long as|provided that|{PROVIDED}|in case of|in the event of"
    r"|where|while|after|before|except when"
    r"|except if|except where|in case|as soon as)\s",
    re.IGNORECASE,
)


_EVENT = re.compile(rf",?\s(?:{'|'.join(_EVENT_WORDS)})\s", re.IGNORECASE)
_OPPOSED = ("unless", "until", "except", "before")


def take_leading(
    text: str, start: int, end: int, conditions: list[Condition], context: list[Span]
) -> int:
    """Take condition clauses off the front; returns where the rest starts."""
    level = _LEVEL.match(text[start:end])
    if level:  # "above 25% the commercial director must approve"
        first = next(iter(find_quantities(text[start:end])), None)
        rest = text[start + first.phrase_end : end].lstrip(" ,") if first else ""
        rest = re.sub(r"^(?:on|onwards?|upwards?),? ", "", rest)
        here = first is not None and first.is_limit and first.phrase_start == 0
        if first and here and ARTICLE.match(rest) and parse_clause(rest):
            named = span(text, start, end - len(rest))
            conditions.append(Condition(level.group().strip().lower(), named))
            return end - len(rest)
    ordinal = _ORDINAL.match(text[start:end])
    if ordinal and parse_clause(text[start + ordinal.end() : end].strip(" ,")):
        named = span(text, start, start + len(ordinal.group().rstrip(",")))
        if _has_limit(text, named.start, named.end):
            conditions.append(Condition("after", named))
        else:
            context.append(named)
        start = span(text, start + ordinal.end(), end).start
    while match := _LEAD.match(text[start:end]):
        word = re.sub(r"\s+", " ", match["word"].lower())
        cut = _end_of_lead(text, start + match.end(), end, word)
        if cut is None:
            return start
        words = span(text, start + match.end(), cut)
        if word in ("after", "before", "within", "on", "in") and _has_limit(text, start, cut):
            conditions.append(Condition(word, span(text, start, cut)))
        elif word in _OCCASION:
            conditions.append(Condition(word, words))
        elif word in _EVENT_WORDS and (event := told_event(words.text)) is not None:
            conditions.append(Condition("when", Span(event, words.end - len(event), words.end)))
        elif word == WORD and (lack := leading_lack(text, words.start, cut)) is not None:
            conditions.append(Condition(word, lack, holds=False))
        elif (
            word in _CLAUSAL and (parse_clause(words.text) or _is_gerund(words.text))
        ) or word in ("if", "when", "where", "once", "unless"):
            conditions.append(Condition(word, words, not word.startswith(_OPPOSED)))
        else:
            context.append(span(text, start, cut))
        start = span(text, cut, end).start
        if re.match(r"(?:then|and)\s", text[start:end], re.IGNORECASE):
            start = span(text, start + 4, end).start
    return start


_INVERTED = re.compile(
    r"(?P<word>should|were|had) (?P<subject>(?:the|a|an|any|no|this|their|its|there)\b"
    r"[^,]*?|[a-z]+s?) (?P<rest>[a-z]+\b[^,]*), ", re.IGNORECASE,
)  # fmt: skip


def take_inverted(text: str, start: int, end: int, conditions: list[Condition]) -> int:
    """ "Should the switch be rejected, ..." as the condition "the switch is rejected"."""
    match = _INVERTED.match(mask_quotes(text), start, end)
    if match is None or match["word"].lower() != "should":
        return start
    whole = text[match.end("word") + 1 : match.end("rest")]
    words = whole.split()
    verbs = [i for i, word in enumerate(words) if i and is_base(word.lower())]
    verb = words.index("be") if "be" in words[1:] else next((i for i in verbs if i > 1), None)
    if verb is None or not parse_clause(text[match.end() : end]):
        return start
    subject = " ".join(words[:verb]).removesuffix(" not")
    denied = words[verb - 1] == "not"
    said = fact(f"{subject} will {'not ' if denied else ''}{' '.join(words[verb:])}")
    stop = match.end("rest")
    conditions.append(Condition("if", Span(said, stop - len(said), stop)))
    return span(text, match.end(), end).start


def _has_limit(text: str, start: int, end: int) -> bool:
    return any(quantity.is_limit for quantity in find_quantities(text[start:end]))


def _end_of_lead(text: str, start: int, end: int, word: str) -> int | None:
    """Where a leading condition ends: at a comma (or "then") before a readable main clause."""
    masked = mask_quotes(text)
    clausal = word in _CLAUSAL
    cuts: list[int] = []
    marks = re.finditer(
        r",(?=\s)|:(?=\s)|(?:\s-|\s?[–—])(?=\s)|\s(?=then\s)|\s\s+(?=\S)", masked[start:end]
    )
    for match in islice(marks, MAX_TRIED):
        cut = start + match.start()
        left, right = text[start:cut].strip(), text[cut:end].strip(" ,:–—-")
        sure = right.startswith("then ")
        right = re.sub(r"^then\s+", "", right)
        if _SUBORDINATE.match(right) or not (parse_clause(right) or _is_order(right)):
            continue
        if (
            clausal
            and word not in ("after", "before")
            and not (
                parse_clause(left)
                or _is_gerund(left)
                or (len(left.split()) <= 5 and "," not in left)
            )
        ):
            continue
        cuts.append(cut)
        if sure:
            return cut
    if cuts:
        return _after_list(masked, cuts, end) if clausal else cuts[0]
    if not clausal:
        return None
    if word.startswith("only"):  # "Only if a coach is present may members use the room"
        for match in _TURNED_ROUND.finditer(masked, start, end):
            if parse_clause(text[start : match.start()]) and straight(
                text[match.start() + 1 : end]
            ):
                return match.start()
    # no comma: the main clause starts at a determiner after the condition's own verb
    for match in re.finditer(
        r"\s(?=(?:the|a|an|all|any|no|it|each|I|they|he|she|_\w+)\s)", masked[start:end]
    ):
        cut = start + match.start()
        left, right = text[start:cut].strip(), text[cut:end].strip()
        main = parse_clause(right)
        before = left.split()[-1].lower() if left.split() else ""
        if (
            main
            and (_ends_in_amount(left) or (main.form in ("modal", "be") and parse_clause(left)))
            and before not in _NO_CUT_AFTER
            and len(main.subject.split()) <= 7
            and not re.search(r"\b(?:that|which|if|when|who)\b", main.subject)
        ):  # fmt: skip
            return cut
    return None


_TURNED_ROUND = re.compile(
    r"\s(?:may|can|could|will|shall|should|must|does|do)(?=\s|$)", re.IGNORECASE
)


def straight(words: str) -> str | None:
    """ "may members use the room" as "members may use the room"; ``None`` for other words."""
    modal, _, rest = words.partition(" ")
    if _TURNED_ROUND.fullmatch(f" {modal}") is None:
        return None
    parts = rest.split(" ")
    place = next(
        (
            at
            for at, part in enumerate(parts)
            if at and is_base(part.strip(",.")) and ARTICLE.match(f"{parts[at - 1]} ") is None
        ),
        None,
    )
    if place is None:
        return None
    if modal.lower() == "does":
        return " ".join([*parts[:place], third_person(parts[place]), *parts[place + 1 :]])
    said = [] if modal.lower() == "do" else [modal.lower()]
    return " ".join([*parts[:place], *said, *parts[place:]])


_SUBORDINATE = re.compile(
    r"(?:and|or|but|nor|if|when|whenever|where|unless|until|once|which|who|whose|that|so|except"
    r"|provided|as long as|because|including|such as|e\.g\.|i\.e\.)\b",
    re.IGNORECASE,
)


def _is_order(words: str) -> bool:
    """Whether words are an instruction to the system: "reject the request"."""
    first = words.split()[0].strip(",.") if words.split() else ""
    return first.islower() and is_base(first) and len(words.split()) > 1


def _after_list(masked: str, cuts: list[int], end: int) -> int:
    """The cut after a list of conditions: "A, B and C, then X" is cut before X, not before B.

    The list is known by its "and" or "or" in the part before the last comma, where the part after
    it has none.
    """
    if len(cuts) == 1:
        return cuts[0]
    before, last = masked[cuts[-2] : cuts[-1]], masked[cuts[-1] : end]
    joint = re.compile(r"\b(?:and|or)\b")
    if joint.search(before) and not re.search(r"\band\b", last):
        return cuts[-1]
    return cuts[0]


def _is_gerund(words: str) -> bool:
    first = words.split()[0].lower() if words.split() else ""
    return base_of_gerund(first) is not None


_ASKS = re.compile(
    r"(?<!\bmanual )(?<!\bfor )(?<!\ba )(?<!\bthe )(?<!\bthis )(?<!\bfurther )"
    r"\b(?:check|determin|see|verif|know|decid|ask|test|validat|indicat|tell|evaluat|assess"
    r"|understand|recogni[sz]|identif|learn|clarif"
    r"|find out|examin|confirm|wonder|say|show)(?:e?s|e?d|ing|ies|ied|e|y)?"
    r"(?: (?:him|her|them|the \w+))?$",
    re.IGNORECASE,
)
"""Verbs whose "if" means whether: "the system checks if the card has expired"."""


def take_trailing(text: str, start: int, end: int, conditions: list[Condition]) -> int:
    """Take one condition clause off the end; returns where the effect ends."""
    masked = mask_quotes(text)
    lack = trailing_lack(text, start, end) if not conditions else None
    if lack is not None and not _TRAIL.search(masked, start, lack[0]):
        conditions.append(Condition(WORD, lack[1], holds=False))
        return lack[0]
    for match in islice(_EVENT.finditer(masked, start, end), MAX_TRIED):
        right = span(text, match.end(), end - text[start:end].rstrip().endswith("."))
        event = told_event(right.text)
        if event is not None and parse_clause(text[start : match.start()].strip(" ,")):
            conditions.append(Condition("when", Span(event, right.end - len(event), right.end)))
            return match.start()
    for match in islice(_TRAIL.finditer(masked, start, end), MAX_TRIED):
        word = re.sub(r"^(?:but |and )", "", re.sub(r"\s+", " ", match["word"].lower()))
        left, right = text[start : match.start()], span(text, match.end(), end)
        if word == "if" and (_ASKS.search(left) or left.endswith(" even")):
            continue
        if left.count("(") > left.count(")"):
            continue
        clause = parse_clause(right.text)
        told = clause is not None and word in _PLAIN and len(left.split()) > 1
        if not told and not parse_clause(left.strip(" ,")):
            continue
        if word in _OCCASION:
            apart = _UNLESS.search(mask_quotes(right.text))
            if apart:
                rest = span(text, right.start + apart.end(), right.end)
                conditions.append(Condition("unless", rest, holds=False))
                right = span(text, right.start, right.start + apart.start())
            conditions.append(Condition(word, right))
            return match.start()
        gerund = _is_gerund(right.text) and word in ("after", "before", "when", "while")
        if not clause and not gerund and not _phrase_after(word, right.text):
            continue
        if masked[: match.start()].endswith((" and", " and,", " but,")):
            continue  # "is shown and, after logging in, opened again"
        if word in ("after", "before") and (find_quantities(right.text) or _ends_in_duration(left)):
            continue
        if word == "until" and any(q.start == 0 for q in find_quantities(right.text)):
            continue  # "is valid until 31 January and can be redeemed"
        place = re.search(r"\b(?:to|from|of|about)$", left) is not None
        if word == "where" and clause and (clause.subject == "" or place):
            continue  # "back to where they were"
        if conditions and _tells_when(word, left):
            continue
        holds = not word.startswith(_OPPOSED) or word == "before"
        stop = re.search(r"[.]$|, then\s.*$", mask_quotes(right.text))
        words = span(text, right.start, right.start + stop.start()) if stop else right
        conditions.append(Condition(word, words, holds))
        return match.start()
    return end


def _tells_when(word: str, left: str) -> bool:
    """Whether a clause after an effect that has its condition tells when only the effect is.

    "If A, a check is made before the order is released"; "if A, scans are stored and are sent once
    B" lets B decide on the sending alone.
    """
    later = word in ("once", "until", "as soon as", "while", "after")
    return word == "before" or (later and len(coordinated(left)) > 1)


_UNLESS = re.compile(r",? (?:unless|except (?:if|when|where)) ", re.IGNORECASE)
_PLAIN = ("if", "when", "whenever", "unless", "only if", "only when", "if and only if", "provided")


def _phrase_after(word: str, words: str) -> bool:
    """Whether words without a readable verb still are a condition: "if available"."""
    plain = word in ("if", "unless", "only if", "if and only if", "except if", "provided")
    return plain and 0 < len(words.split()) <= 14


def _ends_in_duration(words: str) -> bool:
    found = find_quantities(words)
    return bool(found) and found[-1].kind == "duration" and found[-1].end >= len(words.rstrip())


def _ends_in_amount(words: str) -> bool:
    found = find_quantities(words)
    return bool(found) and found[-1].end >= len(words.rstrip())


def condition_parts(
    conditions: list[Condition], effect: Span
) -> tuple[list[Condition], Expression | None]:
    """The single facts of all condition clauses, and how they are joined.

    After the effect, "when A, when B and when C" lists occasions of which each is enough.
    """
    parts: list[Condition] = []
    trees: list[Expression] = []
    for condition in conditions:
        words = condition.words
        if condition.holds and not _CLAUSE_WORDS.match(condition.keyword):
            trees.append(len(parts))
            parts.append(condition)
            continue
        if condition.keyword in _OCCASION:
            tree = read_occasions(words.text, words.end)
        else:
            occasions = condition.keyword in ("when", "whenever") and words.start > effect.start
            tree = read_facts(words.text, words.end, occasions=occasions)
        trees.append(_numbered(tree if condition.holds else turned(tree), condition, parts))
    return parts, joined(trees, all_=True) if trees else None


_CLAUSE_WORDS = re.compile(
    r"(?:only )?(?:if|when|where|once|after)\b|(?:as|so) (?:long|soon) as|provided|given|in |unless"
    r"|until|except|while|whenever|before", re.IGNORECASE
)  # fmt: skip


def _numbered(tree: Tree, condition: Condition, parts: list[Condition]) -> Expression:
    """The tree over indices of ``parts``, to which its facts are added."""
    if isinstance(tree, Fact):
        own = tree.own or tree.words
        place = Span(own, tree.end - len(own), tree.end)
        full = tree.words if tree.words != own else ""
        parts.append(replace(condition, words=place, holds=tree.holds, full=full))
        return len(parts) - 1
    return joined([_numbered(part, condition, parts) for part in tree.parts], all_=tree.all)
