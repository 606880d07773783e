"""What is known to the questions of cases: what people answered, and what sources say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from assistant.domain import Chunk, Question, SourceAnswer, Value
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import PresentWords
from assistant.workflow.review.review import ANSWERED, SAID, Answered
from assistant.workflow.writing.answers import (
    PREFIX,
    Answer,
    answer_to_all,
    asked_of,
    asked_on,
    sources_on_all,
)


class SourceWords(Value):
    """What a source says to a question, with its key and title."""

    text: str
    source: str

    @property
    def quotation(self) -> str:
        """The words in quotation marks with the name of their source, where that is known."""
        return f"“{self.text}”" + (f" ({self.source})" if self.source else "")


class Replies(Value):
    """What is known to the questions of a case, by what is asked.

    ``answers`` are those of people, to the questions that it carries and those whose answer it
    cites; ``sources`` what sources say to others that it carries. ``come_later``: the case was
    written before the first of these answers that it carries the question of.
    """

    answers: Mapping[str, Answer] = {}
    sources: Mapping[str, tuple[SourceWords, ...]] = {}
    come_later: bool = False

    @property
    def standing(self) -> Answered:
        """What has become of each question, as ``needs_of`` takes it."""
        return dict.fromkeys(self.sources, SAID) | dict.fromkeys(self.answers, ANSWERED)


def replies_in(
    workspace: Workspace, project_id: str, run_id: str, cases: Sequence[StoredCase]
) -> dict[str, Replies]:
    """What is known to the questions of cases of a run, by case id; cases to which nothing is known
    are left out. Whether answers came later is not looked at: see ``replies_on``."""
    library = workspace.library
    if not run_id or not cases:
        return {}
    questions = library.run_questions(project_id, run_id)
    named = {one.chunk_id for question in questions for one in question.source_answers}
    given = library.document_ids(project_id, prefix=PREFIX)
    if not named and not given:
        return {}
    chunks = library.chunks(project_id, named)
    questions = as_answered_now(workspace, project_id, questions, chunks)
    epics = library.run_epics(project_id, run_id) if given else ()
    asked = asked_of(workspace, project_id, epics, questions)

    def words(said: SourceAnswer) -> SourceWords:
        chunk = chunks.get(said.chunk_id)
        name = f"{chunk.key} {chunk.title}".strip() if chunk else ""
        return SourceWords(text=said.quote, source=name)

    found = {}
    for one in cases:
        answers, sources = {}, {}
        for text, several in asked_on(one.case, asked).items():
            if answer := answer_to_all(several):
                answers[text] = answer
            elif said := sources_on_all(several):
                sources[text] = tuple(dict.fromkeys(map(words, said)))
        if answers or sources:
            found[one.id] = Replies(answers=answers, sources=sources)
    return found


def as_answered_now(
    workspace: Workspace,
    project_id: str,
    questions: Iterable[Question],
    chunks: Mapping[str, Chunk],
) -> tuple[Question, ...]:
    """The questions of a run with the answers that their sources still give."""
    words = PresentWords(workspace.library, project_id, workspace.memo)

    def is_given(answer: SourceAnswer) -> bool:
        chunk = chunks.get(answer.chunk_id)
        return chunk is None or words.say(chunk, answer.quote)

    return tuple(
        one.model_copy(update={"source_answers": tuple(filter(is_given, one.source_answers))})
        for one in questions
    )
