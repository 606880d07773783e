"""The data sheet of a dataset: what is in it, how long it is, and what was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.domain import Value

PERCENTILES = (50, 90, 95, 99, 100)
LISTED = 40
"""Rows of a list in the Markdown; the values hold all."""


UNLINKED = "no link to a story"
"""The reason of a case whose story is not known."""


class LeftOut(Value):
    """A case that is no pair, with the reason."""

    case_id: str
    reason: str
    story_key: str = ""


class NearDuplicate(Value):
    """A train case or story that says nearly the same as one kept back; ``similarity`` 0 to 1."""

    kind: str
    train_id: str
    other_id: str
    similarity: float
    dropped: bool


class Lengths(Value):
    """Percentiles of one kind of length, in characters or tokens."""

    what: str
    unit: str
    count: int
    percentiles: tuple[tuple[int, int], ...]


class SplitCount(Value):
    """Size of one split."""

    split: str
    stories: int
    cases: int
    pairs: int
    with_context: int


class DataSheet(Value):
    """Everything one has to know of a dataset before a model is trained on it.

    ``sha256`` is the hash of the pairs file as ``write_jsonl`` writes it. ``kept_from_context``
    counts the retrieved chunks that no prompt got, by reason.
    """

    prompt_version: str
    split_by: str
    seed: int
    masked: bool
    splits: tuple[SplitCount, ...]
    lengths: tuple[Lengths, ...]
    left_out: tuple[LeftOut, ...]
    near_duplicates: tuple[NearDuplicate, ...]
    kept_from_context: tuple[tuple[str, int], ...]
    sha256: str
    split_given: bool = False
    """Whether somebody named the split; the seed drew nothing then."""

    @property
    def left_out_by_reason(self) -> tuple[tuple[str, int], ...]:
        """How many cases each reason left out, most first."""
        counts = Counter(one.reason for one in self.left_out)
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def to_markdown(self) -> str:
        """The sheet as a Markdown document."""
        how = "as named in a file" if self.split_given else f"with seed {self.seed}"
        lines = [
            "# Data sheet",
            "",
            f"Prompt version {self.prompt_version}; split by {self.split_by} "
            f"{how}; values {'masked' if self.masked else 'as written'}; SHA-256 of the "
            f"pairs file `{self.sha256}`.",
            "",
            "| split | stories | cases | pairs | of them with context |",
            "|---|---|---|---|---|",
            *(
                f"| {one.split} | {one.stories} | {one.cases} | {one.pairs} | {one.with_context} |"
                for one in self.splits
            ),
            "",
            "| length | unit | texts | " + " | ".join(f"p{p}" for p in PERCENTILES) + " |",
            "|---|---|---|" + "---|" * len(PERCENTILES),
            *(
                f"| {one.what} | {one.unit} | {one.count} | "
                + " | ".join(str(value) for _, value in one.percentiles)
                + " |"
                for one in self.lengths
            ),
            "",
            f"## Left out: {len(self.left_out)} cases",
            "",
            *(f"- {count}: {_cell(reason)}" for reason, count in self.left_out_by_reason),
            "",
            f"## Near-duplicates across the split: {len(self.near_duplicates)}",
            "",
        ]
        if self.near_duplicates:
            lines += [
                "| kind | in train | kept back | similarity | dropped |",
                "|---|---|---|---|---|",
            ]
        lines += [
            f"| {one.kind} | {_cell(one.train_id)} | {_cell(one.other_id)} | "
            f"{one.similarity:.2f} | {'yes' if one.dropped else 'no'} |"
            for one in self.near_duplicates[:LISTED]
        ]
        if len(self.near_duplicates) > LISTED:
            lines += ["", f"and {len(self.near_duplicates) - LISTED} more."]
        if self.kept_from_context:
            lines += ["", "## Kept from the context", ""]
        lines += [f"- {count}: {_cell(reason)}" for reason, count in self.kept_from_context]
        return "\n".join(lines).rstrip() + "\n"


def lengths_of(what: str, unit: str, values: Sequence[int]) -> Lengths:
    """Percentiles (nearest rank) of some lengths; zeros where there are none."""
    ordered = sorted(values) or [0]
    at = [(p, ordered[max(0, -(-p * len(ordered) // 100) - 1)]) for p in PERCENTILES]
    return Lengths(what=what, unit=unit, count=len(values), percentiles=tuple(at))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
