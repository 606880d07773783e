"""Pictures in the fields of test cases, as Markdown: left out, and counted as not read."""

from __future__ import annotations

import re

_PICTURE = re.compile(
    r"!\[(?P<words>[^\[\]\n]{0,200})\]\((?P<address>[^()\s]++)(?:[ \t][^()\n]{0,100})?\)"
)
_FILES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".svg", ".tif", ".tiff")
_TESTRAIL = "attachments/get/"
_LIST_MARKS = frozenset("-*•")


class Pictures:
    """Leaves pictures out of texts, and counts them, each once however many cells repeat it."""

    def __init__(self) -> None:
        self._addresses: set[str] = set()

    @property
    def unread(self) -> tuple[str, ...]:
        """What a report says of the pictures that were left out; empty where there was none."""
        count = len(self._addresses)
        return (f"{count} picture{'s' if count > 1 else ''}",) if count else ()

    def left_out(self, text: str) -> str:
        """``text`` without its pictures, line for line: a line with nothing else is left empty.

        A picture with words of its own, as in "Enter ![a map](https://...)", stays.
        """
        if "![" not in text:
            return text
        return "\n".join(map(self._line, text.split("\n")))

    def left_out_of(self, value: object) -> object:
        """A record's value, whatever it is, without the pictures in its texts."""
        if isinstance(value, str):
            return self.left_out(value).strip() if "![" in value else value
        if isinstance(value, list):
            return [self.left_out_of(each) for each in value]
        if isinstance(value, dict):
            return {name: self.left_out_of(each) for name, each in value.items()}
        return value

    def _line(self, line: str) -> str:
        left = _PICTURE.sub(self._replaced, line)
        if left == line:
            return line
        return "" if left.strip() in _LIST_MARKS else left.rstrip()

    def _replaced(self, match: re.Match[str]) -> str:
        words, address = match["words"].strip(), match["address"]
        file = words.casefold().endswith(_FILES) or _TESTRAIL in address
        if words and not file:
            return match[0]
        self._addresses.add(address)
        return ""
