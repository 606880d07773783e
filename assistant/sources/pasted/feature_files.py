"""Gherkin feature files, in any of Gherkin's languages, by the official parser.

A feature is a user story (its description is the narrative), each scenario an acceptance
criterion with its steps and examples as written; the steps of a Background go before them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, TypedDict, cast

from assistant.domain import Unread
from assistant.sources.pasted.basis import EpicDraft
from assistant.sources.pasted.criteria import CriterionDraft
from assistant.sources.pasted.lines import Line, Passage, passage, split_lines
from assistant.sources.pasted.names_and_ids import find_key
from assistant.sources.pasted.story_parts import StoryDraft

if TYPE_CHECKING:
    from gherkin.parser_types import Background, Feature, Rule, Scenario, Tag

    class Child(TypedDict, total=False):
        """One of these; the parser's own type of it does not say so."""

        background: Background
        scenario: Scenario
        rule: Rule


_GHERKIN_LINE = re.compile(r"\((\d+):\d+\)")
"""Where the parser says that a line does not fit."""
_LANGUAGE = re.compile(r"\s*#\s*language\s*:\s*([\w-]+)")
_OPENING = 100_000
"""Characters within which a feature must begin, after comments and tags."""

_WORD = 41
"""Characters that the word for "Feature" has at most."""

_QUOTES = ('"""', "```", "'''")
"""What doc strings stand between; the last one only in behave's feature files."""


@cache
def _feature_words() -> dict[str, str]:
    """Keyword for "Feature" -> language, for keywords that stand for it in a language."""
    from gherkin.dialect import DIALECTS

    words: dict[str, str] = {}
    for language, dialect in DIALECTS.items():
        for word in dialect["feature"]:
            words.setdefault(word, language)
    words["Feature"] = "en"
    return words


def is_feature_file(text: str) -> bool:
    """Whether ``text`` begins, after comments and tags, with a feature, and has steps."""
    stated, word = _opening(text)
    if not word or (not stated and word not in _feature_words()):
        return False
    return _has_steps(text, stated=bool(stated))


def _opening(text: str) -> tuple[str, str]:
    """The language that a comment over the feature states, and the word for "Feature"."""
    stated = ""
    for line in text[:_OPENING].lstrip("\ufeff").split("\n"):
        content = line.strip()
        if content.startswith("#"):
            match = _LANGUAGE.match(content)
            stated = stated or (match.group(1) if match else "")
        elif content and not content.startswith("@"):
            word, colon, _ = content.partition(":")
            return stated, word.strip() if colon and len(word) <= _WORD else ""
    return stated, ""


def _has_steps(text: str, *, stated: bool) -> bool:
    """Whether lines begin as steps do; with bullets, or with a stated language, as scenarios."""
    from gherkin.dialect import DIALECTS

    dialect = DIALECTS[_language(text)]
    opening = (dialect["given"], dialect["when"], dialect["then"])
    steps = tuple(word for words in opening for word in words if word != "* ")
    parts = (dialect["scenario"], dialect["scenarioOutline"], dialect["background"])
    scenarios = tuple(f"{word}:" for words in parts for word in words)
    bullets = scenario = False
    for line in text.split("\n"):
        content = line.lstrip()
        if content.startswith(steps):
            return True
        bullets = bullets or content.startswith("* ")
        scenario = scenario or content.startswith(scenarios)
    return scenario and (bullets or stated)


def _language(text: str) -> str:
    """The language whose word for "Feature" begins the file, the stated one before others."""
    from gherkin.dialect import DIALECTS

    stated, word = _opening(text)
    codes = {code.casefold(): code for code in DIALECTS}
    # Tools also write the language of a country ("pt-BR", "zh-cn"), which Gherkin does not know.
    folded = stated.casefold().replace("_", "-")
    known = codes.get(folded) or codes.get(folded.partition("-")[0])
    if known and word in DIALECTS[known]["feature"]:
        return known
    return _feature_words().get(word) or known or "en"


