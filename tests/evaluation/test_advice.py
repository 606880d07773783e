"""Advice follows from the figures by its rules, and says so where something did not help."""

from __future__ import annotations

import math

import pytest

from assistant.evaluation.advice import Advice, advise
from assistant.evaluation.columns import COLUMNS, column_kind
from assistant.evaluation.language_perplexity import (
    ENGLISH_PROSE,
    LanguageFigures,
    Reading,
    words_in,
)
from assistant.evaluation.records import ColumnResult, Comparison, EvaluationSet
from assistant.evaluation.report import BuildCost, capability_table, markdown
from assistant.evaluation.statistics import Difference, Figure

Gains = dict[tuple[str, str], dict[str, float]]


def comparison(
    columns: dict[str, dict[str, float]],
    gains: Gains,
    *,
    stories: int = 100,
    own_style: float = 0.9,
) -> Comparison:
    """Columns with these figures; ``gains`` are the significant differences, the others chance."""
    results = tuple(
        ColumnResult(
            column=name,
            title=column_kind(name).title,
            uses_adapter=column_kind(name).uses_adapter,
            stories=stories,
            cases=2 * stories,
            figures={
                metric: Figure(value=value, low=value - 0.01, high=value + 0.01, clusters=stories)
                for metric, value in figures.items()
            },
        )
        for name, figures in columns.items()
    )
    names = list(columns)
    differences = [
        Difference(
            metric=metric, column=column, against=against, value=value, low=value, high=value,
            p=0.001 if metric in found else 0.6, p_adjusted=0.002 if metric in found else 0.9,
            clusters=stories,
        )
        for place, against in enumerate(names)
        for column in names[place + 1 :]
        for found in [gains.get((column, against), {})]
        for metric, value in {"recall": 0.01, "style": 0.01, "perplexity": -0.1, **found}.items()
    ]  # fmt: skip
    return Comparison(
        id="c", evaluation_set=EvaluationSet(name="s"), columns=results, scores=(), references=(),
        differences=tuple(differences), company={"style": Figure(value=own_style)}, threshold=0.7,
    )  # fmt: skip


ALL = {name: {"recall": 0.4, "style": 0.5} for name in ("base", "rag", "ft", "both")}


def kinds(advice: tuple[Advice, ...]) -> list[str]:
    return [one.kind for one in advice]


def test_both_layers_helped() -> None:
    found = advise(
        comparison(
            ALL,
            {
                ("rag", "base"): {"recall": 0.2},
                ("ft", "base"): {"style": 0.3, "perplexity": -10.0},
                ("both", "rag"): {"style": 0.3},
                ("both", "ft"): {"recall": 0.1},
            },
        )
    )
    assert kinds(found) == ["RAG", "fine-tuning", "both"]
    rag, tuned, both = found
    assert "With retrieved sources the figures are better" in rag.says
    assert "Tuned on your cases the figures are better" in tuned.says
    assert [figure.value for figure in rag.figures] == [0.2]
    assert {figure.value for figure in tuned.figures} >= {0.3, -10.0}
    assert [figure.value for figure in both.figures] == [0.3, 0.1]
    assert all(one.rule for one in found)


def test_nothing_helped_is_said_plainly() -> None:
    found = advise(comparison(ALL, {}))
    assert kinds(found) == [
        "retrieval did not help",
        "fine-tuning did not help",
        "fine-tuning did not help",
        "retrieval did not help",
    ]
    assert all("did not help" in one.says for one in found)


def test_a_significant_loss_is_no_help_and_is_told() -> None:
    found = advise(comparison(ALL, {("ft", "base"): {"recall": -0.2, "perplexity": 5.0}}))
    tuned = next(one for one in found if one.kind == "fine-tuning did not help")
    assert "worse in perplexity of the reference cases and recall of reference cases" in tuned.says


def test_tuning_that_adds_nothing_to_retrieval_is_told() -> None:
    gains: Gains = {
        ("rag", "base"): {"recall": 0.2},
        ("ft", "base"): {"style": 0.2},
        ("both", "ft"): {"recall": 0.2},
    }
    assert kinds(advise(comparison(ALL, gains))) == [
        "RAG",
        "fine-tuning",
        "fine-tuning did not help",
    ]


def test_what_was_not_compared_is_advised_from_base_alone() -> None:
    found = advise(comparison({"base": {"recall": 0.3, "grounded": 0.9, "style": 0.5}}, {}))
    assert kinds(found) == ["RAG", "fine-tuning"]
    assert [figure.value for figure in found[0].figures] == [0.3]
    assert advise(comparison({"base": {"recall": 0.8, "grounded": 0.9, "style": 0.85}}, {})) == ()


