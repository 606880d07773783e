"""Cases that rest on a sentence of a page because a person let them."""

from __future__ import annotations

from assistant.domain import Citation, TestStep
from assistant.library import Library


def rest_on(library: Library, project_id: str, run_id: str, sentence: str) -> set[str]:
    """Two cases of a run expect in step 1 what a sentence of its sources says, and cite it."""
    run = library.run(project_id, run_id)
    source = next(one for one in run.retrieved if sentence in one.chunk.text)
    start = source.chunk.text.index(sentence)
    citation = Citation(
        chunk_id=source.chunk.id, source=source.rank, quote=sentence, start=start,
        end=start + len(sentence),
    )  # fmt: skip
    chosen = library.cases(project_id, run_id=run_id)[:2]
    for stored in chosen:
        step = TestStep(
            number=1, action="Confirm.", expected_result=sentence, citations=(citation,)
        )
        edited = stored.case.model_copy(update={"steps": (step, *stored.case.steps[1:])})
        library.update_case(project_id, edited, expected_version=stored.row_version, by="Tess")
    return {stored.id for stored in chosen}
