"""Which blocks of a document state a rule, and under which id."""

from __future__ import annotations

import re
from collections import Counter

from assistant.domain import DocumentKind
from assistant.knowledge.chunks import markup
from assistant.knowledge.chunks.blocks import Block, Outline, Path

_RULE_HEADING = re.compile(
    r"\b(?:rules?|polic(?:y|ies)|limits?|constraints?|eligib\w+|validations?|thresholds?"
    r"|entitlements?|permissions?|exceptions?|restrictions?|conditions)\b",
    re.IGNORECASE,
)
_NORMATIVE = re.compile(
    r"\b(?:must|shall|may|can(?:not|'t| not)|only|never|always|at least|at most"
    r"|no (?:more|less|fewer|later|earlier|longer) than|(?:more|less|fewer|later|older) than"
    r"|not (?:allowed|permitted)|(?:is|are) (?:required|mandatory|refused|rejected|allowed)"
    r"|minimum|maximum|exactly|within|up to|between|unless|need(?:s|ed)?|requires?)\b",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^[A-Za-z_-]+")


class RuleReader:
    """Recognises the rules of one document, by its kind, its headings and the ids it uses."""

    def __init__(self, text: str, kind: DocumentKind, outline: Outline) -> None:
        self._text = text
        self._kind = kind
        leads = [markup.rule_id(self._words(block)) for block in outline.blocks]
        used = Counter(_prefix(found) for found, set_off in leads if found and set_off)
        self._prefixes = {prefix for prefix, count in used.items() if prefix and count > 1}

    def _words(self, block: Block) -> str:
        return block.cells[0][1] if block.cells else self._text[block.start : block.end]

    def key_of(self, words: str) -> str:
        """The rule id that ``words`` begin with, or an empty string where they begin with none."""
        found, set_off = markup.rule_id(words)
        if not found or not set_off:
            return ""
        known = self._kind == "rules" or _prefix(found) in self._prefixes
        return found if known or markup.is_rule_prefix(found) else ""

    def rule(self, block: Block) -> tuple[bool, str]:
        """Whether a block is a rule, and its id where it has one."""
        words = self._words(block)
        if key := self.key_of(words):
            return True, key
        if block.kind == "row":
            return False, ""
        under_rules = any(
            heading.level > 1 and _RULE_HEADING.search(heading.title) for heading in block.path
        )
        normative = _NORMATIVE.search(words) is not None
        if block.kind == "item":
            if self._kind != "rules" and not under_rules and markup.is_definition(words):
                return False, ""
            return self._kind == "rules" or under_rules or normative, ""
        return self._kind == "rules" and normative and not _is_metadata(words), ""

    def section_key(self, path: Path) -> str:
        """The id of the rule that a section is about ("### BR-12 Refunds"), or an empty string."""
        return self.key_of(path[-1].title) if path else ""


def _prefix(rule_id: str) -> str:
    match = _PREFIX.match(rule_id)
    return match[0].rstrip("-_").upper() if match else ""


def _is_metadata(words: str) -> bool:
    """Whether every line is a short "Label: value", as at the head of a wiki page."""
    return all(re.match(r"^[\w /-]{1,30}:\s*\S.{0,80}$", line) for line in words.splitlines())
