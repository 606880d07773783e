"""Names, numbers and keys of a training pair replaced by placeholders, the same for the same words.

One ``Masker`` serves one pair: a name has the same placeholder in the story, the sources and the
case, so that the model learns to copy from its prompt and not the name itself.
"""

from __future__ import annotations

import re

from assistant.domain import Epic, RetrievedChunk, TestCase, UserStory
from assistant.language.quoted_messages import OPENING

_PATTERN = re.compile(
    r"(?P<EMAIL>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<KEY>\b[A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+)+\b)"
    rf"|“(?P<curly>[^”\n]+)”|{OPENING}(?P<straight>[^\"\n]+)\""
    r"|(?P<NUMBER>(?<![\w.])[$€£]?\d[\d.,]*\d|(?<![\w.])[$€£]?\d)(?![\w])"
    r"|(?P<NAME>\b[A-Z][\w’'&-]*\w(?:[ ]+[A-Z][\w’'&-]*\w)+|(?<=[\w,;)(/] )[A-Z][\w’'-]+)"
)
_LIST_NUMBER = re.compile(r"[.):] ")
_OPENING = re.compile(
    r"(?:(?:Given|When|Then|And|But|The|An?|This|That|In|As|If|On|For|To|Precondition|Expected) +)+"
)
_PLAIN = re.compile(r"I['’]|(?:Given|When|Then|And|But|The|As|In)$")
_ROLE = re.compile(r"\b(?:an?|the) $", re.IGNORECASE)


class Masker:
    """Replaces values by ``NAME_1``, ``NUMBER_2``, ``KEY_1``, ``EMAIL_1`` as they are met."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def text(self, text: str) -> str:
        """The text with its values masked."""
        return _PATTERN.sub(self._replaced, text)

    def epic(self, epic: Epic) -> Epic:
        """The epic's own words masked; its stories are left as they are."""
        return epic.model_copy(
            update={"title": self.text(epic.title), "description": self.text(epic.description)}
        )

    def story(self, story: UserStory) -> UserStory:
        """The story and its criteria masked; keys and ids stay, for no prompt holds them."""
        criteria = tuple(
            one.model_copy(update={"text": self.text(one.text), "title": self.text(one.title)})
            for one in story.criteria
        )
        return story.model_copy(
            update={
                "title": self.text(story.title),
                "narrative": self.text(story.narrative),
                "criteria": criteria,
            }
        )

    def case(self, case: TestCase) -> TestCase:
        """The case's title, preconditions and steps masked."""
        title, before = self.text(case.title), tuple(map(self.text, case.preconditions))
        steps = tuple(
            step.model_copy(
                update={
                    "action": self.text(step.action),
                    "test_data": self.text(step.test_data),
                    "expected_result": self.text(step.expected_result),
                }
            )
            for step in case.steps
        )
        return case.model_copy(update={"title": title, "preconditions": before, "steps": steps})

    def sources(self, sources: tuple[RetrievedChunk, ...]) -> tuple[RetrievedChunk, ...]:
        """Retrieved chunks with their texts masked."""
        return tuple(
            one.model_copy(
                update={"chunk": one.chunk.model_copy(update={"text": self.text(one.chunk.text)})}
            )
            for one in sources
        )

    def _replaced(self, match: re.Match[str]) -> str:
        kind, value = match.lastgroup or "", match.group()
        if kind in ("curly", "straight"):
            inside = match[kind]
            return value[0] + self._placeholder("NAME", inside) + value[-1]
        if kind == "NUMBER" and self._numbers_a_line(match):
            return value
        if kind != "NAME":
            return self._placeholder(kind, value)
        opening = _OPENING.match(value + " ")
        before = opening.group() if opening else ""
        name = value[len(before) :]
        single = " " not in name
        if not name or _PLAIN.match(name):
            return value
        if single and (before or _ROLE.search(match.string, 0, match.start())):
            return value
        return before + self._placeholder("NAME", name)

    @staticmethod
    def _numbers_a_line(match: re.Match[str]) -> bool:
        text, start = match.string, match.start()
        line = text[text.rfind("\n", 0, start) + 1 : start]
        return not line.strip() and _LIST_NUMBER.match(text, match.end()) is not None

    def _placeholder(self, kind: str, value: str) -> str:
        key = (kind, " ".join(value.split()).casefold())
        if key not in self._known:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._known[key] = f"{kind}_{self._counts[kind]}"
        return self._known[key]
