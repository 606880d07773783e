"""How exactly `check FILE` marks: good cases with a finding, and planted faults that are found.

Usage: python benchmarks/check.py PAIRS [PAIRS ...] [--most N] [--no-keys] [--losses KIND]
       python benchmarks/check.py --pack benchmarks/rating/claims-to-kegs
       python benchmarks/check.py --pack PACK --planted FAULTS.json [--read-by endpoint]
       python benchmarks/check.py --sample

PAIRS are those of ``proof.py``: cases with their criterion and sources.
All criteria and sources go into one project, as epics and pages; the cases (``--most`` draws whole
criteria until there are so many) go into CSV files, once as they are and once with each kind of
fault of ``planted_faults.py``, and through the door of the command. Nothing is told of the
checklist item that a case tests. A good case counts as marked where a reader has a finding of the
proof to settle; remarks on wording and repetitions do not count. A fault counts as found where such
a finding is new: the same case without it has none of that rule, step and words. ``--no-keys``
leaves the criterion out of the files, so that the search has to find it. ``--pack`` checks the
cases of a blind rating against the epics and wiki pages of the same pack (no case names a key):
good are those that all raters called usable, and into 100 of these faults are planted.
``--planted`` checks the cases of one ``--writer`` of a pack (the plain chat), as a tester's file
would be, with the faults that an analyst planted into some of them (epic, case, step, field, kind,
the words before and after); it counts how many of these are marked, and of the untouched ones by
what raters called them; ``--read-by`` has the configured model read them too. ``--sample``
checks the sample project's existing cases instead and prints each finding. Compares to nothing: the
truth is known by construction, or stands in ``sample_data/README.md``.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from planted_faults import FAULTS
from proof import drawn, new_findings, planted, read_pairs

from assistant.domain import SECOND_READER, AcceptanceCriterion, Epic, SourceDocument, UserStory
from assistant.generation.proof import RULES
from assistant.generation.proof.proof_faults import DRAFT_OR_OLD, REPETITION
from assistant.settings import load_settings
from assistant.training.data.open_pairs import OpenCase, OpenPair, OpenStep
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.case_checks import CaseCheck, SuiteCheck
from assistant.workflow.review.check_suite import check_cases, read_suite
from assistant.workflow.sources import import_sources
from assistant.workflow.sources.sample_project import ensure_sample_project
from assistant.workflow.writing.analyse_epic import read_epic

ROOT = Path(__file__).resolve().parent.parent
APART = frozenset(("echo", "invented rule"))
"""Kinds of faults that add a sentence or repeat one; the others change what a case says."""
COUNTED = RULES - {REPETITION, DRAFT_OR_OLD}
HEADERS = (
    "Test Case ID", "Title", "User Story", "Acceptance Criteria", "Preconditions", "Step No",
    "Test Step", "Test Data", "Expected Result",
)  # fmt: skip


def marked(checked: CaseCheck) -> bool:
    """Whether something was found that a reader has to settle before the case can be used."""
    return any(one.rule in COUNTED for one in checked.case.findings)


# --- The project of the pairs -------------------------------------------------------------------


def keys_of(pairs: Sequence[OpenPair]) -> dict[str, tuple[str, str]]:
    """The keys of epic and story by the text of the criterion."""
    keys: dict[str, tuple[str, str]] = {}
    domains = sorted({pair.domain for pair in pairs})
    for pair in pairs:
        epic = f"D{domains.index(pair.domain) + 1:02}-100"
        keys.setdefault(pair.criterion, (epic, f"{epic[:-3]}{101 + len(keys)}"))
    return keys


def fill(workspace: Workspace, project_id: str, pairs: Sequence[OpenPair]) -> None:
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


def as_csv(pairs: Sequence[OpenPair], keys: dict[str, tuple[str, str]], *, named: bool) -> bytes:
    """The cases as a CSV file, one row a step."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for number, pair in enumerate(pairs, start=1):
        story = keys[pair.criterion][1]
        trace = (story, f"{story}-AC1") if named else ("", "")
        given = "\n".join(dict.fromkeys((*pair.case.given, *pair.facts)))
        for place, step in enumerate(pair.case.steps, start=1):
            head = (f"TC-{number}", pair.case.title, *trace, given)
            row = (*head, place, step.do, step.data, step.see)
            writer.writerow(row)
    return out.getvalue().encode("utf-8-sig")


