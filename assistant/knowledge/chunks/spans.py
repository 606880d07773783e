"""Spans of a text (``start`` inclusive, ``end`` exclusive) that do not overlap, quick to search."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator

Span = tuple[int, int]


class Spans:
    """A growing set of spans in order; each question takes logarithmic time."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans: list[Span] = []
        for span in spans:
            self.add(span)

    def add(self, span: Span) -> bool:
        """Take a span in; ``False`` (and nothing changes) where it overlaps one or is empty."""
        if span[0] >= span[1] or self.overlap(*span):
            return False
        insort(self._spans, span)
        return True

    def overlap(self, start: int, end: int) -> bool:
        """Whether some span shares a character with ``text[start:end]``."""
        at = bisect_left(self._spans, (end, end))
        return at > 0 and self._spans[at - 1][1] > start

    def gaps(self, start: int, end: int) -> Iterator[Span]:
        """The stretches of ``text[start:end]`` between the spans."""
        at = bisect_right(self._spans, (start, start))
        if at > 0 and self._spans[at - 1][1] > start:
            start = self._spans[at - 1][1]
        for left, right in self._spans[at:]:
            if left >= end:
                break
            if start < left:
                yield start, left
            start = max(start, right)
        if start < end:
            yield start, end


def trim(text: str, start: int, end: int) -> Span:
    """``start`` and ``end`` moved inwards past white space."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
