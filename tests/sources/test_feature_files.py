"""Gherkin feature files, read by the official parser in any language."""

from __future__ import annotations

import time

import pytest
from reading_checks import sound

from assistant.sources.files.files import read_file
from assistant.sources.pasted.pasted import read_pasted

FEATURE = '''# a comment
@CC-14 @billing
Feature: Adding a country
  In order to sell abroad
  As an administrator
  I want to add a country

  Background:
    Given the store operates in "Norway"
    And I am logged in

  @smoke
  Scenario: Adding
    When I add "Sweden"
    Then it is saved

  Rule: Codes are unique

    Scenario Outline: Used code
      When I add <code>
      """
      a doc string
      """
      Then it is refused

      Examples:
        | code |
        | NO   |
'''


def test_a_feature_is_a_story() -> None:
    reading = read_pasted(FEATURE)
    sound(reading)
    (story,) = reading.epics[0].stories
    assert (story.key, story.title) == ("CC-14", "Adding a country")
    assert story.narrative.startswith("In order to sell abroad\nAs an administrator")
    assert story.labels == ("CC-14", "billing", "smoke")
    adding, used = story.criteria
    assert adding.title == "Adding"
    assert adding.text.startswith('Given the store operates in "Norway"')
    assert adding.text.endswith("Then it is saved")
    assert used.title == "Codes are unique: Used code"
    assert "a doc string" in used.text
    assert used.text.endswith("| NO   |")
    assert [piece.text for piece in reading.unread] == ["# a comment"]


def test_without_background_scenarios_stand_verbatim() -> None:
    reading = read_pasted("Feature: F\n  Scenario: s\n    Given a\n    When b\n    Then c\n")
    (criterion,) = reading.epics[0].criteria
    assert criterion.text == "Given a\n    When b\n    Then c"
    assert criterion.start is not None


def test_other_languages() -> None:
    german = (
        "# language: de\nFunktionalität: Zahlung\n  Szenario: Gutfall\n    Angenommen ein Plan\n"
        "    Wenn verlängert wird\n    Dann gilt er\n"
    )
    for text in (german, german.split("\n", 1)[1]):
        (story,) = read_pasted(text).epics[0].stories
        assert story.title == "Zahlung"
        assert [c.title for c in story.criteria] == ["Gutfall"]


def test_several_features() -> None:
    one = "Feature: {}\n  Scenario: s\n    Given a\n    When b\n    Then c\n\n"
    reading = read_pasted(one.format("A") + "@x\n" + one.format("B"))
    (epic,) = reading.epics
    assert [story.title for story in epic.stories] == ["A", "B"]
    assert epic.stories[1].labels == ("x",)


def test_invalid_gherkin_is_read_as_text_with_a_note() -> None:
    text = "Feature: F\n  Scenario: s\n    Given a\n    When b\n    Then c\n    and so on it goes\n"
    reading = read_pasted(text)
    assert any(note.startswith("Not valid Gherkin") for note in reading.notes)
    (story,) = reading.epics[0].stories
    assert "and so on it goes" in "\n".join(c.text for c in story.criteria)


def test_a_feature_inside_a_story_is_its_criteria() -> None:
    text = (
        "## CC-203 Statuses\nAs a lead I want statuses\n\n### Acceptance criteria\n\n```gherkin\n"
        "Feature: Status\n\n  Scenario: One\n    Given a\n    When b\n    Then c\n```\n\n"
        "## CC-204 Next\n- x is shown\n"
    )
    stories = [s for e in read_pasted(text).epics for s in e.stories]
    assert [(s.key, len(s.criteria)) for s in stories] == [("CC-203", 1), ("CC-204", 1)]
    assert stories[0].criteria[0].title == "One"


def test_doc_strings_may_quote_features_and_other_quotes() -> None:
    text = (
        'Feature: F\n  Scenario: a\n    Given a file:\n      """\n      # language: de\n'
        "      Feature: inner\n      '''\n      \"\"\"\n    Then x\n"
        "  Scenario: b\n    Given a text:\n      '''\n      \"\"\"\n      Scenario: c\n"
        "      '''\n    Then y\n"
    )
    reading = read_pasted(text)
    sound(reading)
    assert not reading.notes
    (story,) = reading.epics[0].stories
    assert [c.title for c in story.criteria] == ["a", "b"]
    assert "Scenario: c" in story.criteria[1].text


