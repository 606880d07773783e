"""Foreign text as Markdown: every character shown, none obeyed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.ui.plain_text import (
    highlighted,
    label,
    label_lines,
    one_line,
    plain,
    safe_link,
    visible,
    with_tables,
    without_emphasis,
)

UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*([!-/:-@\[-`{-~])")


def rendered(markdown: str) -> str:
    """The text of a CommonMark document that holds nothing but paragraphs and line breaks."""
    shown = []
    for block in MarkdownIt("commonmark").parse(markdown):
        assert block.type in ("paragraph_open", "paragraph_close", "inline"), block.type
        for token in block.children or []:
            assert token.type in ("text", "text_special", "softbreak", "hardbreak"), token.type
            shown.append("\n" if token.type.endswith("break") else token.content)
    return "".join(shown)


def comparable(text: str) -> str:
    """Text as it is to be shown, without what Markdown may change in spacing."""
    return "".join(visible(text).split())


def seen(shown: str) -> str:
    """What was rendered, without spacing and without the joiners that ``plain`` puts in."""
    return "".join(shown.replace("\u2060", "").split())


@given(st.text())
def test_plain_shows_exactly_the_text(text: str) -> None:
    assert seen(rendered(plain(text))) == comparable(text)


@given(st.text(alphabet="<>&[](){}!*_`~#+-=.|:$\\/\"'@ \n\tahttpwww1"))
def test_plain_shows_exactly_text_made_of_syntax(text: str) -> None:
    assert seen(rendered(plain(text))) == comparable(text)


@given(st.text(), st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=4))
def test_highlighting_keeps_the_text_and_opens_no_other_directive(
    text: str, spans: list[tuple[int, int]]
) -> None:
    marked = highlighted(text, spans)
    without = re.sub(r"(?<!\\)((?:\\\\)*):yellow-background(?=\[)", r"\1", marked)
    bare = re.sub(r"(?<!\\)((?:\\\\)*)[\[\]]", r"\1", without)
    assert seen(rendered(bare)) == comparable(text)
    assert not {hit for hit in UNESCAPED.findall(bare) if hit != "\\"}


def test_the_marked_words_are_the_supporting_ones() -> None:
    assert highlighted("within 14 days", [(7, 14)]) == "within :yellow-background[14 days]"
    assert highlighted("a\nb", [(0, 3)]) == ":yellow-background[a]  \n:yellow-background[b]"


def test_a_pipe_table_is_a_table_with_every_cell() -> None:
    rows = ["| Role | Limit |", "| --- | --- |", "| a\\|b *c* | <b>1</b><br>2 |", "| x | y | z |"]
    text = "\n".join(["Roles", *rows, "| end", "Bye |"])
    start = text.index("2 |")
    tokens = MarkdownIt("commonmark").enable("table").parse(with_tables(text, [(start, start + 1)]))
    cells = [token.content for token in tokens if token.type == "inline"]
    # The parser takes the escape of a pipe from a cell; the others are for the cell's own words.
    shown = [re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", cell) for cell in cells]
    wide = ["a|b *c*", "<b>1</b> :yellow-background[2]", "", "x", "y", "z"]
    assert shown == ["Roles", "Role", "Limit", "", *wide, "end", "", "", "Bye |"]
    assert not any(token.type.startswith("html") for token in tokens)


@pytest.mark.parametrize("text", ["| a | b |", "a\n| --- |", "| a |\n| --- x |", "1 | 2\n---|---"])
def test_pipes_that_are_no_table_stay_letter_for_letter(text: str) -> None:
    assert with_tables(text, []) == highlighted(text, [])


@pytest.mark.parametrize(
    "text",
    [
        "see https://evil.example/?d=1", "www.evil.example", "mail eve@evil.example",
        ":material/home: :smile: :streamlit:", "a -> b <- c <-> d -- e >= f <= g ~= h",
    ],
)  # fmt: skip
def test_what_is_looked_for_after_parsing_is_broken_up(text: str) -> None:
    after = rendered(plain(text))
    assert not re.search(r"https?://|www\.|[\w.]+@\w|:[\w+-][\w+\-/]*:", after)
    assert not re.search(r"(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)", after)
    assert seen(after) == comparable(text)


def test_bold_signs_go_and_the_marked_words_stay() -> None:
    text = "**BR-1** is within **14 days** here"
    quote = (text.index("14"), text.index(" here"))
    shown, spans = without_emphasis(text, [quote, (0, len(text))])
    assert shown == "BR-1 is within 14 days here"
    assert [shown[start:end] for start, end in spans] == ["14 days", shown]
    assert without_emphasis("2 ** 3", [(0, 1)]) == ("2 ** 3", [(0, 1)])
    text = "Click _Refund double_, **then** 2 * 3 * first_name of *CC Approvals*."
    shown, spans = without_emphasis(text, [(text.index("_"), text.index(","))])
    assert shown == "Click Refund double, then 2 * 3 * first_name of CC Approvals."
    assert [shown[start:end] for start, end in spans] == ["Refund double"]


def test_a_heading_loses_its_sign_and_a_lone_sign_of_bold_leaves_other_paragraphs_alone() -> None:
    text = "## 2 Limits\n\n**5.0 kW** at most\n\n2 ** 3\n\n#: 12; no. #7 of # 8"
    quote = (text.index("5.0"), text.index("** at"))
    shown, spans = without_emphasis(text, [(0, text.index("\n")), quote])
    assert shown == "2 Limits\n\n5.0 kW at most\n\n2 ** 3\n\n#: 12; no. #7 of # 8"
    assert [shown[start:end] for start, end in spans] == ["2 Limits", "5.0 kW"]


def test_invisible_and_turning_characters_are_named() -> None:
    assert visible("a\u202eb\x00c\ud800\U000e0041") == "a⟦U+202E⟧b⟦U+0000⟧c⟦U+D800⟧⟦U+E0041⟧"


@pytest.mark.parametrize(
    "sign",
    ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u034f", "\u180e", "\u3164",
     "\ufe0f", "\u2028", "\U000e0101"],
)  # fmt: skip
def test_what_has_no_width_between_two_figures_is_named(sign: str) -> None:
    named = f"5⟦U+{ord(sign):04X}⟧0"
    assert visible(f"5{sign}0") == named
    assert visible(f"für 5{sign}0 zł") == f"für {named} zł"
    assert label(f"5{sign}0") == named.replace("+", "\\+")
    assert highlighted(f"5{sign}0", [(0, 2)]).replace("\\", "") == (
        f":yellow-background[5⟦U+{ord(sign):04X}⟧]0"
    )


@pytest.mark.parametrize(
    "text",
    ["می\u200cخواهم", "क्\u200dष", "ක්\u200dර", "അവന്\u200d.", "👩🏽\u200d⚕\ufe0f", "🏳\ufe0f\u200d🌈",
     "🙂\u200d↔\ufe0f", "5\ufe0f\u20e3", "❤\ufe0f", "葛\U000e0100", "\u06dd١٢"],
)  # fmt: skip
def test_joiners_and_selectors_that_a_script_or_an_emoji_needs_stay(text: str) -> None:
    assert visible(text) == text
    assert highlighted(text, [(0, 2)]).count("⟦") == 0


@pytest.mark.parametrize(
    "text", ["٥\u200c٠", "می\u200c", "a\u200d👩", "👩\u200da", "м\u200dи", "ü\ufe0f"]
)
def test_joiners_that_join_nothing_are_named(text: str) -> None:
    assert visible(text).count("⟦U+") == 1


def test_a_sentence_of_a_quoted_mail_is_one_line_without_marks() -> None:
    assert (
        one_line("is no longer\n> > taken\n>from > 5 guests")
        == "is no longer taken from > 5 guests"
    )
    assert one_line("is no longer \n  taken") == "is no longer taken"


def test_a_label_is_one_line_and_cut() -> None:
    assert label("a\n b") == "a b"
    assert label("may unlock verification before", limit=26) == "may unlock verification…"
    assert label("w" * 100, limit=20) == "w" * 19 + "…"


@pytest.mark.parametrize(
    "uri",
    ["javascript:alert(1)", "data:text/html,x", "http://", "https://u:p@host/", "https://a b", "x"],
)
def test_only_web_addresses_become_links(uri: str) -> None:
    assert safe_link(uri) == ""


def test_a_web_address_stays() -> None:
    assert safe_link("https://wiki.example/page?x=1") == "https://wiki.example/page?x=1"


@pytest.mark.long
@pytest.mark.parametrize("folder", ["xss", "blns", "csv-injection", "unicode"])
def test_hostile_corpora_are_shown_letter_for_letter(shared_dir: Path, folder: str) -> None:
    lines = 0
    for path in sorted((shared_dir / "hostile" / folder).rglob("*.txt")):
        for line in path.read_text("utf-8", "replace").splitlines()[:400]:
            assert seen(rendered(plain(line))) == comparable(line)
            lines += 1
    if not lines:
        pytest.skip(f"no text files in {folder}")


def test_lines_of_a_flow_are_shown_line_by_line_and_wrapped_ones_go_on() -> None:
    flow = "4a Seller is *too* young\n4a1. The system shows\nthe message.\n\n4a2. It ends."
    lines = ("4a Seller is *too* young", "4a1. The system shows the message.", "4a2. It ends.")
    assert label_lines(flow, limit=400) == [label(line) for line in lines]
    assert label_lines("", limit=10) == []
    cut = label_lines("\n".join(f"{n}. " + "x" * 30 for n in range(20)), limit=100)
    assert len(cut) == 4
    assert cut[-1].endswith("…")
