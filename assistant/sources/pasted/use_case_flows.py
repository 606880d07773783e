"""A use case that was read, as a user story: its flows are the criteria, the rest is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.sources.pasted.criteria import CriterionDraft
from assistant.sources.pasted.lines import (
    Line,
    Passage,
    is_rule_line,
    passage,
    plain,
    unmarked,
    unwrap,
)
from assistant.sources.pasted.names_and_ids import OWN_ID
from assistant.sources.pasted.story_parts import StoryDraft
from assistant.sources.pasted.use_case_names import (
    names_nothing,
    names_one_flow,
    names_use_case,
    names_use_cases,
    numberless,
    own_id,
    read_start,
)

FLOW = re.compile(
    r"\s*(?:[-*•+]\s+)?"
    r"(?!\d+(?:st|nd|rd|th)\b)"  # "2nd attempt is offered"
    r"(?P<id>\*?\d{1,2}(?:-\d{1,2})?[a-z]{1,2}|\*[a-z]|[A-Z]{1,3}[-_. ]?\d{1,2}[a-z]?)"
    r"(?!\w|[.-]\d)[.):]?\s*(?:[–—-]\s*)?(?P<name>\S.*)"
)
"""What begins a flow: "4a Seller is too young", "*a. At any time", "E1 ...", "AF-2: ..."."""

ITEM = re.compile(r"(?P<indent>\s*)(?:[-*•+]|\d{1,2}[.)])\s+\S")
_RULE = re.compile(
    rf"\s*(?:[-*•+]\s+)?(?P<id>{OWN_ID})\s*[:.–—-]?\s+(?P<words>\S+(?:\s+\S+){{3,}})"
)
_NAMED_ID = re.compile(rf"(?P<id>{OWN_ID})(?!\w)(?:\s*[:–—|]|\s-)\s*(?P<name>\S.*)")

FLOWS = ("main", "alternative", "exception")


@dataclass(slots=True)
class Part:
    """A labelled part of a use case. ``level`` is that of its heading, else 0;
    ``item`` whether its label is that of a list item; ``flows`` has where a line begins a flow,
    and ``form`` how the lines that do so are marked ("#", "**")."""

    name: str
    label: str
    level: int
    item: bool = False
    lines: list[Line] = field(default_factory=list)
    flows: list[int] = field(default_factory=list)
    form: str = ""


@dataclass(slots=True)
class UseCase:
    """A use case while it is read. ``level`` is that of its heading, ``above`` the headings that
    it stands under, ``stated`` whether its title says that it is one."""

    id: str = ""
    name: str = ""
    level: int = 7
    above: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    stated: bool = False

    def part(self, *names: str) -> Iterator[Part]:
        return (part for part in self.parts if part.name in names)

    @property
    def is_whole(self) -> bool:
        """Whether it has a flow, and is known for a use case by its title or id, by what it
        stands under, or by an actor. Pages have preconditions too."""
        flow = any(part.lines for part in self.part("main"))
        known = self.stated or any(map(names_use_cases, self.above)) or bool(self.stated_id)
        labels = (part.label for part in self.part("id", "name"))
        return flow and (known or any(self.part("actor")) or any(map(names_use_case, labels)))

    @property
    def stated_id(self) -> str:
        """The id that it is said to have: by its title, in a field for it, or below a heading
        that says that use cases follow."""
        given, name = _line_of(self, "id"), _line_of(self, "name") or self.name
        start = read_start(given) or read_start(name)
        if own := self.id or (own_id(start) if start else ""):
            return own
        listed = _NAMED_ID.fullmatch(name) if any(map(names_use_cases, self.above)) else None
        named = any(names_use_case(part.label) for part in self.part("id"))
        if given and (named or any(self.part("actor"))):
            return given
        return listed["id"] if listed else ""

    def chapter(self, draft: StoryDraft) -> str:
        """The heading above it that is not its own."""
        own = [words.casefold() for words in (draft.key, draft.title) if words]
        titles = [one for one in self.above if not _is_generic(one)]
        *above, last = titles or [""]
        if any(words in last.casefold() for words in own):
            last = above[-1] if above else ""
        return last


def _is_generic(heading: str) -> bool:
    """Whether a heading only says that use cases follow: "3 Use cases"."""
    return names_use_cases(heading) and len(numberless(heading).split()) < 3


def story_of(text: str, found: UseCase) -> StoryDraft:
    given, name = _line_of(found, "id"), _line_of(found, "name") or found.name
    if (start := read_start(given)) and own_id(start):
        given, name = own_id(start), name or start["name"]
    given = given if 0 < len(given.split()) < 4 else found.id
    if start := read_start(name):
        given, name = given or own_id(start), start["name"] or name
    elif match := _NAMED_ID.fullmatch(name):
        given, name = given or match["id"], match["name"]
    heading = unwrap(numberless(found.above[-1])) if found.above else ""
    if not name and given and heading.startswith(given):  # "ORD-4.1 Pay", above a table of its own
        name = heading.removeprefix(given).lstrip(" :.–—|-")
    draft = StoryDraft(key="".join(given.split()), title=name or given)
    draft.named = bool(name)
    for part in found.parts:
        words = [unmarked(line.content) for line in part.lines if _says(line)]
        if part.name in FLOWS and not names_nothing(" ".join(words)):
            draft.criteria.extend(_flows(text, part))
        elif part.name == "criteria":
            draft.criteria.extend(_criteria(text, part))
        elif part.name == "rule" and (rules := list(_rules(text, part))):
            draft.criteria.extend(rules)
        elif part.name not in {"id", "name"} and words:
            joint = " " if len(words) == 1 else "\n"
            draft.narrative.append(f"{part.label.rstrip(' :')}:{joint}" + "\n".join(words))
    return draft


def _line_of(found: UseCase, name: str) -> str:
    return next((unwrap(part.lines[0].content) for part in found.part(name) if part.lines), "")


def _flows(text: str, part: Part) -> Iterator[CriterionDraft]:
    """One criterion for the main scenario, else one for each flow of the part."""
    if part.name == "main":
        yield CriterionDraft(_passage(text, part.lines), "flow", part.label, "main")
        return
    marks = [_mark(line) for line in part.lines]
    begins = part.flows or [at for at, mark in enumerate(marks) if mark] or _items(part)
    for begin, end in zip([*begins], [*begins[1:], len(part.lines)], strict=True):
        mark = marks[begin]
        given = mark["id"].lstrip("*") if mark else ""
        words = _passage(text, part.lines[begin:end])
        yield CriterionDraft(words, "flow", part.label, given)


def _criteria(text: str, part: Part) -> Iterator[CriterionDraft]:
    """The acceptance criteria that a use case has beside its flows."""
    begins = _items(part) if part.lines else []
    for begin, end in zip([*begins], [*begins[1:], len(part.lines)], strict=True):
        yield CriterionDraft(_passage(text, part.lines[begin:end]), "bullet")


def _mark(line: Line) -> re.Match[str] | None:
    """What begins a flow; a star alone, as in "*a.", is no emphasis."""
    return FLOW.fullmatch(line.text.replace("**", "")) or FLOW.fullmatch(plain(line.text))


def _says(line: Line) -> bool:
    """Whether a line has words: no blank line, rule or break."""
    return not line.blank and not is_rule_line(line) and line.content not in {"<br>", "<br/>"}


def _passage(text: str, lines: Sequence[Line]) -> Passage:
    """The words of ``lines`` without what says nothing behind them."""
    end = max((at for at, line in enumerate(lines, 1) if _says(line)), default=0)
    return passage(text, lines[:end])


def _items(part: Part) -> list[int]:
    """Where the outermost items of a list begin; the first line, where there is no list, or its
    items are the steps of one flow."""
    items = [
        (at, len(found["indent"]))
        for at, line in enumerate(part.lines)
        if (found := ITEM.match(line.text))
    ]
    outer = min((indent for _, indent in items), default=0)
    begins = [at for at, indent in items if indent == outer]
    steps = names_one_flow(part.label) and part.lines[0].content[0].isdigit()
    return begins if begins and begins[0] == 0 and not steps else [0]


def _rules(text: str, part: Part) -> Iterator[CriterionDraft]:
    """The rules that are stated there, not only named."""
    for line in part.lines:
        if match := _RULE.fullmatch(line.text):
            yield CriterionDraft(passage(text, [line]), "rule", "", match["id"])
