"""Gherkin feature files, read by the official parser in any language."""

from __future__ import annotations

from collections.abc import Callable

from assistant.sources.pasted import read_pasted
from assistant.sources.reading import Reading

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


def test_a_feature_is_a_story(sound: Callable[[Reading], None]) -> None:
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


def test_doc_strings_may_quote_features_and_other_quotes(sound: Callable[[Reading], None]) -> None:
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
