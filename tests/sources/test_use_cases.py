"""Use cases in a table, under headings and behind labels, in several languages."""

from __future__ import annotations

import time

import pytest
from file_writers import workbook
from hypothesis import given
from hypothesis import strategies as st
from reading_checks import sound

from assistant.domain import Epic, UserStory
from assistant.sources.files.files import read_file
from assistant.sources.pasted.pages import text_kind
from assistant.sources.pasted.pasted import read_pasted

TABLE = """# 4 Ticket office

## 4.1 UC-07 Change a reservation

| Use case ID | UC-07 |
| --- | --- |
| Use case name | Change a reservation |
| Primary actor | Box office clerk |
| Preconditions | The reservation is not paid. |
| Main success scenario | 1. The clerk opens the reservation.<br>\
2. The clerk picks other seats.<br>3. The system sets the status to CHANGED (BR-4). |
| Extensions | 2a Seats are taken<br>2a1. The system shows "These seats are taken."<br>\
2a2. The flow goes on at step 2.<br>3a Guest leaves<br>3a1. The clerk cancels. |
| Exceptions | E1 Printer is offline: the slip is sent by e-mail. |
| Postconditions | The old seats are free. |

# 5 Bar

## 5.1 UC-08 Take stock

| ID | UC-08 |
| --- | --- |
| Actor | Barkeeper |
| Basic flow | 1. The barkeeper counts the bottles.<br>2. The system books the difference. |
"""

HEADED = """# Lending desk

## UC 3: Return a bike

**Primary actor:** Attendant

**Trigger:** A guest brings a bike back.

### Normal flow

1. The attendant scans the frame number.

2. The system closes the loan.

### Alternative flows

#### 1a Frame number cannot be read

The attendant types the number.

#### Alternative flow 2: the bike is damaged

The attendant ticks "damaged". The system blocks the bike.

### Notes

Bells are not checked.
"""

COCKBURN = """Use case 12: Issue a visitor badge

Primary actor: Porter
Precondition: The visit is announced.

Main success scenario:
1. The porter finds the visit.
2. The visitor shows an identity card.
3. The system prints the badge.

Extensions:
2a. No identity card:
   2a1. The porter calls the host.
   2a2. The host fetches the visitor.
*a. At any time the fire alarm rings:
   *a1. The system prints no badge.
Business rules:
BR1: A badge is valid until 18:00 of the day of the visit.
"""

GERMAN = """# Anwendungsfall UC-21: Gutschein einlösen

**Akteur:** Kassenkraft

**Vorbedingungen:** Die Kasse ist offen.

**Hauptablauf**

1. Die Kassenkraft scannt den Gutschein.
2. Das System zieht den Wert ab.

**Alternative Abläufe**

1a Gutschein ist abgelaufen: Das System zeigt „Gutschein abgelaufen“.

**Ausnahmen**

E1 Der Scanner antwortet nicht: Die Nummer wird eingetippt.
"""

FRENCH = """# Cas d'utilisation 4 : Rendre un livre

Acteur principal : Bibliothécaire

## Scénario nominal

1. La bibliothécaire scanne le livre.
2. Le système clôt le prêt.

## Scénarios alternatifs

2a Le livre est en retard : le système calcule l'amende.
"""

STORY = """# Vouchers

## User story

As a clerk I want to redeem vouchers so that guests pay less.

### Main flow

1. The clerk scans the voucher.

### Acceptance criteria

- An expired voucher is refused.
"""


def stories(text: str) -> dict[str, UserStory]:
    reading = read_pasted(text)
    return {story.key: story for epic in reading.epics for story in epic.stories}


def flows(story: UserStory) -> dict[str, str]:
    assert {one.form for one in story.criteria} <= {"flow", "rule"}
    return {one.id.removeprefix(f"{story.key}-"): one.text for one in story.criteria}


