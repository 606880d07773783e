"""A changed case is held against what its own story had, not against every story of the run."""

from __future__ import annotations

import pytest

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Epic,
    GenerationRun,
    RetrievalStage,
    RetrievedChunk,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.workflow.writing.recheck_case import rechecked_against

SIGN_UP = AcceptanceCriterion(id="A-1-AC1", text="Name, mail and telephone number are required.")
REPORT = AcceptanceCriterion(id="A-2-AC1", text="A report shows two values a day.")


def run_of(kind: str, stage: RetrievalStage) -> GenerationRun:
    """A run of two stories; the other one's text is in it as this kind of chunk."""
    stories = (
        UserStory(key="A-1", title="Sign up", narrative="I sign up", criteria=(SIGN_UP,)),
        UserStory(key="A-2", title="Report", narrative="I read a report", criteria=(REPORT,)),
    )
    chunks = [
        Chunk(
            id=one.id, document_id="d", ordinal=0, text=one.text, key=one.id,
            kind="criterion" if one is SIGN_UP else kind,  # type: ignore[arg-type]
        )
        for one in (SIGN_UP, REPORT)
    ]  # fmt: skip
    return GenerationRun(
        id="r",
        request="",
        epics=(Epic(key="A", title="Accounts", stories=stories),),
        retrieved=tuple(
            RetrievedChunk(chunk=one, score=1, rank=rank, stage=stage)
            for rank, one in enumerate(chunks, 1)
        ),
    )


@pytest.mark.parametrize(
    ("kind", "stage", "marked"),
    [("criterion", "basis", False), ("criterion", "fused", True), ("rule", "basis", True)],
)
def test_what_was_numbered_for_another_story_names_no_number_of_this_case(
    kind: str, stage: RetrievalStage, marked: bool
) -> None:
    case = TestCase(
        id="TC-1", title="All fields are filled in", epic_key="A", story_key="A-1",
        criterion_ids=("A-1-AC1",),
        steps=(
            TestStep(number=1, action="Fill in name, mail and telephone number.",
                     expected_result="All four values are entered."),
        ),
    )  # fmt: skip
    found = rechecked_against(run_of(kind, stage), case).findings
    assert bool([one for one in found if one.words == "four values"]) is marked, found
