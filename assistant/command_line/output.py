"""What the command line prints: results on stdout, progress and remarks on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from pydantic import BaseModel

from assistant.domain import Notice, Unread
from assistant.errors import SettingsError
from assistant.workflow.deployment.models import FetchProgress

BAR_WIDTH = 30
SECONDS_BETWEEN_LINES = 5.0


class Terminal:
    """Prints for people, or one JSON document for programs."""

    def __init__(self, stdout: IO[str], *, json: bool) -> None:
        self._stdout = stdout
        self.json = json
        self.status = 0
        """Exit status of a command that ended without an error."""
        self._bar_shown = 0.0
        self._bar_open = False

    def document(self, value: BaseModel | Sequence[BaseModel] | Mapping[str, object]) -> bool:
        """Print the result as one JSON document where it is for programs; returns whether it is."""
        if self.json:
            if isinstance(value, BaseModel):
                text = value.model_dump_json(indent=2)
            else:
                text = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
            print(text, file=self._stdout, flush=True)
        return self.json

    def line(self, text: str) -> None:
        """Print a line of the result."""
        print(clean(text), file=self._stdout, flush=True)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows in aligned columns; the last column is not padded."""
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
        for row in rows:
            padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            self.line("  ".join([*padded, row[-1]]).rstrip())

    def note(self, text: str) -> None:
        """Print a remark on stderr."""
        self.end_bar()
        print(clean(text), file=sys.stderr, flush=True)

    def bar(self, label: str, done: int, total: int, *, detail: str = "") -> None:
        """Show progress on stderr: in place on a terminal, now and then a line elsewhere."""
        now = time.monotonic()
        finished = done >= total
        interval = 0.1 if sys.stderr.isatty() else SECONDS_BETWEEN_LINES
        if not finished and now - self._bar_shown < interval:
            return
        self._bar_shown = now
        share = done / total if total else 1.0
        filled = round(BAR_WIDTH * share)
        text = f"{label} [{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {share:4.0%} {detail}"
        if sys.stderr.isatty():
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
            self._bar_open = True
        else:
            print(text.rstrip(), file=sys.stderr, flush=True)
        if finished:
            self.end_bar()

    def end_bar(self) -> None:
        """Leave a bar that is shown in place, so that the next line stands below it."""
        if self._bar_open:
            print(file=sys.stderr, flush=True)
            self._bar_open = False

    def fetching(self, progress: FetchProgress) -> None:
        """Progress of a download or of checking a file."""
        done, total = progress.bytes_done, progress.bytes_total
        detail = f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
        self.bar(f"{progress.phase:<11} {progress.model_id}", done, total, detail=detail)

    def notices(self, found: Iterable[Notice]) -> None:
        """Say on stderr what reads like an instruction to the assistant, and the like."""
        for notice in found:
            quote = f" “{' '.join(notice.quote.split())[:120]}”" if notice.quote else ""
            self.note(f"{notice.kind}: {notice.text}{quote}")

    def unread(self, pieces: Iterable[Unread]) -> None:
        """Say on stderr what of a text was not read, and why."""
        for piece in pieces:
            self.note(f"not read ({piece.reason}): {' '.join(piece.text.split())[:120]}")

    def comparing(self, done: int, total: int) -> None:
        """Progress of comparing very many criteria with one another."""
        self.bar("comparing  ", done, total, detail=f"{done} of {total}")

    def indexing(self, done: int, total: int) -> None:
        """Progress of indexing, in chunks."""
        if total:
            self.bar("indexing   ", done, total, detail=f"{done} of {total}")


def _plain(value: BaseModel) -> dict[str, object]:
    return value.model_dump(mode="json")


def write_file(path: Path, content: bytes) -> None:
    """Write what ``--out`` names, whole or not at all. Raises ``SettingsError``."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise SettingsError(
            f"'{path}' could not be written ({error.strerror}). Name another file with --out."
        ) from error


def clean(text: str) -> str:
    """``text`` without what a terminal would obey or stdout cannot encode."""
    kept = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
    return kept.encode("utf-8", "replace").decode("utf-8")
