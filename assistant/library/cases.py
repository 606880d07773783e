"""Test cases: adding, editing without overwriting others, accepting, rejecting, undoing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, insert, or_, select

from assistant.domain import CaseStatus, Question, RejectedDraft, TestCase
from assistant.errors import LibraryError
from assistant.library import case_rows
from assistant.library.case_changes import (
    UNJOINED,
    before_notes,
    last_change,
    original,
    standing,
)
from assistant.library.case_rows import CaseRow, NewCase, check_version, fetch, not_as_seen, stored
from assistant.library.projects import lock_project, record
from assistant.library.storage.database import Store
from assistant.library.storage.records import (
    BearsOn,
    CaseAction,
    CaseVersion,
    LastChange,
    RestsOn,
    StandingChange,
    StoredCase,
    text_hash,
)
from assistant.library.storage.rows import cleaned, dump, matching, plain, when
from assistant.library.storage.schema import (
    case_proposals,
    case_versions,
    cases,
    rejected_drafts,
    runs,
    stale_reviews,
)

_ACTIONS: dict[CaseStatus, CaseAction] = {
    "draft": "set to draft",
    "accepted": "accepted",
    "rejected": "rejected",
    "imported": "set to imported",
}
_BY_RUNS: tuple[CaseAction, ...] = ("added", "asked", "written again", "checked")
"""Why a version came to be that a run made and no person."""
CAME_UP = "what the model asked while it wrote"
"""Why a case carries other questions, as its history says it."""


class CaseStore(Store):
    """Reads and writes test cases."""

    def _store_rejected(self, run_id: str, rejected: Sequence[RejectedDraft]) -> None:
        """Keep refused drafts of a run that no case came of."""
        with self._database.write() as connection:
            _keep_rejected(connection, run_id, rejected)

    def _ask(
        self,
        run_id: str,
        questions: Sequence[Question],
        bears_on: BearsOn,
        rests_on: RestsOn,
    ) -> None:
        """Let the drafts that a run wrote carry the questions that bear on them, and cite the
        sources that answer one where they have what these say: then nobody is asked any more.

        A case that somebody has decided on or changed meanwhile stays as it was seen.
        """
        latest = matching(
            case_versions,
            project_id=cases.c.project_id,
            case_id=cases.c.id,
            version=cases.c.row_version,
        )
        query = (
            select(cases)
            .join(case_versions, latest)
            .where(
                or_(cases.c.run_id == run_id, cases.c.source_run_id == run_id),
                cases.c.status == "draft",
                cases.c.given_key.is_not(None),  # a person's own case is no draft of a run
                case_versions.c.action.in_(_BY_RUNS),
            )
        )
        with self._database.write() as connection:
            for row in connection.execute(query).all():
                held = TestCase.model_validate_json(row.body)
                case = _with_answers(held, questions, bears_on, rests_on)
                bearing = [one for one in questions if bears_on(one, case)]
                answered = {one.text for one in questions if one.source_answers}
                left = [text for text in case.open_questions if text not in answered]
                asked = dict.fromkeys(left)
                running = dict.fromkeys(case.running_questions)
                for one in bearing:
                    (running if one.is_on_running else asked)[one.text] = None
                put = {"open_questions": tuple(asked), "running_questions": tuple(running)}
                case = case.model_copy(update=put)
                if case != held:
                    case_rows.replace(connection, row, case, by="", action="asked", reason=CAME_UP)

    def add_case(
        self,
        project_id: str,
        run_id: str | None,
        case: TestCase,
        *,
        rejected: Sequence[RejectedDraft] = (),
        by: str = "",
        source_run_id: str | None = None,
        by_hand: bool = False,
        reason: str = "",
    ) -> StoredCase:
        """Store a new case of a run (or of none), with the drafts that were refused before it.

        ``source_run_id`` is another run that wrote it for this run's list. The same conditions
        again in the same run, by the same writing run, change nothing and return the stored case;
        what somebody adds ``by_hand`` is always a case of its own, and no part of what the run set
        out to write. ``reason`` stands in its history.
        An id that another case has or had gets the first free ending of ``-2``, ``-3``…; nothing is
        replaced, and no case inherits what was said of another.
        """
        case = cleaned(case)
        # A case added again after a crash has the id that it had; two cases may cover the same.
        key = f"{json.dumps(case.condition_ids)}:{case.id}"
        if source_run_id is not None:
            key = f"{source_run_id}:{key}"
        with self._database.write() as connection:
            lock_project(connection, project_id)
            row = None
            if run_id is not None:
                wrote = source_run_id or run_id
                by = by or _writer_of(connection, project_id, wrote)
                here = matching(cases, project_id=project_id, run_id=run_id, given_key=key)
                if not by_hand:
                    row = connection.execute(select(cases).where(here)).first()
                _keep_rejected(connection, wrote, rejected)
            if row is None:
                case_id = case_rows.free_id(
                    case.id,
                    lambda wanted: bool(case_rows.ids_with_history(connection, project_id, wanted)),
                )
                new = NewCase(
                    case.model_copy(update={"id": case_id}),
                    run_id=run_id,
                    given_key=None if run_id is None or by_hand else key,
                    source_run_id=source_run_id,
                )
                case_rows.add(connection, project_id, [new], by=by, action="added", reason=reason)
                record(connection, project_id, "case", case_id, "added", by, run_id or "")
                row = fetch(connection, project_id, case_id)
            return stored(row)

    def cases(
        self,
        project_id: str,
        *,
        run_id: str | None = None,
        statuses: Collection[CaseStatus] | None = None,
    ) -> tuple[StoredCase, ...]:
        """Cases in the order they came in; ``None`` means of any run, of any status."""
        query = select(cases).where(cases.c.project_id == project_id).order_by(cases.c.seq)
        if run_id is not None:
            query = query.where(cases.c.run_id == run_id)
        if statuses is not None:
            query = query.where(cases.c.status.in_(list(statuses)))
        return tuple(map(stored, self._all(query)))

    def case_ids(self, project_id: str) -> frozenset[str]:
        """The ids that ``add_case`` gives to no new case: those that a case has or had."""
        with self._database.read() as connection:
            return case_rows.ids_with_history(connection, project_id)

    def cases_stamp(
        self, project_id: str, *, statuses: Collection[CaseStatus], except_run: str = ""
    ) -> str:
        """Changes when a case of these statuses comes, goes or changes, save those of a run."""
        query: Any = select(
            func.count(), func.sum(cases.c.row_version), func.max(cases.c.updated_at)
        ).where(
            cases.c.project_id == project_id,
            cases.c.status.in_(list(statuses)),
            or_(cases.c.run_id.is_(None), cases.c.run_id != except_run),
        )
        return ":".join(map(str, self._all(query)[0]))

    def case(self, project_id: str, case_id: str) -> StoredCase:
        """One case."""
        with self._database.read() as connection:
            return stored(fetch(connection, project_id, case_id))

    def update_case(
        self, project_id: str, case: TestCase, *, expected_version: int, by: str
    ) -> StoredCase:
        """Store a person's edit of the case with ``case.id``.

        Status and origin stay as stored, except that an accepted case becomes a draft: what was
        accepted were the old words. Another day of the test is none of them, and leaves who edited
        them. Raises ``EditConflict`` where the case is no longer at ``expected_version``. An edit
        that changes nothing stores nothing.
        """
        case = cleaned(case)
        with self._database.write() as connection:
            row = fetch(connection, project_id, case.id)
            current = TestCase.model_validate_json(row.body)
            edited_by = current.origin.model_copy(update={"edited_by": plain(by)})
            kept = _after_change(current, case)
            if not _is_moved(current, case):
                kept["origin"] = edited_by
            if case.model_copy(update=_bookkeeping(current)) == current:
                return stored(row)
            check_version(row, expected_version, case)
            edited = case.model_copy(update=kept)
            result = case_rows.replace(connection, row, edited, by=by, action="edited")
            detail = f"version {result.row_version}"
            record(connection, project_id, "case", case.id, "edited", by, detail)
            return result

    def rewrite_case(
        self,
        project_id: str,
        case: TestCase,
        run_id: str,
        *,
        rejected: Sequence[RejectedDraft] = (),
        expected_version: int,
        by: str = "",
        reason: str = "its sources changed",
        keep_status: bool = False,
    ) -> StoredCase:
        """Put words that another run wrote in the place of the case with ``case.id``, as a draft.

        The case stays in its run's list, and what stood before in its history, with ``reason``.
        With ``keep_status`` who wrote the case stays, and what was decided about it, unless it was
        accepted: then it is a draft, as after an edit. The same words on the same
        citations leave what was decided of them and who wrote them, and what is found in them
        stands as "checked" in the history.
        ``EditConflict`` where it is no longer at ``expected_version``.
        """
        with self._database.write() as connection:
            row = fetch(connection, project_id, case.id)
            check_version(row, expected_version, case)
            by = by or _writer_of(connection, project_id, run_id)
            _keep_rejected(connection, run_id, rejected)
            current = TestCase.model_validate_json(row.body)
            fresh = case.model_copy(update={"status": "draft", "status_reason": ""})
            if keep_status:
                kept = {**_after_change(current, case), "origin": case.origin}
                fresh = case.model_copy(update=kept)
            as_kept = fresh.model_copy(update=_bookkeeping(current))
            found = as_kept.model_copy(update={"findings": current.findings})
            same = found.unnumbered == current.unnumbered
            if same:  # a check is nobody's change: no undo would bring a decision back
                fresh = as_kept
            action: CaseAction = "checked" if same else "written again"
            result = case_rows.replace(
                connection, row, fresh, by=by, action=action,
                reason=reason, source_run_id=run_id,
            )  # fmt: skip
            record(connection, project_id, "case", case.id, action, by, f"run {run_id}")
            return result

    def set_status(
        self,
        project_id: str,
        case_id: str,
        status: CaseStatus,
        *,
        reason: str = "",
        by: str,
        expected_version: int,
        seen_text: str = "",
    ) -> StoredCase:
        """Accept, reject or reopen a case; ``EditConflict`` where other words were seen.

        ``seen_text`` is ``StoredCase.text_hash`` of what was on screen; where it is left out, the
        words of ``expected_version`` are meant.
        """
        if status not in _ACTIONS:
            known = ", ".join(_ACTIONS)
            raise LibraryError(f"“{plain(status)}” is no status of a test case. Use {known}.")
        reason = plain(reason)
        with self._database.write() as connection:
            row = fetch(connection, project_id, case_id)
            current = TestCase.model_validate_json(row.body)
            changed = current.model_copy(update={"status": status, "status_reason": reason})
            now = text_hash(current)
            seen = seen_text or _words_at(connection, row, expected_version)
            if (current.status, current.status_reason) == (status, reason) and seen == now:
                return stored(row)
            if row.row_version != expected_version:
                raise case_rows.decided_late(connection, row, changed)
            if seen != now:
                raise not_as_seen(row, changed)
            action = _ACTIONS[status]
            result = case_rows.replace(
                connection, row, changed, by=by, action=action, reason=reason
            )
            record(connection, project_id, "case", case_id, action, by, reason)
            return result

    def undo(
        self,
        project_id: str,
        case_id: str,
        *,
        by: str,
        expected_version: int,
        begun: Mapping[int, int] = UNJOINED,
    ) -> StoredCase:
        """Take back the last change, and with the next call the one before it.

        ``begun`` joins versions that are one change of several fields: by the version that ends
        such a change, the one that it began with.
        """
        with self._database.write() as connection:
            row = fetch(connection, project_id, case_id)
            check_version(row, expected_version, TestCase.model_validate_json(row.body))
            history = {item.version: item for item in _history(connection, project_id, case_id)}
            found = last_change(history, row.row_version, begun)
            if found is None:
                raise LibraryError(f"Test case “{case_id}” has no earlier version to go back to.")
            restores = original(history, found[1])
            earlier = TestCase.model_validate_json(history[restores].body)
            current = TestCase.model_validate_json(row.body)
            found_since = earlier.model_copy(update={"findings": current.findings})
            if found_since.model_copy(update=_bookkeeping(current)) == current:
                earlier = found_since  # a decision goes, what was found in its words stays
            result = case_rows.replace(
                connection, row, earlier, by=by, action="undone",
                reason=f"back to version {restores}", restores=restores,
                source_run_id=history[restores].source_run_id,
            )  # fmt: skip
            record(connection, project_id, "case", case_id, "undone", by, f"version {restores}")
            return result

    def last_change(
        self, project_id: str, case_id: str, *, begun: Mapping[int, int] = UNJOINED
    ) -> LastChange | None:
        """What ``undo`` would take back; ``None`` where there is nothing."""
        kept = {one.version: one for one in self.history(project_id, case_id)}
        found = last_change(kept, max(kept), begun)
        if found is None:
            return None
        changed, before = found
        return LastChange(changed=kept[changed], before=kept[original(kept, before)])

    def standing_changes(
        self,
        project_id: str,
        run_id: str,
        *,
        begun: Mapping[str, Mapping[int, int]] = MappingProxyType({}),
    ) -> tuple[StandingChange, ...]:
        """What was changed in the cases of a run's list and was not taken back, by whomever, the
        latest first; the addition of a case by hand too. ``begun`` is by case as in ``undo``."""
        of_case = matching(case_versions, project_id=cases.c.project_id, case_id=cases.c.id)
        mine = matching(cases, project_id=project_id, run_id=run_id)
        query = (
            select(
                case_versions.c.case_id, case_versions.c.version, case_versions.c.at,
                case_versions.c.actor, case_versions.c.action, case_versions.c.restores,
                cases.c.title, cases.c.row_version, cases.c.given_key,
            )
            .join(cases, of_case)
            .where(mine)
        )  # fmt: skip
        histories: dict[str, dict[int, CaseRow]] = {}
        for row in self._all(query):
            histories.setdefault(row.case_id, {})[row.version] = row
        found: list[StandingChange] = []
        for case_id, history in histories.items():
            last = history[max(history)]
            versions, first = standing(history, max(history), begun.get(case_id, UNJOINED))
            if last.given_key is None and history[first].action == "added":
                versions.append(first)
            found += [
                StandingChange(
                    case_id, last.title, version, last.row_version, when(history[version].at),
                    history[version].actor, history[version].action, is_last=version == versions[0],
                )
                for version in versions
            ]  # fmt: skip
        return tuple(sorted(found, key=lambda one: one.at, reverse=True))

    def own_additions(self, project_id: str, run_id: str, *, by: str) -> frozenset[str]:
        """The cases of a run's list that ``take_out`` would take out."""
        with self._database.read() as connection:
            here = matching(cases, project_id=project_id, run_id=run_id)
            return _own_additions(connection, here, by)

    def take_out(self, project_id: str, case_id: str, *, by: str, expected_version: int) -> None:
        """Take back that a person added a case; its history stays.

        Only for who added it, while it reads as it was added and nobody else did anything with it;
        else ``LibraryError``. ``EditConflict`` where it is no longer at ``expected_version``.
        """
        with self._database.write() as connection:
            lock_project(connection, project_id)
            row = fetch(connection, project_id, case_id)
            check_version(row, expected_version, TestCase.model_validate_json(row.body))
            here = matching(cases, project_id=project_id, id=case_id)
            if case_id not in _own_additions(connection, here, by):
                raise LibraryError(
                    f"Test case “{case_id}” was not added by {plain(by) or 'you'}, or something "
                    "was done with it since. Reject it instead."
                )
            case_rows.remove(connection, row, by=by, reason="addition taken back")
            record(connection, project_id, "case", case_id, "removed", by, "addition taken back")

    def history(self, project_id: str, case_id: str) -> tuple[CaseVersion, ...]:
        """Every version of a case, oldest first; also of one that was removed."""
        with self._database.read() as connection:
            found = _history(connection, project_id, case_id)
        if not found:
            raise LibraryError(f"There is no test case “{case_id}” in this project.")
        return tuple(map(case_rows.case_version, found))


