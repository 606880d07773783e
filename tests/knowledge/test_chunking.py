from __future__ import annotations

import re
import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    DocumentKind,
    Epic,
    SourceDocument,
    SourceMetadata,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.knowledge.chunks.chunking import split

RULES = """# Business rules: Refunds

Team: Billing
Release: Drop-2

## Limits

- **BR-12** A refund above £500.00 needs a Team Leader.
  It is posted within 5 working days.
- A refund below £5.00 is credited to the final bill.

BR-13: Refunds are paid to the account they came from.
BR-14: A refund is never paid in cash.

## BR-20 Late payments

A payment is late after 14 days.

A late payment adds a fee of £12.00.

## Fees

The fee depends on the meter:

| Rule | Meter | Fee |
|------|-------|-----|
| BR-30 | Smart \\| Prepayment | £0.00 |
| BR-31 | Traditional | £25.00 |

| Role | May approve |
|---|---|
| Team Leader | Refunds |
"""


def document(text: str, kind: DocumentKind = "page", **fields: object) -> SourceDocument:
    return SourceDocument.model_validate(
        {"id": "d", "kind": kind, "title": "Title", "text": text, "content_hash": "0", **fields}
    )


def by_key(chunks: tuple[Chunk, ...]) -> dict[str, Chunk]:
    return {chunk.key: chunk for chunk in chunks if chunk.key}


def check_verbatim(text: str, chunks: tuple[Chunk, ...]) -> None:
    for chunk in chunks:
        assert chunk.text.strip()
        if chunk.start >= 0:
            assert text[chunk.start : chunk.end] == chunk.text
    spans = sorted((c.start, c.end) for c in chunks if c.start >= 0)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def lost_words(text: str, chunks: tuple[Chunk, ...]) -> set[str]:
    """Words of the text that no chunk has in its text or heading, list numbers aside."""
    kept = " ".join(f"{chunk.text} {chunk.heading}" for chunk in chunks)
    return set(re.findall(r"[^\W\d_]+", text)) - set(re.findall(r"[^\W\d_]+", kept))


def test_each_rule_is_whole_and_carries_its_headings() -> None:
    chunks = split(document(RULES, "rules"))
    check_verbatim(RULES, chunks)
    rules = by_key(chunks)
    assert {"BR-12", "BR-13", "BR-14", "BR-20", "BR-30", "BR-31"} <= set(rules)
    assert rules["BR-12"].text.startswith("**BR-12** A refund above £500.00")
    assert rules["BR-12"].text.endswith("within 5 working days.")
    assert rules["BR-12"].heading == "Business rules: Refunds > Limits"
    assert rules["BR-13"].text == "BR-13: Refunds are paid to the account they came from."
    assert rules["BR-20"].text.startswith("## BR-20 Late payments")
    assert rules["BR-20"].text.endswith("fee of £12.00.")
    assert all(rule.kind == "rule" for rule in rules.values())


def test_a_sentence_that_goes_on_in_the_next_line_is_in_one_chunk() -> None:
    text = (
        "- The fee must be paid by guests and is no longer\ntaken from members.\n"
        "- Die Gebühr must be paid bis zum\n31. Dezember.\n"
        "- A refund must be made by the\nfollowing companies in time:\nAcme.\n"
    )
    document = SourceDocument(id="d", kind="page", title="Mail", text=text, content_hash="h")
    rules = [chunk for chunk in split(document) if chunk.kind == "rule"]
    assert [chunk.text for chunk in rules] == [
        "The fee must be paid by guests and is no longer\ntaken from members.",
        "Die Gebühr must be paid bis zum\n31. Dezember.",
        "A refund must be made by the\nfollowing companies in time:\nAcme.",
    ]
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in rules)


def test_a_table_that_begins_with_sentences_has_no_header() -> None:
    text = (
        "| Statements | My milk. The last 36 months are listed. |\n| --- | --- |\n"
        "| Volume | My tanks > Announce volume |\n"
    )
    assert [chunk.text for chunk in split(document(text))] == text.splitlines()[::2]


@pytest.mark.parametrize(
    ("header", "row", "chunk"),
    [
        ("Approx. price. EUR | Days", "5 | 10", "Approx. price. EUR: 5; Days: 10"),
        ("Is the tenant of age? And a citizen? | Fee", "yes | 10 EUR",
         "Is the tenant of age? And a citizen?: yes; Fee: 10 EUR"),
        (f"Is the account {'very ' * 20}old? | Fee", "yes | 5",
         f"Is the account {'very ' * 20}old?: yes; Fee: 5"),
    ],
)  # fmt: skip
def test_one_long_name_of_a_column_takes_no_header_away(header: str, row: str, chunk: str) -> None:
    text = f"| {header} |\n| --- | --- |\n| {row} |\n"
    assert [one.text for one in split(document(text))] == [chunk]


