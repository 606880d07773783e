"""Do two cases say the same? By situation, values and result; with the reason in words.

Wording alone does not decide. Cases whose texts are nearly equal differ in exactly the words that
were exchanged (a minimal pair), so one exchanged word that carries meaning keeps them apart. Cases
in other words are the same where what they do and what they expect mean the same and no stated
value, message, role, state or negation speaks against it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property

from rapidfuzz import fuzz

from assistant.domain import TestCase, Value
from assistant.language.languages import ENGLISH, language_of, language_of_title
from assistant.suite.amounts import Amount, amount_text, amounts, unlike
from assistant.suite.case_states import (
    EndStates,
    GivenStates,
    Moves,
    Sides,
    end_apart,
    end_states,
    given_states,
    moves,
    moves_apart,
    opposed_states,
    results_opposed,
    sides,
    sides_apart,
)
from assistant.suite.case_words import (
    DECISIVE,
    LACKS,
    LEAD_TO_AMOUNTS,
    NEGATIONS,
    content,
    names,
    opposed,
    quoted,
    stem,
    without_quotes,
    words,
)
from assistant.suite.evidence import MESSAGE_WORDS, messages

ONE_TEXT = 0.60
"""From this share of equal words in equal order, two texts are one text with words exchanged."""
NEAR_EQUAL = 0.86
"""From here on a word that only one of the titles has counts as well."""
SAME_MEANING = 2.15
"""Sum of the three cosines of ``Meaning`` from which cases in other words are the same."""
SAME_MEANING_ALIKE = 2.30
"""The same for texts that share much of their order: cases of one suite, made from one pattern."""
ALIKE_ORDER = 0.45
ONE_MESSAGE, ONE_VALUE = 0.12, 0.15
"""So much less meaning will do where both expect one message, and try one value besides."""
SAME_RESULT = 0.60
"""Cosine of the expected results that is needed in any case."""
SURE_WORDING = 0.80
"""Likeness of words and of titles that decides where no embedding is at hand."""
LEAST_LIKENESS = 0.45
"""Below this likeness of words, cases are not compared by meaning."""
Meaning = tuple[float, float, float]
"""Cosines of the embeddings of two titles, of two lists of results, and of the two cases whole."""
SAME_TITLE = 0.70
"""Cosine of the whole cases from which two of one title are the same, if nothing speaks against."""
TELLING = 2
"""So many words of a title that carry meaning make it the title of one case."""
AKIN = 5
"""Letters of a stem that another one begins with, too, to be of one word."""
MORE_WORDS = 3
"""So many words of steps and results that only one of two like texts has make another case."""


class Likeness(Value):
    """How two cases compare. ``likeness`` is 0 to 1 (words, or meaning where that was needed)."""

    same: bool
    likeness: float
    reason: str
    by_meaning: bool = False
    """Whether only their meaning can decide: words are alike, nothing speaks against."""


@dataclass(frozen=True)
class Profile:
    """A case made ready to be compared with many others.

    ``told`` are the stems of the texts that it was written from, where these are known: a name that
    stands in none of them is an example, and other examples make no other case.
    """

    case: TestCase
    told: frozenset[str] | None = None
    titled: bool = True
    """Whether its title is compared: not with one in another language."""

    @cached_property
    def title(self) -> str:
        """Its title, where that is compared."""
        return self.case.title if self.titled else ""

    @cached_property
    def language(self) -> str:
        """The language of its title; that of all of it where the title's words do not tell."""
        return language_of_title(self.case.title) or language_of(self.stated)

    @cached_property
    def untitled(self) -> Profile:
        """The case as it is compared with one whose title is in another language."""
        return replace(self, titled=False)

    @cached_property
    def doing(self) -> str:
        """What is done, without the test data."""
        return "\n".join(step.action for step in self.case.steps)

    @cached_property
    def result(self) -> str:
        """What is expected."""
        return "\n".join(step.expected_result for step in self.case.steps)

    @cached_property
    def stated(self) -> str:
        """All that the case says except its test data."""
        return "\n".join((self.title, *self.case.preconditions, self.doing, self.result))

    @cached_property
    def meaning(self) -> tuple[str, str, str]:
        """The texts whose embeddings tell what the case is about: title, results, all of it."""
        whole = f"{self.title}. {self.doing} {self.result}".replace("\n", " ")
        return self.title, self.result[:700], whole[:700]

    @cached_property
    def title_words(self) -> list[str]:
        return words(self.title, whole=True)

    @cached_property
    def title_names(self) -> dict[str, str]:
        """Names in the title by stem, quoted ones and those in parentheses too."""
        return {stem(name): name for name in names(self.title, whole=True)}

    @cached_property
    def all_words(self) -> list[str]:
        said = words(without_quotes(f"{self.title}\n{self.doing}\n{self.result}"))
        return [word for word in said if word not in self.examples]

    @cached_property
    def given_words(self) -> list[str]:
        given = words(without_quotes("\n".join(self.case.preconditions)))
        return [word for word in given if word not in self.examples]

    @cached_property
    def key_words(self) -> frozenset[str]:
        """Stems that carry meaning, of title, actions and results."""
        said = content(words(f"{self.title}\n{self.doing}\n{self.result}"))
        return frozenset(said) - self.examples

    @cached_property
    def known(self) -> frozenset[str]:
        """Every stem anywhere in the case."""
        return frozenset(words(self.stated + "\n" + self.data, whole=True))

    def has(self, word: str) -> bool:
        """Whether the case has a stem anywhere, or one of the same word ("depart", "departur")."""
        if word in self.known or word in LEAD_TO_AMOUNTS:
            return True
        return any(
            min(len(word), len(one)) >= AKIN and (one.startswith(word) or word.startswith(one))
            for one in self.known
        )

    @cached_property
    def said(self) -> frozenset[str]:
        """Every stem of the case but those of its preconditions."""
        return frozenset(words(f"{self.title}\n{self.doing}\n{self.result}\n{self.data}"))

    @cached_property
    def denied_words(self) -> frozenset[str]:
        """What the title denies: the word after each "not"."""
        stems = self.title_words
        return frozenset(
            next(iter(content(stems[place + 1 :])), "")
            for place, word in enumerate(stems)
            if word in ("no", "cannot")
        )

    @cached_property
    def given(self) -> GivenStates:
        """The states that the case starts from, and those that it denies to start from."""
        return given_states(self.case.preconditions)

    @cached_property
    def moves(self) -> Moves:
        """The changes of state that are expected."""
        return moves(self.result)

    @cached_property
    def ends(self) -> EndStates:
        """The states that are expected to stay, and those that must not be reached."""
        return end_states(self.result)

    @cached_property
    def sides(self) -> Sides:
        """On which side of its amounts the case stands, by title and what is given and done."""
        found = sides("\n".join((self.title, *self.case.preconditions, self.doing)))
        return {amount: side for amount, side in found.items() if amount not in self.shared_out}

    @cached_property
    def last_result(self) -> str:
        """What is expected in the end, messages left out."""
        return without_quotes(self.case.steps[-1].expected_result) if self.case.steps else ""

    @cached_property
    def result_words(self) -> frozenset[str]:
        """The stems of what is expected in the end."""
        return frozenset(words(self.last_result))

    @cached_property
    def data(self) -> str:
        return "\n".join(step.test_data for step in self.case.steps)

    @cached_property
    def stated_amounts(self) -> list[Amount]:
        """Amounts outside of the test data and of messages."""
        return _exact(without_quotes(self.stated))

    @cached_property
    def title_amounts(self) -> list[Amount]:
        return _exact(without_quotes(self.title))

    @cached_property
    def every_amount(self) -> frozenset[Amount]:
        """All amounts anywhere: limits, test data and messages included."""
        return frozenset(amounts(f"{self.stated}\n{self.data}"))

    @cached_property
    def tried_in_title(self) -> tuple[Amount, ...]:
        """Amounts that the title says are tried out."""
        return tuple(amounts(without_quotes(self.title), exact=True))

    @cached_property
    def in_title(self) -> tuple[Amount, ...]:
        """All amounts of the title."""
        return tuple(amounts(self.title))

    @cached_property
    def data_amounts(self) -> list[Amount]:
        return list(dict.fromkeys(amounts(self.data)))

    @cached_property
    def messages(self) -> frozenset[str]:
        """Quoted sentences that are expected to be shown: what the product says."""
        return frozenset(messages(self.result))

    @cached_property
    def denied_messages(self) -> frozenset[str]:
        """Quoted sentences that must not be shown."""
        return frozenset(messages(self.result, denied=True))

    @cached_property
    def tried(self) -> frozenset[Amount]:
        """Amounts that are tried out anywhere before the result: no limits, no messages."""
        texts = (self.title, *self.case.preconditions, self.doing, self.data)
        return frozenset(amounts(without_quotes("\n".join(texts)), exact=True))

    @cached_property
    def told_by_messages(self) -> frozenset[float]:
        """Numbers that an expected message names: its limit, whatever is tried."""
        return frozenset(value for message in self.messages for value, _ in amounts(message))

    @cached_property
    def own_tried(self) -> frozenset[Amount]:
        """What is tried, but for what a message names."""
        tried = self.tried | self.shared_out
        return frozenset(one for one in tried if one[0] not in self.told_by_messages)

    @cached_property
    def shared_out(self) -> frozenset[Amount]:
        """Sums of which the case expects a share as a sum ("40 %", "320.00 EUR"): exactly these
        are tried, also where it says "a booking over 800.00 EUR"."""
        sums = {one for one in self.every_amount if one[1] in _CURRENCY}
        shares = {value for value, unit in self.every_amount if unit == "%"}
        due = {(value, unit) for value, unit in amounts(self.result) if unit in _CURRENCY}
        return frozenset(
            (value, unit)
            for value, unit in sums
            if any((round(value * share / 100, 2), unit) in due for share in shares)
        )

    @cached_property
    def values(self) -> list[str]:
        """Quoted values that are no messages, in order."""
        return [t for t in quoted(f"{self.doing}\n{self.result}") if t.count(" ") < MESSAGE_WORDS]

    @cached_property
    def names(self) -> dict[str, str]:
        """Capitalised words inside sentences by stem, and short quoted values of the results."""
        return {key: name for key, name in self._any_names.items() if key not in self.examples}

    @cached_property
    def examples(self) -> frozenset[str]:
        """Stems of the names that stand in none of the texts that the case was written from."""
        return frozenset() if self.told is None else frozenset(self._any_names) - self.told

    @cached_property
    def _any_names(self) -> dict[str, str]:
        texts = (self.title, *self.case.preconditions, self.doing, self.result)
        return {
            stem(name): name
            for text in texts
            if language_of(text) == ENGLISH  # German writes every noun with a capital
            for name in names(text)
        }

    @cached_property
    def refuses(self) -> bool:
        """Whether the title or the last result denies something."""
        said = f"{without_quotes(self.title)}\n{self.last_result}"
        return bool(NEGATIONS & set(words(_WHO_ARE_NOT.sub(" ", said))))

    @cached_property
    def turns(self) -> int:
        """How often the title turns what it says: "not accepted without" twice, "need not" once."""
        said = without_quotes(self.title)
        return sum(word in LACKS for word in words(_WHO_ARE_NOT.sub(" ", said)))

    @cached_property
    def result_denies(self) -> bool:
        """Whether what is expected in the end is that something does not happen."""
        return bool(NEGATIONS & self.result_words)

    @cached_property
    def title_key(self) -> tuple[str, ...]:
        """What cases of one title share; empty where the title says too little to tell."""
        return tuple(self.title_words) if len(content(self.title_words)) >= TELLING else ()