def test_a_use_case_in_a_table_is_a_story_and_its_flows_are_the_criteria() -> None:
    reading = read_pasted(TABLE)
    sound(reading)
    assert [epic.title for epic in reading.epics] == ["4 Ticket office", "5 Bar"]
    first, second = (epic.stories[0] for epic in reading.epics)
    assert (first.key, first.title) == ("UC-07", "Change a reservation")
    assert "Primary actor: Box office clerk" in first.narrative
    assert "Postconditions: The old seats are free." in first.narrative
    found = flows(first)
    assert list(found) == ["main", "2a", "3a", "E1"]
    assert found["main"].splitlines()[2] == "3. The system sets the status to CHANGED (BR-4)."
    assert found["2a"].splitlines() == [
        "2a Seats are taken", '2a1. The system shows "These seats are taken."',
        "2a2. The flow goes on at step 2.",
    ]  # fmt: skip
    assert found["E1"] == "E1 Printer is offline: the slip is sent by e-mail."
    assert (second.key, second.title) == ("UC-08", "Take stock")
    assert not reading.unread


def test_a_use_case_under_headings_keeps_where_its_flows_stand() -> None:
    reading = read_pasted(HEADED)
    sound(reading)
    (epic,) = reading.epics
    (story,) = epic.stories
    assert (epic.title, story.key, story.title) == ("Lending desk", "UC-3", "Return a bike")
    found = {one.text.splitlines()[0]: one for one in story.criteria}
    assert list(found) == [
        "1. The attendant scans the frame number.", "1a Frame number cannot be read",
        "Alternative flow 2: the bike is damaged",
    ]  # fmt: skip
    assert "The system blocks the bike." in found["Alternative flow 2: the bike is damaged"].text
    for one in story.criteria:
        assert one.start is not None
        assert reading.document.text[one.start : one.end] == one.text
    assert "Notes: Bells are not checked." in story.narrative
    assert "Bells" not in "".join(one.text for one in story.criteria)


def test_extensions_behind_labels_have_their_steps_and_rules_are_criteria() -> None:
    story = stories(COCKBURN)["UC-12"]
    assert story.title == "Issue a visitor badge"
    found = flows(story)
    assert list(found) == ["main", "2a", "a", "BR1"]
    assert "2a2. The host fetches the visitor." in found["2a"]
    assert "fire alarm" in found["a"]
    assert "prints no badge" in found["a"]
    assert found["BR1"].endswith("until 18:00 of the day of the visit.")


@pytest.mark.parametrize(
    ("text", "key", "title", "ids"),
    [
        (GERMAN, "UC-21", "Gutschein einlösen", ["main", "1a", "E1"]),
        (FRENCH, "UC-4", "Rendre un livre", ["main", "2a"]),
    ],
)
def test_use_cases_of_other_languages(text: str, key: str, title: str, ids: list[str]) -> None:
    story = stories(text)[key]
    assert story.title == title
    assert list(flows(story)) == ids


def test_a_file_of_use_cases_is_a_test_basis_and_a_user_story_with_a_flow_stays_one() -> None:
    assert text_kind(TABLE) == "epic"
    reading = read_file("uc.md", TABLE.encode())
    assert [story.key for epic in reading.epics for story in epic.stories] == ["UC-07", "UC-08"]
    (epic,) = read_pasted(STORY).epics
    assert [one.text for one in epic.criteria] == ["An expired voucher is refused."]


@pytest.mark.parametrize(
    "text",
    [
        "# Guide\n\n## Main flow\n\nWater goes from the lake to the mill.\n",
        "# List\n\n| ID | Name | Primary actor |\n| --- | --- | --- |\n| UC-1 | Pay | Clerk |\n",
        "Main success scenario:\n1. Nobody says of what.\n",
    ],
)
def test_a_page_that_only_names_a_flow_is_no_use_case(text: str) -> None:
    assert text_kind(text) == "page"


def test_a_heading_behind_the_flows_is_no_flow() -> None:
    text = f"{HEADED}\n## Open points\n\nWho pays for a lost bell?\n"
    (story,) = stories(text).values()
    assert "lost bell" not in story.model_dump_json()
    assert any("lost bell" in one.text for one in read_pasted(text).unread)


def test_an_id_with_an_area_is_the_use_cases_own() -> None:
    assert set(stories(HEADED.replace("UC 3:", "UC-BIKE-03:"))) == {"UC-BIKE-03"}