def test_a_table_row_carries_its_headers_and_the_sentence_above() -> None:
    rules = by_key(split(document(RULES, "rules")))
    assert rules["BR-30"].text == "Rule: BR-30; Meter: Smart | Prepayment; Fee: £0.00"
    assert rules["BR-30"].start == -1
    assert rules["BR-30"].heading.endswith("Fees > The fee depends on the meter")
    rows = [chunk for chunk in split(document(RULES)) if chunk.kind == "table_row"]
    assert [row.text for row in rows] == ["Role: Team Leader; May approve: Refunds"]


def test_steps_of_a_process_are_prose_and_normative_items_are_rules() -> None:
    text = "# Process\n\n1. The agent opens the account.\n2. The agent greets the caller.\n"
    text += "- Only a Team Leader may approve it.\n"
    chunks = split(document(text))
    assert [chunk.kind for chunk in chunks] == ["prose", "rule"]
    assert chunks[0].text.count("agent") == 2
    assert chunks[1].text == "Only a Team Leader may approve it."


EPIC_TEXT = """# CC-1 Refunds

Release: Drop-3

Refunds are slow today.

## CC-2 Ask for a refund

As an agent, I want to ask for a refund
so that the customer is paid.

### Acceptance criteria

- AC1: A refund of up to £500.00 is approved automatically.
- AC2: A refund above £500.00 waits for a Team Leader.

| Amount | Who approves |
|---|---|
| Below £5.00 | Nobody needs to approve it |

Notes: ask Ruth.
"""


def epic() -> Epic:
    one = "A refund of up to £500.00 is approved automatically."
    start = EPIC_TEXT.index(one)
    criteria = (
        AcceptanceCriterion(id="CC-2-AC1", text=one, start=start, end=start + len(one)),
        AcceptanceCriterion(id="CC-2-AC2", text="A refund above £500.00 waits for a Team Leader."),
        AcceptanceCriterion(
            id="CC-2-AC3",
            text="Amount: Below £5.00; Who approves: Nobody needs to approve it",
            form="table",
        ),
    )
    narrative = "As an agent, I want to ask for a refund so that the customer is paid."
    story = UserStory(key="CC-2", title="Ask for a refund", narrative=narrative, criteria=criteria)
    return Epic(key="CC-1", title="Refunds", stories=(story,), release="Drop-3", team="Billing")


def test_criteria_and_narratives_stand_under_their_keys() -> None:
    chunks = split(document(EPIC_TEXT, "epic"), epics=[epic()])
    check_verbatim(EPIC_TEXT, chunks)
    keyed = by_key(chunks)
    assert keyed["CC-2-AC1"].text == "A refund of up to £500.00 is approved automatically."
    assert keyed["CC-2-AC1"].kind == "criterion"
    assert keyed["CC-2-AC2"].start > 0, "a criterion without offsets is found in the text"
    assert keyed["CC-2-AC3"].start == -1
    assert keyed["CC-2"].kind == "story"
    assert "I want to ask for a refund\nso that" in keyed["CC-2"].text
    assert "CC-2 Ask for a refund > Acceptance criteria" in keyed["CC-2-AC1"].heading
    assert keyed["CC-2-AC1"].metadata.release == "Drop-3"
    assert keyed["CC-2-AC1"].metadata.team == "Billing"
    assert not [c for c in chunks if c.kind == "table_row"], "the row is the criterion"
    assert not lost_words(EPIC_TEXT, chunks)


def test_a_criterion_with_wrong_offsets_is_still_there() -> None:
    wrong = epic().stories[0].criteria[0].model_copy(update={"start": 3, "end": 9})
    story = epic().stories[0].model_copy(update={"criteria": (wrong,)})
    chunks = split(
        document(EPIC_TEXT, "epic"), epics=[epic().model_copy(update={"stories": (story,)})]
    )
    check_verbatim(EPIC_TEXT, chunks)
    assert by_key(chunks)["CC-2-AC1"].text == wrong.text


