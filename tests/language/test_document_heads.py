"""What a document's name and opening say of its edition and stage, and what they do not say."""

from __future__ import annotations

import pytest

from assistant.language.document_heads import head_words, named_edition, stage_words


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
        ("Spec_draft_v0.8.docx", "Spec", "", "draft"),
        ("Spec_v1.2_review_copy_Feb2025.pdf", "Spec", "", "draft"),
        ("Lastenheft_Entwurf.docx", "Lastenheft", "", "draft"),
        ("a.md", "Returns (draft)", "", "draft"),
        ("a.md", "A", "# A\n\nSpec · Version 0.8 (draft for walkthrough) · 3 May 2025", "draft"),
        ("a.md", "A", "DRAFT\n\n# A", "draft"),
        ("a.md", "A", "# A\n\nStatus: Draft", "draft"),
        ("OLD_concept.pdf", "Concept", "", "outdated"),
        ("Concept_v0.6_superseded.pdf", "Concept", "", "outdated"),
        # about drafts and what is old
        ("Draft_orders.docx", "Draft orders", "# Draft orders\n\nA draft is kept a day.", ""),
        ("a.md", "Delete a draft", "", ""),
        ("a.md", "A", "# States\n\n- Draft\n- Sent", ""),
        ("a.md", "A", "# A\n\nVersion 2.1: draft orders can be deleted.", ""),
        ("a.md", "A", "| Version | Date | State |\n| 0.8 | 3 May 2025 | draft |\n| 1.0 | | |", ""),
        ("Household_rules.md", "Household", "", ""),
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