def test_unmarked_foreign_names_of_an_adapter_are_warned_of() -> None:
    figures = {"recall": 0.9, "grounded": 0.9, "style": 0.9}
    columns = {
        "base": {**figures, "bleed_unmarked": 0.4},
        "ft": {**figures, "bleed_unmarked": 0.2, "memorised": 0.1},
        "both": {**figures, "bleed_unmarked": 0.0},
    }
    found = [one for one in advise(comparison(columns, {})) if one.kind == "foreign names"]
    assert len(found) == 1
    assert "+FT" in found[0].says
    assert [figure.value for figure in found[0].figures] == [0.2, 0.1]


def test_few_stories_are_warned_of() -> None:
    found = advise(comparison(ALL, {}, stories=8))
    assert kinds(found)[0] == "not enough data"
    assert "compared: 8," in found[0].says
    assert not [one for one in found if "did not help" in one.kind], "too few to say so"
    assert [one for one in advise(comparison(ALL, {})) if "did not help" in one.kind]


ENGLISH = Reading(words=218, tokens=251, nll=808.458)


@pytest.mark.parametrize(
    ("words", "tokens", "perplexity", "advised"),
    [
        pytest.param(236, 512, 11.8, False, id="rules full of ids and amounts"),
        pytest.param(309, 512, 27.3, False, id="a process description"),
        pytest.param(58, 130, 96.3, True, id="German"),
        pytest.param(37, 124, 97.0, True, id="Polish"),
        pytest.param(100, 320, 2.0, True, id="too many tokens, each easy to guess"),
    ],
)
def test_a_foreign_language_asks_for_another_base(
    words: int, tokens: int, perplexity: float, advised: bool
) -> None:
    """Readings measured with SmolLM2-135M, but for the last."""
    documents = Reading(words=words, tokens=tokens, nll=tokens * math.log(perplexity))
    found = advise(comparison(ALL, {}), LanguageFigures(documents=documents, english=ENGLISH))
    assert ("continued pre-training or another base" in kinds(found)) is advised


def test_the_english_sample_is_ordinary_and_read_in_words() -> None:
    assert words_in(ENGLISH_PROSE) == ENGLISH.words
    assert words_in("Don't re-open BR-7, O’Neil!") == 4
    same = LanguageFigures(documents=ENGLISH, english=ENGLISH)
    assert (same.tokens_ratio, same.perplexity_ratio) == (1.0, 1.0)
    assert ENGLISH.perplexity == pytest.approx(25.05, abs=0.01)


def test_the_table_of_capabilities_holds_measured_values() -> None:
    measured = comparison(
        {"base": {"recall": 0.4, "bleed": 0.5}, "both": {"recall": 0.6, "style": 0.8}}, {}
    )
    table = capability_table(
        measured, {"both": BuildCost(seconds=3000, bytes=19_000_000, update_seconds=4)}
    )
    assert [row.capability for row in table] == [
        "Reasoning",
        "Private data",
        "Vocabulary and formats",
        "Updatable knowledge",
        "Low hallucination",
        "Cost to build",
    ]
    columns = [one.column for one in measured.columns]
    cells = {
        (row.capability, column): cell
        for row in table
        for column, cell in zip(columns, row.cells, strict=True)
    }
    assert cells["Reasoning", "base"] == "recall 40% (39% to 41%)"
    assert cells["Vocabulary and formats", "both"] == "style 0.80 (0.79 to 0.81)"
    assert cells["Updatable knowledge", "both"] == "4.0 s"
    assert cells["Cost to build", "both"] == "50 min, 19 MB"
    assert cells["Cost to build", "base"] == "not measured"
    assert cells["Low hallucination", "both"] == "not measured"


def test_the_report_marks_what_is_significant_and_in_which_way() -> None:
    found = comparison(
        {
            "base": {"recall": 0.4, "perplexity": 18.0},
            "ft": {"recall": 0.3, "perplexity": 3.5},
            "both": {"recall": 0.41, "perplexity": 3.0},
        },
        {
            ("ft", "base"): {"recall": -0.1, "perplexity": -14.5},
            ("both", "base"): {"perplexity": -15.0},
        },
    )
    lines = markdown(found, advise(found)).splitlines()
    recall = next(line for line in lines if line.startswith("| Recall"))
    surprise = next(line for line in lines if line.startswith("| Perplexity"))
    assert [cell.strip()[-1] for cell in recall.split("|")[2:5]] == [")", "▼", ")"]
    assert [cell.strip()[-1] for cell in surprise.split("|")[2:5]] == [")", "▲", "▲"]
    assert any(line.startswith("- **fine-tuning**") for line in lines)


def test_columns_of_one_kind_are_told_apart() -> None:
    assert column_kind("endpoint:qwen").title == "Endpoint qwen"
    assert column_kind("both").uses_adapter
    assert column_kind("both").uses_retrieval
    assert len({kind.id for kind in COLUMNS}) == len(COLUMNS)
