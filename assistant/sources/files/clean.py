"""Outside text made safe to store, show and export, with a note of whatever was changed.

Line ends become LF. Lone surrogates, NUL and other control characters become visible symbols.
Zero-width characters, text-direction marks, tag characters and stray variation selectors are
removed: they can hide instructions or reverse what a reviewer sees (Trojan Source). Joiners that
scripts and emoji need are kept, and nothing else is normalised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SELECTORS = re.compile("[\ufe00-\ufe0f]{2,}|(?<![^\x00-\x20])[\ufe00-\ufe0f]")
_JOINERS = re.compile("[\u200c\u200d]+")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Clean text, and sentences that say what was changed."""

    text: str
    notes: tuple[str, ...] = ()


def _visible(match: re.Match[str]) -> str:
    """A symbol for a control character: its Unicode control picture, or the replacement sign."""
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def _joiner(match: re.Match[str]) -> str:
    """Keep one joiner between two non-ASCII characters, where scripts and emoji need it."""
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    needed = len(match.group()) == 1 and before > "\x7f" and after > "\x7f"
    return match.group() if needed else ""


def clean_text(raw: str) -> Cleaned:
    """``raw`` without characters that break storage or deceive readers; idempotent.

    Tabs and all visible characters stay as they are.
    """
    text = _LINE_ENDS.sub("\n", raw.removeprefix("\ufeff"))
    text, controls = _CONTROLS.subn(_visible, text)
    before = len(text)
    text = _JOINERS.sub(_joiner, _SELECTORS.sub("", _INVISIBLE.sub("", text)))
    hidden = before - len(text)
    notes = []
    if controls:
        notes.append(f"Made {controls} control or broken characters visible.")
    if hidden:
        notes.append(f"Removed {hidden} invisible characters (zero-width or text-direction marks).")
    return Cleaned(text, tuple(notes))
