"""A comparison as a Markdown table to read and as a plain dictionary for ``--json``.

The usual table of capabilities, with measured values in place of ticks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from assistant.domain import Value
from assistant.evaluation.advice import Advice, AdviceFigure
from assistant.evaluation.metrics import MEMORY, METRICS, Metric
from assistant.evaluation.records import Comparison
from assistant.evaluation.statistics import Difference, Figure


class BuildCost(Value):
    """What a column cost to make: seconds of indexing or training, bytes kept on disk.

    ``update_seconds`` is what one changed document costs until new cases know it: indexing it
    again, or training again where there is no retrieval.
    """

    seconds: float = 0.0
    bytes: int = 0
    update_seconds: float | None = None


class CapabilityRow(Value):
    """One capability, what is measured for it, and the value of every column in words."""

    capability: str
    measured: str
    cells: tuple[str, ...]


def capability_table(
    comparison: Comparison, costs: Mapping[str, BuildCost]
) -> tuple[CapabilityRow, ...]:
    """The six rows; a cell says "not measured" where a column has no figure for it."""

    def row(capability: str, measured: str, cells: Iterable[str | None]) -> CapabilityRow:
        said = tuple(text or "not measured" for text in cells)
        return CapabilityRow(capability=capability, measured=measured, cells=said)

    def metric_row(capability: str, measured: str, parts: tuple[Part, ...]) -> CapabilityRow:
        cells = (
            ", ".join(
                text.format(shown(figure))
                for name, text, shown in parts
                if (figure := result.figures.get(name)) is not None and figure.value is not None
            )
            for result in comparison.columns
        )
        return row(capability, measured, cells)

    def cost_row(
        capability: str, measured: str, said: Callable[[BuildCost], str | None]
    ) -> CapabilityRow:
        known = (costs.get(result.column) for result in comparison.columns)
        return row(capability, measured, (said(cost) if cost else None for cost in known))

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


JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]

BETTER, WORSE = "▲", "▼"
"""Marks of a significant difference to the first column (5 %, Holm's correction)."""

_COMPANY = "Your own cases"


def markdown(comparison: Comparison, advice: Sequence[Advice] = ()) -> str:
    """The whole report: what was compared, the table, what the marks mean, the advice."""
    about = comparison.evaluation_set
    stories = len(comparison.references)
    cases = sum(len(story.cases) for story in comparison.references)
    lines = [
        f"# Comparison on {_cell(about.name)}",
        "",
        f"{stories} stories with {cases} reference cases"
        + (f", split {_cell(about.split)}" if about.split else "")
        + f", seed {about.seed}"
        + (f", prompt {_cell(about.prompt_version)}" if about.prompt_version else "")
        + ("." if comparison.complete else ". **Not complete: it was cancelled.**"),
        "",
        *table(comparison),
        "",
        f"Values in brackets: 95 % bootstrap interval over stories. {BETTER} better, {WORSE} worse "
        f"than {comparison.columns[0].title} (paired permutation test, 5 %, Holm). A reference "
        f"case counts as found from a closeness of {comparison.threshold:.2f}.",
    ]
    if advice:
        lines += ["", "## Advice", ""]
        for one in advice:
            lines.append(f"- **{one.kind}**: {one.says} (Rule: {one.rule}.)")
            lines += [f"  - {_advice_line(figure)}" for figure in one.figures]
    return "\n".join(lines) + "\n"


def table(comparison: Comparison) -> list[str]:
    """The lines of the table: a row for every metric that some column has, a column for each."""
    company = bool(comparison.company)
    titles = [result.title for result in comparison.columns] + [_COMPANY] * company
    lines = [
        "| | " + " | ".join(map(_cell, titles)) + " |",
        "|---|" + "---|" * len(titles),
    ]
    first = comparison.columns[0].column
    for metric in (*METRICS, MEMORY):
        figures = [result.figures.get(metric.id) for result in comparison.columns]
        if not any(figure and figure.value is not None for figure in figures):
            continue
        cells = [
            f"{figure_text(metric, figure)} {mark(comparison, metric, one.column, first)}".rstrip()
            for figure, one in zip(figures, comparison.columns, strict=True)
        ]
        if company:
            cells.append(figure_text(metric, comparison.company.get(metric.id)))
        lines.append("| " + " | ".join([metric.title, *cells]) + " |")
    return lines


def figure_text(metric: Metric, figure: Figure | None) -> str:
    """A figure in the metric's unit, with its interval where it has one."""
    if figure is None or figure.value is None:
        return "–"
    value = _value(metric, figure.value)
    if figure.low is None or figure.high is None:
        return value
    return f"{value} ({_value(metric, figure.low)} to {_value(metric, figure.high)})"


def mark(comparison: Comparison, metric: Metric, column: str, first: str) -> str:
    """``BETTER`` or ``WORSE`` where a column differs significantly from the first, else empty."""
    if column == first or not metric.better:
        return ""
    found = comparison.difference(metric.id, column, first)
    if found is None or not found.significant or not found.value:
        return ""
    return BETTER if (found.value > 0) == (metric.better == "higher") else WORSE


def plain(comparison: Comparison, advice: Sequence[Advice] = ()) -> dict[str, JsonValue]:
    """The comparison without texts: set, columns with figures, differences, advice."""
    return {
        "id": comparison.id,
        "created_at": comparison.created_at.isoformat(),
        "complete": comparison.complete,
        "set": comparison.evaluation_set.model_dump(mode="json"),
        "stories": len(comparison.references),
        "reference_cases": sum(len(story.cases) for story in comparison.references),
        "threshold": comparison.threshold,
        "columns": {
            result.column: {
                "title": result.title,
                "uses_retrieval": result.uses_retrieval,
                "uses_adapter": result.uses_adapter,
                "model": None if result.model is None else result.model.model_dump(mode="json"),
                "stories": result.stories,
                "cases": result.cases,
                "figures": _figures(result.figures),
            }
            for result in comparison.columns
        },
        "company": _figures(comparison.company),
        "differences": [_difference(one) for one in comparison.differences],
        "advice": [one.model_dump(mode="json") for one in advice],
    }


def _figures(figures: dict[str, Figure]) -> dict[str, JsonValue]:
    return {name: figure.model_dump(mode="json") for name, figure in figures.items()}


def _difference(one: Difference) -> JsonValue:
    return {**one.model_dump(mode="json"), "significant": one.significant}


def _value(metric: Metric, value: float) -> str:
    match metric.unit:
        case "seconds":
            return f"{value:.2f} s" if value < 100 else f"{value:.0f} s"
        case "bytes":
            return f"{value / 1e6:,.0f} MB"
        case "share":
            return f"{value:.3f}"
        case _:
            return f"{value:.2f}" if abs(value) < 100 else f"{value:,.0f}"


def _advice_line(figure: AdviceFigure) -> str:
    text = f"{figure.name}: {figure.value:.3g}"
    if figure.low is not None and figure.high is not None:
        text += f" ({figure.low:.3g} to {figure.high:.3g})"
    return text if figure.p is None else f"{text}, p = {figure.p:.3g}"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
