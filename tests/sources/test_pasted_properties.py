"""Properties of pasted text: typed errors only, nothing lost, ids unique, offsets right."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st
from reading_checks import represented, sound

from assistant.errors import SourceError
from assistant.sources.pasted.pasted import read_pasted

LINES = [
    *(
        """\
# {w} title
## CC-{n} {w} plan
### Acceptance criteria
#### {w} group
Epic: {w} name
Epic CC-{n}: {w}
Story: CC-{n} {w} title
User Story {n}: {w}
CC-{n} - {w} title
[CC-{n}] {w}
As a {w} I want to {w} so that {w}.
As a {w}
I want {w}
so that {w}
In order to {w}
Acceptance criteria:
**Acceptance Criteria**
AC{n}: the {w} must be {w}
AC-{n} {w}
- the {w} is shown
  - nested {w}
    - deeper {w}:
* {w} bullet
1. first {w}
2) second {w}
a) lettered {w}
- [ ] task {w}
• dot {w}
Given a {w}
When {w} happens
Then {w} is seen
And also {w}
- Given {w} when {w} then {w}
**Given** {w}
Scenario: {w} case
Scenario Outline: {w}
Examples:
Background:
Feature: {w} thing
| {w} | {w} |
|---|---|
| a{w} | b{w} |
{w}\t{w}
Release: {w}
Team: {w}
Labels: {w}, {w}
Priority: {w}
**Release:** {w} | **Team:** {w}
Out of scope: {w}
## Out of scope
Notes:
Note: {w} applies
Description
## Background {w}
The system shall {w} the {w}.
Plain {w} prose goes on
{w}
If {w} then the {w} must stop.
---
```
```gherkin
> quoted {w}
REQ-{n}: The {w} shall {w}.
BR-{n} {w} rule
FR {n} - {w}
h2. {w} head
{{panel:title={w}}}
{{panel}}
{{noformat}}
||{w}||{w}||
|x{w}|y{w}|
bq. {w}
====
# language: de
@{w} @CC-{n}
Title {w} Here
{w}:
The {w} depends on:
1.1 Sub {w}
4.1.1 Parsing: {w}
Requirement {n}: {w} must
<br>{w}
\\
As a {w}\\
Story points: {n}
""".splitlines()
    ),
    "",
    "",
    "   ",
]
STRUCTURE = re.compile(r"[a-z]?qq\d+qq")


@st.composite
def pastes(draw: st.DrawFn) -> str:
    """Texts of lines as epics are written in, each word that counts unique."""
    count = 0
    lines = []
    for template in draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=30)):
        line = template
        while "{w}" in line:
            count += 1
            line = line.replace("{w}", f"qq{count}qq", 1)
        lines.append(
            line.replace("{n}", str(draw(st.integers(1, 4)))).replace("{{", "{").replace("}}", "}")
        )
    return "\n".join(lines)


@pytest.mark.long
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=pastes())
def test_every_word_of_a_paste_is_represented(text: str) -> None:
    try:
        reading = read_pasted(text)
    except SourceError:
        assert "qq" not in text
        return
    sound(reading)
    missing = set(STRUCTURE.findall(reading.document.text)) - represented(reading)
    assert not missing, f"lost: {sorted(missing)}"


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@example(text="RULE")
@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused_with_words(text: str) -> None:
    try:
        reading = read_pasted(text)
    except SourceError:
        assert not any(map(str.isalnum, text))
        return
    sound(reading)
    words = {w.casefold() for w in re.findall(r"[^\W\d_]{3,}", reading.document.text)}
    held = " ".join(represented(reading))
    assert not {word for word in words if word not in held}


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.sampled_from("As a I want*-#|:.\t\n1)[]{}`>@\"'\\ Given"), max_size=200))
def test_markup_soup_never_raises_anything_else(text: str) -> None:
    with contextlib.suppress(SourceError):
        sound(read_pasted(text))


@settings(max_examples=60, deadline=None)
@given(text=pastes())
def test_the_same_text_gives_the_same_reading(text: str) -> None:
    try:
        first = read_pasted(text)
    except SourceError:
        reject()
    second = read_pasted(text)
    assert first.epics == second.epics
    assert first.document.id == second.document.id


@settings(max_examples=60, deadline=None)
@given(
    criteria=st.lists(st.sampled_from(["- x is shown", "AC2: y", "1. z", "a) w"]), max_size=8),
    more=st.sampled_from(["- one more is shown", "- [ ] and a task"]),
)
def test_a_criterion_added_at_the_end_renumbers_nothing(criteria: list[str], more: str) -> None:
    head = (
        "## Extend a plan\nAs an agent I want x so that y\n\n### Acceptance criteria\n- first one\n"
    )
    before = read_pasted(head + "\n".join(criteria))
    after = read_pasted(head + "\n".join([*criteria, more]))
    old = [(c.id, c.text) for c in before.epics[0].criteria]
    new = [(c.id, c.text) for c in after.epics[0].criteria]
    assert [i for i, _ in old] == [i for i, _ in new][: len(old)]
    assert before.document.id == after.document.id
