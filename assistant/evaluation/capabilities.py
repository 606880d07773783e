"""The usual table of capabilities, with measured values in place of ticks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assistant.domain import Value
from assistant.evaluation.records import Comparison
from assistant.evaluation.statistics import Figure


class BuildCost(Value):
    """What a column cost to make: seconds of indexing or training, bytes kept on disk.

    ``update_seconds`` is what one changed document costs until new cases know it: indexing it
    again, or training again where there is no retrieval.
    """

    seconds: float = 0.0
    bytes: int = 0
    update_seconds: float | None = None


class CapabilityCell(Value):
    """A measured value in words, with the metrics (or the cost) that it was taken from."""

    column: str
    text: str
    metrics: tuple[str, ...] = ()


class CapabilityRow(Value):
    """One capability, what is measured for it, and a cell for every column."""

    capability: str
    measured: str
    cells: tuple[CapabilityCell, ...]


def capability_table(
    comparison: Comparison, costs: Mapping[str, BuildCost] | None = None
) -> tuple[CapabilityRow, ...]:
    """The six rows; a cell says "not measured" where a column has no figure for it."""
    known = costs or {}

    def metric_row(capability: str, measured: str, parts: tuple[Part, ...]) -> CapabilityRow:
        cells = []
        for result in comparison.columns:
            said = [
                text.format(shown(figure))
                for name, text, shown in parts
                if (figure := result.figures.get(name)) is not None and figure.value is not None
            ]
            cells.append(
                CapabilityCell(
                    column=result.column,
                    text=", ".join(said) or "not measured",
                    metrics=tuple(name for name, _, _ in parts),
                )
            )
        return CapabilityRow(capability=capability, measured=measured, cells=tuple(cells))

    def cost_row(
        capability: str, measured: str, said: Callable[[BuildCost], str | None]
    ) -> CapabilityRow:
        cells = []
        for result in comparison.columns:
            cost = known.get(result.column)
            text = said(cost) if cost is not None else None
            cells.append(CapabilityCell(column=result.column, text=text or "not measured"))
        return CapabilityRow(capability=capability, measured=measured, cells=tuple(cells))

    return (
        metric_row(
            "Reasoning",
            "the tests that a tester would write: recall and precision of reference cases",
            (("recall", "recall {}", _share), ("precision", "precision {}", _share)),
        ),
        metric_row(
            "Private data",
            "expected results that stand in the company's sources; closeness to its own cases",
            (("grounded", "grounded {}", _share), ("similarity", "closeness {}", _number)),
        ),
        metric_row(
            "Vocabulary and formats",
            "style closeness, template validity, surprise at the company's own cases",
            (
                ("style", "style {}", _number),
                ("valid", "template {}", _share),
                ("perplexity", "perplexity {}", _number),
            ),
        ),
        cost_row(
            "Updatable knowledge",
            "time until a changed document shows in new cases",
            lambda cost: None if cost.update_seconds is None else _seconds(cost.update_seconds),
        ),
        metric_row(
            "Low hallucination",
            "names and values that stand in no source, a case; those not marked",
            (("bleed", "{} a case", _number), ("bleed_unmarked", "{} unmarked", _number)),
        ),
        cost_row(
            "Cost to build",
            "time to build, and what it keeps on disk",
            lambda cost: f"{_seconds(cost.seconds)}, {cost.bytes / 1e6:,.0f} MB",
        ),
    )


Part = tuple[str, str, Callable[[Figure], str]]
"""A metric's id, the words around its value, and how the value is shown."""


def _share(figure: Figure) -> str:
    return f"{figure.value or 0.0:.0%} ({figure.low or 0.0:.0%} to {figure.high or 0.0:.0%})"


def _number(figure: Figure) -> str:
    return f"{figure.value or 0.0:.2f} ({figure.low or 0.0:.2f} to {figure.high or 0.0:.2f})"


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