def read_features(text: str) -> tuple[list[EpicDraft], list[Unread]]:
    """One epic with a story per feature, several features one by one; comments are ``Unread``.

    Raises ``InvalidGherkin`` where the official parser refuses one of them.
    """
    lines = split_lines(text)
    epic, unread = EpicDraft(), list[Unread]()
    for begin, end in _feature_ranges(text, lines):
        _read_feature(text, lines[begin:end], epic, unread)
    if len(epic.stories) == 1:
        epic.title = epic.stories[0].title
    return [epic], unread


class InvalidGherkin(Exception):
    """The official parser does not accept the text; the message says where and why."""


def _feature_ranges(text: str, lines: list[Line]) -> list[tuple[int, int]]:
    from gherkin.dialect import DIALECTS

    words = DIALECTS.get(_language(text), DIALECTS["en"])["feature"]
    starts = []
    for number, (line, quote) in enumerate(zip(lines, _doc_strings(lines), strict=True)):
        if not quote and line.text.lstrip().startswith(tuple(f"{word}:" for word in words)):
            above = number
            while above and lines[above - 1].content.startswith(("@", "#")):
                above -= 1
            starts.append(_first_tag(lines, above))
    starts[:1] = [0]
    return list(zip(starts, [*starts[1:], len(lines)], strict=True))


def _first_tag(lines: list[Line], at: int) -> int:
    """The first of the lines with tags over line ``at``, between which lines may be blank."""
    first = at
    while at and (lines[at - 1].blank or lines[at - 1].content.startswith(("@", "#"))):
        at -= 1
        first = at if lines[at].content.startswith("@") else first
    return first


def _doc_strings(lines: list[Line]) -> list[str]:
    """For each line the quotes of the doc string that it belongs to, or an empty string."""
    found, quote = list[str](), ""
    for line in lines:
        if quote:
            found.append(quote)
            quote = "" if line.content.startswith(quote) else quote
        else:
            quote = next((mark for mark in _QUOTES if line.content.startswith(mark)), "")
            found.append(quote)
    return found


def _standard(line: Line, quote: str) -> str:
    """The line with the quotes that Gherkin knows, where its doc string has those of behave."""
    if quote != "'''":
        return line.text
    mark, other = ('"""', quote) if line.content.startswith(quote) else (quote, '"""')
    return line.text.replace(other, mark, 1) if line.content.startswith(other) else line.text


def _read_feature(text: str, lines: list[Line], epic: EpicDraft, unread: list[Unread]) -> None:
    from gherkin.errors import ParserError
    from gherkin.parser import Parser
    from gherkin.token_matcher import TokenMatcher

    language = _language(text)
    source = "\n".join(map(_standard, lines, _doc_strings(lines)))
    if _opening(text)[0] not in {"", language}:
        source = re.sub(r"(?m)^[ \t\ufeff]*#[ \t]*language[ \t]*:", "# ", source, count=1)
    try:
        document = Parser().parse(source, TokenMatcher(language))
    except ParserError as error:
        place = _GHERKIN_LINE.search(str(error))
        raise InvalidGherkin(f"line {place[1]} does not fit" if place else "") from error
    except (RecursionError, ValueError, KeyError, AttributeError) as error:
        raise InvalidGherkin("") from error
    feature = document.get("feature")
    if feature is None:
        raise InvalidGherkin("there is no feature in it")
    epic.stories.append(_FeatureReader(text, lines, feature).read(feature))
    for comment in document["comments"]:
        line = lines[comment["location"]["line"] - 1]
        if line.content and not _LANGUAGE.match(line.text):
            unread.append(
                Unread(text=line.content, reason="A comment.", start=line.start, end=line.end)
            )


