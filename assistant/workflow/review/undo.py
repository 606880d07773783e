"""Take back what a person did with the cases of a run: the last thing first, one after the other.

What was done is read from the history of the cases, so that an edit, a decision, an addition and a
case written again stand in the order in which they were made, after a reload too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.errors import AssistantError
from assistant.library import LastChange as LastChange
from assistant.library import StandingChange as StandingChange
from assistant.workflow.deployment.workspace import Workspace

Begun = Mapping[str, Mapping[int, int]]
"""By case, which of its versions are one edit: see ``Library.undo``."""
Made = tuple[str, int]
"""A case, and the version of it that a change made."""


@dataclass(frozen=True)
class Deed:
    """What one undo takes back: a change of a case, or of many where one press made them."""

    changes: tuple[StandingChange, ...]

    @property
    def free(self) -> tuple[StandingChange, ...]:
        """The changes on which nothing else stands."""
        return tuple(one for one in self.changes if one.is_last)

    @property
    def at(self) -> datetime:
        return max(one.at for one in self.changes)


@dataclass(frozen=True)
class TakenBack:
    """What an undo did: each change with the version that the case has now (0: it was taken out),
    and the cases that somebody changed meanwhile."""

    done: tuple[tuple[StandingChange, int], ...] = ()
    left: tuple[str, ...] = ()


def deeds(
    workspace: Workspace,
    project_id: str,
    run_id: str,
    *,
    by: str,
    begun: Begun,
    together: Iterable[Collection[Made]] = (),
) -> tuple[Deed, ...]:
    """What was done with the cases of a run's list, by whomever, the latest first; of additions
    those that ``by`` can take out. ``together`` are the changes that one press made."""
    library = workspace.library
    own = library.own_additions(project_id, run_id, by=by)
    changes = [
        one
        for one in library.standing_changes(project_id, run_id, begun=begun)
        if one.action != "added" or (one.is_last and one.case_id in own)
    ]
    press = {made: number for number, group in enumerate(together) for made in group}
    groups: dict[object, list[StandingChange]] = {}
    for one in changes:
        made = (one.case_id, one.version)
        groups.setdefault(press.get(made, made), []).append(one)
    found = (Deed(tuple(group)) for group in groups.values())
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def last_of(
    found: Sequence[Deed], by: str, made: Collection[Made] | None
) -> tuple[Deed | None, tuple[Deed, ...]]:
    """The last thing that a person did (one of the changes ``made``, where given: a name that
    others go by too tells nobody apart) and that can be taken back, and what was done later and
    cannot, because somebody changed the case since."""
    passed: list[Deed] = []
    for deed in found:
        if any(one.by != by for one in deed.changes):
            continue
        if made is not None and any((one.case_id, one.version) not in made for one in deed.changes):
            continue
        if deed.free:
            return deed, tuple(passed)
        passed.append(deed)
    return None, tuple(passed)


def last_on(found: Sequence[Deed], case_id: str) -> Deed | None:
    """What was done last with a case, by whomever."""
    return next((deed for deed in found if any(one.case_id == case_id for one in deed.free)), None)


def take_back(
    workspace: Workspace, project_id: str, deed: Deed, *, by: str, begun: Begun
) -> TakenBack:
    """Take back what can be of a deed. An ``AssistantError`` where it is one change and cannot."""
    done: list[tuple[StandingChange, int]] = []
    left = [one.case_id for one in deed.changes if not one.is_last]
    for one in deed.free:
        try:
            done.append((one, _take_back(workspace, project_id, one, by, begun)))
        except AssistantError:
            if len(deed.changes) == 1:
                raise
            left.append(one.case_id)
    return TakenBack(done=tuple(done), left=tuple(left))


def _take_back(
    workspace: Workspace, project_id: str, one: StandingChange, by: str, begun: Begun
) -> int:
    library = workspace.library
    if one.action == "added":
        library.take_out(project_id, one.case_id, by=by, expected_version=one.seen)
        return 0
    return library.undo(
        project_id, one.case_id, by=by, expected_version=one.seen, begun=begun.get(one.case_id, {})
    ).row_version
