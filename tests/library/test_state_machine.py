"""Random work of several people against a plain model: the library always agrees with it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from assistant.domain import (
    CaseStatus,
    CaseTemplate,
    Column,
    GenerationRun,
    SourceDocument,
    TestCase,
)
from assistant.errors import EditConflict, LibraryError
from assistant.library import Library

TEMPLATE = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))
State = tuple[str, CaseStatus, str]
"""Title, status and reason of a case: what people see of it here."""

titles = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


class Work(RuleBasedStateMachine):
    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.library = Library.open(self.folder / "l.sqlite3")
        self.project = self.library.create_project("P", template=TEMPLATE).id
        self.versions: dict[str, list[State]] = {}
        self.undo_stack: dict[str, list[State]] = {}
        self.imports: dict[str, tuple[str, bool]] = {}
        self.touched: dict[str, bool] = {}
        self.runs = 0
        self.imported_before: dict[str, str] | None = None

    def teardown(self) -> None:
        self.library.close()
        shutil.rmtree(self.folder)

    def changed(self, case_id: str, state: State) -> None:
        self.versions[case_id].append(state)
        self.undo_stack[case_id].append(state)

    @rule(target=cases, wanted=st.sampled_from(["A", "B", "C"]), title=titles)
    def generate(self, wanted: str, title: str) -> str:
        self.runs += 1
        run = GenerationRun(id=str(self.runs), request="r")
        self.library.start_run(self.project, run)
        case = TestCase(id=wanted, title=title, condition_ids=("c",))
        made = self.library.add_case(self.project, run.id, case)
        again = case.model_copy(update={"title": "again"})
        assert self.library.add_case(self.project, run.id, again) == made
        ids = [wanted, *(f"{wanted}-{number}" for number in range(2, self.runs + 2))]
        assert made.id == next(name for name in ids if name not in self.versions)
        self.versions[made.id] = [(title, "draft", "")]
        self.undo_stack[made.id] = [(title, "draft", "")]
        return made.id

    @rule(case_id=cases, title=titles, behind=st.integers(0, 2))
    def edit(self, case_id: str, title: str, behind: int) -> None:
        current = self.versions[case_id][-1]
        seen = max(1, len(self.versions[case_id]) - behind)
        case = self.library.case(self.project, case_id).case.model_copy(update={"title": title})
        if title == current[0]:
            stored = self.library.update_case(self.project, case, expected_version=seen, by="ann")
            assert stored.row_version == len(self.versions[case_id])
        elif seen != len(self.versions[case_id]):
            with pytest.raises(EditConflict) as caught:
                self.library.update_case(self.project, case, expected_version=seen, by="ann")
            assert caught.value.current_version == len(self.versions[case_id])
        else:
            self.library.update_case(self.project, case, expected_version=seen, by="ann")
            voided = current[1] == "accepted"
            state: State = (title, "draft", "") if voided else (title, current[1], current[2])
            self.changed(case_id, state)
            self.touched[case_id] = True

    @rule(
        case_id=cases,
        status=st.sampled_from(["accepted", "rejected", "draft"]),
        reason=st.sampled_from(["", "because"]),
        behind=st.integers(0, 1),
    )
    def decide(self, case_id: str, status: CaseStatus, reason: str, behind: int) -> None:
        title, *before = self.versions[case_id][-1]
        seen = max(1, len(self.versions[case_id]) - behind)
        stale = seen != len(self.versions[case_id]) and before != [status, reason]

        def decide() -> None:
            self.library.set_status(
                self.project, case_id, status, reason=reason, by="ann", expected_version=seen
            )

        if stale:
            with pytest.raises(EditConflict):
                decide()
            return
        decide()
        if before != [status, reason]:
            self.changed(case_id, (title, status, reason))
            self.touched[case_id] = True

    @rule(case_id=cases)
    def undo(self, case_id: str) -> None:
        seen = len(self.versions[case_id])
        if len(self.undo_stack[case_id]) == 1:
            with pytest.raises(LibraryError, match="no earlier version"):
                self.library.undo(self.project, case_id, by="ann", expected_version=seen)
            return
        self.library.undo(self.project, case_id, by="ann", expected_version=seen)
        self.undo_stack[case_id].pop()
        self.versions[case_id].append(self.undo_stack[case_id][-1])
        self.touched[case_id] = True

    @rule(
        target=cases,
        wanted=st.dictionaries(st.sampled_from(["I1", "I2", "I3"]), st.sampled_from("xy")),
    )
    def bring_in(self, wanted: dict[str, str]) -> object:
        document = SourceDocument(
            id="file:a", kind="test_cases", title="a.csv", text="t", content_hash=repr(wanted)
        )
        incoming = [TestCase(id=name, title=title) for name, title in wanted.items()]
        stored = self.library.put_document(self.project, document, cases=incoming)
        unchanged = self.imported_before is not None and list(self.imported_before.items()) == list(
            wanted.items()
        )
        assert (stored.outcome == "unchanged") == unchanged
        self.imported_before = wanted
        new = []
        for name, title in wanted.items():
            if name not in self.versions:
                self.versions[name] = [(title, "imported", "")]
                self.undo_stack[name] = [(title, "imported", "")]
                new.append(name)
            elif self.imports[name] != (title, True):
                reason = (
                    "updated from a.csv; what ann changed is kept in the history"
                    if self.touched.get(name)
                    else ""
                )
                self.changed(name, (title, "imported", reason))
                self.touched[name] = False
            else:
                continue
            self.imports[name] = (title, True)
        for name, (title, present) in self.imports.items():
            if present and name not in wanted:
                self.imports[name] = (title, False)
                old, status, reason = self.versions[name][-1]
                told = f"{reason}; no longer in a.csv" if reason else "no longer in a.csv"
                self.changed(name, (old, status, told))
        return multiple(*new)

    @rule()
    def remove_and_restore(self) -> None:
        """What people see of each case is as before, whoever worked on it."""
        if self.imported_before is None:
            return
        self.library.remove_document(self.project, "file:a", by="bob")
        self.library.restore_document(self.project, "file:a", by="bob")
        for name, (_, present) in self.imports.items():
            title, status, reason = state = self.versions[name][-1]
            if not self.touched.get(name):
                self.versions[name] += [state, state]
                self.undo_stack[name] = [state]
            elif present:
                told = f"{reason}; a.csv was removed" if reason else "a.csv was removed"
                self.versions[name] += [(title, status, told), state]

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = Library.open(self.folder / "l.sqlite3")

    @invariant()
    def library_and_model_agree(self) -> None:
        listed = {item.id: item for item in self.library.cases(self.project)}
        assert set(listed) == set(self.versions)
        for case_id, states in self.versions.items():
            item = listed[case_id]
            case = item.case
            assert (case.title, case.status, case.status_reason) == states[-1]
            assert (item.title, item.status, item.row_version) == (
                case.title, case.status, len(states),
            )  # fmt: skip
            history = self.library.history(self.project, case_id)
            seen = [(v.case.title, v.case.status, v.case.status_reason) for v in history]
            assert seen == states


TestWork = pytest.mark.long(Work.TestCase)
TestWork.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
