"""What a document's name and opening say of its edition and stage, and what they do not say."""

from __future__ import annotations

import pytest

from assistant.language.document_heads import edition_words, head_words, named_edition, stage_words


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Lending_terms_v7.docx", ("lending terms", (7,))),
        ("in/Lending terms, version 7.0 (final).pdf", ("lending terms", (7,))),
        ("Milk rules_ed2_2024.docx", ("milk rules", (2,))),
        ("v2.docx", None),
        ("Lending_terms_2024-05-01.docx", None),
        ("api_v2_requirements.md", None),
    ],
)
def test_a_name_tells_the_document_and_its_edition(
    name: str, told: tuple[str, tuple[int, ...]] | None
) -> None:
    assert named_edition(name) == told


@pytest.mark.parametrize(
    ("name", "title", "text", "stage"),
    [
        ("Spec_chapter_5_draft.docx", "Spec", "", "draft"),
        ("UC-13_draft.docx", "UC-13 Report a loss", "# UC-13 Report a loss\n\nSteps.", "draft"),
        ("DRAFT_lending_terms.docx", "Lending terms", "", "draft"),
        ("[Draft] Lending terms.docx", "Lending terms", "", "draft"),
        ("Draft - Lending terms.docx", "Lending terms", "", "draft"),
        ("Lending terms (draft v2, 3 May 2025).docx", "Lending terms", "", "draft"),
        ("Applications_v2_for_review.md", "Applications", "", "draft"),
        ("a.md", "A", "# A\n\nStatus: Draft v0.8, 3 May 2025", "draft"),
        ("a.md", "A", "# A\n\nStatus: draft for walkthrough", "draft"),
        ("a.md", "A", "# A\n\nDraft v0.8 (3 May 2025)", "draft"),
        ("Spec_draft_v0.8.docx", "Spec", "", "draft"),
        ("Spec_v1.2_review_copy_Feb2025.pdf", "Spec", "", "draft"),
        ("Lastenheft_Entwurf.docx", "Lastenheft", "", "draft"),
        ("a.md", "Returns (draft)", "", "draft"),
        ("a.md", "A", "# A\n\nSpec · Version 0.8 (draft for walkthrough) · 3 May 2025", "draft"),
        ("a.md", "A", "DRAFT\n\n# A", "draft"),
        ("a.md", "A", "# A\n\nStatus: Draft", "draft"),
        ("OLD_concept.pdf", "Concept", "", "outdated"),
        ("Concept_v0.6_superseded.pdf", "Concept", "", "outdated"),
        ("Concept (old).pdf", "Concept 2024", "", "outdated"),
        ("Concept_old.pdf", "Concept", "", "outdated"),
        ("Concept_OLD.pdf", "Concept of lending", "", "outdated"),
        # about drafts and what is old
        ("Draft_orders.docx", "Draft orders", "# Draft orders\n\nA draft is kept a day.", ""),
        ("a.md", "Delete a draft", "", ""),
        ("a.md", "A", "# States\n\n- Draft\n- Sent", ""),
        ("a.md", "A", "# A\n\nVersion 2.1: draft orders can be deleted.", ""),
        ("a.md", "A", "| Version | Date | State |\n| 0.8 | 3 May 2025 | draft |\n| 1.0 | | |", ""),
        ("Household_rules.md", "Household", "", ""),
        ("Old_Town_tickets.docx", "Old Town tickets", "# Old Town tickets\n\n5 EUR.", ""),
        ("OLD_TOWN_TICKETS.docx", "Tickets", "", ""),
        ("Archived_orders.md", "Archived orders", "# Archived orders", ""),
        ("Archived_orders.md", "Orders", "# Orders", ""),
        ("Withdrawn consent.md", "Withdrawn consent", "", ""),
        ("Consent_withdrawn.md", "Consent that is withdrawn", "", ""),
        ("Guests_under_18_years_old.md", "Guests under 18", "", ""),
        ("How_to_save_a_draft.md", "How to save a draft", "# How to save a draft\n\nPress S.", ""),
        ("How_to_save_a_draft_v2.md", "How to save", "# How to save\n\nA draft is kept.", ""),
        ("Delete_draft.md", "Delete an order", "# Delete an order\n\nA draft goes.", ""),
        ("Applications_for_review.md", "Applications for review", "", ""),
        ("Applications_for_review.md", "Applications", "# Applications\n\nRead.", ""),
        ("a.md", "Invoice states (draft, sent, paid)", "", ""),
        ("a.md", "Invoice states (draft, final)", "", ""),
        ("a.md", "Orders: draft and submitted", "", ""),
        ("a.md", "Order states: open, draft", "", ""),
        ("a.md", "A", "# A\n\nStatus: Draft, Submitted, Approved, Cancelled", ""),
        ("a.md", "A", "# A\n\nStatus: Draft / Approved / Final", ""),
        ("a.md", "A", "# A\n\n**Status:** Draft orders can be edited by the clerk", ""),
        ("a.md", "A", "# A\n\nVersion 2.1: draft, submitted and sent orders", ""),
        ("a.md", "Glossary", "# Draft\n\nAn order that is not sent.", ""),
    ],
)
def test_a_stage_is_taken_from_what_the_document_says_of_itself(
    name: str, title: str, text: str, stage: str
) -> None:
    found, words = stage_words(name, title, text)
    assert found == stage
    assert bool(words) == bool(stage)
    assert words.casefold() in f"{name} {title} {text}".replace("_", " ").casefold()