def _bookkeeping(case: TestCase) -> dict[str, object]:
    """The fields of a case that the library keeps and an edit cannot set."""
    return {
        "status": case.status,
        "status_reason": case.status_reason,
        "origin": case.origin,
    }


def _after_change(case: TestCase, edited: TestCase) -> dict[str, object]:
    """The same after its words changed: nobody has accepted the new ones."""
    kept = _bookkeeping(case)
    if case.status != "accepted" or _is_moved(case, edited):
        return kept
    return {**kept, "status": "draft", "status_reason": ""}


def _is_moved(case: TestCase, edited: TestCase) -> bool:
    """Whether an edit changes the day of the test alone, and what checks find."""
    found = {"test_date": edited.test_date, "findings": edited.findings}
    return edited.model_copy(update=_bookkeeping(case)) == case.model_copy(update=found)


def _history(connection: Connection, project_id: str, case_id: str) -> Sequence[CaseRow]:
    query = select(case_versions).where(
        matching(case_versions, project_id=project_id, case_id=case_id)
    )
    return connection.execute(query.order_by(case_versions.c.version)).all()


def _words_at(connection: Connection, row: CaseRow, version: int) -> str:
    """Hash of the words of a version of a case; empty where there is no such version."""
    here = matching(case_versions, project_id=row.project_id, case_id=row.id, version=version)
    body = connection.execute(select(case_versions.c.body).where(here)).scalar_one_or_none()
    return "" if body is None else text_hash(TestCase.model_validate_json(body))