def test_an_existing_case_is_one_chunk_and_no_cell_is_lost() -> None:
    text = (
        "| Id | Title | Step | Expected | Priority |\n|---|---|---|---|---|\n"
        "| T-1 | Verify that a refund is paid | Open the refund screen of the account "
        "| The refund screen is shown to the agent | P1 |\n"
        "| T-1 | Verify that a refund is paid | Enter the amount of the refund and save "
        "| The refund is shown as approved | P1 |\n"
        "| T-9 | A row that was not read as a case | - | - | P7 |\n"
    )
    steps = (
        TestStep(number=1, action="Open the refund screen of the account",
                 expected_result="The refund screen is shown to the agent"),
        TestStep(number=2, action="Enter the amount of the refund and save",
                 expected_result="The refund is shown as approved"),
    )  # fmt: skip
    case = TestCase(id="T-1", title="Verify that a refund is paid", steps=steps, team="Billing")
    chunks = split(document(text, "test_cases"), cases=[case])
    cases = [chunk for chunk in chunks if chunk.kind == "case"]
    assert [chunk.key for chunk in cases] == ["T-1"]
    assert "1. Open the refund screen" in cases[0].text
    assert cases[0].text.count("Priority: P1") == 1
    assert cases[0].metadata.team == "Billing"
    assert [c.text for c in chunks if c.kind == "table_row"] == [
        "Id: T-9; Title: A row that was not read as a case; Step: -; Expected: -; Priority: P7"
    ]


@pytest.mark.parametrize("cell", ["2027-02-15", "15.02.2027", "2027-02-15 00:00:00"])
def test_the_day_on_which_a_case_is_run_is_no_part_of_what_is_found(cell: str) -> None:
    text = (
        "| Id | Title | Test Date | Step | Sprint |\n|---|---|---|---|---|\n"
        f"| T-1 | Verify that a refund is paid | {cell} | Open the refund screen | S7 |\n"
    )
    step = TestStep(number=1, action="Open the refund screen", expected_result="")
    day = date(2027, 2, 15)
    case = TestCase(id="T-1", title="Verify that a refund is paid", test_date=day, steps=(step,))
    (chunk,) = split(document(text, "test_cases"), cases=[case])
    assert "Sprint: S7" in chunk.text
    assert "2027" not in chunk.text


def test_further_rows_of_a_case_without_its_name_belong_to_it() -> None:
    """As ALM and PractiTest export: a row a step, the name in the first; no step is a fact."""
    text = (
        "| Name | Step | Description | Expected |\n|---|---|---|---|\n"
        "| Refund is paid | Step 1 | Open the refund screen of the account | It is shown |\n"
        "|  | Step 2 | Save | Approved, at most EUR 50 |\n"
        "|  | Step 3 | Other words that no case holds as they stand | Nothing |\n"
        "|  | Step 4 | Save | Approved, at most EUR 50 |\n"
    )
    steps = (
        TestStep(number=1, action="Open the refund screen of the account",
                 expected_result="It is shown"),
        TestStep(number=2, action="Save", expected_result="Approved, at most EUR 50"),
    )  # fmt: skip
    case = TestCase(id="T-1", title="Refund is paid", steps=steps)
    chunks = split(document(text, "test_cases"), cases=[case])
    assert [c.text for c in chunks if c.kind == "table_row"] == [
        "Step: Step 3; Description: Other words that no case holds as they stand; "
        "Expected: Nothing",
        "Step: Step 4; Description: Save; Expected: Approved, at most EUR 50",
    ]  # what is not read into the case ends it


def test_a_row_of_the_next_table_is_no_further_row_of_the_last_case() -> None:
    text = (
        "## Cases\n\n| Name | Description | Expected |\n|---|---|---|\n"
        "| Pay by card | Choose the card and press the button | It is paid |\n\n"
        "## Limits\n\n| Method | Limit |\n|---|---|\n| Card | 500 EUR |\n"
    )
    step = TestStep(
        number=1, action="Choose the card and press the button", expected_result="It is paid"
    )
    case = TestCase(id="T-1", title="Pay by card", steps=(step,))
    chunks = split(document(text, "test_cases"), cases=[case])
    assert [c.text for c in chunks if c.kind == "table_row"] == ["Method: Card; Limit: 500 EUR"]


def test_long_prose_is_cut_at_sentences() -> None:
    text = "# Guide\n\n" + "The agent reads the sentence number one aloud. " * 120
    chunks = split(document(text))
    check_verbatim(text, chunks)
    assert len(chunks) > 3
    assert all(len(chunk.text.split()) <= 200 for chunk in chunks)
    assert all(chunk.text.endswith(".") for chunk in chunks)
    assert all(chunk.heading == "Guide" for chunk in chunks)


def test_a_long_rule_with_parts_falls_apart_at_its_parts() -> None:
    parts = "".join(f"  - part {n} must hold " + "word " * 40 + "\n" for n in range(8))
    chunks = split(document("# Rules\n\n- BR-1 All of these must hold:\n" + parts, "rules"))
    assert len(chunks) == 9
    assert {chunk.key for chunk in chunks} == {"BR-1"}
    assert "All of these must hold" in chunks[3].heading


def test_a_heading_without_text_is_kept() -> None:
    chunks = split(document("# One\n\ntext\n\n## Nothing below\n"))
    assert [chunk.text for chunk in chunks] == ["text", "## Nothing below"]