# --- Measuring ----------------------------------------------------------------------------------


def found_in(report: SuiteCheck, good: Sequence[CaseCheck]) -> list[bool]:
    """Whether each case with a fault has a finding that the same case without it has not."""
    return [
        bool(new_findings(checked.case, before.case, COUNTED))
        for checked, before in zip(report.cases, good, strict=True)
    ]


def report_of(
    workspace: Workspace, project_id: str, pairs: Sequence[OpenPair],
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
    everything, left_out = read_pairs(options.pairs)
    for reason in left_out:
        print(f"left out: {reason}", file=sys.stderr)
    pairs = drawn(everything, options.most, options.seed) if options.most else everything
    if not pairs:
        raise SystemExit("There is no pair to measure.")
    keys = keys_of(everything)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder))
        with Workspace.open(settings, exclusive=True) as workspace:
            project = workspace.create_project("Check")
            fill(workspace, project.id, everything)
            named = not options.no_keys
            report = report_of(workspace, project.id, pairs, keys, named=named)
            print_share("good", "marked", list(map(marked, report.cases)))
            ways = ", ".join(f"{n} by {way}" for way, n in report.links.items() if n)
            print(f"{'':<26} linked: {ways}; right: {_right(report, pairs, keys)}")
            for one in report.cases if options.losses == "good" else ():
                if marked(one):
                    print(told(one))
            good = {pair.id: one for pair, one in zip(pairs, report.cases, strict=True)}
            results: dict[str, list[bool]] = {}
            for name in FAULTS:
                made = list(planted(pairs, pairs, name, options.seed))
                changed = [after for _, after in made]
                report = report_of(workspace, project.id, changed, keys, named=named)
                results[name] = found_in(report, [good[before.id] for before, _ in made])
                print_share(name, "found", results[name])
                _print_missed(report, results[name], name == options.losses)
    print_share("all kinds", "found", [hit for hits in results.values() for hit in hits])
    rest = [hit for name, hits in results.items() if name not in APART for hit in hits]
    print_share("but echo and invented rule", "found", rest)


def print_share(name: str, word: str, hits: Sequence[bool]) -> None:
    """How many of the cases of a kind were marked, or found."""
    share = sum(hits) / max(1, len(hits))
    print(f"{name:<26} {word} {sum(hits):>3} of {len(hits):>3} ({share:.1%})", flush=True)


def _print_missed(report: SuiteCheck, hits: Sequence[bool], wanted: bool) -> None:
    for one, hit in zip(report.cases, hits, strict=True):
        if wanted and not hit:
            print(told(one))


def _right(report: SuiteCheck, pairs: Sequence[OpenPair], keys: dict[str, tuple[str, str]]) -> str:
    right = sum(
        f"{keys[pair.criterion][1]}-AC1" in checked.link.criterion_ids
        for checked, pair in zip(report.cases, pairs, strict=True)
    )
    return f"{right} of {len(pairs)}"


# --- The packs of blind ratings -----------------------------------------------------------------

_CASE = re.compile(r"^CASE (\S+) +\(list \w\)$", re.MULTILINE)
_STEP = re.compile(
    r"^ +\d+\. Action:   (?P<do>.*)\n(?: +Data:     (?P<data>.*)\n)?(?: +Expected: (?P<see>.*))?",
    re.MULTILINE,
)


def pack_rows(text: str) -> Iterator[tuple[str, ...]]:
    """The cases of a pack's file as rows of a table, one a step."""
    pieces = _CASE.split(text)
    for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
        title = re.search(r"^Title: (.*)$", body, re.MULTILINE)
        given = body.partition("Preconditions:")[2].partition("Steps:")[0]
        lines = [line.strip().removeprefix("- ") for line in given.splitlines() if line.strip()]
        before = "\n".join(line for line in lines if line != "none")
        for number, step in enumerate(_STEP.finditer(body), start=1):
            said = [(step[part] or "").replace("(none)", "") for part in ("do", "data", "see")]
            yield (name, title[1] if title else "", "", "", before, str(number), *said)