def test_a_feature_with_braces_is_no_wiki_text() -> None:
    steps = "Given {code}x{code}\n    Then y"
    reading = read_pasted(f"Feature: F\n\n  h1. none\n\n  Scenario: a\n    {steps}\n")
    assert not reading.notes
    assert reading.epics[0].criteria[0].text == steps


def test_steps_may_be_bullets() -> None:
    text = "Feature: F\n\n  Background:\n    * a user\n\n  Scenario: s\n    * it is used\n"
    (story,) = read_pasted(text).epics[0].stories
    assert [(c.title, c.text) for c in story.criteria] == [("s", "* a user\n* it is used")]
    shopping = read_pasted("Feature: Shopping\n\n* milk\n* eggs\n")
    assert not any(c.form == "gherkin" for e in shopping.epics for c in e.criteria)


def test_a_language_that_other_tools_know_or_that_is_not_used() -> None:
    country = "#language: pt-BR\nFuncionalidade: F\n  Cenário: s\n    Dado a\n    Então b\n"
    folded = "# language: zh-cn\n功能: F\n  场景: s\n    假如a\n    那么b\n"
    english = "# language: ru\nFeature: F\n  Scenario: s\n    Given a\n    Then b\n"
    later = "@x\n#language:fr\nFonctionnalité: F\n  Scénario: s\n    Soit a\n    Alors b\n"
    for text in (country, folded, english, later):
        reading = read_pasted(text)
        assert not reading.notes, text
        (story,) = reading.epics[0].stories
        assert (story.title, [c.title for c in story.criteria]) == ("F", ["s"])
        assert not reading.unread


def test_scenarios_without_steps_where_a_language_is_stated() -> None:
    text = "# language: ja\n機能: 予約\n\n  シナリオ: 確認\n    - 予約は表示される。\n"
    (story,) = read_pasted(text).epics[0].stories
    assert "予約は表示される。" in story.criteria[0].text


def test_examples_with_names_tags_and_tables() -> None:
    text = (
        "Feature: F\n\n  Rule: R\n    What holds:\n      - one\n\n    Scenario Outline: s <a>\n"
        '      Given a file:\n        """json\n        {"a": 1}\n        """\n'
        "      Then it says <b>:\n        | x \\| y | <b> |\n\n      @small\n"
        "      Examples: few\n        Of the small kind.\n        | a | b |\n        | 1 | 2 |\n\n"
        "      @large @slow\n      Examples: many\n        | a | b |\n        | 9 | 8 |\n"
    )
    (story,) = read_pasted(text).epics[0].stories
    assert story.labels == ("small", "large", "slow")
    assert story.narrative == "R:\nWhat holds:\n- one"
    (criterion,) = story.criteria
    for words in ('"""json', "| x \\| y | <b> |", "Examples: few", "Of the small kind.", "| 9 | 8"):
        assert words in criterion.text


def test_tags_on_several_lines_over_the_next_feature() -> None:
    one = "Feature: {}\n  Scenario: s\n    Given a\n    Then c\n\n"
    reading = read_pasted(one.format("A") + "@x @y\n\n# about B\n@z\n\n" + one.format("B"))
    assert not reading.notes
    first, second = reading.epics[0].stories
    assert (first.labels, second.labels) == ((), ("x", "y", "z"))


def test_marks_of_other_systems_in_a_file() -> None:
    lines = [
        "# language: de",
        "Funktionalität: F",
        "  Szenario: s",
        "    Angenommen a",
        "    Dann b",
    ]
    data = b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b"\r\n"
    reading = read_file("f.feature", data)
    (story,) = reading.epics[0].stories
    assert (story.title, story.criteria[0].text) == ("F", "Angenommen a\n    Dann b")


@pytest.mark.long
def test_blank_lines_at_the_beginning_cost_no_time() -> None:
    begin = time.monotonic()
    read_pasted("\n" * 200 + "a line\n" * 200 + "and: more\n")
    read_pasted("# a\n" * 20_000 + "a line\nand: more\n")
    assert time.monotonic() - begin < 5
