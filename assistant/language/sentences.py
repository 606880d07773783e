"""The text of a criterion cut up: sentences, Gherkin scenarios and tables, all with offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from assistant.language.clauses import parse_clause
from assistant.language.full_stops import ends_sentence
from assistant.language.line_breaks import soft_breaks
from assistant.language.quoted_messages import mask_quotes
from assistant.language.word_lists import read_patterns

MAX_TITLE = 12
"""Words that a title line may have."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a criterion: ``text`` is ``criterion.text[start:end]``."""

    text: str
    start: int
    end: int


def span(source: str, start: int, end: int) -> Span:
    """The span of ``source`` between two offsets, without white space or loose marks around it."""
    while start < end and (source[start].isspace() or source[start] in ",;"):
        start += 1
    while end > start and (source[end - 1].isspace() or source[end - 1] in ",;"):
        end -= 1
    return Span(source[start:end], start, end)


_PATTERNS = read_patterns(__file__)
_PREFIX = _PATTERNS["prefix"]
_EXAMPLE = _PATTERNS["example"]
_SENTENCE_END = re.compile(
    r"(?<!\b[A-Z])[.!?](?=\s|\x00|$)(?!\s+[a-z])"
    r"|(?<=\x00)\s(?=[A-Z][a-z]+\s)|;(?=\s|[A-Z][a-z])|\n\s*\n|\n(?=\s*(?:[-*•–]|\d{1,2}[.)])\s)"
    r"|(?<=[a-z]):\s(?=(?:[Tt]he|[Aa]n?|[Ee]ach|[Oo]nly|[Ii]f|[Ww]hen"
    r"|[Oo]nce|[Uu]nless)\s)"
)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
"""Words in brackets, within which no sentence ends: "(eg. 8 times, then nothing)"."""


def is_example(sentence: str) -> bool:
    """Whether a sentence tells an example: its numbers hold for its own data alone."""
    return _EXAMPLE.match(sentence) is not None


def is_aside(text: str, at: int) -> bool:
    """Whether a place of a text lies within brackets."""
    return any(found.start() < at < found.end() for found in _ASIDE.finditer(mask_quotes(text)))


def has_whole_brackets(text: str) -> bool:
    """Whether each bracket in a text has its other one, quotations aside."""
    bare, asides = mask_quotes(text), 1
    while asides:  # the inner ones first
        bare, asides = _ASIDE.subn("", bare)
    return not any(mark in bare for mark in "()[]")


def start_of(text: str, start: int = 0) -> int:
    """Offset after bullets, ids and "Verify that" at the beginning of a sentence."""
    while True:
        match = _PREFIX.match(text, start)
        if match is None or match.end() >= len(text):
            return start
        start = match.end()


def sentences(text: str) -> tuple[Span, ...]:
    """Sentences in order; semicolons and list items end one too, quotations never do.

    A heading line above a body (a title, a blank line, the text) is left out, and so is a first
    line without a verb above a line that begins a clause of its own.
    """
    masked = mask_quotes(text)
    cuts = [_after_title(text)]
    starts, ends, wrapped = [0], [0], soft_breaks(text)
    for match in _ASIDE.finditer(masked):
        starts.append(match.start())
        ends.append(match.end())
    for match in _SENTENCE_END.finditer(masked):
        aside = match.start() < ends[bisect_right(starts, match.start()) - 1]
        if not (aside or match.start() in wrapped) and ends_sentence(masked, match.end()):
            cuts.append(match.end())
    found = []
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        start = start_of(text, start)
        piece = span(text, start, end)
        if re.search(r"\w", piece.text):
            found.append(piece)
    if len(found) > 1 and _is_heading(text, found[0]):
        found = found[1:]
    return tuple(found)


_TITLE_LINE = re.compile(r"\s*(?P<title>[^\n]*[^\s.!?:,;])[ \t]*\n\s*(?=(?-i:[A-Z_]))")
_GOES_ON = re.compile(r"(?:Can|May|Must|Shall|Should|Will|Is|Are|Was|Has|Have|Does|Do|And|Or)\b")


def _after_title(text: str) -> int:
    """Where the text begins below a title line; 0 where its first line is no title."""
    found = _TITLE_LINE.match(text)
    if found is None or _GOES_ON.match(text, found.end()):
        return 0
    title, below = found["title"], text[found.end() :].split("\n", 1)[0]
    if len(title.split()) > MAX_TITLE or start_of(text) or parse_clause(title) is not None:
        return 0
    return found.end() if parse_clause(below) is not None else 0


def _is_heading(text: str, first: Span) -> bool:
    after = text[first.end : first.end + 4]
    return (
        len(first.text.split()) <= 14
        and first.text[-1:] not in ".!?:"
        and re.match(r"\s*\n\s*\n", after + " ") is not None
    )