def test_the_opening_is_quoted_where_it_tells_edition_date_and_status() -> None:
    text = (
        "# Lending terms\n\nValid from 1 January 2027. Replaces version 6.\n\n"
        "| Status | approved |\n| 0.8 | 3 May 2025 | first |\n\nBooks are lent for 14 days.\n"
    )
    said = "Valid from 1 January 2027. Replaces version 6. · Status : approved"
    assert head_words(text) == said


def test_another_document_of_the_name_without_it_tells_an_old_one() -> None:
    name, title = "old_fees.docx", "What members pay"
    assert stage_words(name, title, "", {"fees"}.__contains__) == ("outdated", "old")
    assert stage_words(name, title, "", {"fees 2025"}.__contains__) == ("", "")
    assert stage_words("Old.docx", "Old", "", lambda held: not held) == ("", "")
    assert stage_words("Fees_old.docx", title, "", {"fees"}.__contains__) == ("outdated", "old")


@pytest.mark.parametrize(
    ("line", "is_head"),
    [
        ("Valid from 1 January 2027", True),
        ("Gültig ab 1. Januar 2027", True),
        ("| Date | 3 May 2025 |", True),
        ("3 May 2025", True),
        ("Lending terms · 3 May 2025", True),
        ("This version replaces that of 3 May 2025.", True),
        ("Version 7, in force from 2027", True),
        ("Status: approved", True),
        ("From 1 January 2026 the fee is EUR 5.", False),
        ("Valid from 1 January 2026 are the fees of the desk.", False),
        ("Orders of 3 May 2025 are deleted.", False),
        ("Valid from 1 January 2026: a loan costs EUR 5.", False),
        ("Android version 14 costs EUR 5.", False),
    ],
)
def test_a_rule_with_a_date_is_no_head(line: str, is_head: bool) -> None:
    assert bool(head_words(f"# A\n\n{line}\n\nBooks are lent.\n")) is is_head


def test_of_a_head_the_editions_and_dates_are_taken_alone() -> None:
    head = "Version 7 of 1 January 2027: 5 of 12 members agreed, EUR 5 · Replaces version 6."
    said = edition_words(head)
    assert "Version 7" in said
    assert "1 January 2027" in said
    assert "version 6" in said
    assert not any(one in said for one in ("EUR", "12", "members"))
