"""A request in a sentence to what it asks for: what to write for, what to leave out, how deep."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from assistant.knowledge.name_matching import find_names, name_key, tokens
from assistant.knowledge.request_names import BREAK, Mention, RequestNames
from assistant.knowledge.request_parts import (
    SCOPE,
    PartKind,
    RequestPart,
    RequestReading,
    Vocabulary,
    alike,
)
from assistant.knowledge.request_words import (
    adding,
    announcing,
    leaves_out,
    measuring,
    named_before,
    scope_phrases,
    story_words,
)
from assistant.language.languages import ENGLISH

LONGEST = 10_000
"""Characters of a request that are read."""
BESIDE = 6
"""Tokens between a word that is a technique only beside the word for cases, and that word."""

Sense = Literal["question", "order", "unclear"]
"""What a request is: asked to know something, to have cases written, or nobody can tell."""

_ASKING = ("?", "？", "؟")
_OF_CASES = re.compile(r"test|prueba|scenario|szenari|scénario|escenario|\buat\b", re.IGNORECASE)
"""What cases are called in the languages of ``language``: most of them say "test"."""
_QUOTES = "\"'“”„«»‘’"
_CASE_WORDS = frozenset({"test", "case", "scenario", "condition", "check", "uat"})


def sense_of(text: str) -> Sense:
    """Whether a sentence asks to know something or orders cases to be written.

    Told by what no phrasing changes: a question mark at its end, and whether it speaks of cases at
    all. "Which tests cover CC-12?" may be either.
    """
    asks = text.rstrip(" \t\r\n\"'”’»)").endswith(_ASKING) or text.lstrip().startswith("¿")
    of_cases = bool(_OF_CASES.search(text)) or any(t.word in _CASE_WORDS for t in tokens(text))
    if asks:
        return "unclear" if of_cases else "question"
    return "order" if of_cases else "unclear"


def parse_request(text: str, vocabulary: Vocabulary) -> RequestReading:
    """What a request such as "negative cases for Drop-3 except complaints" says.

    Names are matched loosely ("drop 3", "call center"), topics by all of their words in the title
    of an epic or story. Nothing is guessed: what the project does not know is a part that is not
    ``known``.
    """
    return _Reader(text[:LONGEST], vocabulary).read()


class _Reader:
    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._names = RequestNames(text, vocabulary)
        self._labels = {name_key(name): name for name in self._names.labels}
        self._titles = vocabulary.titles
        self._unread: list[tuple[int, int]] = []
        self._firsts: list[int] = []
        """The token at which each part so far begins."""

    def read(self) -> RequestReading:
        names = self._names
        self._scope()
        self._misspelt()
        self._topics()
        self._called_stories()
        if not any(one.kind not in SCOPE for one in names.mentions):
            for first, last in self._unread:
                names.add(Mention("topic", names.said(first, last), first, last, False))
            self._unread = []
        measures = names.runs_of(measuring(names.language))
        self._unread += [run for run in measures if not self._beside_depth(*run)]
        mentions = sorted(names.mentions, key=lambda each: each.first)
        unread = [names.said(first, last) for first, last in self._unread]
        return RequestReading(
            text=names.text,
            parts=_unique(self._parts(mentions)),
            unread=(*unread, *names.unread),
            everything="all" in names.classes,
        )

    def _scope(self) -> None:
        """Words of depth and technique, some only beside the word for cases."""
        names = self._names
        for phrase in list(scope_phrases(beside_cases=False).find(names.words, names.free)):
            if names.classes[phrase.first : phrase.last] != [
                "until"
            ]:  # "through" is not "thorough"
                names.add(Mention(*phrase.meaning, phrase.first, phrase.last))
        beside = scope_phrases(beside_cases=True).find(names.words, names.free)
        for phrase in reversed(list(beside)):
            if self._of_cases(phrase.first, phrase.last):
                names.add(Mention(*phrase.meaning, phrase.first, phrase.last))

    def _of_cases(self, first: int, last: int) -> bool:
        """Whether the word for cases follows, but for joining words and techniques ("limit and role
        tests"), or comes before ("tests de rôle"), or "only" stands beside."""
        names = self._names
        for place in range(last, min(last + BESIDE, len(names.tokens))):
            if names.classes[place] == "cases" or self._is_scope(place):
                return True
            if names.free[place] and names.classes[place] not in ("and", "until"):
                break
        after = names.classes[last : last + 1] if names.free[last : last + 1] == [True] else [" "]
        if after == [""]:
            return False
        places = range(max(0, first - 2), first)
        before = [names.classes[at] if names.free[at] else " " for at in places]
        joined = before[-1:] == ["and"] and self._is_scope(first - 2)
        alone = {"with", "without"}.intersection((*before[-1:], *after))
        return joined or before == ["cases", "about"] or bool(alone)

    def _beside_depth(self, first: int, last: int) -> bool:
        """Whether nothing but free words parts these from a word of depth: "smoke level"."""
        names, beside = self._names, set()
        for at, step in ((first - 1, -1), (last, 1)):
            while 0 <= at < len(names.tokens) and not BREAK.search(names.gap(max(at, at - step))):
                if not names.free[at]:
                    beside.add(at)
                    break
                at += step
        depths = (one for one in names.mentions if one.kind == "depth")
        return any(each.first <= at < each.last for each in depths for at in beside)

    def _is_scope(self, at: int) -> bool:
        scope = (each for each in self._names.mentions if each.kind in SCOPE)
        return any(each.first <= at < each.last for each in scope)

    def _topics(self) -> None:
        """What is left, in pieces: each names epics or stories, or nothing that is known."""
        closed = tuple(set(self._names.classes) - {""})
        for closing in (("without", "with", "and", "all"), closed):
            for first, last in self._stretches(closing):
                if self._is_topic(first, last):
                    self._topic(first, last, known=True)
        self._labels_in_words()
        for first, last in self._stretches(closed):
            known = self._is_topic(first, last)
            if known or self._names_something(first, last):
                self._topic(first, last, known=known)
            else:
                self._unread.append((first, last))

    def _labels_in_words(self) -> None:
        """Labels of several words among others that name nothing together with them."""
        names = self._names
        for match in find_names(names.tokens, names.labels, names.free):
            several = match.last - match.first > 1 or len(tokens(match.name)) > 1
            if several and not any(names.classes[match.first : match.last]):
                names.add(Mention("label", match.name, match.first, match.last))

    def _misspelt(self) -> None:
        """Words that leave out with a letter wrong: unread, they would turn the request round."""
        names = self._names
        for at, word in enumerate(names.words):
            unknown = names.free[at] and not names.classes[at]
            if unknown and leaves_out(word, names.language) and not self._is_topic(at, at + 1):
                names.classes[at] = "without"

    def _names_something(self, first: int, last: int) -> bool:
        """Whether unknown words stand where a request names what to write for or to leave out."""
        names = self._names
        of_epic = names.free[last : last + 1] == [True] and names.words[last] in announcing("epic")
        if of_epic or self._quoted(first, last) or self._listed(first, last):
            return True
        passing = ("little", "request", "all", "cases")
        barred = self._before(first, (*passing, "of", "about"))
        if names.classes[barred : barred + 1] == ["without"] and barred >= 0:
            return not self._denies(barred)
        at = self._before(first, passing)
        if at < 0:
            return False
        before = "" if at == 0 or BREAK.search(names.gap(at)) else names.classes[at - 1]
        if names.classes[at] == "and":
            named = at > 0 and not names.free[at - 1]
            ends = last == len(names.tokens) or bool(BREAK.search(names.gap(last)))
            return named and (ends or names.classes[last] in ("of", "about", "cases"))
        if names.classes[at] == "about":
            return at == 0 or not names.free[at - 1] or bool(before)
        return False

    def _before(self, first: int, passing: Collection[str]) -> int:
        """The token before ``first`` but for those of these classes; -1 where a sign parts them."""
        names, at = self._names, first - 1
        while at >= 0 and not BREAK.search(names.gap(at + 1)):
            if not names.free[at] or names.classes[at] not in passing:
                return at
            at -= 1
        return -1

    def _quoted(self, first: int, last: int) -> bool:
        """Whether words stand in quotation marks: they are a name."""
        start, end = self._names.tokens[first].start, self._names.tokens[last - 1].end
        around = self._names.text[max(0, start - 1) : start], self._names.text[end : end + 1]
        return all(sign and sign in _QUOTES for sign in around)

    def _listed(self, first: int, last: int) -> bool:
        """Whether words stand in a list between something named and "and"."""
        names = self._names
        after = first > 0 and not names.free[first - 1] and names.gap(first).strip() == ","
        return after and names.classes[last : last + 1] == ["and"] and names.free[last]

    def _stretches(self, closing: Collection[str]) -> list[tuple[int, int]]:
        """Runs of free tokens without these classes, from a word of content to another."""
        names = self._names
        runs: list[list[int]] = [[]]
        for at, free in enumerate(names.free):
            name = names.classes[at]
            name = "" if name == "without" and self._in_title(at) else name
            if BREAK.search(names.gap(at)) or not free or name in closing:
                runs.append([])
            if free and name not in closing:
                runs[-1].append(at)
        content = [[at for at in run if not names.classes[at]] for run in runs]
        return [(run[0], run[-1] + 1) for run in content if run]

    def _in_title(self, at: int) -> bool:
        """Whether a closed-class word is part of a title: "without charge"."""
        pair = self._names.tokens[at : at + 2]
        return len(pair) == 2 and self._titles.has_pair(pair[0].word, pair[1].word)

    def _is_topic(self, first: int, last: int) -> bool:
        return bool(self._label(first, last)) or bool(self._titles.find(self._content(first, last)))

    def _label(self, first: int, last: int) -> str:
        return self._labels.get(name_key(self._names.said(first, last)), "")

    def _content(self, first: int, last: int) -> str:
        names = self._names
        places = [at for at in range(first, last) if not names.classes[at]]
        return " ".join(names.said(at, at + 1) for at in places)

    def _topic(self, first: int, last: int, *, known: bool) -> None:
        said = self._label(first, last) or self._names.said(first, last)
        self._names.add(Mention("topic", said, first, last, known))

    def _called_stories(self) -> None:
        """Words that are called a story: "the courtesy car story", "the story about refunds", and
        in a list each that names one: "the courtesy car and the garage stories".

        Several stories of one name may be all those of an epic ("the Billing stories"). Where no
        epic is asked for, several words that are a story's whole title name it as well.
        """
        names = self._names
        if not any(names.free[at] and word == "epic" for at, word in enumerate(names.words)):
            for one in [o for o in names.mentions if o.kind == "topic" and o.last - o.first > 1]:
                if self._titles.entitles(self._said_in(one)) == "story":
                    self._call_story(one)
        for phrase in story_words(names.language).find(names.words, names.free):
            before = self._topic_before(phrase.first)
            if phrase.meaning == "several":
                called = self._list_to(before) if before else self._list_after(phrase.last)
                for one in called if len(called) > 1 else ():
                    if (one.first, one.last) in self._unread:
                        self._unread.remove((one.first, one.last))
                        names.add(one)
                    said = self._said_in(one)
                    whole = self._titles.entitles(said) == "epic"
                    if len(self._titles.find_stories(said)) == 1 and not whole:
                        self._call_story(one)
            elif before:
                self._call_story(before)
            elif after := self._topic_after(phrase.last):
                self._call_story(after)

    def _topic_before(self, at: int) -> Mention | None:
        """The words that end right before ``at``, but for a quotation mark."""
        if BREAK.search(self._names.gap(at).strip(f" {_QUOTES}")):
            return None
        return next((o for o in self._names.mentions if o.last == at and o.kind == "topic"), None)

    def _topic_after(self, at: int) -> Mention | None:
        """The words that begin after ``at`` and are not called an epic or those of one."""
        names = self._names
        while at < len(names.tokens) and not BREAK.search(names.gap(at).strip(f" :{_QUOTES}")):
            found = next((o for o in names.mentions if o.first == at), None)
            if found:
                epic = names.words[found.last : found.last + 1] == ["epic"]
                whole = self._titles.entitles(self._said_in(found)) == "epic"
                return None if epic or whole or found.kind != "topic" else found
            if names.classes[at] not in ("little", "about", "of"):
                break
            at += 1
        return None

    def _list_to(self, last: Mention) -> list[Mention]:
        """The names of a list that ends with ``last``: commas, "and" and little words part them."""
        names, found = self._names, [last]
        unread = [Mention("topic", names.said(*run), *run, False) for run in self._unread]
        for each in sorted((*names.mentions, *unread), key=lambda one: -one.last):
            between = range(each.last, found[-1].first)
            signs = [s for at in (*between, found[-1].first) for s in BREAK.findall(names.gap(at))]
            little = all(names.classes[at] in ("and", "little") for at in between)
            joined = signs or "and" in (names.classes[at] for at in between)
            if each.last > found[-1].first or each.kind not in ("topic", "story"):
                continue
            if not (little and joined and _WEAK.issuperset(signs)):
                break
            found.append(each)
        return found

    def _list_after(self, at: int) -> list[Mention]:
        """The names of the list that begins after ``at``: "stories: courtesy car and garage"."""
        first = self._topic_after(at)
        lists = map(self._list_to, self._names.mentions) if first else ()
        return max((one for one in lists if first in one), key=len, default=[])

    def _said_in(self, mention: Mention) -> str:
        return self._content(mention.first, mention.last)

    def _call_story(self, mention: Mention) -> None:
        if mention.kind == "topic" and self._titles.find_stories(self._said_in(mention)):
            at = self._names.mentions.index(mention)
            said = self._names.said(mention.first, mention.last)
            self._names.mentions[at] = replace(mention, name=said, of_story=True)

    def _parts(self, mentions: list[Mention]) -> list[RequestPart]:
        """The mentions, each wanted or left out, in groups."""
        parts: list[RequestPart] = []
        scope = NegationScope()
        place = 0
        for mention in mentions:
            listed = bool(parts) and self._is_list(place, mention.first)
            added = bool(parts) and self._is_added(place, mention, parts[-1], listed=listed)
            for at in range(place, mention.first):
                self._closed_word(at, scope, parts)
            told = [(one.kind, one.name) for one in parts[-1:]] if place == mention.first else []
            signs = BREAK.findall(self._names.gap(mention.first))
            place = max(place, mention.last)
            if (mention.kind, mention.name) in told:
                continue  # "Share a voucher" (MOB-94)
            scope.parted(signs)
            scope.meet(mention.kind, known=mention.known, added=added)
            self._firsts.append(mention.first)
            parts.append(
                RequestPart(
                    kind=mention.kind,
                    name=mention.name,
                    excluded=scope.excluding,
                    known=mention.known,
                    group=scope.group,
                    narrows=scope.narrows,
                    listed=listed,
                    added=scope.added,
                    of_story=mention.of_story,
                    words=self._names.said(mention.first, mention.last),
                )
            )
        for at in range(place, len(self._names.tokens)):
            self._closed_word(at, scope, parts)
        return parts

    def _is_list(self, first: int, last: int) -> bool:
        """Whether nothing but a comma or "and" parts the token ``last`` from the one before
        ``first``."""
        names = self._names
        signs = [found for at in range(first, last + 1) for found in BREAK.findall(names.gap(at))]
        joins = all(names.free[at] and names.classes[at] == "and" for at in range(first, last))
        return joins and _WEAK.issuperset(signs) and bool(signs or last > first)

    def _is_added(self, first: int, mention: Mention, last: RequestPart, *, listed: bool) -> bool:
        """Whether "with" right before a mention, behind a comma or bracket, adds it to what is
        named: "Drop-3, with CC-100 and CC-300", "both epics, with the mobile story". Any other
        name or word says more of what is named: "Billing, with refunds only"."""
        names, kinds = self._names, ("epic", "story")
        if mention.kind not in kinds and not (mention.kind == "team" and last.kind in kinds):
            return False
        if last.added and listed:
            return True
        words = adding(names.language)
        at = mention.first
        while at > first and names.free[at - 1] and not BREAK.search(names.gap(at)):
            at -= 1
            if names.words[at] in words and names.gap(at).strip() in (",", "(", ", ("):
                return True
            if names.classes[at] != "little" and names.words[at] not in words:
                return False
        return False

    def _closed_word(self, at: int, scope: NegationScope, parts: list[RequestPart]) -> None:
        names = self._names
        name = names.classes[at]
        scope.parted(BREAK.findall(names.gap(at)))
        if not names.free[at]:
            return
        if name == "without" and not self._in_title(at):
            last = names.classes[at + 1 : at + 2] != ["without"] or not names.free[at + 1]
            if self._names_back(at):
                self._leave_out_clause_before(parts)
            elif last and self._ends(at) and self._follows(at):
                leave_out_last(parts, since=self._sentence_of(at, len(parts)))
            elif self._denies(at):
                return
            elif names.classes[at - 1 : at] != ["without"] or not names.free[at - 1]:
                scope.leave_out()
        elif name == "with":
            scope.take_in()
        elif name in ("of", "about"):
            scope.belong(any(not one.excluded and one.kind not in SCOPE for one in parts))
        elif name == "and":
            scope.joined = True

    def _clause(self, at: int) -> tuple[int, int]:
        """The tokens around ``at`` up to a sign or a word that joins."""
        names, first, last = self._names, at, at + 1
        while first > 0 and not BREAK.search(names.gap(first)) and not self._joins(first - 1):
            first -= 1
        while last < len(names.tokens) and not BREAK.search(names.gap(last)):
            if self._joins(last):
                break
            last += 1
        return first, last

    def _joins(self, at: int) -> bool:
        return self._names.free[at] and self._names.classes[at] in ("and", "with")

    def _names_back(self, at: int) -> bool:
        """Whether a word leaves out what an earlier clause names: "..., leave it out", "..., that
        is not needed"."""
        names, (first, last) = self._names, self._clause(at)
        empty = all(names.free[n] and names.classes[n] for n in range(first, last))
        if not empty or names.classes[first:at].count("without"):
            return False
        back = named_before(names.language)
        behind = [word for word in names.words[at + 1 : last] if word in back]
        before = [word for word in names.words[first:at] if word in back]
        ends = set(names.classes[at:last]) == {"without"}
        return bool(behind) or (bool(before) and ends)

    def _leave_out_clause_before(self, parts: list[RequestPart]) -> None:
        """What the last clause that names something names, and a list of its kind before it."""
        if not parts:
            return
        first, _ = self._clause(self._firsts[len(parts) - 1])
        clause = [n for n in range(len(parts)) if self._firsts[n] >= first]
        kind, group = parts[clause[0]].kind, max(part.group for part in parts)
        for n in range(clause[0] - 1, -1, -1):
            begins, ends = self._clause(self._firsts[n])
            alone = all(not self._names.free[token] for token in range(begins, ends))
            if not alone or not alike(parts[n].kind, kind):
                break
            clause.append(n)
        for n in clause:
            group += 1
            parts[n] = _left_out(parts[n], group)

    def _sentence_of(self, at: int, count: int) -> int:
        """The first of the things named so far that no sign stronger than a comma parts from a
        token."""
        first = at
        while first > 0 and not _STRONG.search(self._names.gap(first)):
            first -= 1
        return sum(place < first for place in self._firsts[:count])

    def _follows(self, at: int) -> bool:
        """Whether a word stands right after something named: "complaints are excluded"."""
        names = self._names
        while at > 0 and not BREAK.search(names.gap(at)):
            at -= 1
            if not names.free[at]:
                return True
            if names.classes[at] not in ("little", "without"):
                return False
        return False

    def _denies(self, at: int) -> bool:
        """Whether a word denies what is said of something: "Drop-3 is not tested yet"."""
        names = self._names
        said = names.free[at + 1 : at + 2] == [True] and not names.classes[at + 1]
        return said and at > 0 and names.classes[at - 1] == "little" and self._follows(at)

    def _ends(self, at: int) -> bool:
        """Whether nothing follows that a word could leave out: the end, or a sign."""
        names = self._names
        if at + 1 >= len(names.tokens) or BREAK.search(names.gap(at + 1).strip(f" {_QUOTES}")):
            return True
        closing = ("with", "of", "about") if names.language == ENGLISH else ("with",)
        return names.free[at + 1] and names.classes[at + 1] in closing


def _unique(parts: list[RequestPart]) -> tuple[RequestPart, ...]:
    return tuple({(part.id, part.group): part for part in parts}.values())


_WEAK = {",", "/", "+", "&", "|", '"', "“", "”", ")"}
"""Signs between the things of one list."""
_STRONG = re.compile(r"[;.:!?\n]")
"""Signs that no list goes on behind."""
_CLAUSE = frozenset(",;.!?\n")
"""Signs that end a clause."""


class NegationScope:
    """How the next mention stands to those before it."""

    def __init__(self) -> None:
        self.excluding = False
        self.joined = False
        self.narrows = False
        """Whether what was met last narrows the names before it."""
        self._parted = False
        self._refining = False
        self._wanted, self._left = 0, 0
        self._groups, self._home = 0, 0
        """How many groups are wanted, and the one that what was added last stands beside."""

        self._last_wanted: PartKind | None = None
        self._last_name: PartKind | None = None
        self._name_known = False
        self._last_left: PartKind | None = None

        self.added = False
        """Whether what was met last is a choice with the thing before it."""

    @property
    def group(self) -> int:
        """The group of what was met last, among what is wanted or what is left out."""
        return self._left if self.excluding else self._wanted

    def leave_out(self) -> None:
        """What follows is left out."""
        self.excluding, self.joined, self._refining, self._last_left = True, False, False, None
        self._left += 1

    def take_in(self) -> None:
        """What follows is wanted, where something was left out before."""
        if self._last_left is not None:
            self.excluding, self._last_left = False, None

    def parted(self, signs: Collection[str]) -> None:
        """Signs stand before what follows: a list goes on after a comma, but not after a colon,
        and one depth is all there is. Without a thing before the sign nothing is left out."""
        self._parted = self._parted or bool(signs)
        if self.excluding and self._last_left is None and _CLAUSE.intersection(signs):
            self.excluding = False
        if (signs and self._last_left == "depth") or any(one not in _WEAK for one in signs):
            self.take_in()

    def belong(self, has_wanted: bool) -> None:
        """What follows says where the things before belong."""
        if self._last_left in SCOPE or not has_wanted:
            self.take_in()
        else:
            self._refining = True

    def meet(self, kind: PartKind, *, known: bool, added: bool = False) -> None:
        """Settle how a mention stands to the last one.

        What is left out cannot be told by a name that nobody knows ("complaints in Drop-9"): such
        a name is wanted, so that nothing is selected in its place.
        """
        if self._refining and not known and kind != "topic":
            self.take_in()
        if self._last_left is not None and (kind in SCOPE) != (self._last_left in SCOPE):
            self.take_in()
        self.narrows = False
        if self.excluding:
            if self._last_left is not None and not self._refining:
                self._left += 1
            self._last_left = kind
        elif kind not in SCOPE:
            if added and alike(kind, "epic"):
                self._home = self._wanted if not self.added else self._home
                self._wanted = self._groups if self.added else self._new_group()
            elif self.joined and self._last_wanted and not alike(kind, self._last_wanted):
                self._wanted = self._new_group()
                self._last_name = None
            elif self.added:
                self._wanted = self._home
            self._last_wanted = kind
            if alike(kind, "team"):
                self.narrows = self._narrowing(kind) and not added
                self._last_name, self._name_known = kind, known
        self.added = added and not self.excluding
        self.joined = self._parted = False

    def _new_group(self) -> int:
        self._groups += 1
        return self._groups

    def _narrowing(self, kind: PartKind) -> bool:
        """Whether a name says which of those before it: "Call Centre, refunds", but not "Call
        Centre and Billing"; a label does where nothing parts it from the words before."""
        last = self._last_name
        if last is None or self.joined:
            return False
        return (kind == "team") != (last == "team") or (
            "label" in (kind, last) and self._name_known and not self._parted
        )


def _left_out(part: RequestPart, group: int) -> RequestPart:
    return part.model_copy(update={"excluded": True, "group": group, "narrows": False})


def leave_out_last(parts: list[RequestPart], *, since: int = 0) -> None:
    """ "complaints and refunds excluded": the last thing named, and those of its kind before it, as
    far as that with the number ``since``."""
    kind, group = parts[-1].kind, max(part.group for part in parts)
    for at in range(len(parts) - 1, since - 1, -1):
        if parts[at].excluded or not alike(parts[at].kind, kind):
            break
        group += 1
        narrows = parts[at].narrows
        parts[at] = _left_out(parts[at], group)
        if narrows:
            break
