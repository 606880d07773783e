"""How exactly `check FILE` marks: good cases with a finding, and planted faults that are found.

Usage: python benchmarks/check.py PAIRS.jsonl [--part kept] [--no-keys] [--losses KIND]
       python benchmarks/check.py --sample

PAIRS.jsonl is that of ``proof.py``: cases that analysts wrote, each with its criterion and sources.
All criteria and sources go into one project, as epics and pages; the cases of the part go into CSV
files, once as they are and once with each kind of fault planted by ``proof.py``, and through the
door of the command. Nothing is told of the checklist item that a case tests. A case counts as
marked where its verdict is "denied" or "not in the sources", or where a result is an echo;
remarks on wording and repetitions do not count. ``--no-keys`` leaves the criterion out of the
files, so that the search has to find it. ``--sample`` checks the sample project's existing cases
instead and prints each finding. Compares to nothing: the truth is known by construction, or stands
in ``sample_data/README.md``.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from proof import FAULTS, PARTS, Pair, part, read_pairs

from assistant.domain import AcceptanceCriterion, Epic, SourceDocument, UserStory
from assistant.generation.proof import RULES
from assistant.generation.proof.proof_faults import REPETITION
from assistant.settings import load_settings
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.check_suite import CaseCheck, SuiteCheck, check_cases, read_suite
from assistant.workflow.sources.sample_project import ensure_sample_project

ROOT = Path(__file__).resolve().parent.parent
COUNTED = RULES - {REPETITION}
HEADERS = (
    "Test Case ID", "Title", "User Story", "Acceptance Criteria", "Preconditions", "Step No",
    "Test Step", "Test Data", "Expected Result",
)  # fmt: skip


def marked(checked: CaseCheck) -> bool:
    """Whether something was found that a reader has to settle before the case can be used."""
    return any(one.rule in COUNTED for one in checked.case.findings)


# --- The project of the pairs -------------------------------------------------------------------


def keys_of(pairs: Sequence[Pair]) -> dict[str, tuple[str, str]]:
    """The keys of epic and story by the text of the criterion."""
    keys: dict[str, tuple[str, str]] = {}
    domains = sorted({pair.domain for pair in pairs})
    for pair in pairs:
        epic = f"D{domains.index(pair.domain) + 1:02}-100"
        keys.setdefault(pair.criterion, (epic, f"{epic[:-3]}{101 + len(keys)}"))
    return keys


def fill(workspace: Workspace, project_id: str, pairs: Sequence[Pair]) -> None:
    """Put the criteria of each domain into the project as an epic, and each source as a page."""
    keys = keys_of(pairs)
    epics: dict[str, Epic] = {}
    for pair in {pair.criterion: pair for pair in pairs}.values():
        epic_key, key = keys[pair.criterion]
        criterion = AcceptanceCriterion(id=f"{key}-AC1", text=pair.criterion)
        story = UserStory(
            key=key, title=pair.story[:60], narrative=pair.story, criteria=(criterion,)
        )
        epic = epics.setdefault(epic_key, Epic(key=epic_key, title=pair.domain))
        epics[epic_key] = epic.model_copy(update={"stories": (*epic.stories, story)})
    for epic in epics.values():
        text = "\n\n".join(f"{s.narrative}\n\n- {s.criteria[0].text}" for s in epic.stories)
        _put(workspace, project_id, epic.key, "epic", epic.title, text, [epic])
    texts = dict.fromkeys(text for pair in pairs for text in pair.sources)
    for number, text in enumerate(texts, start=1):
        _put(workspace, project_id, f"page-{number}", "page", f"Page {number}", text, [])


def _put(
    workspace: Workspace, project_id: str, name: str, kind: str, title: str, text: str,
    epics: Sequence[Epic],
) -> None:  # fmt: skip
    document = SourceDocument.model_validate(
        {"id": name, "kind": kind, "title": title, "text": text, "content_hash": name}
    )
    workspace.library.put_document(project_id, document, epics=epics)


def as_csv(pairs: Sequence[Pair], keys: dict[str, tuple[str, str]], *, named: bool) -> bytes:
    """The cases as a CSV file, one row a step."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for number, pair in enumerate(pairs, start=1):
        story = keys[pair.criterion][1]
        trace = (story, f"{story}-AC1") if named else ("", "")
        for place, step in enumerate(pair.steps, start=1):
            given = "\n".join(pair.given)
            row = (f"TC-{number}", pair.title, *trace, given, place, step.do, step.data, step.see)
            writer.writerow(row)
    return out.getvalue().encode("utf-8-sig")


# --- Measuring ----------------------------------------------------------------------------------


