"""A folder of texts with gold links: what is asked, what is searched, and what belongs together.

Two layouts: ``sources.jsonl``, ``targets.jsonl`` (requirements and what is linked to them), or
``queries.jsonl``, ``corpus.jsonl`` (as in BEIR: questions and documents); both with ``qrels.tsv``:
question id, text id and grade, with tabs between them. A line of JSON holds ``id`` (or ``_id``) and
``text``; whatever else it holds is not read. A grade above 0 is a link.

A set with gold links in an index of its own, asked in several ways.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from assistant.domain import Chunk, ChunkKind, RetrievalConfig, SearchFilter
from assistant.errors import UnreadableFile
from assistant.evaluation.ranking_metrics import GoldQuestion
from assistant.knowledge.embedding import Embedder
from assistant.knowledge.knowledge_base import KnowledgeBase

LINKS = "qrels.tsv"
LAYOUTS = (("sources.jsonl", "targets.jsonl"), ("queries.jsonl", "corpus.jsonl"))


@dataclass(frozen=True, slots=True)
class GoldSet:
    """Texts by id, the questions among them that have links, and a hash of all of it.

    ``requirements``: what is asked are requirements of a project, not questions of their own.
    """

    name: str
    sources: Mapping[str, str]
    targets: Mapping[str, str]
    questions: tuple[GoldQuestion, ...]
    requirements: bool
    sha256: str

    @property
    def links(self) -> int:
        """Number of links."""
        return sum(len(question.relevant) for question in self.questions)

    @property
    def named_links(self) -> int:
        """Links of which one text holds the id of the other: they can be found by it."""
        return sum(
            _id(target).search(question.text) is not None
            or _id(question.id).search(self.targets[target]) is not None
            for question in self.questions
            for target in question.relevant
        )


def without_ids(text: str, ids: Iterable[str]) -> str:
    """A question without the ids of what is linked, so that nothing is found by its name."""
    for name in filter(None, ids):
        text = _id(name).sub(" ", text)
    return text


@cache
def _id(name: str) -> re.Pattern[str]:
    """An id as a word of its own. A bare number is none: it stands in texts by accident."""
    pattern = r"(?!)" if name.isdigit() else rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    return re.compile(pattern, re.IGNORECASE)


def read_gold_set(folder: Path) -> GoldSet:
    """The set in ``folder``.

    Raises ``UnreadableFile``, naming file and line: a file is missing or empty, a line is broken,
    an id is used twice or unknown, a linked question has no text, there is no link.
    """
    if not folder.is_dir():
        raise UnreadableFile(f"{folder} is no folder. Name one that holds {_wanted()}.")
    layout = next((names for names in LAYOUTS if (folder / names[0]).is_file()), None)
    if layout is None:
        raise UnreadableFile(f"{folder} holds neither {LAYOUTS[0][0]} nor {LAYOUTS[1][0]}. "
                             f"It needs {_wanted()}.")  # fmt: skip
    asked, searched = (folder / name for name in layout)
    sources, targets = _texts(asked), _texts(searched)
    relevant = _links(folder / LINKS, sources, targets, (asked.name, searched.name))
    for name in relevant:
        if not sources[name].strip():
            raise UnreadableFile(
                f"{asked}: “{name}” is linked and has no text. Give it one, or take its lines out "
                f"of {LINKS}."
            )
    digest = sha256()
    for path in (asked, searched, folder / LINKS):
        digest.update(path.read_bytes())
    return GoldSet(
        name=folder.resolve().name,
        sources=sources,
        targets=targets,
        questions=tuple(
            GoldQuestion(id=name, text=sources[name], relevant=frozenset(found))
            for name, found in relevant.items()
        ),
        requirements=layout == LAYOUTS[0],
        sha256=digest.hexdigest(),
    )


def _wanted() -> str:
    both = " or ".join(f"{asked} and {searched}" for asked, searched in LAYOUTS)
    return f"{LINKS} beside {both}"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that say something, numbered from 1."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UnreadableFile(f"{path} is missing. The folder needs {_wanted()}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path} cannot be read ({error}). Save it as UTF-8.") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line.rstrip("\r")


def _texts(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnreadableFile(
                f"{path}, line {number} is no JSON ({error}). Write one object a line."
            ) from error
        name = row.get("id", row.get("_id")) if isinstance(row, dict) else None
        if isinstance(name, bool) or not isinstance(name, str | int) or not str(name).strip():
            raise UnreadableFile(f'{path}, line {number} has no id. Give it one: "id": "R-1".')
        if not isinstance(row.get("text"), str):
            raise UnreadableFile(f'{path}, line {number} has no text. Give it one: "text".')
        if str(name) in found:
            raise UnreadableFile(
                f"{path}, line {number}: the id “{name}” is used twice. Number one of them anew."
            )
        found[str(name)] = row["text"]
    if not found:
        raise UnreadableFile(f"{path} is empty. Write one object a line, with id and text.")
    return found


def _links(
    path: Path,
    sources: Mapping[str, str],
    targets: Mapping[str, str],
    names: tuple[str, str],
) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for number, line in _lines(path):
        cells = [cell.strip() for cell in line.split("\t")]
        grade = _number(cells[2]) if len(cells) == 3 else None
        if grade is None:
            if number == 1 and len(cells) == 3:
                continue  # the header
            raise UnreadableFile(
                f"{path}, line {number}: a question id, a text id and a number were expected, "
                "with tabs between them."
            )
        for name, known, file in zip(cells, (sources, targets), names, strict=False):
            if name not in known:
                raise UnreadableFile(
                    f"{path}, line {number}: {file} holds no “{name}”. Add it there, or take the "
                    "line out."
                )
        if grade > 0:
            found.setdefault(cells[0], set()).add(cells[1])
    if not found:
        raise UnreadableFile(f"{path} holds no link. Write a line for each, with a grade above 0.")
    return found


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


DEPTH = 500
"""How many are ranked. So many candidates are fused: the app fuses ``RetrievalConfig.candidates``,
of which most questions never see the end."""

_PLAIN = RetrievalConfig(tell_apart=False, both_ways=False)
STRATEGIES: Mapping[str, RetrievalConfig] = {
    "bm25": _PLAIN.model_copy(update={"dense_weight": 0.0}),
    "dense": _PLAIN.model_copy(update={"sparse_weight": 0.0}),
    "rrf": _PLAIN.model_copy(update={"fusion": "rrf"}),
    "fused": _PLAIN,
    "apart": RetrievalConfig(both_ways=False),
    "default": RetrievalConfig(),
}
"""Words alone, vectors alone, both by rank, both by score, told apart from other requirements, and
as the program comes: with rivals held back too."""


@contextmanager
def indexed(
    gold: GoldSet,
    embedder: Embedder,
    *,
    with_sources: bool,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[KnowledgeBase]:
    """A temporary collection with one chunk a text, gone when the block ends.

    Targets are indexed as existing cases; ``with_sources`` the sources too, as the criteria of the
    project, as they are in the product: they are not searched, but tell what requirements have in
    common. Ids are names of documents only, never part of what is searched.
    """
    texts: list[tuple[ChunkKind, Mapping[str, str]]] = [("case", gold.targets)]
    if with_sources:
        texts.append(("criterion", gold.sources))
    documents = [
        (
            f"{kind}:{name}",
            [Chunk(id=f"{kind}:{name}", document_id=f"{kind}:{name}", ordinal=0, text=text,
                   kind=kind)],
        )
        for kind, of_kind in texts
        for name, text in of_kind.items()
        if text.strip()
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        base = KnowledgeBase.open(Path(folder) / "index", embedder, project_id="evaluation")
        try:
            base.put(documents, progress=progress)
            yield base
        finally:
            base.close()


def search_of(
    base: KnowledgeBase, config: RetrievalConfig, depth: int
) -> Callable[[GoldQuestion], list[str]]:
    """The search of a temporary collection under a configuration, in the set's own ids.

    Texts of the same score (the same words twice) stand in the order of their ids: the index lists
    them in an order that is another each time it is built.
    """
    config = config.model_copy(update={"filter": SearchFilter(kinds=("case",))})

    def rank(question: GoldQuestion) -> list[str]:
        hits = base.search(question.text, config, limit=depth)
        hits = tuple(sorted(hits, key=lambda hit: (-hit.score, hit.chunk.document_id)))
        return [hit.chunk.document_id.removeprefix("case:") for hit in hits]

    return rank
