"""A criterion with a source and a case, proved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

import pytest

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    ChunkKind,
    CriterionForm,
    Evidence,
    Fact,
    Outcome,
    RetrievedChunk,
    Technique,
    TestCase,
    TestCondition,
    TestStep,
)
from assistant.generation.proof import Ground, Sources, grounded, with_sources

Prove = Callable[..., TestCase]


def source(
    rank: int,
    text: str,
    kind: ChunkKind = "rule",
    key: str = "",
    place: str = "",
    heading: str = "",
) -> RetrievedChunk:
    """A chunk of a document of its own, as it stands in the prompt."""
    chunk = Chunk(
        id=f"c{rank}", document_id=f"d{rank}", ordinal=rank, text=text, kind=kind, key=key,
        place=place, heading=heading,
    )  # fmt: skip
    stage = "basis" if kind == "criterion" else "fused"
    return RetrievedChunk.model_validate({"chunk": chunk, "score": 1, "rank": rank, "stage": stage})


@pytest.fixture
def prove() -> Prove:
    """A case of one criterion, held against it.

    ``steps`` are (action, data, result); ``facts`` and ``outcomes`` what the condition says;
    outcomes that begin with "not: " must not happen; ``added`` are sentences of a person;
    ``places`` are where the sources stand,
    ``headings`` below which, ``kind`` what they are;
    ``calculations`` are the lines handed over with each step; ``technique`` is the condition's,
    ``written_as`` the case's own.
    """

    def proved(
        criterion: str,
        steps: Sequence[tuple[str, str, str]],
        *,
        given: Sequence[str] = (),
        facts: Sequence[Fact] = (),
        outcomes: Sequence[str] = (),
        sources: Sequence[str] = (),
        places: Sequence[str] = (),
        headings: Sequence[str] = (),
        story: str = "",
        own: Sequence[str] = (),
        added: Sequence[str] = (),
        cited: Sequence[int] = (),
        calculations: Sequence[Sequence[str]] = (),
        kind: ChunkKind = "rule",
        form: CriterionForm = "bullet",
        technique: Technique = "boundary",
        written_as: Technique | None = None,
    ) -> TestCase:
        chunks = [source(1, criterion, "criterion", "AC-1")]
        chunks += [
            source(n, text, kind, place=place, heading=heading)
            for n, (text, place, heading) in enumerate(
                zip_longest(sources, places, headings, fillvalue=""), start=2
            )
        ]
        ready = Sources(chunks)
        condition = TestCondition(
            id="AC-1-B1",
            criterion_id="AC-1",
            technique=technique,
            statement="",
            evidence=(Evidence(source_id="AC-1", quote=criterion, start=0, end=len(criterion)),),
            facts=tuple(facts),
            outcomes=tuple(
                Outcome(
                    source_id="AC-1",
                    quote=text.removeprefix("not: "),
                    happens=not text.startswith("not: "),
                )
                for text in outcomes
            ),
        )
        ground = Ground(
            sources=ready,
            criteria=(AcceptanceCriterion(id="AC-1", text=criterion, form=form),),
            conditions=(condition,),
            context=(story,),
            own=tuple(own),
            added=frozenset(added),
        )
        case = TestCase(
            id="TC-1",
            title="",
            technique=written_as,
            preconditions=tuple(given),
            steps=tuple(
                TestStep(
                    number=number,
                    action=action,
                    test_data=data,
                    expected_result=result,
                    calculation=tuple(lines),
                    citations=with_sources(result, cited, ready),
                )
                for number, ((action, data, result), lines) in enumerate(
                    zip_longest(steps, calculations, fillvalue=()), start=1
                )
            ),
            criterion_ids=("AC-1",),
            condition_ids=("AC-1-B1",),
        )
        return grounded(case, ground)

    return proved