def suites(
    pairs: Sequence[Pair], everything: Sequence[Pair], seed: int
) -> Iterator[tuple[str, list[Pair]]]:
    """The good cases, then those with a fault of each kind."""
    yield "good", list(pairs)
    for name, plant in FAULTS.items():
        found = []
        for pair in pairs:
            chance = random.Random(f"{seed} {name} {pair.item} {pair.criterion}")
            changed = plant(pair, everything, chance)
            if changed is not None and changed.text != pair.text:
                found.append(changed)
        yield name, found


def report_of(
    workspace: Workspace, project_id: str, pairs: Sequence[Pair],
    keys: dict[str, tuple[str, str]], *, named: bool,
) -> SuiteCheck:  # fmt: skip
    """The cases through the door of the command."""
    data = as_csv(pairs, keys, named=named)
    cases = read_suite(workspace, project_id, "cases.csv", data)
    if len(cases) != len(pairs):
        raise SystemExit(f"{len(pairs)} cases were written and {len(cases)} read.")
    return check_cases(workspace, project_id, cases, file="cases.csv")


def told(checked: CaseCheck) -> str:
    """A case with its findings, to be read."""
    case = checked.case
    return "\n    ".join(
        (f"{case.id} {case.title} ({checked.verdict}; {', '.join(checked.link.criterion_ids)})",
         *(f"{s.action} # {s.test_data} => {s.expected_result}" for s in case.steps),
         *(f"! {one.step} {one.rule}: {one.message}" for one in case.findings
           if one.rule in COUNTED))
    )  # fmt: skip


def measure_pairs(options: argparse.Namespace) -> None:
    """Good cases with a finding, and faults found, of the pairs."""
    everything = read_pairs(options.pairs)
    pairs = part(everything, options.part) if options.part else everything
    keys = keys_of(everything)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder))
        with Workspace.open(settings, exclusive=True) as workspace:
            project = workspace.create_project("Check")
            fill(workspace, project.id, everything)
            faults = found = 0
            for name, planted in suites(pairs, pairs, options.seed):
                report = report_of(workspace, project.id, planted, keys, named=not options.no_keys)
                hits = sum(map(marked, report.cases))
                denied = report.counts["denied"]
                print(
                    f"{name:<26} marked {hits:>3} of {len(planted):>3} "
                    f"({hits / max(1, len(planted)):.1%}), denied {denied}", flush=True,
                )  # fmt: skip
                if name == "good":
                    ways = ", ".join(f"{n} by {way}" for way, n in report.links.items() if n)
                    print(f"{'':<26} linked: {ways}; right: {_right(report, planted, keys)}")
                else:
                    faults, found = faults + len(planted), found + hits
                if options.losses == name:
                    for one in report.cases:
                        if marked(one) == (name == "good"):
                            print(told(one))
            print(f"faults of all kinds found: {found} of {faults} ({found / max(1, faults):.1%})")


def _right(report: SuiteCheck, pairs: Sequence[Pair], keys: dict[str, tuple[str, str]]) -> str:
    right = sum(
        f"{keys[pair.criterion][1]}-AC1" in checked.link.criterion_ids
        for checked, pair in zip(report.cases, pairs, strict=True)
    )
    return f"{right} of {len(pairs)}"


def measure_sample() -> None:
    """The sample project's existing cases, each finding printed."""
    data = (ROOT / "sample_data" / "existing_cases.csv").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder))
        with Workspace.open(settings, exclusive=True) as workspace:
            project = ensure_sample_project(workspace)
            cases = read_suite(workspace, project.id, "existing_cases.csv", data)
            report = check_cases(workspace, project.id, cases)
    for one in report.cases:
        if marked(one):
            print(told(one))
    hits = sum(map(marked, report.cases))
    print(f"marked: {hits} of {len(report.cases)} ({hits / len(report.cases):.1%})")
    linked = [one for one in report.cases if one.link.by == "key"]
    hits = sum(map(marked, linked))
    print(f"of those whose criterion the project holds: {hits} of {len(linked)}")
    print(", ".join(f"{count} {name}" for name, count in report.counts.items()))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("pairs", type=Path, nargs="?")
    options.add_argument("--part", choices=PARTS)
    options.add_argument("--no-keys", action="store_true")
    options.add_argument("--sample", action="store_true")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--losses", help="print what was decided wrongly of this kind")
    given = options.parse_args()
    if given.sample:
        measure_sample()
    elif given.pairs is None:
        options.error("name PAIRS.jsonl, or give --sample")
    else:
        measure_pairs(given)


if __name__ == "__main__":
    main()
