"""A rule of a criterion: its conditions, its effect, and what is stated for the other case."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.clauses import Clause, parse_clause
from assistant.language.coordination import coordinated
from assistant.language.sentences import Scenario, Span
from assistant.reading.logic import Expression, Junction


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a rule. ``holds`` is false where the effect holds while it is *not* met.

    ``keyword`` is the conjunction ("if", "until", "only if"), or "given" and "when" for steps.
    """

    keyword: str
    words: Span
    holds: bool = True
    full: str = ""
    """The words with the subject or the verb that they share with another condition, for reading
    alone: nobody is shown them."""
    part: Span | None = None
    """Where several conditions share their words ("storm or hail"): the part that is this one's."""

    @property
    def clause(self) -> Clause | None:
        """The condition as a clause, or ``None`` for "for business customers" and the like."""
        return parse_clause(self.full or self.words.text)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a criterion.

    ``conditions`` are joined as ``logic`` says, by "and" where it is ``None``; ``context`` is where
    it applies and is never varied; ``otherwise`` is the outcome that the criterion states for the
    other case. ``restrictive`` says that the effect refuses, hides or forbids something, ``notice``
    is the message shown then, ``also`` what further sentences say happens in that case, and
    ``exception`` what the effect does not apply to ("except for sale items"). ``chained`` marks a
    rule that only counts where the one before it does not apply ("otherwise, if ...").
    """

    whole: Span
    effect: Span
    conditions: tuple[Condition, ...] = ()
    logic: Expression | None = None
    context: tuple[Span, ...] = ()
    otherwise: Span | None = None
    restrictive: bool = False
    notice: Span | None = None
    also: tuple[Span, ...] = ()
    exception: Span | None = None
    chained: bool = False
    scenario: Scenario | None = None
    contrast: Span | None = None
    """Whom the opposite is said of: "a supervisor may cancel it, (a clerk may not)"."""

    @property
    def expression(self) -> Expression:
        """How the conditions are joined; all are needed where nothing else is said."""
        return self.logic or Junction(True, tuple(range(len(self.conditions))))

    @property
    def clause(self) -> Clause | None:
        """The first clause of the effect, where it can be read."""
        parts = coordinated(self.effect.text)
        return parse_clause(parts[0]) if parts else None
