"""Stale cases: those whose cited words, or whose acceptance criterion, changed or vanished, that
say a number which a source said and says no more, that name a rule which changed, in which the
proof finds something against the present texts alone, or for which a source that came in later sets
another limit. What a next version would change is judged here too, and in no other way.

A case is judged from what the library holds: the words that each of its steps cites, and what the
cited document says now; an answer that stands in place of a criterion is part of what it rests on.
Nothing is marked anywhere, so nothing can get out of step. A citation
whose words stand unchanged, wherever they moved, is not stale.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import Any, Literal

from assistant.domain import CaseStatus, Chunk, Citation, Epic, TestCase, Value
from assistant.errors import LibraryError
from assistant.library import DocumentState, StaleReview, StoredCase
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.changed_values import NumbersGone, says_earlier
from assistant.workflow.review.current_citations import (
    NextVersion,
    PresentWords,
    present_epics,
)
from assistant.workflow.review.named_rules import ChangedRules
from assistant.workflow.review.newer_sources import LimitElsewhere, NewerSources
from assistant.workflow.review.next_proof import FaultNow, NewFault, ProofNow
from assistant.workflow.review.sentences import in_their_places, plain_words, sentences_at
from assistant.workflow.writing.answers import answers_to, with_answers

Change = Literal[
    "changed", "vanished", "document removed", "another limit", "number changed",
    "named rule changed", "says otherwise", "says it no more",
]  # fmt: skip
ANOTHER_LIMIT: Change = "another limit"
"""Not a change: a newer source sets it beside the words that the case rests on."""
NUMBER_CHANGED: Change = "number changed"
"""The case does not cite the sentence, but says the number that stood in it."""
RULE_CHANGED: Change = "named rule changed"
"""The case, or its criterion, names by its id the rule that the sentence is of."""
DENIES: Change = "says otherwise"
"""The proof finds the case denied by what stands there now, cited or not."""
SAID_NO_MORE: Change = "says it no more"
"""An expected result stood in what its run read, and stands there no more."""
OF_PROOF = frozenset({DENIES, SAID_NO_MORE})
PARTS = {
    "title": "title",
    "test_data": "test data",
    "precondition": "precondition",
    "action": "action",
    "expected_result": "expected result",
}


class StaleFinding(Value):
    """One thing that a case rests on and that is not there any more as it was.

    ``where`` names the part of the case ("step 2, expected result"), ``step`` its number where it
    is a step, ``part`` what of it the citation supports ("" of a criterion). ``quote`` are the
    cited words, ``old`` the sentence they stood in and ``new`` what stands there now. ``key`` is
    the same as long as these are. Of another limit ``quote`` is the limit that the case says,
    ``old`` the sentence of ``cited_title`` that sets it, and ``new`` that of the newer document.
    Of a number that changed it is the number as the case says it, of a rule its id. ``faults``
    are what the proof finds of it; ``old`` and ``new`` are empty where it is of no one sentence.
    """

    key: str
    where: str
    step: int | None = None
    part: str = ""
    change: Change
    quote: str
    old: str
    new: str = ""
    document_id: str = ""
    title: str = ""
    cited_title: str = ""
    cited_version: int = 0
    version: int = 0
    since: datetime | None = None
    by: str = ""
    faults: tuple[NewFault, ...] = ()


class NamedCase(Value):
    """Which case something is about."""

    case_id: str
    title: str
    status: CaseStatus
    run_id: str = ""


def named(stored: StoredCase) -> dict[str, Any]:
    """The fields of a ``NamedCase``."""
    return {
        "case_id": stored.id,
        "title": stored.title,
        "status": stored.status,
        "run_id": stored.run_id or "",
    }


class StaleCase(NamedCase):
    """A stale case with what is stale in it."""

    findings: tuple[StaleFinding, ...]

    @property
    def has_changes(self) -> bool:
        """Whether something that it rests on changed, and not only stands elsewhere otherwise."""
        return any(one.change != ANOTHER_LIMIT for one in self.findings)

    @property
    def steps(self) -> tuple[int, ...]:
        """Numbers of the stale steps."""
        return tuple(sorted({one.step for one in self.findings if one.step is not None}))


class KeptRight(Value):
    """Somebody's word that what changed leaves the case right."""

    by: str
    at: datetime
    findings: int