_WHO_ARE_NOT = re.compile(
    r"\b(?:who|that|which|whose [\w ]{1,40}?) (?:is|are|has|have|do|does|was|were) not\b"
)
""" "A fee is charged to customers who are not on the register" denies no fee."""


_CURRENCY = frozenset(("£", "$", "€"))


def _exact(text: str) -> list[Amount]:
    """The amounts that are tried out; all of them where only limits are named."""
    return list(dict.fromkeys(amounts(text, exact=True) or amounts(text)))


def compare(left: Profile, right: Profile, *, meaning: Meaning | None = None) -> Likeness:
    """Whether two cases are the same. ``meaning`` is their likeness by embedding, where known.

    Of two cases whose titles are in different languages, the titles are not compared.
    """
    left, right = as_compared(left, right)
    order = fuzz.ratio(left.all_words, right.all_words) / 100
    near = order >= ONE_TEXT
    text = fuzz.token_sort_ratio(" ".join(left.all_words), " ".join(right.all_words)) / 100
    likeness = max(text, _overlap(left.key_words, right.key_words))
    shared_message = bool(left.messages & right.messages)
    one_outcome = _one_outcome(left, right)
    one_title = bool(left.title_key) and left.title_key == right.title_key
    if not near and not one_title and likeness < LEAST_LIKENESS - 0.1 * shared_message:
        return Likeness(same=False, likeness=likeness, reason="They say different things.")
    apart = _exchanged(left, right, order >= NEAR_EQUAL) if near else _against(left, right)
    if apart and near and one_outcome:
        near, apart = False, _against(left, right) + _only_one_says(left, right)
    if not left.titled and not one_outcome:
        apart.append("the titles, in different languages, are not compared")
    if apart:
        what = "Same steps" if near else "Alike"
        reason = f"{what}, but not the same case: {'; '.join(apart)}."
        return Likeness(same=False, likeness=likeness, reason=reason)
    if near:
        return Likeness(same=True, likeness=likeness, reason=_why_near(left, right))
    if meaning is None:
        titles = _overlap(
            frozenset(content(left.title_words)), frozenset(content(right.title_words))
        )
        return Likeness(
            same=min(titles, likeness) >= SURE_WORDING,
            likeness=likeness,
            reason="Alike in their words; only their meaning can tell.",
            by_meaning=True,
        )
    other_criterion = bool(
        left.case.criterion_ids
        and right.case.criterion_ids
        and not {*left.case.criterion_ids} & {*right.case.criterion_ids}
    )
    needed = SAME_MEANING_ALIKE if order >= ALIKE_ORDER or other_criterion else SAME_MEANING
    counted = meaning if left.titled else meaning[1:]
    if shared_message:
        needed -= ONE_MESSAGE + ONE_VALUE * _one_value(left, right)
    enough = sum(counted) >= needed * len(counted) / len(meaning) and meaning[1] >= SAME_RESULT
    reason = _why_alike(left, right) if enough else "Related, but they say different things."
    if one_title and not enough and meaning[2] >= SAME_TITLE:
        enough, reason = True, "One title, and nothing in the other words of the steps against it."
    return Likeness(
        same=enough, likeness=sum(counted) / len(counted), reason=reason, by_meaning=True
    )


