"""What sources that a project did not have when a case was written set otherwise than the case.

A case rests on the sentences that it cites and on its criteria. Where a newer source sets another
limit for the same thing, and the case says the earlier one, somebody has to look: which of the two
is in force no code knows. Of imported cases, which cite nothing, nothing can be told. Left out are
sources that say of themselves that they are no longer in force, those that name an earlier year
alone, older copies, comments, answers, and the criteria of epics.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from assistant.design.questions.conflicts import equal
from assistant.design.questions.other_limits import LaterSources, OtherLimit
from assistant.domain import Chunk, ChunkKind, Citation, SourceDocument, TestCase, utc_now
from assistant.language.quantities import find_quantities
from assistant.language.validity import OPENING
from assistant.library import StoredCase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import NextVersion
from assistant.workflow.sources.duplicate_texts import known_copies
from assistant.workflow.sources.reindex import chunks_of
from assistant.workflow.writing.answers import PREFIX

STATING: tuple[ChunkKind, ...] = ("rule", "prose", "table_row")
KINDS = frozenset({"rules", "page", "table"})
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True)
class LimitElsewhere:
    """A limit that a case says, from ``chunk``, which its run read, and what a newer source says.

    ``places`` are the number of the step that cites it and what of it the citation supports;
    empty where it is a criterion's.
    """

    chunk: Chunk
    found: OtherLimit
    places: tuple[tuple[int | None, str], ...] = ()


class NewerSources:
    """The sources of a project that came in after a run, each compared with what the run read.

    Looked at are the runs of ``run_ids``, or all of the project.
    """

    def __init__(
        self,
        workspace: Workspace,
        project_id: str,
        upcoming: NextVersion | None = None,
        run_ids: Collection[str] | None = None,
    ) -> None:
        self._workspace, self._project_id = workspace, project_id
        after = workspace.library.lineage.sources_after_runs(project_id)
        known = {name for names in after.values() for name in names}
        held = {one.id: one for one in workspace.library.documents(project_id)} if known else {}
        left_out = known_copies(workspace, project_id) if held else {}
        self._versions = tuple(
            (one.id, one.version)
            for one in held.values()
            if one.id in known
            and one.id not in left_out
            and one.kind in KINDS
            and not (one.id.startswith(PREFIX) or one.metadata.outdated)
        )
        usable = {name for name, _ in self._versions}
        self._after = {
            run: names & usable for run, names in after.items() if run_ids is None or run in run_ids
        }
        self._upcoming: LaterSources | None = None
        if upcoming is not None and workspace.library.find_document(
            project_id, upcoming.document.id
        ) is None:  # fmt: skip
            self._upcoming = LaterSources(stating(upcoming.document, upcoming.chunks))
        self._read: Mapping[str, Sequence[Chunk]] | None = None

    @property
    def runs(self) -> frozenset[str]:
        """The runs after which a source came in."""
        if self._upcoming is not None:
            return frozenset(self._after)
        return frozenset(run for run, names in self._after.items() if names)

    def limits(self, stored: StoredCase) -> Iterator[LimitElsewhere]:
        """The limits of a case for which a newer source sets another one."""
        run_id = stored.source_run_id or ""
        newer = self._after.get(run_id, frozenset())
        if not newer and self._upcoming is None:
            return
        if self._read is None:
            self._read = self._workspace.library.lineage.chunks_of_runs(self._project_id, self.runs)
        read = self._read.get(run_id, ())
        yield from limits_of(stored.case, read, lambda text: self._others(text, newer))

    def _others(self, text: str, newer: frozenset[str]) -> Iterator[OtherLimit]:
        if newer:
            limits = self._workspace.memo.get(
                "later sources", self._project_id, self._versions, self._compared
            )
            yield from (one for one in limits(text) if one.source.document_id in newer)
        if self._upcoming is not None:
            yield from self._upcoming.other_limits(text)

    def _compared(self) -> Callable[[str], tuple[OtherLimit, ...]]:
        """What the later sources set otherwise than a text. Read and compared once until a source
        comes, goes or changes: every look at a run asks."""
        library, chunks = self._workspace.library, list[Chunk]()
        for name, _ in self._versions:
            document = library.document(self._project_id, name)
            chunks += stating(document, chunks_of(library, self._project_id, name))
        later = LaterSources(chunks)
        return cache(lambda text: tuple(later.other_limits(text)))


def limits_of(
    case: TestCase, read: Sequence[Chunk], others: Callable[[str], Iterable[OtherLimit]]
) -> Iterator[LimitElsewhere]:
    """The limits that a case says and takes from a sentence that it cites, or from its criterion,
    and for which there are others. ``read`` are the chunks that its run read."""
    cited: list[tuple[int | None, Citation]] = [(None, one) for one in case.citations]
    cited += [(step.number, one) for step in case.steps for one in step.citations]
    lines = _lines(case)
    for chunk in read:
        spans = [(number, one) for number, one in cited if one.chunk_id == chunk.id]
        own = chunk.kind == "criterion" and chunk.key in case.criterion_ids
        for found in others(chunk.text) if spans or own else ():
            places = tuple(
                (number, one.supports)
                for number, one in spans
                if one.start < found.sentence.end and found.sentence.start < one.end
            )
            if (places or own) and _says(lines, chunk.text, found):
                yield LimitElsewhere(chunk, found, () if own else places)


def stating(document: SourceDocument, chunks: Sequence[Chunk]) -> list[Chunk]:
    """The chunks that say what is in force now."""
    if document.kind not in KINDS or document.metadata.outdated or _is_of_an_earlier_year(document):
        return []
    return [one for one in chunks if one.kind in STATING and not one.is_comment]


def _is_of_an_earlier_year(document: SourceDocument) -> bool:
    """Whether the years that a source names in its title, else in its opening, are all past."""
    for text in (document.title, document.text[:OPENING]):
        years = [int(one) for one in _YEAR.findall(text)]
        if years:
            return max(years) < utc_now().year
    return False


def _lines(case: TestCase) -> tuple[str, ...]:
    steps = (f"{one.action}\n{one.test_data}\n{one.expected_result}" for one in case.steps)
    return (case.title, *case.preconditions, *steps)


def _says(lines: Sequence[str], text: str, found: OtherLimit) -> bool:
    """Whether a case says the earlier limit itself."""
    words = text[found.mine.start : found.mine.end].casefold()
    return any(
        words in line.casefold()
        or any(
            isinstance(one.value, Decimal) and one.kind != "date" and equal(one, found.mine)
            for one in find_quantities(line)
        )
        for line in lines
    )
