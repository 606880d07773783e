"""Nothing of a paste is lost unsaid: each line is held by the reading, or shown as unread."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.domain import Epic
from assistant.sources.pasted.pasted import left_over, read_pasted
from assistant.sources.reading import Reading

LABELLED = tomllib.loads(Path(__file__).with_name("pasted_epics.toml").read_text(encoding="utf-8"))[
    "epics"
]
PASTES = [str(epic["text"]) for epic in LABELLED]


def words_held(reading: Reading) -> str:
    """All that a reading shows of its text, with single spaces."""
    meta = reading.document.metadata
    parts = [meta.project, meta.release, meta.team, meta.author, *meta.labels, *reading.notes]
    parts += [piece.text for piece in reading.unread]
    for epic in reading.epics:
        parts += [epic.key, epic.title, epic.description]
        for story in epic.stories:
            parts += [story.key, story.title, story.narrative]
            for criterion in story.criteria:
                parts += [criterion.id, criterion.title, criterion.text]
    return " ".join(re.findall(r"\w+", " ".join(parts)))


@pytest.mark.parametrize("text", PASTES)
def test_a_lost_story_is_shown(text: str) -> None:
    reading = read_pasted(text)
    (epic,) = reading.epics
    for lost in epic.stories:
        rest = tuple(story for story in epic.stories if story is not lost)
        short = epic.model_copy(update={"stories": rest})
        found = left_over(reading.document.text, [short], reading.document.metadata, reading.notes)
        shown = " ".join(piece.text for piece in found)
        for criterion in lost.criteria:
            if criterion.start is not None:
                assert reading.document.text[criterion.start : criterion.end] in shown
        for piece in found:
            assert reading.document.text[piece.start : piece.end].strip() == piece.text


def test_a_lost_criterion_is_shown_alone() -> None:
    text = PASTES[0]
    reading = read_pasted(text)
    (epic,) = reading.epics
    story = epic.stories[0]
    short = story.model_copy(update={"criteria": story.criteria[:1]})
    found = left_over(
        reading.document.text,
        [epic.model_copy(update={"stories": (short, *epic.stories[1:])})],
        reading.document.metadata,
        (),
    )
    assert [piece.text for piece in found] == [
        "AC2: A room that is reserved is not offered to anyone else for that time.\n"
        "AC3: If the room has no free slot of the asked length, the next free slot is offered."
    ]


@dataclass(frozen=True)
class Written:
    """A generated epic, and what a reader finds in it."""

    text: str
    stories: tuple[tuple[str, ...], ...]
    """The words that each story's criteria end with."""


HEADS = ["# KEY-1 {w}", "Epic E7: {w}", "**Epic KEY-1: {w}**", "EPIC-4: {w}", "KEY-1  {w}"]
LABELS = [
    "Story E7.{n}: {s}",
    "US{n}: {s}",
    "**US {n}:** {s}",
    "## US {n}\n{s}",
    "**Story {n} – KEY-{n}0**\n{s}",
    "Story {n}\n{s}",
    "KEY-{n}0\n{s}",
    "KEY-{n}0: {s}",
    "- Story {n}: {s}",
    "### KEY-{n}0 {w}\n\n{s}",
    "### {w} {w}\n{s}",
    "### {s}",
    "{n}. {s}",
    "User Story {n} - {w}\n{s}",
    "[KEY-{n}0] {w}\n{s}",
    "E7-S{n}: {s}",
    "Story ID: KEY-{n}0\nTitle: {w}\nDescription: {s}",
    "## {n}. {w}\n\n### User story\n{s}",
]
SENTENCES = [
    "As a {w}, I want to {w} so that {w}.",
    "As a {w}\nI want {w} to {w}\nso that {w}",
    "Als {w} möchte ich {w}, damit {w}.",
    "En tant que {w}, je veux {w} afin de {w}.",
]
CRITERIA = ["AC{n}: {w} is {e}", "- {w} is {e}", "{n}. {w} is {e}", "AK{n}: {w} is {e}",
            "AC{n}: **GIVEN** {w} **WHEN** {w} **THEN** {e}", "  - {w} is {e}",
            "a) {w} is {e}", "• {w} is {e}", "- [ ] {w} is {e}", "{n}.{n} The {w} is {e}",
            "({n}) {w} is {e}",
            "**AC{n}** {w} is {e}", "AC{n} - {w} is {e}", "B{n}. {w} is {e}"]  # fmt: skip
ABOVE = ["", "\nAcceptance criteria:", "\nAC", "\n**Akzeptanzkriterien**"]


