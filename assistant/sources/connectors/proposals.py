"""Which field of a system holds what: proposed from samples, with the evidence, to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.domain import Value
from assistant.sources.connectors.config import ROLES
from assistant.sources.grids.field_choice import choose_field, is_named_for
from assistant.sources.reading import FieldRole


class Candidate(Value):
    """A field that could hold something: how many of the looked-at items fill it."""

    field: str
    name: str
    filled: int
    looked_at: int

    @property
    def evidence(self) -> str:
        """What speaks for it, in a sentence."""
        return f"'{self.name}' ({self.field}), filled in {self.filled} of {self.looked_at}"


class FieldProposal(Value):
    """The field proposed for a role (empty where none fits), why, and what else there is."""

    role: FieldRole
    field: str = ""
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()

    @property
    def evidence(self) -> str:
        """The proposal in a sentence: field, name, how often it is filled, and why it."""
        chosen = next((each for each in self.candidates if each.field == self.field), None)
        return f"{chosen.evidence}: {self.reason}" if chosen else "no field looks like it"


def propose(
    fields: Mapping[str, tuple[str, Sequence[str]]], looked_at: int, unit: str
) -> tuple[FieldProposal, ...]:
    """A proposal for each role from ``fields``: id -> name and values, item by item.

    ``unit`` names the items in the sentences ("issues"). A field that is named for a role but is
    empty in every item is proposed too where none is filled, and its evidence says so.
    """
    candidates = tuple(
        Candidate(
            field=field, name=name, filled=sum(bool(v.strip()) for v in values),
            looked_at=looked_at,
        )
        for field, (name, values) in fields.items()
    )  # fmt: skip
    found = list[FieldProposal]()
    for role in ROLES:
        chosen = choose_field(role, fields)
        field, reason = (chosen.field, chosen.reason) if chosen else ("", "")
        if not chosen:
            field = next((f for f, (name, _) in fields.items() if is_named_for(role, name)), "")
            reason = f"by its name, but empty in all {looked_at} {unit}" if field else ""
        order = sorted(candidates, key=lambda one: (one.field != field, -one.filled, one.name))
        found.append(FieldProposal(role=role, field=field, reason=reason, candidates=tuple(order)))
    return tuple(found)