def stale_cases(
    workspace: Workspace,
    project_id: str,
    *,
    run_id: str | None = None,
    upcoming: NextVersion | None = None,
    progress: Progress = lambda done, total: None,
) -> tuple[StaleCase, ...]:
    """The stale cases of a project (or of one run's list), in their order; rejected ones are not.

    What a person said is still right is left out until it changes once more. ``upcoming`` is taken
    for its document's present version: the cases that would be stale if it were kept. ``progress``
    gets cases judged and in all.
    """
    library = workspace.library
    listed = None if run_id is None else library.cases(project_id, run_id=run_id)
    # Of one list only the runs that wrote its cases: what a run read is long.
    wrote = None if listed is None else {one.source_run_id or "" for one in listed}
    changed = library.lineage.changed_chunks(project_id, wrote)
    earlier = set(library.lineage.runs_before(project_id))
    if upcoming is not None:
        used = library.lineage.used_chunks(project_id, upcoming.document.id)
        changed |= {one: (*changed.get(one, ()), *chunks) for one, chunks in used.items()}
        if upcoming.epics:
            earlier |= {run.id for run in library.runs(project_id)}
    newer = NewerSources(workspace, project_id, upcoming, wrote)
    touched = {*changed, *earlier, *newer.runs}
    if listed is None:
        listed = library.lineage.cases_of_runs(project_id, touched)
    judge = _Judge(workspace, project_id, changed, upcoming, newer)
    cases = [stored for stored in listed if stored.source_run_id in touched]
    # All texts are compared for these alone: most projects have none.
    uncited = () if run_id is not None else library.lineage.uncited_cases(project_id)
    if uncited and judge.numbers.of_all:
        cases += uncited
    cases = [stored for stored in cases if stored.status != "rejected"]
    if not cases:
        return ()
    decided = library.lineage.decisions(project_id, {stored.id for stored in cases})
    found = []
    for done, stored in enumerate(cases):
        progress(done, len(cases))
        findings = tuple(
            one for one in judge.findings(stored) if (stored.id, one.key) not in decided
        )
        if findings:
            found.append(StaleCase(**named(stored), findings=findings))
    progress(len(cases), len(cases))
    return tuple(found)


def says_otherwise(case: TestCase, found: StaleCase) -> bool:
    """Whether what stands there now says another number than the case does: to call it still right
    is a decision against the source."""
    return any(
        one.change in (NUMBER_CHANGED, ANOTHER_LIMIT)
        or any(fault.denied for fault in one.faults)
        or says_earlier(case, one.old, one.new, one.step)
        for one in found.findings
    )


def still_right(
    workspace: Workspace, project_id: str, case_id: str, *, seen: Sequence[str], by: str
) -> None:
    """Keep that a person looked at these findings (their keys) and found the case still right.

    Raises ``LibraryError`` where the sources changed again since they were shown.
    """
    stale = {one.case_id: one for one in stale_cases(workspace, project_id)}.get(case_id)
    findings = {one.key: one for one in stale.findings} if stale else {}
    if not seen or not set(seen) <= set(findings):
        raise LibraryError(
            f"What {case_id} rests on has changed again, or was settled meanwhile. Look at it anew."
        )
    words = [(key, f"{findings[key].old} -> {findings[key].new}") for key in dict.fromkeys(seen)]
    workspace.library.lineage.decide(project_id, case_id, words, by=by)


def undo_still_right(workspace: Workspace, project_id: str, case_id: str, *, by: str) -> None:
    """Take back the latest such word on a case; ``LibraryError`` where there is none."""
    latest = _latest(workspace, project_id, case_id)
    if not latest:
        raise LibraryError(f"Nobody has found {case_id} still right, so there is nothing to undo.")
    workspace.library.lineage.decide(
        project_id, case_id, [(one.finding, one.detail) for one in latest], undone=True, by=by
    )


def last_kept(workspace: Workspace, project_id: str, case_id: str) -> KeptRight | None:
    """Who last found a case still right, and when; ``None`` where nobody did."""
    latest = _latest(workspace, project_id, case_id)
    if not latest:
        return None
    return KeptRight(by=latest[0].by, at=latest[0].at, findings=len(latest))


