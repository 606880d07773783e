"""What comes out of every source: one document, the test basis and cases in it, and a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from assistant.domain import Epic, SourceDocument, TestCase, Unread, Value
from assistant.domain import Place as Place

NAMED_STORIES = 5
"""Up to so many stories without a criterion are named; more are counted."""


class ExtractionReport(Value):
    """What a reader got out of a file, and what it could not get: shown before indexing, kept.

    ``reader`` is the library that read it; ``parts`` counts pages, slides, sheets or files.
    ``empty_parts`` names pages without text, ``unread_parts`` what was left out (pictures, charts,
    attachments), ``disagreements`` where a second reader saw more or less, ``recognised`` what OCR
    read and its own score for it, ``truncated`` the cells cut short. ``encoding`` is set for text;
    ``encoding_guessed`` where no mark and no UTF-8 decided it. ``masked`` tells how much personal
    data was replaced.
    """

    reader: str = ""
    parts: int = 0
    empty_parts: tuple[str, ...] = ()
    unread_parts: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()
    recognised: str = ""
    truncated: tuple[str, ...] = ()
    encoding: str = ""
    encoding_guessed: bool = False
    masked: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a person should know before this file is indexed; empty where all was read."""
        said = [self.recognised] if self.recognised else []
        if self.empty_parts and self.recognised:
            said.append(f"No text was found on {_listed(self.empty_parts)}, by OCR either.")
        elif self.empty_parts:
            said.append(
                f"No text was found on {_listed(self.empty_parts)}. If they are scans, install "
                "text recognition (extra ocr) or run one over the file, and import it again."
            )
        if self.unread_parts:
            said.append(f"Not read: {_listed(self.unread_parts)}.")
        said.extend(self.disagreements)
        if self.truncated:
            said.append(f"Cut short: {_listed(self.truncated)}.")
        if self.encoding_guessed:
            said.append(f"The encoding {self.encoding} was guessed; check letters with accents.")
        if self.masked:
            said.append(self.masked)
        return tuple(said)


def _listed(names: Sequence[str], shown: int = 12) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


FieldRole = Literal["criteria", "release", "team", "epic"]


class FieldChoice(Value):
    """Which field of another tool was taken for a role, and why; for the user to confirm."""

    role: FieldRole
    field: str
    name: str = ""
    reason: str = ""


class Reading(Value):
    """The outcome of reading one source.

    ``document.text`` is Markdown, and offsets of criteria, of ``unread`` and of ``places`` point
    into it. ``unread`` holds what was not understood, with the reason; ``notes`` are plain
    sentences for the person who imports: what was repaired, left out of the test basis, or is
    missing. ``report`` says how the file was read, ``fields`` which field of an export was taken
    for what, and ``authors`` who wrote its issues. ``columns`` is set for tables: "unsure" where
    one may hold test cases, but its columns were not understood with certainty.
    """

    document: SourceDocument
    epics: tuple[Epic, ...] = ()
    cases: tuple[TestCase, ...] = ()
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    report: ExtractionReport = ExtractionReport()
    fields: tuple[FieldChoice, ...] = ()
    authors: tuple[str, ...] = ()
    columns: Literal["", "known", "unsure"] = ""

    @property
    def notes_with_gaps(self) -> tuple[str, ...]:
        """The notes, and which stories state no criterion: told where nothing else shows these."""
        bare = [story.key for epic in self.epics for story in epic.stories if not story.criteria]
        if not bare:
            return self.notes
        return (
            *self.notes,
            f"No acceptance criterion was found for {_listed(bare, NAMED_STORIES)}. Add criteria, "
            "for example as a list under 'Acceptance criteria', or take the story itself as one "
            "criterion.",
        )

    def changed(self, document: Mapping[str, object], **others: object) -> Reading:
        """The reading with these fields of its document, and these of its own, changed."""
        whole = self.document.model_copy(update=document)
        return self.model_copy(update={"document": whole, **others})


class FileOutcome(Value):
    """What became of one file of an upload: a reading, or the sentence that says why not."""

    name: str
    reading: Reading | None = None
    error: str = ""