def as_compared(left: Profile, right: Profile) -> tuple[Profile, Profile]:
    """Both, without their titles where these are in different languages and say nothing then."""
    return (left, right) if left.language == right.language else (left.untitled, right.untitled)


def _one_outcome(left: Profile, right: Profile) -> bool:
    """Whether both expect the very same messages and values, at the same amounts tried, if any."""
    return bool(
        left.messages
        and left.messages == right.messages
        and left.values == right.values
        and left.own_tried == right.own_tried
    )


def _one_value(left: Profile, right: Profile) -> bool:
    """Whether a title is about what both try, and one of them tries nothing else."""
    both = left.own_tried & right.own_tried
    titled = {*left.tried_in_title, *right.tried_in_title}
    return bool(titled) and titled <= both and both in (left.own_tried, right.own_tried)


def _only_one_says(left: Profile, right: Profile) -> list[str]:
    """Words of title, actions or results that only one case has anywhere; or words of what is given
    of which each has its own, or one has many."""
    told: list[list[str]] = []
    given: list[list[str]] = []
    for mine, other in ((left, right), (right, left)):
        for found, said in ((told, mine.all_words), (given, mine.given_words)):
            found.append([word for word in dict.fromkeys(content(said)) if not other.has(word)])
    if any(told):
        return [f"only one says “{' '.join(max(told, key=len)[:4])}”"]
    if all(given) or max(map(len, given)) >= MORE_WORDS:
        return [f"“{' '.join(given[0][:4]) or '–'}” against “{' '.join(given[1][:4]) or '–'}”"]
    return []


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """Shared words among those of the shorter and of the longer text, the mean (0 to 1)."""
    if not left or not right:
        return 0.0
    shared = len(left & right)
    return (shared / min(len(left), len(right)) + shared / max(len(left), len(right))) / 2