def _with_answers(
    case: TestCase, questions: Sequence[Question], bears_on: BearsOn, rests_on: RestsOn
) -> TestCase:
    """The case with the words of the sources that answer a question on it, and that it rests on,
    among what it cites."""
    cited = dict.fromkeys(case.citations)
    for one in questions:
        if one.source_answers and bears_on(one.model_copy(update={"source_answers": ()}), case):
            found = (said.citation for said in one.source_answers if rests_on(case, said))
            cited.update(dict.fromkeys(citation for citation in found if citation))
    return case.model_copy(update={"citations": tuple(cited)})


def _own_additions(connection: Connection, here: ColumnElement[bool], by: str) -> frozenset[str]:
    """The cases, of those that ``here`` is true of, that were added by hand, read as they were
    added, and that nobody else touched."""
    here = and_(here, cases.c.run_id.is_not(None), cases.c.given_key.is_(None))

    def of(table: Table) -> ColumnElement[bool]:
        return matching(table, project_id=cases.c.project_id, case_id=cases.c.id)

    waiting = select(cases.c.id).join(case_proposals, of(case_proposals)).where(here)
    said = (
        select(cases.c.id)
        .join(stale_reviews, of(stale_reviews))
        .where(here, stale_reviews.c.actor != plain(by))
    )
    touched = {row.id for query in (waiting, said) for row in connection.execute(query)}
    query: Any = (
        select(
            case_versions.c.case_id, case_versions.c.version, case_versions.c.actor,
            case_versions.c.action, case_versions.c.restores,
        )
        .join(cases, of(case_versions))
        .where(here)
    )  # fmt: skip
    histories: dict[str, dict[int, CaseRow]] = {}
    for line in connection.execute(query).all():
        histories.setdefault(line.case_id, {})[line.version] = line
    found: set[str] = set()
    for case_id, history in histories.items():
        gone = max((at for at, one in history.items() if one.action == "removed"), default=0)
        kept = {at: one for at, one in history.items() if at > gone}
        if (
            before_notes(kept, max(kept)) == min(kept)
            and all(one.actor == plain(by) for one in kept.values() if one.action != "checked")
            and case_id not in touched
        ):
            found.add(case_id)
    return frozenset(found)


def _writer_of(connection: Connection, project_id: str, run_id: str) -> str:
    """Who started a run. Raises ``LibraryError`` where the project has no such run."""
    query = select(runs.c.actor).where(runs.c.id == run_id, runs.c.project_id == project_id)
    row = connection.execute(query).first()
    if row is None:
        raise LibraryError(f"There is no run “{run_id}” in this project. Start it first.")
    return str(row.actor)


def _keep_rejected(connection: Connection, run_id: str, drafts: Sequence[RejectedDraft]) -> None:
    """Store refused drafts that are not stored yet, in order."""
    if not drafts:
        return
    query = select(rejected_drafts).where(rejected_drafts.c.run_id == run_id)
    held = {(row.condition_id, row.attempt) for row in connection.execute(query)}
    for draft in map(cleaned, drafts):
        key = (draft.condition_id, draft.attempt)
        if key in held:
            continue
        held.add(key)
        connection.execute(
            insert(rejected_drafts).values(
                run_id=run_id,
                seq=len(held),
                condition_id=draft.condition_id,
                attempt=draft.attempt,
                draft=dump(draft),
            )
        )
