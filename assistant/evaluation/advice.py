"""What to do next, by stated rules over the figures of a comparison.

The rules look at the main metrics only. "Better" means better in the metric's own direction and
significant in the paired test (5 %, Holm's correction). Each piece of advice names its rule and
carries the figures that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from assistant.domain import Value
from assistant.evaluation.columns import column_kind
from assistant.evaluation.language_perplexity import LanguageFigures
from assistant.evaluation.metrics import METRICS, Metric, metric_of
from assistant.evaluation.records import Comparison
from assistant.evaluation.statistics import Difference, Figure

AdviceKind = Literal[
    "RAG", "fine-tuning", "both", "continued pre-training or another base",
    "fine-tuning did not help", "retrieval did not help", "not enough data", "foreign names",
]  # fmt: skip

NO_HELP = ("fine-tuning did not help", "retrieval did not help")

MIN_STORIES = 20
"""Fewer stories than this say little: intervals over so few clusters are too narrow to trust."""

STYLE_GAP = 0.10
"""Style closeness this far below the company's own reads as another hand (0 to 1)."""

RECALL_LOW = 0.50
"""Where less than half of the reference cases is written, something is not known."""

GROUNDED_LOW = 0.80
"""Where fewer expected results than this stand in a source, a fifth is the model's own."""

TOKENS_RATIO = 2.5
"""Tokens a word, against English prose in the same tokenizer: every case takes more than twice the
time and context. Set after a trial with SmolLM2-135M, 512 tokens a text: nine English texts
(requirements, rules, processes and test cases of e-commerce, energy, web archives and space
instruments) measured 1.0 to 1.9, for ids and amounts cost tokens; one paragraph of German 2.0, one
of Polish 2.9."""

PERPLEXITY_RATIO = 10.0
"""Perplexity by words, against English prose with the same model. In the same trial the English
texts measured 0.3 to 4.7, the German paragraph 290, the Polish one 24,000. One small model and two
short foreign texts: enough to tell languages apart, not to grade them."""


