"""Products that a text writes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from assistant.generation.proof.amounts import MEASURED, Number, as_written, numbers

_TIMES = re.compile(r"\s*[x×*·]\s*", re.IGNORECASE)


def products(text: str) -> Iterator[tuple[Number, Number, Number]]:
    """Those of a text: "2 x 80 € = 160 €" as times, what, and what they come to."""
    read = numbers(text)
    for times, what in pairwise(read):
        if times.kind in MEASURED or not _TIMES.fullmatch(text[times.end : what.start]):
            continue
        for whole in read:
            same_kind = (whole.kind, whole.unit) == (what.kind, what.unit)
            if not same_kind or not isinstance(what.value, Decimal):
                continue
            if any(whole.value == factor * what.value for factor in as_written(times)):
                yield times, what, whole