def test_a_label_behind_the_flows_is_a_part_and_a_rule_is_no_word_of_a_flow() -> None:
    text = GERMAN.replace("**Ausnahmen**\n\nE1 Der", "**Ausnahmen**\n\n- Der")
    text += "\n**Verweise:**\n\nSiehe Kassenbuch 4.\n\n**Quelle:** Handbuch\n\n---\n"
    (story,) = stories(text).values()
    assert story.criteria[-1].text == ("- Der Scanner antwortet nicht: Die Nummer wird eingetippt.")
    assert "Verweise: Siehe Kassenbuch 4." in story.narrative
    assert "Quelle: Handbuch" in story.narrative
    assert "---" not in story.narrative


MARKED = """# Use case UC-5: Lend a tent

**Actor:** Warden

**Normal course:**

1. The warden picks a tent.

**Alternative courses:**

*5.1 Tent is torn (step 1)*

1. The warden notes the tear.
2. The warden picks another tent.

*5.2 Guest is under age*

1. The warden asks for a parent.

**Exceptions (rare):** None.
"""


def test_lines_in_italics_begin_flows_whose_steps_are_numbered_anew() -> None:
    (story,) = stories(MARKED).values()
    assert [one.text.splitlines()[0].strip("*") for one in story.criteria] == [
        "1. The warden picks a tent.", "5.1 Tent is torn (step 1)", "5.2 Guest is under age",
    ]  # fmt: skip
    assert story.criteria[1].text.endswith("2. The warden picks another tent.")
    assert "Exceptions (rare): None." in story.narrative  # says that there is no flow


NUMBERED = """# UC-9 Refill the kiln

## 📋 Summary

Pots are burned.

| Field | Value |
| --- | --- |
| Name | Refill the kiln |
| Level | User goal |
| Scope | Pottery |

## Actor

Potter

## Main flow

### Phase 1

1. The potter opens the kiln.

### Phase 2

2. The potter loads it.

## Alternative flow A1: the kiln is hot

1. The potter waits.
2. The potter opens it again.

## Alternative flow A2: no pots

1. The potter leaves.

## Alternative and exception flows

#### A3 Power fails

- **Trigger**: The light goes out.
- **Steps**:
  1. The potter calls the electrician.
"""


def test_headings_of_single_flows_and_within_a_flow_keep_the_steps_below_them() -> None:
    (story,) = stories(NUMBERED).values()
    texts = [one.text for one in story.criteria]
    assert len(texts) == 4
    assert texts[0].splitlines()[-1] == "2. The potter loads it."
    assert texts[1].startswith("Alternative flow A1: the kiln is hot")
    assert texts[1].endswith("2. The potter opens it again.")
    assert texts[2].endswith("1. The potter leaves.")
    assert texts[3].endswith("1. The potter calls the electrician.")


def test_a_numbered_list_under_the_name_of_one_flow_is_its_steps() -> None:
    one = HEADED.partition("### Alternative flows")[0]
    steps = "\n1. The lock jams.\n2. The attendant oils it.\n"
    (story,) = stories(f"{one}### Alternative flow\n{steps}").values()
    assert len(story.criteria) == 2
    (story,) = stories(f"{one}### Alternative flows\n{steps}").values()
    assert len(story.criteria) == 3


ITALIAN = """# Biglietteria

## Scheda: UC-B02

| Campo | Contenuto |
| --- | --- |
| **Nome del caso d'uso** | **UC-B02: Annullare un biglietto** |
| *Attore primario* | Cassiere |
| Pre-condizioni | Il biglietto è valido. |

### Flusso principale (scenario di successo)

1. Il cassiere annulla il biglietto.

### Flussi alternativi ed eccezioni

* **Biglietto usato**: il sistema rifiuta.
"""

BULLETED = """Use case UC-31: Sort the post

* Primary actor: Clerk
* Main success scenario:
  1. The clerk opens the bag.
  2. The clerk sorts the letters.
* Extensions:
  1a. The bag is empty.
* Postconditions: The bag is free.
"""

BARE = """UC-44: Wax the skis

Actor
Technician
Preconditions
The skis are dry.
Main flow
1. The technician heats the wax.
Alternative flows
A1 The wax smokes: the technician cools it.
"""

CELLS = """## UC-61 Weigh a parcel

| Feld | Inhalt |
| --- | --- |
| Vorbedingung | Die Waage steht. |
| Hauptszenario | <ol><li>Der Bote legt es auf.</li><li>Das System zeigt es.</li></ol> |
| Alternativen/Ausnahmen | A1 Zu schwer: Der Bote teilt es.</br>A2 Kein Strom: Der Bote wartet. |
"""