class AdviceFigure(Value):
    """A number that advice rests on; ``low`` and ``high`` where it has an interval."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    p: float | None = None


class Advice(Value):
    """One piece of advice: what to do, why in a sentence, by which rule, from which figures."""

    kind: AdviceKind
    says: str
    rule: str
    figures: tuple[AdviceFigure, ...] = ()


def advise(comparison: Comparison, language: LanguageFigures | None = None) -> tuple[Advice, ...]:
    """All advice that the figures give, warnings first. Never empty for a comparison with figures.

    Columns that were not compared are advised on by what the others show. That something did not
    help is not said of few stories, on which hardly anything can differ significantly.
    """
    few = [*_few(comparison)]
    found = [*_language(language)]
    rag, tuned = _gains(comparison, "rag", "base"), _gains(comparison, "ft", "base")
    found += _retrieval(comparison, rag)
    found += _tuning(comparison, tuned)
    found += _both(comparison)
    found += _foreign(comparison)
    return (*few, *(one for one in found if not (few and one.kind in NO_HELP)))


# --- Rules --------------------------------------------------------------------------------------


def _few(comparison: Comparison) -> Iterator[Advice]:
    least = min((column.stories for column in comparison.columns), default=0)
    if least < MIN_STORIES:
        yield Advice(
            kind="not enough data",
            says=f"Stories compared: {least}, too few to say that something did not help: "
            f"take what else is advised as a hint. Compare on {MIN_STORIES} or more.",
            rule=f"fewer than {MIN_STORIES} stories in a column",
            figures=(AdviceFigure(name="stories", value=least),),
        )


def _language(language: LanguageFigures | None) -> Iterator[Advice]:
    if language is None:
        return
    tokens, surprise = language.tokens_ratio, language.perplexity_ratio
    if tokens < TOKENS_RATIO and surprise < PERPLEXITY_RATIO:
        return
    documents, english = language.documents, language.english
    yield Advice(
        kind="continued pre-training or another base",
        says=f"Your documents cost the base model {tokens:.1f} times the tokens a word and "
        f"{surprise:,.1f} times the perplexity of ordinary English: it seems not made for their "
        "language. Train on your documents first, or choose another base model.",
        rule=f"tokens a word at least {TOKENS_RATIO:g} times, or perplexity by words at least "
        f"{PERPLEXITY_RATIO:g} times, those of English prose",
        figures=(
            AdviceFigure(name="tokens a word", value=documents.tokens_per_word),
            AdviceFigure(name="tokens a word, English prose", value=english.tokens_per_word),
            AdviceFigure(name="perplexity", value=documents.perplexity),
            AdviceFigure(name="perplexity, English prose", value=english.perplexity),
            AdviceFigure(name="perplexity by words, times English prose", value=surprise),
        ),
    )


def _retrieval(comparison: Comparison, gains: _Gains | None) -> Iterator[Advice]:
    if gains is not None and gains.better:
        yield Advice(
            kind="RAG",
            says="With retrieved sources the figures are better in "
            f"{_listed(gains.better)}. Use retrieval.",
            rule="+RAG is significantly better than Base in a main metric",
            figures=_figures(gains.better),
        )
    elif gains is not None:
        yield Advice(
            kind="retrieval did not help",
            says="Retrieval did not help here: in no main metric is +RAG significantly better than "
            f"Base{_but_worse(gains)}. Look at what is retrieved before paying for it.",
            rule="+RAG is significantly better than Base in no main metric",
            figures=_figures(gains.all),
        )
    else:
        low = [
            AdviceFigure(name=metric_of(name).title, value=value)
            for name, limit in (("recall", RECALL_LOW), ("grounded", GROUNDED_LOW))
            if (value := comparison.value("base", name)) is not None and value < limit
        ]
        if low:
            yield Advice(
                kind="RAG",
                says="Base's recall of reference cases, or its share of results found in a source, "
                "is low, and retrieval was not compared. Index your rules and cases and compare "
                "+RAG.",
                rule=f"+RAG not compared, and Base's recall below {RECALL_LOW:.0%} or its grounded "
                f"share below {GROUNDED_LOW:.0%}",
                figures=tuple(low),
            )


def _tuning(comparison: Comparison, gains: _Gains | None) -> Iterator[Advice]:
    base, own = comparison.value("base", "style"), comparison.company.get("style")
    gap = own.value - base if own and own.value is not None and base is not None else None
    style = [
        AdviceFigure(name="style closeness of Base", value=base or 0.0),
        AdviceFigure(name="style closeness of your own cases", value=(own and own.value) or 0.0),
    ]
    if gains is not None and gains.better:
        yield Advice(
            kind="fine-tuning",
            says="Tuned on your cases the figures are better in "
            f"{_listed(gains.better)}. Use the adapter.",
            rule="+FT is significantly better than Base in a main metric",
            figures=_figures(gains.better) + (tuple(style) if gap is not None else ()),
        )
    elif gains is not None:
        yield Advice(
            kind="fine-tuning did not help",
            says="Fine-tuning did not help here: in no main metric is +FT significantly better "
            f"than Base{_but_worse(gains)}. Train on more cases, or do without the adapter.",
            rule="+FT is significantly better than Base in no main metric",
            figures=_figures(gains.all),
        )
    elif gap is not None and gap >= STYLE_GAP:
        yield Advice(
            kind="fine-tuning",
            says="Base's style closeness is below that of your own cases, and no adapter was "
            "compared. Fine-tune on your accepted cases and compare +FT.",
            rule=f"+FT not compared, and Base's style closeness {STYLE_GAP:g} or more below that "
            "of your own cases",
            figures=tuple(style),
        )


def _both(comparison: Comparison) -> Iterator[Advice]:
    over_rag, over_ft = _gains(comparison, "both", "rag"), _gains(comparison, "both", "ft")
    if over_rag is None or over_ft is None:
        return
    if over_rag.better and over_ft.better:
        yield Advice(
            kind="both",
            says="Both layers add something: +Both is better than +RAG in "
            f"{_listed(over_rag.better)} and better than +FT in {_listed(over_ft.better)}. "
            "Use the adapter with retrieval.",
            rule="+Both is significantly better in a main metric than +RAG, and than +FT",
            figures=_figures(over_rag.better) + _figures(over_ft.better),
        )
    if not over_rag.better:
        yield Advice(
            kind="fine-tuning did not help",
            says="On top of retrieval, fine-tuning did not help: in no main metric is +Both "
            f"significantly better than +RAG{_but_worse(over_rag)}.",
            rule="+Both is significantly better than +RAG in no main metric",
            figures=_figures(over_rag.all),
        )
    if not over_ft.better:
        yield Advice(
            kind="retrieval did not help",
            says="On top of fine-tuning, retrieval did not help: in no main metric is +Both "
            f"significantly better than +FT{_but_worse(over_ft)}.",
            rule="+Both is significantly better than +FT in no main metric",
            figures=_figures(over_ft.all),
        )


def _foreign(comparison: Comparison) -> Iterator[Advice]:
    for column in comparison.columns:
        unmarked = column.figures.get("bleed_unmarked", Figure())
        if column.uses_adapter and unmarked.value:
            taken = column.figures.get("memorised", Figure())
            yield Advice(
                kind="foreign names",
                says=f"Cases of {column.title} hold names or values that stand in none of their "
                "sources and are not marked. Do not use the adapter before they are.",
                rule="a column with an adapter has foreign names or values without a mark",
                figures=tuple(
                    AdviceFigure(name=f"{name} a case", value=one.value, low=one.low, high=one.high)
                    for name, one in (("not marked", unmarked), ("from training", taken))
                    if one.value is not None
                ),
            )


# --- Gains --------------------------------------------------------------------------------------


class _Gains(Value):
    """Differences of the main metrics between two columns, sorted out."""

    better: tuple[Difference, ...]
    worse: tuple[Difference, ...]
    all: tuple[Difference, ...]


def _gains(comparison: Comparison, column: str, against: str) -> _Gains | None:
    """``None`` where one of the columns was not compared in any main metric."""
    found = [
        one
        for metric in METRICS
        if metric.main
        and (one := comparison.difference(metric.id, column, against)) is not None
        and one.value is not None
    ]
    if not found:
        return None
    return _Gains(
        better=tuple(one for one in found if one.significant and _is_better(one)),
        worse=tuple(one for one in found if one.significant and not _is_better(one)),
        all=tuple(found),
    )


def _is_better(one: Difference) -> bool:
    metric: Metric = metric_of(one.metric)
    value = one.value or 0.0
    return value < 0 if metric.better == "lower" else value > 0


def _listed(found: Sequence[Difference]) -> str:
    names = [_lower(metric_of(one.metric).title) for one in found]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _lower(title: str) -> str:
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def _but_worse(gains: _Gains) -> str:
    return f", and it is worse in {_listed(gains.worse)}" if gains.worse else ""


def _title(column: str) -> str:
    return column_kind(column).title


def _figures(found: Sequence[Difference]) -> tuple[AdviceFigure, ...]:
    return tuple(
        AdviceFigure(
            name=f"{metric_of(one.metric).title}, {_title(one.column)} minus {_title(one.against)}",
            value=one.value or 0.0,
            low=one.low,
            high=one.high,
            p=one.p_adjusted,
        )
        for one in found
    )
