"""Cleaning on entry: nothing that breaks storage or deceives a reader gets in."""

from __future__ import annotations

import json
import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from assistant.sources.files.clean import clean_text

FORBIDDEN = {*range(0x200B, 0x200C), *range(0x200E, 0x2010), *range(0x202A, 0x202F)}
FORBIDDEN |= {*range(0x2060, 0x2070), 0xFEFF, *range(0xE0000, 0xE1000), *range(0xD800, 0xE000)}
FORBIDDEN |= {*range(0x09), *range(0x0B, 0x20), 0x7F}


def test_line_ends_and_byte_order_mark() -> None:
    assert clean_text("\ufeffa\r\nb\rc\u2028d\x0be\x85f").text == "a\nb\nc\nd\ne\nf"


def test_controls_and_surrogates_become_visible() -> None:
    cleaned = clean_text("a\x00b\ud800c\x7f")
    assert cleaned.text == "a␀b\ufffdc␡"
    assert cleaned.notes == ("Made 3 control or broken characters visible.",)


def test_hidden_characters_are_removed_and_counted() -> None:
    cleaned = clean_text("ad\u202emin\u200b \u2066x\U000e0041")
    assert cleaned.text == "admin x"
    assert "Removed 4 invisible characters" in cleaned.notes[0]


def test_scripts_and_emoji_stay() -> None:
    for text in ("naïve café £5 “ok”", "می‌خواهم", "👩‍💻 ❤️", "日本語\tタブ", "क्‍ष", "Ǆ ﬁ"):
        assert clean_text(text).text == text


@given(st.text(st.characters(), max_size=200))
def test_clean_text_is_idempotent_and_storable(raw: str) -> None:
    text = clean_text(raw).text
    assert clean_text(text).text == text
    assert not FORBIDDEN & {ord(character) for character in text}
    text.encode("utf-8")
    json.loads(json.dumps(text))
    with sqlite3.connect(":memory:") as connection:
        assert connection.execute("select ?", (text,)).fetchone() == (text,)
    connection.close()