class _FeatureReader:
    """Reads one feature to a story."""

    def __init__(self, text: str, lines: list[Line], feature: Feature) -> None:
        self.text = text
        self.lines = lines
        tags = [tag["name"].lstrip("@") for tag in feature["tags"]]
        key = next((found for tag in tags if (found := find_key(tag))), "")
        self.story = StoryDraft(key, feature["name"].strip())
        self.story.meta.labels.extend(tags)
        self.stops = _stops(lines, feature)

    def read(self, feature: Feature) -> StoryDraft:
        """The story of the feature."""
        story = self.story
        if narrative := _described(feature["description"]):
            story.narrative.append(narrative)
        background = self._parts(feature, "", "")
        if not story.criteria and background:
            story.narrative.append(background)
        story.meta.labels[:] = list(dict.fromkeys(story.meta.labels))
        return story

    def _parts(self, element: Feature | Rule, background: str, rule: str) -> str:
        """Read what stands in a feature or a rule; the steps of the background that holds there."""
        for child in _children(element):
            if "background" in child:
                own = self._background(child["background"])
                background = "\n".join(part for part in (background, own) if part)
            elif "scenario" in child:
                self._scenario(child["scenario"], background, rule)
            elif "rule" in child:
                self._rule(child["rule"], background)
        return background

    def _rule(self, rule: Rule, background: str) -> None:
        criteria = self.story.criteria
        self._label(rule["tags"])
        if described := _described(rule["description"]):
            self.story.narrative.append(f"{rule['name']}:\n{described}")
        before = len(criteria)
        self._parts(rule, background, rule["name"])
        if len(criteria) == before:
            criteria.append(CriterionDraft(Passage(rule["name"].strip() or "Rule"), "rule"))

    def _background(self, background: Background) -> str:
        parts = (background["name"].strip(), _described(background["description"]))
        if any(parts):
            self.story.narrative.append("\n".join(part for part in parts if part))
        return self._steps(background).text if background["steps"] else ""

    def _scenario(self, scenario: Scenario, background: str, rule: str) -> None:
        self._label(scenario["tags"])
        for examples in scenario["examples"]:
            self._label(examples["tags"])
        title = ": ".join(part for part in (rule.strip(), scenario["name"].strip()) if part)
        if scenario["description"].strip():
            title = f"{title} ({' '.join(scenario['description'].split())})"
        if not scenario["steps"]:
            draft = CriterionDraft(Passage(title or scenario["keyword"]), "text")
        else:
            words = self._steps(scenario)
            words = Passage(f"{background}\n{words.text}") if background else words
            draft = CriterionDraft(words, "gherkin", title)
        self.story.criteria.append(draft)

    def _label(self, tags: Sequence[Tag]) -> None:
        self.story.meta.labels.extend(tag["name"].lstrip("@") for tag in tags)

    def _steps(self, element: Scenario | Background) -> Passage:
        """The steps as they stand, with what belongs to them up to the next element."""
        first = element["steps"][0]["location"]["line"] - 1
        own = self.lines[first : self.stops[bisect_right(self.stops, first)]]
        while own and (own[-1].blank or own[-1].content.startswith("#")):
            own.pop()
        own[0] = own[0].part(len(own[0].text) - len(own[0].text.lstrip()))
        return passage(self.text, own)


def _described(description: str) -> str:
    return "\n".join(row.strip() for row in description.split("\n")).strip()


def _children(element: Feature | Rule) -> Sequence[Child]:
    return cast("Sequence[Child]", element["children"])


def _stops(lines: list[Line], feature: Feature) -> list[int]:
    """Line numbers at which a scenario's own lines must have ended: the next element's first."""
    numbers = [len(lines)]
    for child in _children(feature):
        rule = child.get("rule")
        if rule is not None:
            numbers.append(_first_line(rule))
        for inner in _children(rule) if rule is not None else [child]:
            if "background" in inner:
                numbers.append(inner["background"]["location"]["line"] - 1)
            elif "scenario" in inner:
                numbers.append(_first_line(inner["scenario"]))
    return sorted(numbers)


def _first_line(element: Scenario | Rule) -> int:
    tags = [tag["location"]["line"] for tag in element["tags"]]
    return min([element["location"]["line"], *tags]) - 1
