"""Cases: nothing is overwritten unseen, everything can be taken back."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.domain import (
    CaseOrigin,
    CaseStatus,
    Citation,
    GenerationRun,
    LintFinding,
    Question,
    RejectedDraft,
    TestCase,
    TestStep,
)
from assistant.errors import EditConflict, LibraryError
from assistant.library import Library, Project, StoredCase
from assistant.library.storage.records import text_hash


def case(case_id: str = "T-1", title: str = "t", *conditions: str) -> TestCase:
    step = TestStep(number=1, action="Open the form", expected_result="It opens")
    return TestCase(id=case_id, title=title, steps=(step,), condition_ids=conditions)


def run(library: Library, project: Project, run_id: str) -> str:
    library.start_run(project.id, GenerationRun(id=run_id, request="r", by="gen"))
    return run_id


def edit(library: Library, stored: StoredCase, title: str, project: Project) -> StoredCase:
    changed = stored.case.model_copy(update={"title": title})
    return library.update_case(project.id, changed, expected_version=stored.row_version, by="ann")


def test_the_same_condition_again_in_a_run_changes_nothing(
    library: Library, project: Project
) -> None:
    one = run(library, project, "r1")
    draft = RejectedDraft(condition_id="c1", attempt=1, raw_output="{", reason="no JSON")
    first = library.add_case(project.id, one, case("T-1", "first", "c1"), rejected=[draft])
    edited = edit(library, first, "by a person", project)
    again = library.add_case(project.id, one, case("T-1", "second", "c1"), rejected=[draft])
    assert again == edited
    assert len(library.cases(project.id)) == 1
    assert library.run(project.id, one).rejected == (draft,)
    other = library.add_case(project.id, one, case("T-2", "another of it", "c1"))
    assert other.id == "T-2"


def test_another_run_never_overwrites_a_case(library: Library, project: Project) -> None:
    first = library.add_case(project.id, run(library, project, "r1"), case("T-1", "a", "c1"))
    library.set_status(project.id, "T-1", "accepted", by="ann", expected_version=1)
    ids = [
        library.add_case(project.id, run(library, project, name), case("T-1", name, "c1")).id
        for name in ("r2", "r3")
    ]
    assert ids == ["T-1-2", "T-1-3"]
    assert library.case(project.id, "T-1-2").case.id == "T-1-2"
    kept = library.case(project.id, "T-1")
    assert (kept.title, kept.status) == (first.title, "accepted")
    assert library.add_case(project.id, "r2", case("T-1", "r2", "c1")).id == "T-1-2"


def test_two_conditions_with_one_id_in_a_run_are_both_kept(
    library: Library, project: Project
) -> None:
    one = run(library, project, "r1")
    library.add_case(project.id, one, case("T-1", "a", "c1"))
    assert library.add_case(project.id, one, case("T-1", "b", "c2")).id == "T-1-2"


def test_a_case_needs_its_run(library: Library, project: Project) -> None:
    with pytest.raises(LibraryError, match="no run"):
        library.add_case(project.id, "nope", case())
    other = library.create_project("Other", template=project.template)
    run(library, other, "theirs")
    with pytest.raises(LibraryError, match="no run"):
        library.add_case(project.id, "theirs", case())
    with pytest.raises(LibraryError, match="no test case"):
        library.case(other.id, "T-1")


def test_an_edit_makes_the_next_version(library: Library, project: Project) -> None:
    first = library.add_case(project.id, None, case(), by="gen")
    second = edit(library, first, "better", project)
    assert (second.row_version, second.title, second.updated_by) == (2, "better", "ann")
    assert second.case.origin == CaseOrigin(writer="rules", edited_by="ann")
    assert library.case(project.id, "T-1") == second
    assert [(v.version, v.by, v.action, v.case.title) for v in library.history(
        project.id, "T-1"
    )] == [(1, "gen", "added", "t"), (2, "ann", "edited", "better")]  # fmt: skip
    event = library.events(project.id)[0]
    assert (event.by, event.action, event.subject, event.detail) == (
        "ann", "edited", "case", "version 2",
    )  # fmt: skip


def test_a_stale_edit_is_refused_with_both_texts(library: Library, project: Project) -> None:
    first = library.add_case(project.id, None, case())
    edit(library, first, "theirs", project)
    with pytest.raises(EditConflict) as caught:
        edit(library, first, "mine", project)
    assert caught.value.mine.startswith("mine\n")
    assert caught.value.theirs.startswith("theirs\n")
    assert "Open the form => It opens" in caught.value.mine
    assert caught.value.current_version == 2
    assert "ann" in str(caught.value)
    assert library.case(project.id, "T-1").title == "theirs"


def test_saving_the_same_words_twice_is_no_conflict(library: Library, project: Project) -> None:
    first = library.add_case(project.id, None, case())
    second = edit(library, first, "better", project)
    assert edit(library, first, "better", project) == second
    assert len(library.history(project.id, "T-1")) == 2


def test_an_edit_voids_the_acceptance_and_cannot_set_a_status(
    library: Library, project: Project
) -> None:
    library.add_case(project.id, None, case())
    accepted = library.set_status(
        project.id, "T-1", "accepted", reason="fine", by="ann", expected_version=1
    )
    assert (accepted.status, accepted.case.status_reason) == ("accepted", "fine")
    sneaky = accepted.case.model_copy(update={"title": "other", "status_reason": "still fine"})
    edited = library.update_case(project.id, sneaky, expected_version=2, by="bob")
    assert (edited.status, edited.case.status, edited.case.status_reason) == ("draft", "draft", "")
    forged = edited.case.model_copy(update={"title": "more", "status": "accepted"})
    assert library.update_case(project.id, forged, expected_version=3, by="eve").status == "draft"


def test_another_day_of_the_test_leaves_a_case_accepted(library: Library, project: Project) -> None:
    library.add_case(project.id, None, case())
    accepted = library.set_status(
        project.id, "T-1", "accepted", reason="fine", by="ann", expected_version=1
    )
    moved = accepted.case.model_copy(update={"test_date": date(2027, 2, 15)})
    kept = library.update_case(project.id, moved, expected_version=2, by="bob")
    assert (kept.status, kept.case.test_date) == ("accepted", date(2027, 2, 15))
    moved = moved.model_copy(update={"test_date": None, "title": "other"})
    assert library.update_case(project.id, moved, expected_version=3, by="bob").status == "draft"


def test_accepting_other_words_than_were_seen_is_refused(
    library: Library, project: Project
) -> None:
    first = library.add_case(project.id, None, case())
    edit(library, first, "changed meanwhile", project)
    with pytest.raises(EditConflict):
        library.set_status(project.id, "T-1", "accepted", by="bob", expected_version=1)
    assert library.case(project.id, "T-1").status == "draft"


def test_accepting_what_another_changed_and_accepted_is_refused(
    library: Library, project: Project
) -> None:
    """Bob saw the first words; the case is accepted by now, but it is other words that are."""
    first = library.add_case(project.id, None, case())
    edited = edit(library, first, "changed meanwhile", project)
    library.set_status(project.id, "T-1", "accepted", by="ann", expected_version=2)
    for seen in ("", first.text_hash):
        with pytest.raises(EditConflict) as refused:
            library.set_status(
                project.id, "T-1", "accepted", by="bob", expected_version=1, seen_text=seen
            )
        assert "changed meanwhile" in refused.value.theirs
    assert library.case(project.id, "T-1").updated_by == "ann"
    # The same decision on the same words, pressed twice, is none.
    again = library.set_status(project.id, "T-1", "accepted", by="ann", expected_version=2)
    assert again.row_version == 3
    assert again.text_hash == edited.text_hash


def test_a_decision_is_bound_to_the_words_that_were_on_screen(
    library: Library, project: Project
) -> None:
    """A page that shows one text and names the version of another."""
    first = library.add_case(project.id, None, case())
    edit(library, first, "changed meanwhile", project)
    with pytest.raises(EditConflict, match="Read it as it is now"):
        library.set_status(
            project.id, "T-1", "accepted", by="bob", expected_version=2, seen_text=first.text_hash
        )
    assert library.case(project.id, "T-1").status == "draft"


def test_a_decision_that_meets_another_says_what_was_decided(
    library: Library, project: Project
) -> None:
    """There are no two texts to compare, and nothing to keep."""
    library.add_case(project.id, None, case())
    library.set_status(project.id, "T-1", "accepted", by="ann", expected_version=1)
    with pytest.raises(EditConflict) as refused:
        library.set_status(project.id, "T-1", "rejected", reason="No", by="bob", expected_version=1)
    said = str(refused.value)
    assert "was accepted by ann after you opened it" in said
    assert "your decision (rejected) was not kept" in said
    assert "both texts" not in said


def test_every_word_of_a_case_is_in_its_hash() -> None:
    step = TestStep(number=1, action="a", test_data="d", expected_result="e")
    one = TestCase(id="T", title="t", objective="o", preconditions=("p",), steps=(step,))
    others = [
        one.model_copy(update={"title": "x"}),
        one.model_copy(update={"objective": "x"}),
        one.model_copy(update={"priority": "High"}),
        one.model_copy(update={"preconditions": ("p", "q")}),
        one.model_copy(update={"postconditions": ("x",)}),
        one.model_copy(update={"steps": ()}),
        *(
            one.model_copy(update={"steps": (step.model_copy(update={part: "x"}),)})
            for part in ("action", "test_data", "expected_result")
        ),
    ]
    assert len({text_hash(case) for case in (one, *others)}) == 1 + len(others)
    assert text_hash(one.model_copy(update={"status": "accepted"})) == text_hash(one)


def test_a_status_is_one_of_the_known(library: Library, project: Project) -> None:
    library.add_case(project.id, None, case())
    with pytest.raises(LibraryError, match="no status"):
        library.set_status(project.id, "T-1", "done", by="a", expected_version=1)  # type: ignore[arg-type]


def test_cases_are_listed_by_run_and_status_in_order(library: Library, project: Project) -> None:
    one = run(library, project, "r1")
    for name in ("T-3", "T-1", "T-2"):
        library.add_case(project.id, one, case(name, "t", name))
    library.add_case(project.id, None, case("T-0"))
    library.set_status(project.id, "T-1", "accepted", by="a", expected_version=1)
    assert [c.id for c in library.cases(project.id)] == ["T-3", "T-1", "T-2", "T-0"]
    assert [c.id for c in library.cases(project.id, run_id=one)] == ["T-3", "T-1", "T-2"]
    assert [c.id for c in library.cases(project.id, statuses=["accepted"])] == ["T-1"]
    assert library.cases(project.id, statuses=[]) == ()


def test_undo_goes_back_one_change_at_a_time(library: Library, project: Project) -> None:
    stored = library.add_case(project.id, None, case(title="one"))
    stored = edit(library, stored, "two", project)
    library.set_status(project.id, "T-1", "rejected", reason="no", by="ann", expected_version=2)
    seen = []
    for version in (3, 4):
        stored = library.undo(project.id, "T-1", by="ann", expected_version=version)
        seen.append((stored.title, stored.status, stored.case.status_reason))
    assert seen == [("two", "draft", ""), ("one", "draft", "")]
    with pytest.raises(LibraryError, match="no earlier version"):
        library.undo(project.id, "T-1", by="ann", expected_version=5)
    stored = edit(library, stored, "three", project)
    stored = library.undo(project.id, "T-1", by="ann", expected_version=6)
    assert stored.title == "one"
    with pytest.raises(EditConflict):
        library.undo(project.id, "T-1", by="bob", expected_version=6)
    assert [v.action for v in library.history(project.id, "T-1")] == [
        "added", "edited", "rejected", "undone", "undone", "edited", "undone",
    ]  # fmt: skip


def test_versions_that_are_one_edit_are_taken_back_as_one(
    library: Library, project: Project
) -> None:
    stored = library.add_case(project.id, None, case(title="one"))
    assert library.last_change(project.id, "T-1") is None
    for title in ("two", "three"):
        stored = edit(library, stored, title, project)
    library.set_status(project.id, "T-1", "accepted", by="ann", expected_version=3)
    begun = {2: 1, 3: 1}
    for version, comes_back in ((4, "three"), (5, "one")):
        last = library.last_change(project.id, "T-1", begun=begun)
        assert last is not None
        assert last.before.case.title == comes_back
        stored = library.undo(project.id, "T-1", by="a", expected_version=version, begun=begun)
        assert stored.title == comes_back
    assert library.last_change(project.id, "T-1", begun=begun) is None


def test_undoing_an_edit_brings_the_acceptance_of_those_words_back(
    library: Library, project: Project
) -> None:
    library.add_case(project.id, None, case())
    accepted = library.set_status(project.id, "T-1", "accepted", by="a", expected_version=1)
    edit(library, accepted, "other words", project)
    back = library.undo(project.id, "T-1", by="a", expected_version=3)
    assert (back.title, back.status) == ("t", "accepted")


def test_of_many_edits_at_once_one_wins_and_the_others_are_told(
    library: Library, project: Project
) -> None:
    first = library.add_case(project.id, None, case())
    barrier = threading.Barrier(6)
    won: list[str] = []
    refused: list[EditConflict] = []

    def work(name: str) -> None:
        barrier.wait()
        try:
            won.append(edit(library, first, name, project).title)
        except EditConflict as conflict:
            refused.append(conflict)

    threads = [threading.Thread(target=work, args=(f"by {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert library.case(project.id, "T-1").title == won[0]
    assert len(refused) == 5
    assert all(conflict.theirs.startswith(won[0]) for conflict in refused)


@pytest.mark.long
@given(text=st.text(st.characters() | st.sampled_from("\ud800\x00")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_text_can_be_saved_and_read_back(text: str, library: Library, project: Project) -> None:
    clean = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    clean = clean.replace("\x00", "\u2400")
    stored = library.add_case(project.id, None, case("T", text), by=text)
    assert (stored.title, stored.case.title) == (clean, clean)
    edited = stored.case.model_copy(update={"objective": text, "preconditions": (text,)})
    stored = library.update_case(project.id, edited, expected_version=stored.row_version, by=text)
    assert stored.case.preconditions == (clean,)
    stored = library.set_status(
        project.id, stored.id, "rejected", reason=text, by=text,
        expected_version=stored.row_version,
    )  # fmt: skip
    assert library.case(project.id, stored.id).case.status_reason == clean
    assert library.history(project.id, stored.id)[-1].by == clean


def by_hand(library: Library, project: Project, run_id: str, new: TestCase) -> StoredCase:
    own = new.model_copy(update={"origin": CaseOrigin(writer="person")})
    return library.add_case(project.id, run_id, own, by="ann", by_hand=True, reason="by hand")


def test_a_case_added_by_hand_is_always_one_more_and_no_part_of_the_plan(
    library: Library, project: Project
) -> None:
    one = run(library, project, "r1")
    library.add_case(project.id, one, case("T-1", "first", "c1"))
    ids = [by_hand(library, project, one, case("T-1", "copy", "c1")).id for _ in range(2)]
    assert ids == ["T-1-2", "T-1-3"]
    (summary,) = library.runs(project.id)
    assert (summary.cases, summary.written) == (3, 1)
    assert summary.model_copy(update={"conditions": 2}).progress == 0.5
    # The run, resumed after a crash, still finds its own.
    assert library.add_case(project.id, one, case("T-1", "first", "c1")).id == "T-1"
    asked = [Question(criterion_id="c", kind="ambiguous", text="Who?")]
    library.add_questions(one, asked, bears_on=lambda *_: True)
    assert [bool(c.case.open_questions) for c in library.cases(project.id)] == [True, False, False]


def test_who_added_a_case_takes_it_out_and_its_history_stays(
    library: Library, project: Project
) -> None:
    one = run(library, project, "r1")
    added = by_hand(library, project, one, case())
    edited = edit(library, added, "edited", project)
    assert "T-1" not in library.own_additions(project.id, one, by="ann")
    with pytest.raises(LibraryError, match="Reject it"):
        library.take_out(project.id, "T-1", by="ann", expected_version=edited.row_version)
    library.undo(project.id, "T-1", by="ann", expected_version=2)
    assert library.last_change(project.id, "T-1") is None
    assert "T-1" in library.own_additions(project.id, one, by="ann")
    assert "T-1" not in library.own_additions(project.id, one, by="bob")
    with pytest.raises(EditConflict):
        library.take_out(project.id, "T-1", by="ann", expected_version=2)
    library.take_out(project.id, "T-1", by="ann", expected_version=3)
    assert library.cases(project.id) == ()
    history = library.history(project.id, "T-1")
    assert [(v.action, v.by) for v in history] == [
        ("added", "ann"), ("edited", "ann"), ("undone", "ann"), ("removed", "ann"),
    ]  # fmt: skip
    assert history[0].reason == "by hand"
    latest = library.events(project.id)[0]
    assert (latest.action, latest.subject_id, latest.by) == ("removed", "T-1", "ann")
    # Its id stays with its history, and the next case has its own.
    again = by_hand(library, project, one, case())
    assert (again.id, again.row_version) == ("T-1-2", 1)
    assert again.id in library.own_additions(project.id, one, by="ann")


def test_an_addition_that_somebody_else_touched_stays(library: Library, project: Project) -> None:
    one = run(library, project, "r1")
    by_hand(library, project, one, case("T-1"))
    library.set_status(project.id, "T-1", "accepted", by="bob", expected_version=1)
    library.undo(project.id, "T-1", by="ann", expected_version=2)
    by_hand(library, project, one, case("T-2"))
    library.proposals.put(project.id, case("T-2", "better"), case_version=1, reason="r", by="bob")
    library.add_case(project.id, one, case("T-3"), by="ann")
    library.add_case(project.id, None, case("T-4"), by="ann")
    for name, version in (("T-1", 3), ("T-2", 1), ("T-3", 1), ("T-4", 1)):
        with pytest.raises(LibraryError, match="Reject it"):
            library.take_out(project.id, name, by="ann", expected_version=version)
    assert len(library.cases(project.id)) == 4


@pytest.mark.parametrize("undone", [False, True])
def test_an_addition_that_somebody_else_found_still_right_stays(
    library: Library, project: Project, undone: bool
) -> None:
    one = run(library, project, "r1")
    for name, who in (("T-1", "ann"), ("T-2", "bob")):
        by_hand(library, project, one, case(name))
        library.lineage.decide(project.id, name, [("limit", "4 -> 5")], by=who)
        if undone:
            library.lineage.decide(project.id, name, [("limit", "4 -> 5")], undone=True, by=who)
    assert "T-1" in library.own_additions(project.id, one, by="ann")
    library.take_out(project.id, "T-1", by="ann", expected_version=1)
    assert "T-2" not in library.own_additions(project.id, one, by="ann")
    with pytest.raises(LibraryError, match="Reject it"):
        library.take_out(project.id, "T-2", by="ann", expected_version=1)
    assert [stored.id for stored in library.cases(project.id)] == ["T-2"]


def test_a_new_case_inherits_no_word_about_one_that_is_gone(
    library: Library, project: Project
) -> None:
    one = run(library, project, "r1")
    by_hand(library, project, one, case("T-1"))
    library.lineage.decide(project.id, "T-1", [("limit", "4 -> 5")], by="ann")
    library.take_out(project.id, "T-1", by="ann", expected_version=1)
    # A word may also be about a case of which no line of history is left.
    library.lineage.decide(project.id, "T-2", [("limit", "4 -> 5")], by="bob")
    other = library.create_project("Other", template=project.template)
    by_hand(library, other, run(library, other, "r2"), case("T-3"))
    assert library.case_ids(project.id) == {"T-1", "T-2"}
    new = [
        by_hand(library, project, one, case("T-1")),
        library.add_case(project.id, one, case("T-1", "of a run", "c1")),
        by_hand(library, project, one, case("T-2")),
        by_hand(library, project, one, case("T-3")),
    ]
    assert [stored.id for stored in new] == ["T-1-2", "T-1-3", "T-2-2", "T-3"]
    assert library.lineage.decisions(project.id, [stored.id for stored in new]) == {}


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_the_same_words_again_leave_what_was_decided_of_them(
    library: Library, project: Project, status: CaseStatus
) -> None:
    """The decision went as a check, which no undo takes back."""
    cites = Citation(chunk_id="c", source=2, quote="opens", start=0, end=5)
    one = run(library, project, "r1")
    library.add_case(project.id, one, case().model_copy(update={"citations": (cites,)}))
    decided = library.set_status(
        project.id, "T-1", status, reason="why", by="ann", expected_version=1
    )
    finding = LintFinding(rule="vague", severity="warning", message="Vague")
    numbered = cites.model_copy(update={"source": 1})
    fresh = decided.case.model_copy(
        update={
            "origin": CaseOrigin(writer="model"),
            "findings": (finding,),
            "citations": (numbered,),
        }
    )
    run(library, project, "r2")
    again = library.rewrite_case(project.id, fresh, "r2", expected_version=2, by="ann")
    assert (again.status, again.case.status_reason) == (status, "why")
    assert (again.case.origin, again.source_run_id) == (decided.case.origin, "r2")
    assert (again.case.findings, again.case.citations) == ((finding,), (numbered,))
    assert library.history(project.id, "T-1")[-1].action == "checked"
    assert library.undo(project.id, "T-1", by="ann", expected_version=3).status == "draft"
    changed = fresh.model_copy(update={"citations": ()})
    library.set_status(project.id, "T-1", status, reason="why", by="ann", expected_version=4)
    last = library.rewrite_case(project.id, changed, "r2", expected_version=5, by="ann")
    assert last.status == "draft", "it rests on something else"
    assert library.undo(project.id, "T-1", by="ann", expected_version=6).status == status
