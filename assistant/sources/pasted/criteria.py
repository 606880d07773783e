"""Blocks of a criteria section to acceptance criteria: list items, steps, table rows, prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import CriterionForm
from assistant.sources.pasted.blocks import Block, Item, Listing, Paragraph, Steps
from assistant.sources.pasted.lines import (
    Line,
    Passage,
    passage,
    plain,
    read_id,
    reads_as_gherkin,
    sentences,
    step_word,
)
from assistant.sources.pasted.names_and_ids import MODAL
from assistant.sources.pasted.tables import Table, empty_columns, table_criteria

_COLLECTS = re.compile(
    r"\b(?:following|below|these|criteria|acceptance|scenarios?|rules)\b", re.IGNORECASE
)
_AND_SO_ON = re.compile(r"^\W*(?:and|or|but|und|oder|et|ou|y|o|e)\b", re.IGNORECASE)
_ENDS_OPEN = re.compile(
    r"(?:[:,–—]|\b(?:and|or|following|if|when|that|are|is|be|to|include|includes"
    r"|including|with))$",
    re.IGNORECASE,
)
_MENTION = re.compile(r"\bcc\b:?|@[\w./-]+", re.IGNORECASE)
"""What only says who is to read it."""

_RULE_ID = re.compile(r"^(?:BR|RULE|Rule)", re.IGNORECASE)


@dataclass(slots=True)
class CriterionDraft:
    """A criterion before it has its id. ``given`` is the id in the text, ``number`` its ordinal."""

    passage: Passage
    form: CriterionForm = "bullet"
    title: str = ""
    given: str = ""
    number: int = 0


def block_criteria(
    text: str, blocks: Sequence[Block], *, title: str = ""
) -> Iterator[CriterionDraft | Passage]:
    """The criteria in ``blocks`` of a criteria section, in order.

    A bare ``Passage`` is text that is no criterion of its own (code); ``title`` is the heading
    above, which criteria carry where they have none of their own.
    """
    at = 0
    while at < len(blocks):
        block = blocks[at]
        following = blocks[at + 1] if at + 1 < len(blocks) else None
        at += 1
        if isinstance(block, Paragraph):
            words = passage(text, block.lines)
            opens = words.text.rstrip("*_ ").endswith((":", "："))
            if opens and isinstance(following, Listing | Table | Steps):
                at += 1
                led: list[CriterionDraft | Passage] = list(
                    _led(text, block, words, following, title)
                )
                yield from led or (words,)
            elif opens and len(words.text.split()) <= 8 and following is None:
                yield words
            else:
                yield from prose_criteria(text, block.lines, title=title)
        elif isinstance(block, Listing):
            yield from listing_criteria(text, block, title=title)
        elif isinstance(block, Steps):
            yield steps_criterion(text, block, title=title)
        elif isinstance(block, Table):
            for row in table_criteria(block):
                yield CriterionDraft(
                    row.passage, row.form, _both(title, row.title), row.given, row.number
                )
            if empty := empty_columns(block):
                yield Passage("Empty columns: " + ", ".join(empty))
        elif not hasattr(block, "pairs"):
            yield passage(text, block.lines)


def _led(
    text: str, block: Paragraph, words: Passage, following: Listing | Table | Steps, title: str
) -> Iterator[CriterionDraft | Passage]:
    """Criteria of a list, table or steps that a paragraph ending in a colon leads into."""
    lead = " ".join(words.text.rstrip(":： *_").split())
    if isinstance(following, Listing):
        starts = [item.lines[0].content[:1] for item in following.items if item.lines]
        fragments = sum(start.islower() for start in starts) * 2 > len(starts)
        plain_items = not any(item.marker.id or item.steps for item in following.items)
        if plain_items and (
            fragments or (MODAL.search(words.text) and not _COLLECTS.search(words.text))
        ):
            yield CriterionDraft(passage(text, [*block.lines, *following.lines]), "bullet", title)
            return
    if isinstance(following, Table) and (opening := _opening_sentence(words.text)):
        yield from prose_criteria(text, block.lines, title=title)
        lead = " ".join(opening.rstrip(":： *_").split())
    given, length = read_id(lead, block.lines[0].series)
    for number, draft in enumerate(
        block_criteria(text, [following], title=_both(title, lead[length:]))
    ):
        if isinstance(draft, CriterionDraft) and given and number == 0 and not draft.given:
            draft.given = given
        yield draft


def listing_criteria(text: str, listing: Listing, *, title: str = "") -> Iterator[CriterionDraft]:
    """One criterion per list item; nested items that continue their parent stay with it."""
    for item in listing.items:
        yield from _item(text, item, title)


def _item(text: str, item: Item, title: str) -> Iterator[CriterionDraft]:
    own = passage(text, item.lines)
    number = int(item.marker.number) if item.marker.number.isdigit() else 0
    given = item.marker.id or (f"AC{item.marker.number}" if "." in item.marker.number else "")
    form: CriterionForm = "rule" if _RULE_ID.match(given) else "bullet"
    if reads_as_gherkin(own.text):
        form = "gherkin"
    name = own.text.rstrip(":：.-– *_").strip("*_ ")
    if item.steps:
        below = step_word(item.steps[0].lines[0].text.strip())
        first = step_word(own.text.strip()) in {"given", "when"} and below != "given"
        for steps in item.steps:
            if first:  # "1. Given a contract", the other steps below it
                steps, name, first = Steps([*item.lines, *steps.lines]), "", False
            draft = steps_criterion(text, steps, title=_both(title, name))
            draft.given, draft.number, given, number = given, number, "", 0
            yield draft
        for child in item.children:
            yield from _item(text, child, _both(title, name))
        return
    if item.tables and not given and any(True for t in item.tables for _ in table_criteria(t)):
        if opening := _opening_sentence(own.text):
            yield CriterionDraft(own, form, title, given, number)
            name = opening.rstrip(":：.-– *_").strip("*_ ")
        for table in item.tables:
            for row in table_criteria(table):
                yield CriterionDraft(
                    row.passage, row.form, _both(title, row.title or name), row.given, 0
                )
        for child in item.children:
            yield from _item(text, child, _both(title, name))
        return
    if not item.children and not item.tables:
        if own.text:
            yield CriterionDraft(own, form, title, given, number)
        return
    stepwise = _stepwise(item)
    if stepwise:
        draft = steps_criterion(text, stepwise, title=_both(title, name))
        draft.given, draft.number = given, number
        yield draft
    elif given or item.tables or _continued(own.text, item.children):
        whole = _whole(text, item)
        yield CriterionDraft(whole, "table" if item.tables else form, title, given, number)
    elif _titles(own.text, item.children):
        for child in item.children:
            yield from _item(text, child, _both(title, name))
    else:
        yield CriterionDraft(own, form, title, given, number)
        for child in item.children:
            yield from _item(text, child, title)


def _opening_sentence(lead: str) -> str:
    """The last sentence of a lead-in that states something itself before it, or nothing.

    "Prices are net. The tiers are:" is a rule and the title of a table; "The tiers are:" a title.
    """
    *stated, last = [*sentences(lead, 0, len(lead))] or [(0, 0)]
    says = any(len(lead[begin:end].split()) >= 4 for begin, end in stated)
    return lead[slice(*last)] if says else ""


def _both(above: str, own: str) -> str:
    """A title under the title above it."""
    return ": ".join(dict.fromkeys(part for part in (above, own) if part))


def _stepwise(item: Item) -> Steps | None:
    """The Given/When/Then group that nested items spell out, one step an item."""
    words = [step_word(child.lines[0].text.strip()) for child in item.children if child.lines]
    if words and all(words) and words[0] in {"given", "when"} and "then" in words:
        return Steps([line for child in item.children for line in child.all_lines()])
    return None


def _continued(parent: str, children: Sequence[Item]) -> bool:
    """Whether nested items go on with their parent's sentence."""
    if _ENDS_OPEN.search(parent.rstrip("*_ ")):
        return True
    heads = [child.lines[0].content for child in children if child.lines]
    joined = sum(bool(head[:1].islower() or _AND_SO_ON.match(head)) for head in heads)
    return joined * 2 > len(heads)


