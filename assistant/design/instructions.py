"""Text that seems to speak to the assistant instead of describing the product.

A flag for the person, nothing more: nothing is blocked and no condition depends on it. Requirement
texts say "ignore", "override" and "do not" all day, so a match needs an imperative together with
what only an assistant could do: its instructions, its answer, the tests it writes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_EARLIER = (
    r"(?:(?:all|any|every|each|the|your|my|these|those|of|other|existing)\s+){0,4}"
    r"(?:previous|prior|earlier|preceding|above|former|foregoing|original|initial|system|safety"
    r"|existing|your|given|current)\s+(?:\w+\s+){0,2}"
)
_ORDERS = (
    r"(?:instructions?|prompts?|directions?|directives?|commands?|guidelines?|orders?|tasks?"
    r"|context)"
)
_TESTS = (
    r"(?:(?:all|any|every|each|the|these|those|of|its|your|following|remaining)\s+){0,4}"
    r"(?:\w+\s+){0,2}(?:tests?|test[- ]cases?|cases?|scenarios?|criteria|checks?|results?|steps?)"
)
_START = (
    r"(?:^|(?<=[.!?:;\"“”'‘’(\[*>\-–—])|(?<=[.!?:;,]\s)|(?<=\n)"
    r"|\b(?:please|and|then|now|so|just|instead|must|should|to)\s)\s*"
)

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:ignore|disregard|forget|override|bypass|discard|skip)\s+{_EARLIER}{_ORDERS}\b",
        r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all)\s+(?:that\s+)?(?:above|before"
        r"|you|i|said|written|previously)",
        rf"{_START}(?:mark|set|report|record|count|treat|rate|approve|accept)\s+{_TESTS}\s+(?:as"
        rf"|to)\s+"
        r"(?:\"|“|')?(?:pass(?:ed|ing)?|accepted|approved|successful|done|green|ok|completed?)\b",
        rf"{_START}(?:do not|don['’]t|never|stop|avoid|refrain from|no longer)\s+(?:ever\s+)?"
        r"(?:write|writing|generate|generating|create|creating|produce|producing|include"
        r"|including|add|adding|output|derive|propose)\s+(?:\w+\s+){0,3}"
        r"(?:tests?|test[- ]cases?|(?:negative|boundary|security|positive)\s+(?:cases?"
        r"|scenarios?))\b",
        rf"{_START}(?:only|just)\s+(?:write|generate|create|produce)\s+(?:\w+\s+){{0,4}}"
        r"(?:tests?|test[- ]cases?)\b",
        rf"{_START}(?:write|generate|create|produce)\s+(?:only|no)\s+(?:\w+\s+){{0,4}}"
        r"(?:tests?|test[- ]cases?)\b",
        r"\byou\s+are\s+(?:now\s+)?(?:an?|the|my|no longer)\s+(?:\w+\s+){0,3}(?:ai|assistant|llm"
        r"|language model|chat ?bot|gpt|model|hacker|expert|unrestricted)\b",
        r"\b(?:as|to|dear|hey|attention|note to)\s+(?:an?\s+|the\s+)?(?:ai|llm|language model|ai"
        r" assistant|chatgpt|gpt-?\d?|claude|copilot)\b\s*[,:]",
        r"\b(?:reveal|print|show|repeat|output|leak|tell me|expose)\s+(?:me\s+)?(?:your|the)\s+"
        r"(?:\w+\s+){0,2}(?:system\s+)?(?:prompt|instructions)\b",
        r"\bsystem\s+prompt\b|\bdo anything now\b",
        r"\bin\s+your\s+(?:\w+\s+)?(?:repl(?:y|ies)|responses?|answers?|output|implementation"
        r"|solution|completion|suggestions?|code(?: implementation)?)\b",
        rf"{_START}(?:respond|reply|answer)\s+(?:only|just|exclusively|always|with\s+(?:only"
        r"|just|nothing|\"|“|'))",
        r"\b(?:new|updated|important|additional|real|actual|hidden)\s+instructions?\s*(?:\:|for"
        r" (?:the"
        r" )?(?:ai|assistant|model|you))",
        r"\binstructions?\s+(?:for|to)\s+(?:the\s+)?(?:ai|assistant|model|llm|test generator)\b",
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|?>"
        r"|\[/?INST\]|<</?SYS>>|^\s*#{2,}\s*(?:instruction|system|response)\s*:?\s*$",
        r"(?m:^\s*(?:SYSTEM|ASSISTANT)\s*:\s*\S)",
    )
)
_ABOUT_THE_PRODUCT = re.compile(
    r"\b(?:system|application|app|page|users?|agent|tester|service|api|interface|we|i)\s+(?:can"
    r"|could|may|must|shall|should|will|would|to|want to|wants? to|is able to|are able to|needs?"
    r" to|has to"
    r"|does|do|cannot)\s+(?:not\s+|be able to\s+|automatically\s+|also\s+)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """Words that seem to be meant for the assistant, by offset: the sentence they stand in."""

    words: str
    start: int
    end: int


def find_instructions(text: str) -> tuple[Instruction, ...]:
    """Sentences that seem to instruct the assistant, in order, each once."""
    found: dict[tuple[int, int], Instruction] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            place = match.start() + len(match.group()) - len(match.group().lstrip())
            if _ABOUT_THE_PRODUCT.search(text[max(0, place - 60) : place]):
                continue
            start, end = _sentence(text, place, match.end())
            found.setdefault((start, end), Instruction(text[start:end], start, end))
    kept: list[Instruction] = []
    for one in sorted(found.values(), key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The line or sentence around a match, at most 300 characters."""
    before = max(text.rfind(mark, 0, start) for mark in ("\n", ". ", "! ", "? "))
    first = max(before + 1, start - 150)
    stops = [place for mark in ("\n", ". ", "! ", "? ") if (place := text.find(mark, end)) >= 0]
    last = min([*stops, len(text), end + 150])
    if last < len(text) and text[last] in ".!?":
        last += 1
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return first, last