# --- What keeps apart ---------------------------------------------------------------------------


def _exchanged(left: Profile, right: Profile, nearly: bool) -> list[str]:
    """What differs between two cases of one text; ``nearly``: of which hardly a word differs."""
    found = _amounts_apart(left, right, left.stated_amounts, right.stated_amounts)
    if not found:
        found = _amounts_apart(left, right, left.data_amounts, right.data_amounts)
    found = found or _only_one(left, right)
    found += _titles_apart(left, right)
    found += _words_apart(left.title_words, right.title_words, strict=nearly)
    found += _words_apart(left.all_words, right.all_words, strict=False)
    found += _words_apart(left.given_words, right.given_words, strict=False)
    found += _messages_apart(left, right) + _negation_apart(left, right)
    found += _renamed_apart(left, right) + _names_apart(left, right) + _opposites(left, right)
    found += _situations_apart(left, right)
    return list(dict.fromkeys(found))


def _against(left: Profile, right: Profile) -> list[str]:
    """What speaks against two cases of different text being the same."""
    found = _amounts_apart(left, right, left.title_amounts, right.title_amounts)
    found += _amounts_apart(left, right, left.stated_amounts, right.stated_amounts)
    found += _title_amounts_apart(left, right)
    found = found or _only_one(left, right)
    found += _messages_apart(left, right) + _negation_apart(left, right)
    found += _names_apart(left, right) + _opposites(left, right)
    found += _situations_apart(left, right)
    return list(dict.fromkeys(found))