ROWS = """# Cas d'utilisation

| N° | Nom du cas d'usage | Acteur | Scénario nominal | Exceptions |
| --- | --- | --- | --- | --- |
| UC-71 | Rendre un outil | Artisan | 1. Il entre.<br>2. Il signe. | E1 Outil cassé : il paie. |
| UC-72 | Prendre un outil | Artisan | 1. Il choisit l'outil. | - |
"""


@pytest.mark.parametrize(
    ("text", "keys", "ids"),
    [
        (ITALIAN, ["UC-B02"], ["main", "AC1"]),
        (BULLETED, ["UC-31"], ["main", "1a"]),
        (BARE, ["UC-44"], ["main", "A1"]),
        (CELLS, ["UC-61"], ["main", "A1", "A2"]),
        (ROWS, ["UC-71", "UC-72"], ["main", "E1"]),
    ],
)
def test_templates_of_tables_lists_and_bare_names(
    text: str, keys: list[str], ids: list[str]
) -> None:
    reading = read_pasted(text)
    sound(reading)
    found = stories(text)
    assert list(found) == keys
    story = found[keys[0]]
    assert list(flows(story)) == ids
    assert len(story.title.split()) > 2
    assert "UC" not in story.title
    assert "*" not in story.narrative
    assert not any(story.title in epic.title or "UC-" in epic.title for epic in reading.epics[:-1])


MIXED = """# 🏛 Archive - use case overview

## 🎯 Use case: Copy a deed

| Attribute | Value |
| --- | --- |
| ID and name | UC-81: Copy a deed |
| Actors | Archivist |
| Normal flow | 1. The archivist scans the deed. |
| Alt flow A | The scanner is off. |

### User story

As an archivist I want to copy deeds so that the paper lasts.

### ✅ Acceptance criteria

- The copy has 300 dpi.
- The copy names the box.
"""


def test_a_use_case_may_tell_its_story_and_state_criteria_beside_its_flows() -> None:
    (story,) = stories(MIXED).values()
    assert (story.key, story.title) == ("UC-81", "Copy a deed")
    assert [one.text for one in story.criteria] == [
        "1. The archivist scans the deed.", "The scanner is off.",
        "- The copy has 300 dpi.", "- The copy names the box.",
    ]  # fmt: skip
    assert "As an archivist I want to copy deeds" in story.narrative


def test_the_main_flow_may_have_a_name_behind_its_own_and_others_are_processes() -> None:
    text = HEADED.replace("### Normal flow", "### Normal flow - bring it back")
    text = text.replace("### Alternative flows", "### Alternative processes")
    found = list(flows(stories(text)["UC-3"]))
    assert found == list(flows(stories(HEADED)["UC-3"]))


def test_items_of_a_flow_that_are_called_like_a_part_stay_in_it() -> None:
    text = HEADED.replace("\n2. The system", "\n   - Name\n   - Description\n\n2. The system")
    main = stories(text)["UC-3"].criteria[0].text
    assert "- Description" in main
    assert main.endswith("2. The system closes the loan.")


def test_code_in_a_flow_has_no_headings() -> None:
    code = "```bash\n# Exceptions\nunlock --all\n```\n"
    text = HEADED.replace("### Alternative flows", f"{code}\n### Alternative flows")
    assert stories(text)["UC-3"].criteria[0].text.endswith("# Exceptions\nunlock --all")


def test_cells_that_are_lists_have_a_step_a_line() -> None:
    assert len(flows(stories(CELLS)["UC-61"])["main"].splitlines()) == 2


def test_headings_of_one_level_with_the_use_cases_are_its_parts() -> None:
    text = (
        "# Mill - Use Case Specification: Grind corn\n\n# 1 Flow of events\n\n## 1.1 Basic flow\n\n"
        "The miller starts the mill.\n\n# 2 Preconditions\n\nThe wind blows.\n"
    )
    (story,) = stories(text).values()
    assert story.title == "Grind corn"
    assert [one.text for one in story.criteria] == ["The miller starts the mill."]
    assert "Preconditions: The wind blows." in story.narrative


