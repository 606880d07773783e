"""How close written cases come to the way the company writes, in vocabulary and in form.

Style closeness is the mean of five parts, each 0 to 1:

* openings: 1 - Jensen-Shannon divergence (base 2) of the first two words of sentences;
* vocabulary: the same of all words, names and values masked;
* templates: share of sentences that the company has too, with quoted values, numbers and names
  masked;
* steps: the smaller of the mean numbers of steps a case over the larger;
* length: the same of the mean numbers of words a sentence.

Sentences are preconditions, actions and expected results.

A divergence between two samples of the same author is not 0, so the figure of the company's own
reference cases, measured in the same way, is shown beside the columns as what new cases of that
author reach. More than that is no better: random training cases, copied whole, got 0.98 where the
company's own new cases got 0.87.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.domain import TestCase
from assistant.language.quoted_messages import OPENING

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

MAX_OPENINGS = 300
MAX_WORDS = 600
"""The company's most frequent openings and words; all others count as one more."""

PARTS = ("openings", "vocabulary", "templates", "steps", "length")

_QUOTED = re.compile(rf"{OPENING}[^\"]*\"|“[^”]*”|‘[^’]*’|(?<!\w)'[^']+'(?!\w)")
_NUMBER = re.compile(r"[£$€]?\d[\d.,:/-]*%?")
_NAME = re.compile(r"(?<=\s)[A-Z][\w-]*(?:\s+[A-Z][\w-]*)*")
_WORD = re.compile(r"<\w+>|[^\W\d_]+(?:['’][^\W\d_]+)*")


def sentences_of(case: TestCase) -> Iterator[str]:
    """The sentences of a case: preconditions, then actions and expected results, step by step."""
    yield from (text for text in case.preconditions if text.strip())
    for step in case.steps:
        for text in (step.action, step.expected_result):
            if text.strip():
                yield text


def masked(text: str) -> str:
    """A sentence with its data masked: quoted values, numbers, and names inside the sentence."""
    text = _QUOTED.sub("<value>", text)
    text = _NUMBER.sub("<number>", text)
    return _NAME.sub(lambda found: "I" if found.group() == "I" else "<name>", text)


def template_of(text: str) -> str:
    """A sentence with its data masked, without case, white space and punctuation."""
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(masked(text))]


def opening_of(text: str) -> str:
    """The first two words of a sentence, data masked."""
    return " ".join(_words(text)[:2])


@dataclass(frozen=True)
class CompanyProfile:
    """What is known of the company's way of writing, from its cases.

    ``openings`` and ``words`` are the counts of the frequent ones, in a fixed order, and of the
    rest; ``templates`` the masked sentences.
    """

    openings: dict[str, int]
    words: dict[str, int]
    templates: frozenset[str]
    counts: Array = field(repr=False)

    def zeros(self) -> Array:
        """The count vector of no case at all."""
        return _zeros(_width(self))


def learn_profile(cases: Sequence[TestCase]) -> CompanyProfile:
    """The profile of the company's cases. Raises ``ValueError`` where they hold no sentence."""
    texts = [text for case in cases for text in sentences_of(case)]
    if not texts:
        raise ValueError("a style cannot be learnt from cases without words")
    openings = Counter(opening_of(text) for text in texts)
    words = Counter(word for text in texts for word in _words(text))
    shell = CompanyProfile(
        _places(openings, MAX_OPENINGS),
        _places(words, MAX_WORDS),
        frozenset(template_of(text) for text in texts),
        _zeros(0),
    )
    counts = shell.zeros()
    for case in cases:
        counts += count_vector(case, shell)
    return CompanyProfile(shell.openings, shell.words, shell.templates, counts)


def count_vector(case: TestCase, profile: CompanyProfile) -> Array:
    """The numbers of one case that style is computed from; they add up over cases.

    Openings, words (each with a last place for the others), then: sentences that are a template of
    the company, sentences, cases, steps, words.
    """
    vector = profile.zeros()
    first = len(profile.openings) + 1
    for text in sentences_of(case):
        words = _words(text)
        vector[profile.openings.get(" ".join(words[:2]), first - 1)] += 1
        for word in words:
            vector[first + profile.words.get(word, len(profile.words))] += 1
        vector[-5] += " ".join(words) in profile.templates
        vector[-4] += 1
        vector[-1] += len(words)
    vector[-3] += 1
    vector[-2] += len(case.steps)
    return vector


def style_part(name: str, totals: Array, profile: CompanyProfile) -> Array:
    """One of ``PARTS`` for totals of shape ``(draws, width)``; NaN where nothing was written."""
    first = len(profile.openings) + 1
    last = first + len(profile.words) + 1
    own = profile.counts
    known, sentences, cases, steps, words = (totals[:, at] for at in range(-5, 0))
    match name:
        case "openings":
            return 1 - _divergence(totals[:, :first], own[:first])
        case "vocabulary":
            return 1 - _divergence(totals[:, first:last], own[first:last])
        case "templates":
            return _share(known, sentences)
        case "steps":
            return _nearness(_share(steps, cases), own[-2] / own[-3])
        case "length":
            return _nearness(_share(words, sentences), own[-1] / own[-4])
    raise KeyError(name)


def style_closeness(totals: Array, profile: CompanyProfile) -> Array:
    """The one figure: the mean of the parts. Where nothing was written at all, 0."""
    import numpy as np

    parts = np.stack([style_part(name, totals, profile) for name in PARTS])
    written = totals[:, -4] > 0
    return np.asarray(np.where(written, np.nan_to_num(parts, nan=0.0).mean(axis=0), 0.0))


def known_templates(case: TestCase, profile: CompanyProfile) -> tuple[int, int]:
    """Sentences of a case that the company has too (data masked), and all of its sentences."""
    texts = [template_of(text) for text in sentences_of(case)]
    return sum(text in profile.templates for text in texts), len(texts)


def _share(above: Array, below: Array) -> Array:
    import numpy as np

    unknown = np.full(len(above), np.nan)
    return np.asarray(np.divide(above, below, out=unknown, where=below != 0))


def _nearness(values: Array, target: float) -> Array:
    import numpy as np

    smaller, larger = np.minimum(values, target), np.maximum(values, target)
    return _share(smaller, larger)


def _divergence(counts: Array, own: Array) -> Array:
    """Jensen-Shannon divergence, base 2, of each row to the company's counts; NaN for no counts."""
    import numpy as np
    from scipy.spatial.distance import jensenshannon

    with np.errstate(invalid="ignore"):  # a row without counts
        return np.asarray(jensenshannon(counts, own[np.newaxis, :], base=2, axis=1) ** 2)


def _places(counted: Counter[str], most: int) -> dict[str, int]:
    """Place of the most frequent ones, by frequency, then by name, so that order never matters."""
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return {name: place for place, (name, _) in enumerate(ordered[:most])}


def _width(profile: CompanyProfile) -> int:
    return len(profile.openings) + len(profile.words) + 2 + 5


def _zeros(size: int) -> Array:
    import numpy as np

    return np.zeros(size, dtype=np.float64)