def _situations_apart(left: Profile, right: Profile) -> list[str]:
    """Other states to start from or to end in, the other side of a limit, or another item."""
    return (
        _items_apart(left.case, right.case)
        + opposed_states(left.given, right.given)
        + moves_apart(left.moves, right.moves)
        + sides_apart(left.sides, right.sides)
        + results_opposed(left.result_words, right.result_words)
        + end_apart(left.ends, right.ends)
    )


def _items_apart(left: TestCase, right: TestCase) -> list[str]:
    """Whether two cases of a criterion show other items of its checklist, as far as these alone
    tell them apart: an outline says what its item and the criterion say, a message or not; and two
    items of a limit have other values by design."""
    if not {*left.criterion_ids} & {*right.criterion_ids}:
        return []
    if not (left.condition_ids and right.condition_ids):
        return []
    if {*left.condition_ids} & {*right.condition_ids}:
        return []
    outlined = "outline" in (left.origin.writer, right.origin.writer)
    if outlined or left.technique == right.technique == "boundary":
        return ["they show other items of one criterion"]
    return []


def _amounts_apart(
    left: Profile, right: Profile, ours: Sequence[Amount], theirs: Sequence[Amount]
) -> list[str]:
    return [
        f"{amount_text(a)} against {amount_text(b)}"
        for a, b in unlike(list(ours), list(theirs))
        if not (a in right.every_amount and b in left.every_amount)
    ]


def _only_one(left: Profile, right: Profile) -> list[str]:
    """An amount or a name that the title of one is about and that the other tries nowhere."""
    found: list[str] = []
    told = left.told_by_messages & right.told_by_messages
    for mine, other in ((left, right), (right, left)):
        found += [
            amount_text(one)
            for one in mine.tried_in_title
            if one[0] not in told and not any(_one_amount(one, tried) for tried in other.tried)
        ]
        found += [name for key, name in mine.title_names.items() if key not in other.known]
    return [f"only one is about {' and '.join(dict.fromkeys(found))}"] if found else []


def _one_amount(one: Amount, other: Amount) -> bool:
    """Whether two amounts are one; a unit may be left out: "fourth PIN", "for the 4th time"."""
    return one[0] == other[0] and (one[1] == other[1] or not (one[1] and other[1]))


def _title_amounts_apart(left: Profile, right: Profile) -> list[str]:
    """Amounts of whatever kind, limits included, of which each title has its own."""
    ours = [one for one in left.in_title if one not in right.every_amount]
    theirs = [one for one in right.in_title if one not in left.every_amount]
    if ours and theirs:
        return [f"{amount_text(ours[0])} against {amount_text(theirs[0])}"]
    return []