def test_use_cases_without_ids_are_known_by_the_heading_above_them() -> None:
    text = "# Use cases\n\n## Dry hay\n\n### MSS\n\n1. The farmer turns the hay.\n"
    assert [story.title for story in stories(text).values()] == ["Dry hay"]
    guide = "# Guide\n\n## Kinds\n\n### Main scenario\n\nAll is well.\n\n### Exceptions\n\nRain.\n"
    assert text_kind(guide) == "page"


@given(
    st.lists(
        st.sampled_from(
            [
                "## UC-1 Pay", "**ID:** UC-2", "Main flow", "### Main flow", "1. The clerk pays.",
                "Extensions:", "#### 2a No money", "2a1. The clerk leaves.", "| ID | UC-3 |",
                "| --- | --- |", "| Actor | Clerk |", "| Basic flow | 1. Go<br>2. Stay |", "",
                "**Exceptions**", "- E1 Power fails", "*E2 Rain*", "**Source:** x",
                "Alternative flow 2: rain", "| Main flow | Actor | ID |", "---", "* Actor: y",
                "Actors: x", "# Chapter", "Text.",
            ]
        ),
        max_size=24,
    )
)  # fmt: skip
def test_any_order_of_parts_is_read_whole(lines: list[str]) -> None:
    sound(read_pasted("\n".join(["Clerk", *lines])))


@pytest.mark.long
def test_a_long_specification_is_read_in_linear_time() -> None:
    one = TABLE.partition("\n\n## 4.1")[2].partition("# 5 Bar")[0]

    def seconds(times: int) -> float:
        text = "# 4 Office\n\n" + "".join(
            f"## 4.{n} " + one.replace("UC-07", f"UC-{n}") for n in range(times)
        )
        begin = time.perf_counter()
        found: tuple[Epic, ...] = read_pasted(text).epics
        assert len(found[0].stories) == times
        return time.perf_counter() - begin

    seconds(10)
    assert seconds(200) < 12 * seconds(40)


def test_ids_of_any_letters_and_a_document_without_chapters() -> None:
    part = (
        "# {id} {name}\n\n| Use case id | {id} |\n| --- | --- |\n| Primary actor | Clerk |\n\n"
        "## Basic flow\n\n| Step | Actor | System |\n| --- | --- | --- |\n"
        "| 1 | Saves. | Ends. |\n\n"
    )
    text = "Use cases of the counter\n\n" + "".join(
        part.format(id=key, name=name) for key, name in (("BUC-4.1", "Open"), ("ORD-4.2", "Close"))
    )
    (epic,) = read_pasted(text).epics
    assert epic.title == "Use cases of the counter"
    assert [(one.key, one.title) for one in epic.stories] == [
        ("BUC-4.1", "Open"), ("ORD-4.2", "Close"),
    ]  # fmt: skip


def test_a_workbook_has_a_use_case_in_each_sheet_or_row() -> None:
    sheets = {
        "UC-01": [
            ("Use Case ID", "UC-01", ""), ("Use Case Name", "Book a room", ""),
            ("Actor", "Receptionist", ""), ("Main Flow", "1", "The receptionist picks a slot."),
            ("", "2", "The system books it."), ("Alternative Flow", "1a", "Slot is taken."),
        ],
        "UC-02": [
            ("Use Case ID", "UC-02"), ("Actor", "Receptionist"),
            ("Main Flow", "1. The receptionist opens the booking.\n2. The system deletes it."),
        ],
    }  # fmt: skip
    reading = read_file("room use cases.xlsx", workbook(sheets))
    (epic,) = reading.epics
    assert (epic.title, [one.key for one in epic.stories]) == ("room use cases", ["UC-01", "UC-02"])
    first, second = epic.stories
    assert first.title == "Book a room"
    assert flows(first) == {
        "main": "1 | The receptionist picks a slot.\n2 | The system books it.",
        "1a": "1a | Slot is taken.",
    }
    assert list(flows(second)) == ["main"]
    rows = [
        ("UC ID", "Use case name", "Actor", "Main flow", "Alternative flows"),
        ("UC-01", "Book a room", "Receptionist", "1. A slot is picked.", "1a Slot is taken: stop."),
        ("UC-02", "Cancel a room", "Receptionist", "1. A booking is deleted.", ""),
    ]
    listed = read_file("rooms.xlsx", workbook({"Use cases": rows})).epics
    assert [(one.key, one.title, len(one.criteria)) for one in listed[0].stories] == [
        ("UC-01", "Book a room", 2), ("UC-02", "Cancel a room", 1),
    ]  # fmt: skip


