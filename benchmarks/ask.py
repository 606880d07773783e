"""Ask a project's sources marked questions: what is right and cited, what is told to be unknown.

    python benchmarks/ask.py                                  the sample project, without a model
    python benchmarks/ask.py --writer endpoint QUESTIONS.jsonl
    python benchmarks/ask.py --project NAME QUESTIONS.jsonl   a project of UAT_DATA_DIR

Each line of a file is an object: ``question``, ``answerable``, and for answerable ones ``facts``
(words that must stand in the answer) and ``document`` (titles that may hold it), ``|`` between
what will do as well. Those of ``ask_projects`` were judged by readers (``verdicts.csv``): their
sources are whole projects, and words alone tell little of an answer to them.

Without a model: whether a passage that is shown first, or among the first three, is of the gold
document and holds the facts. With one: whether the sentences shown hold the facts and cite the
gold document. In both: unanswerable questions recognised, and sentences shown as fact that no
source of the answer holds (the quotation stands there, word for word), which must be none.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from assistant.settings import load_settings
from assistant.workflow.ask import ask_sources
from assistant.workflow.ask.ask_sources import Answer, AnswerSource
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sample_project import ensure_sample_project

HERE = Path(__file__).parent
AUTHORS = ("", "_later", "_third", "_fourth", "_fifth")
WRITERS = {"none": ask_sources.NO_WRITER, "embedded": models.DEFAULT_CHAT}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "questions", type=Path, nargs="*",
        default=[HERE / f"ask_questions{name}.jsonl" for name in AUTHORS],
    )  # fmt: skip
    parser.add_argument("--project", default="")
    parser.add_argument("--writer", default="none")
    parser.add_argument("--show", action="store_true", help="print what was not right")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = None if options.project else Path(folder)
        with Workspace.open(load_settings(data_dir=data_dir)) as workspace:
            project = (
                workspace.project(options.project)
                if options.project
                else ensure_sample_project(workspace)
            )
            writer = models.writer(workspace, WRITERS.get(options.writer, options.writer)).id
            workspace.embedder().queries(["load it first"])
            for path in options.questions:
                measure(workspace, project.id, writer, path, show=options.show)


def measure(workspace: Workspace, project_id: str, writer: str, path: Path, *, show: bool) -> None:
    """Ask every question of a file and print the figures."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    if not rows:
        raise SystemExit(f"{path} holds no question.")
    asked = [(row, ask_sources.ask(workspace, project_id, row["question"], writer=writer))
             for row in rows]  # fmt: skip
    known = [(row, answer) for row, answer in asked if row["answerable"]]
    unknown = [answer for row, answer in asked if not row["answerable"]]
    print(f"\n{path.name}: {len(known)} answerable, {len(unknown)} not; writer {writer}")
    if writer == ask_sources.NO_WRITER:
        ranks = [_rank(row, answer) for row, answer in known]
        for most in (1, 3):
            print(f"  passage at rank {most}: {sum(0 < r <= most for r in ranks)}/{len(ranks)}")
        wrong = [row for (row, _), rank in zip(known, ranks, strict=True) if not 0 < rank <= 3]
    else:
        wrong = [row for row, answer in known if not _right(row, answer)]
        print(f"  right and cited: {len(known) - len(wrong)}/{len(known)}")
        put_aside = sum(len(answer.unproved) for _, answer in asked)
        print(f"  sentences put aside as not found in the sources: {put_aside}")
    told = [answer for answer in unknown if answer.state == "not said"]
    print(f"  unanswerable recognised: {len(told)}/{len(unknown)}")
    print(
        f"  sentences shown as fact without a source: {sum(map(_uncited, (a for _, a in asked)))}"
    )
    seconds = sorted(answer.seconds for _, answer in asked)
    print(f"  seconds: median {statistics.median(seconds):.2f}, longest {seconds[-1]:.2f}")
    if show:
        for row in wrong:
            print("  not right:", row["question"], file=sys.stderr)
        for answer in unknown:
            if answer.state != "not said":
                print("  not recognised:", answer.question, file=sys.stderr)


def _rank(row: dict, answer: Answer) -> int:
    """Place of the first passage shown that is of the gold document and holds the facts; or 0."""
    for place, passage in enumerate(answer.passages, 1):
        source = answer.source(passage.number)
        if source and _is_gold(row, source) and _holds(row, source.chunk.text):
            return place
    return 0


def _right(row: dict, answer: Answer) -> bool:
    cited = {c.source for sentence in answer.sentences for c in sentence.citations}
    used = [one for one in answer.sources if one.number in cited]
    return _holds(row, answer.text) and any(_is_gold(row, one) for one in used)


def _is_gold(row: dict, source: AnswerSource) -> bool:
    """Whether a source is of a gold document: an epic is named by its key, others by title."""
    named = f"{source.chunk.document_id} {source.chunk.title}"
    return any(name in named for name in row["document"].split("|"))


def _holds(row: dict, text: str) -> bool:
    said = text.replace("**", "").casefold()
    return all(any(one in said for one in fact.casefold().split("|")) for fact in row["facts"])


def _uncited(answer: Answer) -> int:
    """Sentences shown as fact of which a quotation does not stand in the source it names."""
    bad = 0
    for sentence in answer.sentences:
        quotes = [(answer.source(c.source), c) for c in sentence.citations]
        bad += not quotes or any(
            source is None or source.chunk.text[c.start : c.end] != c.quote for source, c in quotes
        )
    return bad


if __name__ == "__main__":
    main()
