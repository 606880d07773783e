"""A comparison as a Markdown table to read and as a plain dictionary for ``--json``."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evaluation.advice import Advice, AdviceFigure
from assistant.evaluation.metrics import MEMORY, METRICS, Metric
from assistant.evaluation.records import Comparison
from assistant.evaluation.statistics import Difference, Figure

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