def raters_of(folder: Path) -> dict[str, list[str]]:
    """What each rater called each case."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((folder / "ratings").glob("*.csv")):
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
            found[row["case"]].append(row["rating"])
    return found


def fill_from_pack(workspace: Workspace, project_id: str, folder: Path) -> dict[str, str]:
    """Put the epics and wiki pages of a pack into the project; gives their texts by epic."""
    texts = {}
    for path in sorted((folder / "for_raters").glob("epic-*.txt")):
        basis = path.read_text(encoding="utf-8").partition("\n" + "=" * 78)[0]
        epic, _, page = basis.partition("A wiki page of the same company")
        epic_text = epic.partition("\n")[2].strip().rstrip("-").encode()
        reading = read_epic(f"{path.stem}.md", epic_text)
        import_sources.put(workspace, project_id, reading)
        if page.strip():
            found = import_sources.preview_text(
                workspace, project_id, page, title=path.stem, as_kind="page"
            )
            import_sources.put(workspace, project_id, found.reading)
        texts[path.stem] = basis
    return texts


def measure_pack(options: argparse.Namespace) -> None:
    """The share with a finding of cases by their writer and by what raters called them, then of
    those that all call usable with a fault planted."""
    folder: Path = options.pack
    key = json.loads((folder / "key.json").read_text(encoding="utf-8"))["cases"]
    ratings = raters_of(folder)
    rows = {
        path.stem: list(pack_rows(path.read_text(encoding="utf-8")))
        for path in sorted((folder / "for_raters").glob("epic-*.txt"))
    }
    with tempfile.TemporaryDirectory() as data_dir:
        settings = load_settings(data_dir=Path(data_dir))
        with Workspace.open(settings, exclusive=True) as workspace:
            project = workspace.create_project("Pack")
            texts = fill_from_pack(workspace, project.id, folder)
            everything = [row for of_epic in rows.values() for row in of_epic]
            report = _checked_rows(workspace, project.id, everything)
            _print_ratings(report, ratings, key, options.losses)
            good = {name for name, said in ratings.items() if set(said) == {"usable"}}
            pairs = [one for one in pack_pairs(rows, texts) if one.test in good]
            chosen = random.Random(options.seed).sample(pairs, min(PLANTED, len(pairs)))
            keys = {pair.criterion: ("", "") for pair in pairs}
            before = {one.case.id: one for one in report.cases}
            for name in PACK_FAULTS:
                made = list(planted(chosen, pairs, name, options.seed))
                changed = [after for _, after in made]
                report = report_of(workspace, project.id, changed, keys, named=False)
                hits = found_in(report, [before[pair.test] for pair, _ in made])
                print_share(name, "found", hits)
                _print_missed(report, hits, name == options.losses)


def measure_planted(options: argparse.Namespace) -> None:
    """Marks and doubts on a chat's cases: by the kind of a planted fault, or by what raters say."""
    folder: Path = options.pack
    key = json.loads((folder / "key.json").read_text(encoding="utf-8"))["cases"]
    faults = {one["case"]: one for one in json.loads(options.planted.read_text(encoding="utf-8"))}
    rows = [
        _with_fault(row, faults.get(row[0]))
        for path in sorted((folder / "for_raters").glob("epic-*.txt"))
        for row in pack_rows(path.read_text(encoding="utf-8"))
        if key[row[0]]["writer"] == options.writer
    ]
    changed = {row[0] for row, hit in rows if hit}
    if missing := sorted(set(faults) - changed):
        raise SystemExit(f"The words of these faults do not stand in their cases: {missing}")
    ratings = raters_of(folder)
    with tempfile.TemporaryDirectory() as data_dir:
        settings = load_settings(data_dir=Path(data_dir))
        with Workspace.open(settings, exclusive=True) as workspace:
            project = workspace.create_project("Pack")
            fill_from_pack(workspace, project.id, folder)
            cases = [row for row, _ in rows]
            report = _checked_rows(workspace, project.id, cases, reader=options.read_by)
    hits: dict[str, list[bool]] = defaultdict(list)
    doubts: dict[str, list[bool]] = defaultdict(list)
    for one in report.cases:
        fault = faults.get(one.case.id)
        good = set(ratings[one.case.id]) == {"usable"}
        kind = fault["kind"] if fault else "untouched, usable" if good else "untouched, less"
        doubted = any(finding.rule == SECOND_READER for finding in one.case.findings)
        for name in (kind, "all faults") if fault else (kind,):
            hits[name].append(marked(one) or doubted)
            doubts[name].append(doubted)
        if options.losses and bool(fault) != hits[kind][-1] and (good or fault):
            print(told(one), fault or "")
    for name in sorted(hits):
        print_share(name, "marked", hits[name])
        if options.read_by:
            print_share("", "doubted", doubts[name])
    print(report.reading)