def test_a_workbook_of_facts_or_cases_is_none_of_use_cases() -> None:
    facts = workbook({"Flows": [("Main flow", "Water"), ("Lake", "Mill"), ("Mill", "Sea")]})
    assert not read_file("flows.xlsx", facts).epics
    cases = workbook({"Cases": [
        ("Test Case ID", "Title", "Precondition", "Step", "Expected Result"),
        ("T-1", "Main flow works", "A booking", "Open it", "It is open"),
    ]})  # fmt: skip
    assert len(read_file("cases.xlsx", cases).cases) == 1


def one_use_case(below: str = "", above: str = "") -> str:
    return (
        f"# Shop\n\n{above}## UC-1 Pay\n\n**Actor:** Clerk\n\n**Main flow:**\n\n"
        f"1. The clerk opens the order.\n2. The system books it.\n{below}"
    )


KEYED = """# ABC-100 Checkout epic

## ABC-12 Redeem voucher

**Actor:** Clerk

### Preconditions

The till is open.

### Main flow

1. The clerk scans the voucher.

### Acceptance criteria

- An expired voucher is refused.
- A voucher may be redeemed once.
"""

KEYED_LINES = """Epic: ABC-100 Checkout

ABC-12: Redeem voucher

Preconditions: The till is open.

Actor: Clerk

Main flow:
1. The clerk scans the voucher.

Acceptance criteria:
- An expired voucher is refused.
- A voucher may be redeemed once.
"""


@pytest.mark.parametrize("text", [KEYED, KEYED_LINES])
def test_an_issue_with_a_trackers_key_stays_a_story_with_its_criteria(text: str) -> None:
    (epic,) = read_pasted(text).epics
    assert epic.key == "ABC-100"
    assert [one.id for one in epic.criteria] == ["ABC-12-AC1", "ABC-12-AC2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            one_use_case(above="## Requirements\n\n- REQ-1: The system shall refuse it.\n\n"),
            "The system shall refuse it.",
        ),
        (
            one_use_case(
                "\n## US-2 Refund\n\nAs a clerk I want to refund so that guests are happy.\n\n"
                "### Acceptance criteria\n\n- A refund is booked at once.\n"
            ),
            "A refund is booked at once.",
        ),
        (
            one_use_case("\n## Story: Cancel\n\nAcceptance criteria:\n\n- Paid orders stay.\n"),
            "Paid orders stay.",
        ),
        (
            one_use_case("\n## Cancel\n\n### Acceptance criteria\n\n- Paid orders stay.\n"),
            "Paid orders stay.",
        ),
    ],
)
def test_what_a_text_states_beside_its_use_cases_is_no_less_read(text: str, words: str) -> None:
    assert words in [one.text for epic in read_pasted(text).epics for one in epic.criteria]


BESIDE = """# Specification: Loan desk

## Requirements

- FR-1: The system shall send a reminder 3 days before a loan ends.
- FR-2: A reader shall have at most 12 loans at a time.

{0}
## Use cases

### UC-01 Lend a book

**Actor:** Librarian

**Main success scenario**
1. The librarian scans the card.
2. The system shows the loans.

**Extensions**
2a. The card has expired:
  1. The system shows "Card expired".

## Glossary

Loan: a book that a reader has at home.
"""


@pytest.mark.parametrize(
    "more",
    [
        "",
        "### LD-7 Waive a fee\nAs a librarian I want to waive a fee.\n\n"
        "Acceptance criteria\n- At most EUR 5.00 is waived.\n",
    ],
)
def test_use_cases_beside_requirements_and_stories_keep_their_flows(more: str) -> None:
    text = BESIDE.format(more)
    (epic,) = read_pasted(text).epics
    assert epic.title == "Specification: Loan desk"
    (use_case,) = [one for one in epic.stories if one.key == "UC-01"]
    assert [(one.id, one.form) for one in use_case.criteria] == [
        ("UC-01-main", "flow"),
        ("UC-01-2a", "flow"),
    ]
    beside = [one for story in epic.stories if story is not use_case for one in story.criteria]
    stated = ["FR-1", "FR-2"] + (["LD-7-AC1"] if more else [])
    assert [one.id for one in beside] == stated
    for one in (*beside, *use_case.criteria):
        assert one.start is not None
        assert text[one.start :].startswith(one.text.split("\n")[0])
    told = epic.model_dump_json()
    assert told.count("a book that a reader has at home") == 1
    assert told.count("Card expired") == 1


