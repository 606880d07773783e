"""How far a word that leaves out reaches in a request, and which parts hold together."""

from __future__ import annotations

from collections.abc import Collection

from assistant.knowledge.request_parts import SCOPE, PartKind, RequestPart, alike

_WEAK = {",", "/", "+", "&", "|", '"', "“", "”", ")"}
"""Signs between the things of one list."""
_CLAUSE = frozenset(",;.!?\n")
"""Signs that end a clause."""


class NegationScope:
    """How the next mention stands to those before it."""

    def __init__(self) -> None:
        self.excluding = False
        self.joined = False
        self._refining = False
        self._wanted, self._left = 0, 0
        self._last_wanted: PartKind | None = None
        self._last_left: PartKind | None = None

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

    def meet(self, kind: PartKind, *, known: bool) -> None:
        """Settle how a mention stands to the last one.

        What is left out cannot be told by a name that nobody knows ("complaints in Drop-9"): such
        a name is wanted, so that nothing is selected in its place.
        """
        if self._refining and not known and kind != "topic":
            self.take_in()
        if self._last_left is not None and (kind in SCOPE) != (self._last_left in SCOPE):
            self.take_in()
        if self.excluding:
            if self._last_left is not None and not self._refining:
                self._left += 1
            self._last_left = kind
        elif kind not in SCOPE:
            if self.joined and self._last_wanted and not alike(kind, self._last_wanted):
                self._wanted += 1
            self._last_wanted = kind
        self.joined = False


def leave_out_last(parts: list[RequestPart]) -> None:
    """ "complaints and refunds excluded": the last thing named, and those of its kind before it."""
    kind, group = parts[-1].kind, max(part.group for part in parts)
    for at in range(len(parts) - 1, -1, -1):
        if parts[at].excluded or not alike(parts[at].kind, kind):
            break
        group += 1
        parts[at] = parts[at].model_copy(update={"excluded": True, "group": group})