def _titles_apart(left: Profile, right: Profile) -> list[str]:
    """What one of two cases of one text is about and the other is not."""
    ours = [w for w in content(left.title_words) if w not in right.said]
    theirs = [w for w in content(right.title_words) if w not in left.said]
    if ours or theirs:
        return [f"“{' '.join(ours) or '–'}” against “{' '.join(theirs) or '–'}”"]
    more = [
        [word for word in dict.fromkeys(content(mine.all_words)) if word not in other.said]
        for mine, other in ((left, right), (right, left))
    ]
    if max(map(len, more)) >= MORE_WORDS:
        return [f"only one says “{' '.join(max(more, key=len)[:4])}”"]
    denied = left.denied_words, right.denied_words
    if denied[0] != denied[1] and (not all(denied) or not denied[0] & denied[1]):
        return ["another part is denied"]
    small = DECISIVE & (set(left.title_words) ^ set(right.title_words))
    return [f"only one says “{' '.join(sorted(small))}”"] if small else []


def _words_apart(ours: Sequence[str], theirs: Sequence[str], *, strict: bool) -> list[str]:
    """Words that were exchanged. ``strict``: words that only one of them has count as well."""
    found = []
    kinds = ("replace", "insert", "delete") if strict else ("replace",)
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind not in kinds:
            continue
        old = [word for word in content(list(ours[a:b])) if word not in theirs]
        new = [word for word in content(list(theirs[c:d])) if word not in ours]
        if (old and new) or (strict and (old or new)):
            found.append(f"“{' '.join(old) or '–'}” against “{' '.join(new) or '–'}”")
    return found


def _messages_apart(left: Profile, right: Profile) -> list[str]:
    if left.messages and right.messages and not left.messages & right.messages:
        ours, theirs = sorted(left.messages)[0], sorted(right.messages)[0]
        return [f"message “{ours[:60]}” against “{theirs[:60]}”"]
    shown_once = (left.messages & right.denied_messages) | (right.messages & left.denied_messages)
    return [f"only one expects “{sorted(shown_once)[0][:60]}”"] if shown_once else []


def _negation_apart(left: Profile, right: Profile) -> list[str]:
    only = "only" in {*left.title_words, *right.title_words}  # "only A" and "nothing but A"
    if left.refuses != right.refuses and not only and not (left.messages & right.messages):
        return ["one is refused or denied, the other is not"]
    turned = left.turns and right.turns and (left.turns - right.turns) % 2
    both_deny = left.result_denies and right.result_denies
    if turned and not only and not both_deny and not (left.messages & right.messages):
        return ["one title denies what the other says"]
    return []


def _names_apart(left: Profile, right: Profile) -> list[str]:
    """Names (states, roles, fields, products) that stand against each other."""
    ours = [name for key, name in left.names.items() if key not in right.known]
    theirs = [name for key, name in right.names.items() if key not in left.known]
    if ours and theirs:
        return [f"{' '.join(ours[:3])} against {' '.join(theirs[:3])}"]
    return []


def _renamed_apart(left: Profile, right: Profile) -> list[str]:
    """Quoted values of which one was exchanged in a result and not in the steps before it.

    An example that has another name all through (a product, a customer) is the same example.
    """
    if len(left.values) != len(right.values):
        return []
    renamed: dict[str, str] = {}
    for ours, theirs in zip(left.values, right.values, strict=True):
        if renamed.setdefault(ours, theirs) != theirs:
            return [f"“{ours}” against “{theirs}”"]
    return []


def _opposites(left: Profile, right: Profile) -> list[str]:
    pair = opposed(left.key_words - right.known, right.key_words - left.known)
    return [f"“{pair[0]}” against “{pair[1]}”"] if pair else []


# --- Why they are the same ------------------------------------------------------------------------


def _why_near(left: Profile, right: Profile) -> str:
    if not left.titled:
        return "Same steps and same results; the titles, in different languages, are not compared."
    if left.stated == right.stated:
        other = "" if left.data == right.data else "; only the test data has other examples"
        return f"Same steps and same results{other}."
    return "Same steps and same results; the words differ in nothing that matters."


def _why_alike(left: Profile, right: Profile) -> str:
    parts = ["Same situation and same result in other words"]
    shared = left.messages & right.messages
    if shared:
        message = next(t for t in quoted(left.result) if t.casefold().rstrip(".!") in shared)
        parts.append(f"both expect “{message[:80]}”")
    same = [amount_text(a) for a in left.stated_amounts if a[1] and a in right.stated_amounts]
    if same:
        parts.append(f"both at {', '.join(same[:3])}")
    return "; ".join(parts) + "."
