"""A rule of a criterion: its conditions, its effect, and what is stated for the other case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.design.clauses import Clause, parse_clause
from assistant.design.joining import coordinated
from assistant.design.logic import Expression, Junction
from assistant.design.sentences import Scenario, Span


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a rule. ``holds`` is false where the effect holds while it is *not* met.

    ``keyword`` is the conjunction ("if", "until", "only if"), or "given" and "when" for steps.
    """

    keyword: str
    words: Span
    holds: bool = True
    full: str = ""
    """The words with the subject or the verb that they share with another condition."""

    @property
    def said(self) -> Span:
        """The condition in words that stand alone; they end where its own words end."""
        if not self.full:
            return self.words
        return Span(self.full, self.words.end - len(self.full), self.words.end)

    @property
    def clause(self) -> Clause | None:
        """The condition as a clause, or ``None`` for "for business customers" and the like."""
        return parse_clause(self.said.text)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a criterion.

    ``conditions`` are joined as ``logic`` says, by "and" where it is ``None``; ``context`` is where
    it applies and is never varied; ``otherwise`` is the outcome that the criterion states for the
    other case. ``restrictive`` says
    that the effect refuses, hides or forbids something, and ``notice`` is the message shown then;
    ``excluded`` names who may not, where that is said apart ("... ; a visitor may not"), and
    ``exception`` what the effect does not apply to ("except for sale items"). ``told`` marks a
    story's sentence whose effect is told of the role, ``chained`` a rule that only counts where the
    one before it does not apply ("otherwise, if ...").
    """

    whole: Span
    effect: Span
    conditions: tuple[Condition, ...] = ()
    logic: Expression | None = None
    context: tuple[Span, ...] = ()
    otherwise: Span | None = None
    restrictive: bool = False
    notice: Span | None = None
    excluded: Span | None = None
    exception: Span | None = None
    told: bool = False
    chained: bool = False
    scenario: Scenario | None = None

    @property
    def expression(self) -> Expression:
        """How the conditions are joined; all are needed where nothing else is said."""
        return self.logic or Junction(True, tuple(range(len(self.conditions))))

    @property
    def joined(self) -> str:
        """ "or" where one of several conditions is enough, else "and"."""
        return "or" if isinstance(self.logic, Junction) and not self.logic.all else "and"

    @property
    def clause(self) -> Clause | None:
        """The first clause of the effect, where it can be read."""
        parts = coordinated(self.effect.text)
        return parse_clause(parts[0]) if parts else None


def moved(rule: Rule, place: Callable[[Span], Span]) -> Rule:
    """A rule that was read in the retelling of a text, each of its spans placed in that text."""

    def maybe(words: Span | None) -> Span | None:
        return place(words) if words else None

    return replace(
        rule,
        whole=place(rule.whole),
        effect=place(rule.effect),
        conditions=tuple(replace(c, words=place(c.words)) for c in rule.conditions),
        context=tuple(place(words) for words in rule.context),
        otherwise=maybe(rule.otherwise),
        notice=maybe(rule.notice),
        excluded=maybe(rule.excluded),
        exception=maybe(rule.exception),
    )