KEYWORD = re.compile(r"\s*(given|when|then|and|but|\*)\s+", re.IGNORECASE)
"""The word that a Gherkin line begins with, and the space around it."""

StepKind = Literal["given", "when", "then"]


@dataclass(frozen=True, slots=True)
class Step:
    """A Gherkin step: its kind (And and But take the kind above), its words, and "but"."""

    kind: StepKind
    words: Span
    but: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A Gherkin scenario with the rows of its examples, if it is an outline."""

    steps: tuple[Step, ...]
    examples: tuple[tuple[tuple[str, str], ...], ...] = ()

    def of(self, kind: StepKind) -> tuple[Step, ...]:
        """The steps of one kind, in order."""
        return tuple(step for step in self.steps if step.kind == kind)


_LINE_STEP = _PATTERNS["line_step"]
_INLINE = re.compile(r"(?:^|(?<!and )(?<=[\s,;.]))(?P<word>given|when|then)\s", re.IGNORECASE)
_TITLE = _PATTERNS["title"]
_SKIPPED = _PATTERNS["skipped"]


def looks_like_gherkin(text: str) -> bool:
    """Whether the text is Given/When/Then steps, on lines of their own or in one sentence."""
    words = [m["word"].lower() for line in text.splitlines() if (m := _LINE_STEP.match(line))]
    if len(words) >= 2 and any(word in ("given", "when") for word in words) and "then" in words:
        return True
    return bool(_inline_scenarios(text))


def scenarios(text: str) -> tuple[Scenario, ...]:
    """The scenarios in a Gherkin text; a second Given after a Then begins a new one."""
    found: list[Scenario] = []
    steps, rows = list[Step](), list[list[str]]()
    lines = sum(1 for line in text.splitlines() if _LINE_STEP.match(line))
    inline = _inline_scenarios(text) if lines < 2 else ()
    if inline:
        return inline

    def close() -> None:
        if steps:
            found.append(Scenario(tuple(steps), _examples(rows)))
        steps.clear()
        rows.clear()

    place = 0
    for line in text.splitlines(keepends=True):
        start, place = place, place + len(line)
        heading = _TITLE.match(line)
        match = _LINE_STEP.match(line)
        if heading:
            close()
        elif match:
            word = match["word"].lower()
            if word == "given" and any(step.kind == "then" for step in steps):
                close()
            kind = (
                word
                if word in ("given", "when", "then")
                else (steps[-1].kind if steps else "given")
            )
            words = span(text, start + match.end(), place)
            if words.text:
                steps.append(Step(kind, words, word == "but"))  # type: ignore[arg-type]
        elif line.strip().startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif line.strip() and steps and not _SKIPPED.match(line) and not rows:
            last = steps[-1]
            steps[-1] = Step(last.kind, span(text, last.words.start, place), last.but)
    close()
    return tuple(found)


def _examples(rows: list[list[str]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    if len(rows) < 2:
        return ()
    header = rows[0]
    return tuple(
        tuple(zip(header, row, strict=False))
        for row in rows[1:]
        if any(cell.strip("-: ") for cell in row)
    )


_NEXT = re.compile(r"(?<=[.!?;])\s+(?=given\s)", re.IGNORECASE)


def _inline_scenarios(text: str) -> tuple[Scenario, ...]:
    """Scenarios told in sentences, each from its "given" to the next one's; () for another text.

    "When A, then B" is a sentence with conditions like any other.
    """
    cuts = [0, *(match.end() for match in _NEXT.finditer(mask_quotes(text))), len(text)]
    found = [_inline_steps(text, start, end) for start, end in pairwise(cuts)]
    if not all(found) or found[0][0].kind != "given":
        return ()
    return tuple(Scenario(steps) for steps in found)


def _inline_steps(text: str, start: int, stop: int) -> tuple[Step, ...]:
    """Steps of "Given A, when B, then C" in one sentence; () where the order is another."""
    masked = mask_quotes(text)
    first = start_of(text, start)
    marks = [match for match in _INLINE.finditer(masked, start, stop) if match.start() >= first]
    words = [mark["word"].lower() for mark in marks]
    if not marks or marks[0].start() > first or "then" not in words:
        return ()
    chosen: list[re.Match[str]] = []
    for mark in marks:
        rank = ("given", "when", "then").index(mark["word"].lower())
        last = ("given", "when", "then").index(chosen[-1]["word"].lower()) if chosen else -1
        if rank > last:
            chosen.append(mark)
    if chosen[-1]["word"].lower() != "then" or len(chosen) < 2:
        return ()
    ends = [mark.start() for mark in chosen[1:]] + [stop]
    return tuple(
        Step(mark["word"].lower(), span(text, mark.end(), end))  # type: ignore[arg-type]
        for mark, end in zip(chosen, ends, strict=True)
        if span(text, mark.end(), end).text
    )