def test_fields_of_the_document_are_carried() -> None:
    source = document(
        "text", uri="https://wiki/1", version=3, metadata=SourceMetadata(release="Drop-1")
    )
    (chunk,) = split(source)
    assert (chunk.title, chunk.uri, chunk.version) == ("Title", "https://wiki/1", 3)
    assert chunk.metadata.release == "Drop-1"
    assert split(source) == split(source)
    assert split(document("other"))[0].id != chunk.id


def test_a_label_above_a_story_or_a_criterion_is_no_chunk_of_its_own() -> None:
    text = (
        "KEG-19 Trade webshop\n\nKEG-20\n"
        "As a landlord I want to order kegs so that I can sell beer.\n\nAcceptance criteria\n"
        "- An order has at least 3 kegs.\n- An order has at most 40 kegs.\n\n"
        "Suspended orders stay suspended\n- They are shown in grey.\n"
    )
    limits = (
        "An order has at least 3 kegs.", "An order has at most 40 kegs.", "They are shown in grey."
    )  # fmt: skip
    story = UserStory(
        key="KEG-20",
        title="Order kegs",
        narrative="As a landlord I want to order kegs so that I can sell beer.",
        criteria=tuple(
            AcceptanceCriterion(id=f"KEG-20-AC{n}", text=one) for n, one in enumerate(limits, 1)
        ),
    )
    epic = Epic(key="KEG-19", title="Trade webshop", stories=(story,))
    chunks = split(document(text, "epic"), epics=(epic,))
    assert not [one.text for one in chunks if one.text in ("KEG-20", "Acceptance criteria")]
    assert by_key(chunks)["KEG-20-AC1"].heading.endswith("Acceptance criteria")
    assert any("Suspended orders stay suspended" in one.text for one in chunks), "it says something"
    assert not lost_words(text, chunks)


line = st.one_of(
    st.sampled_from(
        ["", "", "# Heading A", "## BR-7 Rule heading", "Title\n===", "---", "- item one",
         "  - sub", "1. first", "| a | b |", "|---|---|", "| c | d |", "```",
         "**Bold label**", "Label:", "BR-12: a rule.", "    indented", "> quote",
         "Release: Drop-3", "a | b", "* * *", "~~~"]
    ),
    st.text(
        st.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=("Cs", "Cc")),
        max_size=40,
    ),
    st.builds(
        lambda word, n: f"{word} " * n, st.sampled_from(["Alpha", "beta."]), st.integers(1, 400)
    ),
)  # fmt: skip


@pytest.mark.long
@given(st.lists(line, max_size=14).map("\n".join), st.sampled_from(["rules", "page", "epic"]))
@example("---\n\n---", "rules")
@settings(max_examples=250, deadline=None)
def test_whatever_the_text_nothing_is_lost(text: str, kind: DocumentKind) -> None:
    chunks = split(document(text, kind))
    check_verbatim(text, chunks)
    assert not lost_words(text, chunks)


@pytest.mark.long
@given(st.data())
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_around_criteria(data: st.DataObject) -> None:
    text = "\n".join(data.draw(st.lists(line, min_size=1, max_size=10)))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    criteria = [
        AcceptanceCriterion(id=f"A-{a}", text=text[a:b], start=a, end=b)
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
        if text[a:b].strip() == text[a:b] != ""
    ]
    found = Epic(
        key="E-1", title="E", stories=(UserStory(key="S-1", title="S", criteria=tuple(criteria)),)
    )
    chunks = split(document(text, "epic"), epics=[found])
    check_verbatim(text, chunks)
    assert {c.key for c in chunks if c.kind == "criterion"} == {c.id for c in criteria}
    kept = " ".join(f"{chunk.text} {chunk.heading}" for chunk in chunks)
    lines = text.split("\n")
    # A heading that stands there twice in the same words is carried once.
    once = [row for at, row in enumerate(lines) if not (row.startswith("#") and row in lines[:at])]
    letters = re.sub(r"[\W\d_]+", "", "\n".join(once))
    assert len(re.sub(r"[\W\d_]+", "", kept)) >= len(letters)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["- item\n" * 20_000, "word. " * 40_000, "| a | b |\n" * 20_000, "# h\n" * 20_000,
     "**x**\n" * 20_000, "\n" * 200_000, "- a\n\n" * 20_000, "BR-1: x.\n" * 20_000,
     "a\n-\n" * 20_000, "```\n" * 20_001, "*" * 100_000, "[" * 100_000, "| " * 50_000],
    ids=lambda text: repr(text[:6]),
)  # fmt: skip
def test_time_stays_linear(text: str) -> None:
    started = time.process_time()
    split(document(text, "rules"))
    assert time.process_time() - started < 8
