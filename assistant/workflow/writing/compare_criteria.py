"""Criteria compared with one another and with sources, outside the process that serves pages.

A few criteria are compared where they are asked about: that takes less time than starting a
process. More are compared by a process of its own, started with ``python -m`` and this module, with
a ``Comparison`` as JSON on standard input; it writes JSON lines: how many are done, of how many
(only of thousands, part by part), and last the questions.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path

from pydantic import Field, TypeAdapter

from assistant.domain import Chunk, DocumentStage, Epic, Question, Value
from assistant.errors import SourceError
from assistant.sources.files.child_process import child_environment
from assistant.workflow.deployment.jobs import Progress

log = logging.getLogger(__name__)
AT_ONCE = 60
"""Criteria that are compared in this process: in about 50 ms (1,830 real ones take 1.5 s)."""
SOURCES_A_CRITERION = 200
"""Comparing a criterion with so many sources takes as long as all else that is done with it."""
KEPT = 8
"""Comparisons whose questions are kept: a page asks again whenever it is drawn."""
ByEpic = tuple[tuple[Question, ...], ...]
_BY_EPIC = TypeAdapter(ByEpic)


class Comparison(Value):
    """Epics whose criteria are compared, each epic's with one another and with the sources.

    ``known`` are further texts in which a rule that a criterion names may stand; nothing is asked
    of criteria that are ``left_out``. ``stages`` says of documents that they are drafts or older
    editions.
    """

    epics: tuple[Epic, ...]
    sources: tuple[Chunk, ...] = ()
    known: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    stages: dict[str, DocumentStage] = Field(default_factory=dict)

    @property
    def criteria(self) -> int:
        """How many criteria are compared."""
        return sum(len(epic.criteria) for epic in self.epics)

    @property
    def is_large(self) -> bool:
        """Whether comparing takes so long that pages would wait for it."""
        weight = SOURCES_A_CRITERION + len(self.sources)
        return self.criteria * weight > AT_ONCE * SOURCES_A_CRITERION

    def run(self, progress: Progress) -> ByEpic:
        """Compare in this process; ``progress`` gets criteria done and in all, of thousands."""
        from assistant.design.questions.questions import raise_questions
        from assistant.design.questions.similar_criteria import (
            MANY,  # the first paint waits for no design
        )

        found, total, before = [], self.criteria, 0
        for epic in self.epics:

            def within(done: int, _: int, before: int = before) -> None:
                progress(before + done, total)

            asked = raise_questions(
                epic,
                self.sources,
                known=self.known,
                left_out=self.left_out,
                stages=self.stages,
                progress=within,
            )
            found.append(asked)
            before += len(epic.criteria)
            if total > MANY:
                progress(before, total)
        return tuple(found)


class Comparisons:
    """Questions on epics, and those of the latest large comparisons. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, ByEpic] = OrderedDict()

    def questions(self, asked: Comparison, progress: Progress | None = None) -> ByEpic:
        """The questions on each epic, in the order of the epics.

        Raises ``SourceError`` where the process of a large comparison ends before it is done.
        """
        tell = progress or (lambda done, total: None)
        if not asked.is_large:
            return asked.run(tell)
        request = asked.model_dump_json().encode()
        key = hashlib.sha256(request).hexdigest()
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = _compared(request, asked.criteria, tell)
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def forget(self) -> None:
        """Drop the questions that are kept: they quote criteria and sources."""
        with self._lock:
            self._kept.clear()


def _compared(request: bytes, criteria: int, progress: Progress) -> ByEpic:
    """The questions that a process of its own finds; it ends with whoever waits for it."""
    command = [sys.executable, "-P", "-m", "assistant.workflow.writing.compare_criteria"]
    root = str(Path(__file__).resolve().parents[3])
    kept = child_environment()
    path = os.pathsep.join(filter(None, [root, kept.get("PYTHONPATH")]))
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**kept, "PYTHONPATH": path}
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(request)
            child.stdin.close()
            for line in child.stdout:
                record = json.loads(line)
                if "questions" in record:
                    return _BY_EPIC.validate_python(record["questions"])
                progress(record["done"], record["total"])
        except (BrokenPipeError, json.JSONDecodeError) as error:
            log.warning("comparing stopped early: %s", error)
        finally:
            child.kill()
    raise SourceError(
        f"The {criteria} criteria could not be compared: the process that compares them stopped"
        " early. Take fewer stories at once, or free memory."
    )


def main() -> None:
    """Compare what stands on standard input."""

    def tell(done: int, total: int) -> None:
        print(json.dumps({"done": done, "total": total}), flush=True)

    asked = Comparison.model_validate_json(sys.stdin.buffer.read())
    found = _BY_EPIC.dump_python(asked.run(tell), mode="json")
    print(json.dumps({"questions": found}), flush=True)


if __name__ == "__main__":
    main()
