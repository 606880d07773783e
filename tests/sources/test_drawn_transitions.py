"""Diagrams in Mermaid and PlantUML say their arrows in the words that users see."""

from __future__ import annotations

import time

import pytest

from assistant.knowledge.chunks.chunking import split
from assistant.sources.files.files import read_file
from assistant.sources.pasted.drawn_transitions import with_transitions

STATES = """# Life of a file

```mermaid
stateDiagram-v2
    direction TB
    state "En attente" as EA
    state "Payée" as P
    [*] --> EA
    EA --> P : payer [habitant]
    note right of EA
        14 jours
    end note
    strange line!
```

Rest.
"""
FLOW = """flowchart TD
    A[Order] --> B{Above &gt; 5?}
    B -->|yes| C["Second<br/>signature"]
    B -- no --> D([Paid])
    C & D ==> E:::x
    subgraph fin[Finance]
      F((Invoice)) -. monthly .-> G
    end
    classDef x fill:#fff
"""
PLANT = """@startuml
title Ticket
state "En attente" as EA #pink
state Work {
  state "Doing it" as W1
  W1 -right-> W2 : next
}
EA : 14 days
EA -[#red]-> [*]
@enduml
"""


def test_short_names_of_states_become_the_words_that_are_shown() -> None:
    document = read_file("life.md", STATES.encode()).document
    assert document.text.split("\n\n")[1:] == [
        "| From | To | Transition |\n| --- | --- | --- |\n| [*] | En attente |  |\n"
        "| En attente | Payée | payer [habitant] |",
        "- En attente: 14 jours",
        "```\nstrange line!\n```",
        "Rest.\n",
    ]
    row = split(document)[1]
    assert row.heading == "Life of a file"
    assert row.text == "From: En attente; To: Payée; Transition: payer [habitant]"


def test_a_flowchart_says_the_words_of_its_boxes() -> None:
    text = read_file("flow.mmd", FLOW.encode()).document.text
    assert text.strip().split("\n") == [
        "| From | To | Transition | Within |",
        "| --- | --- | --- | --- |",
        "| Order | Above > 5? |  |  |",
        "| Above > 5? | Second signature | yes |  |",
        "| Above > 5? | Paid | no |  |",
        "| Second signature | E |  |  |",
        "| Paid | E |  |  |",
        "| Invoice | G | monthly | Finance |",
    ]


def test_plantuml_states_and_what_is_said_of_them() -> None:
    text = read_file("ticket.puml", PLANT.encode()).document.text
    assert text.strip().split("\n") == [
        "Ticket",
        "",
        "| From | To | Transition | Within |",
        "| --- | --- | --- | --- |",
        "| Doing it | W2 | next | Work |",
        "| En attente | [*] |  |  |",
        "",
        "- En attente: 14 days",
    ]


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        *[
            (f"flowchart TD\n{word}[Show the error] --> retry[Retry twice]",
             ["| Show the error | Retry twice |  |"])
            for word in ("show", "click", "style", "class", "hide", "scale")
        ],
        ("graph TD\nA[Check] -- status == PAID --> B[Ship]", ["| Check | Ship | status == PAID |"]),
        ("graph TD\nA[Check] == a--b ==> B[Ship] -. x == y .-> C",
         ["| Check | Ship | a--b |", "| Ship | C | x == y |"]),
        ('graph TD\nA[Check] -- "a --> b" --> B[Ship]', ["| Check | Ship | a --> b |"]),
        ("graph LR; A[Start] --> B[Check]; B --> C", ["| Start | Check |  |", "| Check | C |  |"]),
        ("graph TD;\nA[x] --- B ---|no| C --x D & E\nstyle A fill:#f9f",
         ["| x | B |  |", "| B | C | no |", "| C | D |  |", "| C | E |  |"]),
    ],
)  # fmt: skip
def test_every_arrow_of_a_flowchart_is_a_row(lines: str, rows: list[str]) -> None:
    text = with_transitions(f"```mermaid\n{lines}\n```")
    assert text.strip().split("\n")[2:] == rows


@pytest.mark.parametrize(
    "code",
    [
        "```mermaid\nstateDiagram\n New --> Open : assign\n```",
        "```mermaid\nsequenceDiagram\n participant A as Web\n A->>B: hi\n```",
        '```plantuml\nparticipant "Web" as W\nW -> B : hi\n```',
        '```text\nstateDiagram\nstate "x" as A\nA --> B\n```',
        '```mermaid\nstateDiagram\nstate "x" as A\nA --> B',
    ],
)
def test_other_code_stays(code: str) -> None:
    assert with_transitions(f"# Page\n\n{code}\n") == f"# Page\n\n{code}\n"


@pytest.mark.parametrize(
    "lines",
    [
        "flowchart TD\nA[x]\n" + ("A" + "-- a" * 100 + "\n") * 2_000,
        "flowchart TD\nA[x]\n" + ("A & " * 60 + "A --> " + "B & " * 60 + "B\n") * 500,
        'stateDiagram\nstate "x" as A\n' + ("a-" * 240 + "!\n") * 2_000,
    ],
)
def test_hostile_lines_take_no_time(lines: str) -> None:
    started = time.process_time()
    with_transitions(f"```mermaid\n{lines}```\n")
    assert time.process_time() - started < 5
