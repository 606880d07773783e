"""Messages of a program in XML: XLIFF, .NET resources, Android strings."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.sources.files.batches import read_files
from assistant.sources.files.folder_source import not_looked_at

OLD = """<?xml version="1.0"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file source-language="en" target-language="de" original="app"><body>
<trans-unit id="late"><source>Over after <x id="DAYS" equiv-text="{{days}}"/> days.</source>
<target state="translated">Vorbei nach {{days}} Tagen.</target>
<note>below the button</note></trans-unit>
<trans-unit id="none"><source></source><target></target></trans-unit>
</body></file></xliff>"""
NEW = """<?xml version="1.0"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="de">
<file id="f"><group id="g"><unit id="u1" name="late"><notes><note>below the button</note></notes>
<segment><source>Over after <ph id="1" equiv="{{days}}"/> days.</source>
<target>Vorbei nach {{days}} Tagen.</target></segment></unit></group></file></xliff>"""
RESX = """<?xml version="1.0"?><root><resheader name="version"><value>2.0</value></resheader>
<data name="late"><value>Over after {0} days.</value>
<comment>below the button</comment></data></root>"""
ANDROID = """<?xml version="1.0"?><resources>
<string name="late">Over after <b>five</b> days.</string>
<plurals name="days"><item quantity="one">a day</item>
<item quantity="other">%d days</item></plurals>
</resources>"""
SINGLE = "Over after {{days}} days."


def rows(name: str, data: str) -> list[str]:
    """The lines of the document."""
    (outcome,) = read_files(name, data.encode())
    assert outcome.reading is not None, outcome.error
    assert outcome.reading.report.reader == "messages"
    return outcome.reading.document.text.strip().splitlines()


@pytest.mark.parametrize("data", [OLD, NEW])
def test_both_versions_of_xliff_are_keys_texts_and_translations(data: str) -> None:
    head, _, *found = rows("messages.xlf", data)
    assert head == "| Key | Text (en) | Translation (de) | Note |"
    assert found == [f"| late | {SINGLE} | Vorbei nach {{{{days}}}} Tagen. | below the button |"]


def test_resources_of_net_and_of_android() -> None:
    assert rows("App.resx", RESX)[2:] == ["| late | Over after {0} days. | below the button |"]
    assert rows("strings.xml", ANDROID)[2:] == [
        "| late | Over after five days. |", "| days.one | a day |", "| days.other | %d days |",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["app.xlf", "app.xliff", "App.resx", "app.strings", "app.po"])
def test_a_folder_of_sources_may_hold_them(name: str) -> None:
    assert not not_looked_at(Path(name))


FORMS = """<?xml version="1.0"?><xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file source-language="en"><body>
<trans-unit id="a"><source>Returned within <x id="1"/> days</source></trans-unit>
<trans-unit id="b"><source>Hello<g id="1"> big world</g>, <bx id="2"/>two<ex id="2"/> bags</source>
</trans-unit></body></file></xliff>"""
KEPT = """<?xml version="1.0"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en"><file id="f">
<unit id="a"><originalData><data id="d1">{0}</data></originalData><segment>
<source>You have <ph id="1" dataRef="d1"/> bags</source></segment></unit></file></xliff>"""


def test_what_stands_in_a_message_is_no_number_and_joins_no_words() -> None:
    assert rows("a.xlf", FORMS)[2:] == [
        "| a | Returned within {1} days |", "| b | Hello big world, two bags |",
    ]  # fmt: skip
    assert rows("b.xlf", KEPT)[2:] == ["| a | You have {0} bags |"]


def test_a_size_in_resources_is_no_message_and_signs_of_android_are_read() -> None:
    sized = RESX.replace(
        "</root>", '<data name="b" type="Size"><value>75, 23</value></data></root>'
    )
    assert len(rows("App.resx", sized)) == 3
    escaped = ANDROID.replace("Over after <b>five</b> days.", "Don\\'t pay\\nlater")
    assert rows("strings.xml", escaped)[2] == "| late | Don't pay later |"