def _titles(parent: str, children: Sequence[Item]) -> bool:
    """Whether the parent is only a title over items that are criteria themselves."""
    if MODAL.search(parent) or len(parent.split()) > 6 or parent.rstrip().endswith((".", ";")):
        return False
    heads = [child.lines[0].content for child in children if child.lines]
    return all(len(head.split()) >= 4 for head in heads)


def _whole(text: str, item: Item) -> Passage:
    """An item with all that is nested in it, verbatim where it stands in one run."""
    lines = list(item.all_lines())
    start, end = lines[0].start, max(line.end for line in lines)
    first = passage(text, lines[:1])
    begin = first.start if first.start is not None else start
    words = text[begin:end].rstrip()
    return Passage(words, begin, begin + len(words))


def steps_criterion(text: str, steps: Steps, *, title: str = "") -> CriterionDraft:
    """The criterion that a Given/When/Then group states."""
    lines = list(steps.lines)
    if all(not line.text.startswith((" ", "\t")) for line in lines[1:]):
        lines[0] = lines[0].part(len(lines[0].text) - len(lines[0].text.lstrip()))
    return CriterionDraft(passage(text, lines), "gherkin", title)


def prose_criteria(
    text: str, lines: Sequence[Line], *, title: str = ""
) -> Iterator[CriterionDraft]:
    """Running text in a criteria section: a criterion per line or paragraph, or per requirement.

    Lines that each end as a sentence are criteria of their own. A paragraph of several sentences
    of which two or more state a requirement is split; others stay with the sentence before.
    """
    for group in _sentence_lines(lines):
        words = passage(text, group)
        given, length = read_id(words.text, group[0].series)
        if given and length < len(words.text):
            words = cut(words, length, len(words.text))
        form: CriterionForm = "gherkin" if reads_as_gherkin(words.text) else "text"
        parts = [words] if form == "gherkin" else list(requirement_parts(words))
        for part in parts:
            if any(character.isalnum() for character in _MENTION.sub("", part.text)):
                yield CriterionDraft(part, form, title, given)
                given = ""


def _sentence_lines(lines: Sequence[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        ended = bool(group) and group[-1].content.rstrip("\"'”’)*_ ").endswith((".", "!", ";"))
        if ended and plain(line.text).lstrip()[:1].isupper():
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def requirement_parts(words: Passage) -> Iterator[Passage]:
    """``words`` cut before each sentence that states a requirement, if two or more do."""
    found = list(sentences(words.text, 0, len(words.text)))
    modal = [bool(MODAL.search(words.text, a, b)) for a, b in found]
    if sum(modal) < 2:
        yield words
        return
    begins = [a for number, (a, _) in enumerate(found) if number and modal[number]]
    for begin, end in zip([0, *begins], [*begins, len(words.text)], strict=True):
        yield cut(words, begin, end)


def cut(words: Passage, begin: int, end: int) -> Passage:
    """The part of a passage between two of its columns, trimmed, with its offsets."""
    part = words.text[begin:end]
    begin += len(part) - len(part.lstrip())
    part = part.strip()
    if words.start is None:
        return Passage(part)
    return Passage(part, words.start + begin, words.start + begin + len(part))