def test_a_chapter_of_use_cases_beside_requirements_is_an_epic() -> None:
    text = BESIDE.format("").replace("## Use cases", "## Counter")
    first, second = read_pasted(text).epics
    assert (first.title, second.title) == ("Specification: Loan desk", "Counter")
    assert [one.key for one in second.stories] == ["UC-01"]
    assert [one.id for story in first.stories for one in story.criteria] == ["FR-1", "FR-2"]


@pytest.mark.parametrize(
    "text",
    [
        "# Test plan\n\n## Preconditions\n\nA basket.\n\n## Happy path\n\n1. Press pay.\n\n"
        "## Error cases\n\n1. Card refused.\n",
        "# Handbuch\n\n## Voraussetzungen\n\n- Strom ist da.\n\n## Normaler Ablauf\n\n"
        "1. Lade öffnen.\n\n## Ausnahmen\n\nKeine Münzen: Bank anrufen.\n",
        "# Restart\n\n**Preconditions:** nobody sends.\n\n**Normal process:**\n\n1. Stop it.\n\n"
        "**Exceptions:**\n\nIt does not stop: kill it.\n",
        "# Tests\n\n## TC-2 Checkout\n\n**Actor:** Guest\n\n**Happy path:**\n\n1. Press pay.\n",
        "# Tests\n\n## Checkout\n\n**Actor:** Guest\n\n**Happy path:**\n\n1. Press pay.\n\n"
        "**Expected result:** It is ordered.\n",
    ],
)
def test_a_plan_a_handbook_and_test_cases_are_no_use_cases(text: str) -> None:
    forms = {one.form for epic in read_pasted(text).epics for one in epic.criteria}
    assert "flow" not in forms
    assert text_kind(text) == "page"


def test_two_files_that_count_their_use_cases_anew_are_two_documents_and_two_epics() -> None:
    text = "# {0}\n\n## UC-01 {0}\n\n**Actor:** Clerk\n\n**Main flow:**\n\n1. The clerk works.\n"
    first, second = (
        read_file(f"{name}.md", text.format(name).encode()) for name in ("Login", "Payment")
    )
    assert first.document.id != second.document.id
    assert first.epics[0].key != second.epics[0].key
    assert first.epics[0].stories[0].key == "UC-01"


def test_fields_of_data_called_id_and_name_begin_no_use_case() -> None:
    data = "\n**Data:**\n\n| ID | number |\n| --- | --- |\n| Name | 40 |\n| Description | any |\n"
    text = one_use_case(
        f"Name: that of the guest\n{data}\n**Alternative flows:**\n\n1a No order.\n"
    )
    (story,) = stories(text).values()
    assert list(flows(story)) == ["main", "1a"]
    assert "Name: that of the guest" in story.criteria[0].text
    assert "Description | any" in story.narrative


def test_a_heading_with_many_blanks_in_it_is_read_at_once() -> None:
    text = one_use_case(f"\n# a{' ' * 1_500}b ##\n")
    begin = time.process_time()
    assert text_kind(text) == "epic"
    assert time.process_time() - begin < 2


def test_issues_in_a_list_below_a_label_are_all_stories() -> None:
    text = "# Epic Vouchers\n\nStories:\nAB-1 redeem a voucher\nAB-2 cancel a voucher\n"
    assert list(stories(text)) == ["AB-1", "AB-2"]


def test_an_ordinal_is_no_id_of_a_flow() -> None:
    text = (
        "# UC-1 Enter a PIN\n\n**Actor:** Guest\n\n**Main flow**\n\n1. The guest enters it.\n\n"
        "**Alternative flows**\n\n1a PIN is wrong:\n2nd attempt is offered.\n"
        "3rd attempt is refused.\n"
    )
    assert list(flows(stories(text)["UC-1"])) == ["main", "1a"]
