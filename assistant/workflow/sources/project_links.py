"""The links that a project has between criteria and sources, as questions with known answers.

Two ways, never mixed. *Existing cases*: an imported case names the criterion (or only the story)
that it tests. *Cited sources*: an accepted case of one criterion cites a rule, a page or a case.
The question for a criterion is what writing asks, "story title: criterion", without the ids of
either side, and the documents of the criterion's own epic are not searched, as in writing. A case
that names only a story makes a question of the whole story besides, which writing does not ask.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Literal

from assistant.domain import Chunk, ChunkKind, Epic, TestCase, UserStory, Value
from assistant.evaluation.gold_links import without_ids
from assistant.evaluation.ranking_metrics import GoldQuestion
from assistant.generation.run_plan import query_of
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import CurrentTexts, current_texts

LinkWay = Literal["existing cases", "cited sources"]
LINK_WAYS: tuple[LinkWay, ...] = ("existing cases", "cited sources")

NO_CRITERION = "name no criterion or story of the project"
NOT_INDEXED = "lead to a text that is not in the index as it was: changed, removed or superseded"
OWN_EPIC = "lead to the epic's own document, which needs no search"
SEVERAL = "are citations of a case of several criteria: whose they are is not known"


class LinkedQuestion(GoldQuestion):
    """A question, what its links lead to, and what is not searched for it.

    ``sources`` are the names of the linked chunks by id, ``kinds`` their kinds.
    """

    sources: dict[str, str]
    kinds: tuple[ChunkKind, ...]
    own_documents: frozenset[str]


class ProjectLinks(Value):
    """The questions of each way that has any, and why other links do not count, with how many."""

    questions: dict[LinkWay, tuple[LinkedQuestion, ...]]
    left_out: dict[str, int]

    def count(self, way: LinkWay) -> int:
        """Number of links of a way."""
        return sum(len(one.relevant) for one in self.questions.get(way, ()))


def project_links(workspace: Workspace, project_id: str) -> ProjectLinks:
    """The links of a project's imported and accepted cases that a search can be measured on."""
    return _Links(workspace, project_id).read()


class _Asked(Value):
    """A criterion or a story: how it is asked about, the ids that it bears, where it stands."""

    id: str
    text: str
    ids: tuple[str, ...]
    own_documents: frozenset[str]


class _Links:
    def __init__(self, workspace: Workspace, project_id: str) -> None:
        self._library, self._project_id = workspace.library, project_id
        self._texts: CurrentTexts = current_texts(workspace, project_id)
        held = workspace.library.documents_of_epics(project_id)
        self._asked: Mapping[str, _Asked] = {
            _folded(one.id): one
            for epic in workspace.library.epics(project_id)
            for one in _asked(epic, frozenset(held.get(epic.key, ())))
            if one.id
        }
        self._cases_of = cache(self._by_case)
        self._texts_of = cache(self._by_text)
        self._left_out: Counter[str] = Counter()

    def read(self) -> ProjectLinks:
        stored = self._library.cases(self._project_id, statuses=("imported", "accepted"))
        pairs: dict[LinkWay, list[tuple[_Asked, Chunk]]] = {
            "existing cases": list(self._of_imports(stored)),
            "cited sources": list(self._of_citations(stored)),
        }
        return ProjectLinks(
            questions={way: found for way in LINK_WAYS if (found := _questions(pairs[way]))},
            left_out=dict(self._left_out),
        )

    def _of_imports(self, stored: Iterable[StoredCase]) -> Iterator[tuple[_Asked, Chunk]]:
        for one in stored:
            if not one.document_id:
                continue
            asked = self._named_by(one.case)
            if not asked:
                self._left_out[NO_CRITERION] += 1
                continue
            chunk = self._cases_of(one.document_id).get(one.id)
            if chunk is None:
                self._left_out[NOT_INDEXED] += len(asked)
            else:
                yield from self._checked((each, chunk) for each in asked)

    def _by_case(self, document_id: str) -> dict[str, Chunk]:
        chunks = self._texts.chunks(document_id)
        return {chunk.key: chunk for chunk in chunks if chunk.kind == "case"}

    def _by_text(self, document_id: str) -> dict[str, Chunk]:
        return {chunk.text: chunk for chunk in self._texts.chunks(document_id)}

    def _named_by(self, case: TestCase) -> list[_Asked]:
        """The criteria that a case names, else its story."""
        named = [self._asked[_folded(n)] for n in case.criterion_ids if _folded(n) in self._asked]
        story = self._asked.get(_folded(case.story_key))
        return named or ([story] if story else [])

    def _of_citations(self, stored: Iterable[StoredCase]) -> Iterator[tuple[_Asked, Chunk]]:
        accepted = [one.case for one in stored if one.status == "accepted"]
        ids = {citation.chunk_id for case in accepted for citation in case.all_citations}
        known = self._library.chunks(self._project_id, ids)
        for case in accepted:
            cited = list(dict.fromkeys(citation.chunk_id for citation in case.all_citations))
            asked = self._named_by(case)
            if len(asked) != 1:
                self._left_out[SEVERAL if asked else NO_CRITERION] += len(cited)
                continue
            present = [self._present(known[name]) for name in cited if name in known]
            self._left_out[NOT_INDEXED] += len(cited) - sum(one is not None for one in present)
            yield from self._checked((asked[0], one) for one in present if one is not None)

    def _present(self, cited: Chunk) -> Chunk | None:
        """The chunk of the index that says what was cited, where one still does."""
        return self._texts_of(cited.document_id).get(cited.text)

    def _checked(self, pairs: Iterable[tuple[_Asked, Chunk]]) -> Iterator[tuple[_Asked, Chunk]]:
        for asked, chunk in pairs:
            if chunk.document_id in asked.own_documents:
                self._left_out[OWN_EPIC] += 1
            elif self._texts.is_older(chunk):
                self._left_out[NOT_INDEXED] += 1
            else:
                yield asked, chunk


def _asked(epic: Epic, own: frozenset[str]) -> Iterator[_Asked]:
    """What writing asks for each criterion of an epic, and besides each story as a whole."""
    for story in epic.stories:
        ids = (epic.key, story.key, *(criterion.id for criterion in story.criteria))
        for name, text in ((story.key, _whole(story)), *((c.id, c.text) for c in story.criteria)):
            yield _Asked(id=name, text=query_of(story, text), ids=ids, own_documents=own)


def _whole(story: UserStory) -> str:
    return "\n".join([story.narrative, *(criterion.text for criterion in story.criteria)])


def _questions(pairs: Iterable[tuple[_Asked, Chunk]]) -> tuple[LinkedQuestion, ...]:
    linked: dict[str, dict[str, Chunk]] = defaultdict(dict)
    asked: dict[str, _Asked] = {}
    for one, chunk in pairs:
        asked[one.id] = one
        linked[one.id][chunk.id] = chunk
    return tuple(
        LinkedQuestion(
            id=name,
            text=text,
            relevant=frozenset(chunks),
            sources={one.id: one.key or one.title for one in chunks.values()},
            kinds=tuple(sorted({chunk.kind for chunk in chunks.values()})),
            own_documents=asked[name].own_documents,
        )
        for name, chunks in linked.items()
        if (text := _without_ids(asked[name], chunks.values())).strip()
    )


def _without_ids(asked: _Asked, linked: Iterable[Chunk]) -> str:
    return without_ids(asked.text, (*asked.ids, *(chunk.key for chunk in linked)))


def _folded(key: str) -> str:
    return " ".join(key.split()).casefold()