@st.composite
def written(draw: st.DrawFn) -> Written:
    """Epics of one form: a head, an intro, and stories with labels, sentences and criteria."""
    numbers = iter(range(1, 10_000))

    def filled(template: str, **more: str) -> str:
        for name, value in more.items():
            template = template.replace("{" + name + "}", value)
        return re.sub(r"\{w\}", lambda _: f"word{next(numbers)}", template)

    label, sentence, criterion, above = (
        draw(st.sampled_from(LABELS)),
        draw(st.sampled_from(SENTENCES)),
        draw(st.sampled_from(CRITERIA)),
        draw(st.sampled_from(ABOVE)),
    )
    lines = [filled(draw(st.sampled_from(HEADS))), "", filled("Today {w} does {w}.")]
    if draw(st.booleans()):
        lines += ["", "------"]
    stories = []
    for story in range(1, draw(st.integers(2, 4)) + 1):
        words = filled(sentence)
        lines += ["", filled(label, n=str(story), s=words)]
        lines += [above] if above else []
        lines += [""] if draw(st.booleans()) else []
        ends = []
        for number in range(1, draw(st.integers(2, 3)) + 1):
            ends.append(f"end{next(numbers)}")
            lines.append(filled(criterion, n=str(number), e=ends[-1]))
        stories.append(tuple(ends))
    return Written("\n".join(lines), tuple(stories))


@pytest.mark.long
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(epic=written())
def test_stories_and_criteria_of_every_form_are_found(epic: Written) -> None:
    reading = read_pasted(epic.text)
    (read,) = reading.epics
    found = tuple(
        tuple(criterion.text.split()[-1] for criterion in story.criteria) for story in read.stories
    )
    assert found == epic.stories, epic.text
    assert all("word" in story.narrative for story in read.stories)
    assert not reading.unread


def lines_lost(reading: Reading) -> Iterator[str]:
    held = words_held(reading)
    for line in reading.document.text.split("\n"):
        if any(word not in held for word in re.findall(r"(?:word|end)\d+", line)):
            yield line


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(epic=written(), data=st.data())
@pytest.mark.long
def test_lines_in_any_order_are_held_or_shown(epic: Written, data: st.DataObject) -> None:
    lines = epic.text.split("\n")
    mixed = "\n".join(data.draw(st.permutations(lines)))
    assert not list(lines_lost(read_pasted(mixed)))


def test_an_empty_reading_leaves_all_over() -> None:
    text = PASTES[1].strip()
    (piece,) = left_over(text, [Epic(key="X", title="X")], read_pasted("As a user I want x")
                         .document.metadata, ())  # fmt: skip
    assert piece.text == text


ABOVE_MIXED = [
    "",
    "Acceptance criteria:\n",
    "Acceptance criteria\n\n",
    "**AC:**\n",
    "AC\n",
    "*Acceptance criteria*\n",
    "h4. Acceptance criteria\n",
    "## Acceptance criteria\n",
    "Acceptance criteria: ",
    "Description:\nToday {w} does {w}.\n\n",
    "Scenario: {w}\n",
]
GROUPS = [
    "Given a {w}\nWhen {w} happens\nThen {w} is {e}",
    "Given a {w}\nAnd {w} too\nWhen {w} happens\nThen {w} is seen\nAnd {w} is {e}",
    "- Given a {w}\n- When {w} happens\n- Then {w} is {e}",
    *(
        "\n".join(mark.replace("N", str(n)) + " The {w} is {e}" for n in (1, 2))
        for mark in ("-", "*", "N.", "N)", "•", "- [ ]", "ACN:")
    ),
]


@st.composite
def mixed(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """An epic with a story of scenarios and lists in any order, and the words that these end with:
    of each list item, and of the last step of each scenario."""
    numbers = iter(range(1, 10_000))
    steps = draw(st.sampled_from(GROUPS[:3]))
    others = draw(st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3))
    groups = draw(st.permutations([steps, *others]))
    gap = draw(st.sampled_from(["\n", "\n\n", "\n\n\n"]))
    above = draw(st.sampled_from(ABOVE_MIXED))
    inline = above.endswith((" ", "{w}\n"))  # what follows are steps
    body = above + gap.join([steps, *others] if inline else groups)
    story = f"KEY-20 The {{w}}\nAs a {{w}}, I want {{w}} so that {{w}}.\n\n{body}"
    other = "KEY-30 A {w}\nAs a {w}, I want {w}.\n\nAcceptance criteria:\n- {w} is seen"
    stories = draw(st.permutations([story, other]))
    text = "\n\n".join(["KEY-1 One {w}", "Today {w} does {w}.", *stories])
    text = re.sub(
        r"\{([we])\}", lambda m: f"{'word' if m[1] == 'w' else 'end'}{next(numbers)}", text
    )
    return text, tuple(re.findall(r"end\d+", text))


@pytest.mark.long
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(epic=mixed())
def test_scenarios_and_lists_in_any_order_are_criteria(epic: tuple[str, tuple[str, ...]]) -> None:
    text, ends = epic
    reading = read_pasted(text)
    assert not list(lines_lost(reading))
    (story,) = (one for e in reading.epics for one in e.stories if one.key == "KEY-20")
    words = [f"{one.title} {one.text}" for one in story.criteria]
    missing = [end for end in ends if not any(re.search(rf"\b{end}\b", one) for one in words)]
    assert not missing, text