def _with_fault(row: tuple[str, ...], fault: dict[str, str] | None) -> tuple[tuple[str, ...], bool]:
    """A row with the fault of its case, and whether it was put in here."""
    if fault is None:
        return row, False
    place = FIELDS[fault["field"]]
    here = place < FIELDS["action"] or int(row[5]) == int(fault["step"])
    if not here or fault["before"] not in row[place]:
        return row, False
    text = row[place].replace(fault["before"], fault["after"], 1)
    return (*row[:place], text, *row[place + 1 :]), True


FIELDS = {"title": 1, "precondition": 4, "action": 6, "data": 7, "expected": 8}
"""Columns of a row in which a fault can stand."""
PLANTED = 100
"""Cases of a pack that all raters call usable into which faults are planted."""
PACK_FAULTS = ("other number", "other message", "turned negation")
"""Those that need no checklist item to be planted."""


def pack_pairs(rows: dict[str, list[tuple[str, ...]]], texts: dict[str, str]) -> Iterator[OpenPair]:
    """Cases of a pack in the form into which faults are planted; ``test`` is the case's id.

    They are no open pairs: a pack's case may have more steps than these, and names no item.
    """
    for epic, of_epic in rows.items():
        for name in dict.fromkeys(row[0] for row in of_epic):
            own = [row for row in of_epic if row[0] == name]
            case = OpenCase.model_construct(
                title=own[0][1],
                technique="positive",
                given=tuple(own[0][4].splitlines()),
                steps=tuple(
                    OpenStep.model_construct(do=row[6], data=row[7], see=row[8], sources=())
                    for row in own
                ),
            )
            yield OpenPair.model_construct(
                domain=epic, language="en", story="", criterion=texts[epic], sources=(),
                test=name, data="", outcome="", case=case,
            )  # fmt: skip


def _checked_rows(
    workspace: Workspace, project_id: str, rows: Sequence[tuple[str, ...]], *, reader: str = ""
) -> SuiteCheck:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADERS, *rows])
    suite = read_suite(workspace, project_id, "pack.csv", out.getvalue().encode())
    return check_cases(workspace, project_id, suite, reader=reader)


def _print_ratings(
    report: SuiteCheck, ratings: dict[str, list[str]], key: dict[str, dict[str, str]], losses: str
) -> None:
    made: Counter[tuple[str, str]] = Counter()
    hit: Counter[tuple[str, str]] = Counter()
    for one in report.cases:
        good = set(ratings[one.case.id]) == {"usable"}
        kind = key[one.case.id]["writer"], "usable by all raters" if good else "less than that"
        made[kind] += 1
        hit[kind] += marked(one)
        if marked(one) and losses == "good" and good:
            print(told(one))
    ways = ", ".join(f"{count} by {way}" for way, count in report.links.items() if count)
    print(f"{len(report.cases)} cases, linked: {ways}")
    for kind, number in sorted(made.items()):
        print(f"{kind[0]:<10} {kind[1]:<22} marked {hit[kind]:>3} of {number:>3} "
              f"({hit[kind] / number:.1%})")  # fmt: skip


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
    linked = [one for one in report.cases if one.link.by in ("key", "story")]
    hits = sum(map(marked, linked))
    print(f"of those whose criterion the project holds: {hits} of {len(linked)}")
    print(", ".join(f"{count} {name}" for name, count in report.counts.items()))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("pairs", type=Path, nargs="*")
    options.add_argument("--most", type=int, help="draw whole criteria up to so many pairs")
    options.add_argument("--no-keys", action="store_true")
    options.add_argument("--pack", type=Path)
    options.add_argument("--planted", type=Path, help="faults that an analyst planted")
    options.add_argument("--writer", default="chat", help="whose cases of the pack are checked")
    options.add_argument("--read-by", default="", help="a model that reads the cases too")
    options.add_argument("--sample", action="store_true")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--losses", help="print what was decided wrongly of this kind")
    given = options.parse_args()
    if given.sample:
        measure_sample()
    elif given.pack:
        (measure_planted if given.planted else measure_pack)(given)
    elif not given.pairs:
        options.error("name PAIRS, or give --pack or --sample")
    else:
        measure_pairs(given)


if __name__ == "__main__":
    main()