def _latest(workspace: Workspace, project_id: str, case_id: str) -> list[StaleReview]:
    held = workspace.library.lineage.decisions(project_id, {case_id}).values()
    newest = max((one.at for one in held), default=None)
    return [one for one in held if one.at == newest]


def cited_parts(case: TestCase) -> Iterator[tuple[Citation, str, int | None]]:
    """Each citation of a case, what it supports in words, and the step's number."""
    for citation in case.citations:
        yield citation, PARTS[citation.supports], None
    for step in case.steps:
        for citation in step.citations:
            yield citation, _where(step.number, citation.supports), step.number


def _where(step: int | None, part: str) -> str:
    """A part of a case in words."""
    return f"step {step}, {PARTS[part]}" if step is not None else PARTS[part]


class _Judge:
    """Looks at cases of one project; what they share is looked up once."""

    def __init__(
        self,
        workspace: Workspace,
        project_id: str,
        changed: Mapping[str, Sequence[Chunk]],
        upcoming: NextVersion | None,
        newer: NewerSources,
    ) -> None:
        self._newer = newer
        self._workspace = workspace
        self._library = workspace.library
        self._project_id = project_id
        self._chunks = {
            run_id: {chunk.id: chunk for chunk in chunks} for run_id, chunks in changed.items()
        }
        self._words = PresentWords(workspace.library, project_id, workspace.memo)
        if upcoming is not None:
            self._words.expect(upcoming)
        self.numbers = NumbersGone(workspace.library, project_id, self._words, changed)
        self._upcoming = upcoming
        self._rules = ChangedRules(self._words)
        self._in_place: dict[tuple[str, str], Mapping[str, str]] = {}
        self._epics_of = cache(self._run_epics)
        self._since = cache(self._brought)

    def findings(self, stored: StoredCase) -> Iterator[StaleFinding]:
        """What is stale in a case: its criteria first, then what it and its steps cite, then what
        it says or names without citing it, and what the proof finds."""
        found = [*self._criteria(stored), *self._cited(stored)]
        found += self._said(stored, {one.old for one in found})
        found += self._named(stored, {(one.old, one.new) for one in found})
        yield from self._proved(stored, found)
        for one in self._newer.limits(stored):
            yield from self._limits(one)

    def _cited(self, stored: StoredCase) -> Iterator[StaleFinding]:
        """What changed of the words that a case and its steps cite."""
        chunks = self._chunks.get(stored.source_run_id or "")
        if not chunks:
            return
        for citation, where, step in cited_parts(stored.case):
            chunk = chunks.get(citation.chunk_id)
            if chunk is None:
                continue
            sentence = sentences_at(chunk.text, citation.start, citation.end)
            if self._words.stands(citation.quote, sentence, chunk):
                continue
            yield self._finding(
                where, step, citation.quote, sentence, self._words.instead(sentence, chunk),
                chunk.document_id, chunk.title, chunk.version, citation.supports,
            )  # fmt: skip

    def _said(self, stored: StoredCase, cited: Collection[str]) -> Iterator[StaleFinding]:
        """Where a case says a number of a sentence that changed and that is not told as cited."""
        seen = set[tuple[str, str]]()
        for gone, said in self.numbers.said_by(stored):
            old, new = gone.change.old, gone.change.new
            where = _where(said.step, said.part)
            if any(old in one for one in cited) or (where, old) in seen:
                continue
            seen.add((where, old))
            key = (gone.document_id, gone.change.mine.text, old, new)
            yield StaleFinding(
                **self._of_document(gone.document_id, key),
                where=where,
                step=said.step,
                part=said.part,
                change=NUMBER_CHANGED,
                quote=said.said,
                old=old,
                new=new,
                title=gone.title,
                cited_version=gone.version,
            )

    def _named(
        self, stored: StoredCase, told: Collection[tuple[str, str]]
    ) -> Iterator[StaleFinding]:
        """Rules that changed and that the case or its criteria name, unless told anyhow."""
        read = self._chunks.get(stored.source_run_id or "")
        if not read:
            return
        criteria = {
            one.id: one.text
            for epic in self._epics_of(stored.source_run_id or "")
            for one in epic.criteria
            if one.id in stored.case.criterion_ids
        }
        for one in self._rules.named_by(stored.case, criteria, tuple(read.values())):
            rule, change = one.rule, one.rule.change
            if (change.old, change.new) in told:
                continue
            key = (rule.document_id, rule.id, change.old, change.new)
            yield StaleFinding(
                **self._of_document(rule.document_id, key),
                where=_where(one.step, one.part)
                if one.part
                else f"acceptance criterion {one.criterion_id}",
                step=one.step,
                part=one.part,
                change=RULE_CHANGED,
                quote=rule.id,
                old=change.old,
                new=change.new,
                title=rule.title,
                cited_version=rule.version,
            )

    def _proved(self, stored: StoredCase, found: list[StaleFinding]) -> Iterator[StaleFinding]:
        """What was found, with what the proof finds against the present texts and not against those
        of then: told with the finding on the same sentence, else as one of its own."""
        run_id = stored.source_run_id or ""
        read = self._chunks.get(run_id)
        if read:
            keys = [epic.key for epic in self._epics_of(run_id)]
            for one in self._proof.faults(stored, tuple(read.values()), keys):
                step, words = one.fault.finding.step, (one.old, one.new)
                place = next(
                    (
                        at
                        for at, held in enumerate(found)
                        if any(words)
                        and (held.old, held.new) == words
                        and step in (None, held.step)
                    ),
                    None,
                )
                if place is None:
                    found.append(self._of_proof(one))
                else:
                    faults = (*found[place].faults, one.fault)
                    found[place] = found[place].model_copy(update={"faults": faults})
        yield from found

    def _of_proof(self, one: FaultNow) -> StaleFinding:
        fault, chunk = one.fault, one.chunk
        finding = fault.finding
        key = (finding.rule, str(finding.step), finding.words, finding.message)
        part = "expected_result" if finding.step is not None else ""
        return StaleFinding(
            **self._of_document(chunk.document_id if chunk is not None else "", key),
            where=_where(finding.step, part) if part else "the case",
            step=finding.step,
            part=part,
            change=DENIES if fault.denied else SAID_NO_MORE,
            quote=finding.words,
            old=one.old,
            new=one.new,
            title=chunk.title if chunk is not None else "",
            cited_version=chunk.version if chunk is not None else 0,
            faults=(fault,),
        )

    def _run_epics(self, run_id: str) -> tuple[Epic, ...]:
        """The epics that a run was written from, as it read them."""
        return self._library.run_epics(self._project_id, run_id)

    @cached_property
    def _present(self) -> tuple[tuple[Epic, ...], Mapping[str, str]]:
        """The project's epics of now, and the document that each is in."""
        return present_epics(self._library, self._project_id, self._upcoming)

    @cached_property
    def _answered(self) -> dict[str, Epic]:
        """The same epics by key, with the answers in them."""
        given = answers_to(self._workspace, self._project_id, self._present[0])
        return {epic.key: with_answers(epic, given) for epic in self._present[0]}

    @cached_property
    def _proof(self) -> ProofNow:
        return ProofNow(self._library, self._project_id, self._words, self._answered)

    def _limits(self, one: LimitElsewhere) -> Iterator[StaleFinding]:
        """What a newer source sets otherwise, at each place of the case that rests on it."""
        chunk, found = one.chunk, one.found
        quote = chunk.text[found.mine.start : found.mine.end]
        sentence = sentences_at(chunk.text, found.mine.start, found.mine.end)
        key = (found.source.document_id, quote, sentence, found.other)
        # The source may be a version that is not kept.
        newer = {
            **self._of_document(found.source.document_id, key),
            "version": found.source.version,
        }
        criterion = f"acceptance criterion {chunk.key}"
        for step, part in dict.fromkeys(one.places) or [(None, "")]:
            yield StaleFinding(
                **newer,
                where=_where(step, part) if part else criterion,
                step=step,
                part=part,
                change=ANOTHER_LIMIT,
                quote=quote,
                old=sentence,
                new=plain_words(found.other),
                title=found.source.title,
                cited_title=chunk.title,
                cited_version=chunk.version,
            )

    def _of_document(self, document_id: str, key: Sequence[str]) -> dict[str, Any]:
        """The fields of a finding that say of which document it is, who brought that and when;
        and ``key``, the parts that tell it from other findings."""
        state, since, by = self._since(document_id)
        told = "\n".join(key).encode("utf-8", "replace")
        return {
            "key": hashlib.sha256(told).hexdigest()[:32],
            "document_id": document_id,
            "version": state.version if state else 0,
            "since": since,
            "by": by,
        }

    def _brought(self, document_id: str) -> tuple[DocumentState | None, datetime | None, str]:
        """What became of a document, since when it is so, and who brought it so."""
        state = self._words.state(document_id) if document_id else None
        if state is None:
            return None, None, ""
        kept = self._library.lineage.versions(self._project_id, state.id)
        latest = next((one for one in kept if one.version == state.version), None)
        if state.removed_at is not None or latest is None:
            return state, state.removed_at, ""
        return state, latest.stored_at, latest.by

    def _criteria(self, stored: StoredCase) -> Iterator[StaleFinding]:
        run_id = stored.source_run_id
        if run_id is None:
            return
        holders = self._present[1]
        for epic in self._epics_of(run_id):
            places = self._places(run_id, epic)
            for criterion in epic.criteria:
                if criterion.id not in stored.case.criterion_ids or criterion.id not in places:
                    continue
                old, new = plain_words(criterion.text), places[criterion.id]
                where = f"acceptance criterion {criterion.id}"
                read_from = self._read_from(run_id, criterion.id)
                if read_from is None:
                    holder, title, version = holders.get(epic.key, ""), epic.title, 0
                else:
                    holder, title = read_from.document_id, read_from.title
                    version = read_from.version
                yield self._finding(where, None, criterion.text, old, new, holder, title, version)

    def _places(self, run_id: str, epic: Epic) -> Mapping[str, str]:
        """What stands in place of each criterion that a run read and that stands no more."""
        key = (run_id, epic.key)
        if key not in self._in_place:
            texts = self._texts.get(epic.key, {})
            whole = "\n".join(one for forms in texts.values() for one in forms)
            said = {one.id: plain_words(one.text) for one in epic.criteria}
            olds = {name: text for name, text in said.items() if text not in whole}
            found = in_their_places(olds, texts, set(_texts_of(epic).values()))
            self._in_place[key] = {name: found.get(name, "") for name in olds}
        return self._in_place[key]

    @cached_property
    def _texts(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """By epic what its cases can rest on now: its own words, and the answers in their place."""
        found = {}
        for epic in self._present[0]:
            own, answered = _texts_of(epic), _texts_of(self._answered[epic.key])
            found[epic.key] = {
                name: tuple(dict.fromkeys((own.get(name, text), text)))
                for name, text in answered.items()
            }
        return found

    def _read_from(self, run_id: str, criterion_id: str) -> Chunk | None:
        """The criterion as the run read it: an epic's stories may lie in documents of their own."""
        chunks = self._chunks.get(run_id, {}).values()
        return next((c for c in chunks if c.kind == "criterion" and c.key == criterion_id), None)

    def _finding(
        self,
        where: str,
        step: int | None,
        quote: str,
        old: str,
        new: str,
        document_id: str,
        title: str,
        cited_version: int,
        part: str = "",
    ) -> StaleFinding:
        state, _, _ = self._since(document_id)
        gone = state is None or state.removed_at is not None
        change: Change = "document removed" if gone else ("changed" if new else "vanished")
        return StaleFinding(
            **self._of_document(document_id, (document_id, quote, new, str(gone))),
            where=where,
            step=step,
            part=part,
            change=change,
            quote=quote,
            old=old,
            new=new,
            title=title,
            cited_version=cited_version,
        )


def _texts_of(epic: Epic) -> dict[str, str]:
    """What an epic's cases can rest on, by id: its criteria and its stories' own sentences."""
    texts = {criterion.id: plain_words(criterion.text) for criterion in epic.criteria}
    return texts | {story.key: plain_words(story.narrative) for story in epic.stories}


def gone_stale(before: Iterable[StaleCase], after: Iterable[StaleCase]) -> tuple[StaleCase, ...]:
    """The cases of ``after`` with something stale in them that was not so ``before``."""
    known = {(one.case_id, finding.key) for one in before for finding in one.findings}
    return tuple(one for one in after if {(one.case_id, each.key) for each in one.findings} - known)


def by_case(found: Iterable[StaleCase]) -> dict[str, StaleCase]:
    """Stale cases by id."""
    return {one.case_id: one for one in found}
