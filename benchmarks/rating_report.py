"""What raters found in a blind pack: shares, agreement, coverage (used by ``rating.py``)."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from rater_agreement import alpha, kappa, share_equal
from rating_cases import RatingError

from assistant.evaluation.statistics import Figure, figure, ratio, sums, wilson

HEADER = ("case", "rating", "reason")
SCALE = ("usable", "minor", "write again", "discard")
"""From the best to the worst."""
GOOD = 1
"""The last place of the scale that counts as usable after a small fix."""
FEWEST_EPICS = 3
"""Fewer say nothing about how epics differ."""


@dataclass(frozen=True)
class Rating:
    """A rater's word on a case, as its place in ``SCALE``."""

    place: int
    reason: str


Ratings = Mapping[str, Rating]


def read_ratings(path: Path, case_ids: Iterable[str]) -> dict[str, Rating]:
    """The ratings of one rater: each case of the pack once. Raises ``RatingError`` otherwise."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    rows = csv.reader(text.splitlines(), delimiter=";" if first.count(";") > 1 else ",")
    header = [one.strip().lower() for one in next(rows, [])]
    if header[:3] != list(HEADER):
        raise RatingError(f"{path.name}: the first line must be {','.join(HEADER)}.")
    wanted = set(case_ids)
    found: dict[str, Rating] = {}
    for number, row in enumerate(rows, start=2):
        case_id, word, reason = ([one.strip() for one in row] + ["", "", ""])[:3]
        if not case_id and not word:
            continue
        where = f"{path.name}, line {number}"
        if case_id not in wanted:
            raise RatingError(f"{where}: “{case_id}” is no case of this pack.")
        if case_id in found:
            raise RatingError(f"{where}: {case_id} is rated twice. Keep one line.")
        if word.lower() not in SCALE:
            raise RatingError(
                f"{where}: “{word}” is no rating of {case_id}. Write one of {', '.join(SCALE)}."
            )
        found[case_id] = Rating(SCALE.index(word.lower()), reason)
    missing = sorted(wanted - set(found))
    if missing:
        more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
        raise RatingError(f"{path.name}: not rated: {', '.join(missing[:8])}{more}.")
    return found


def report(folder: Path) -> str:
    """The report on a pack, as Markdown. Raises ``RatingError`` where ratings are wrong."""
    try:
        key = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RatingError(f"{folder} holds no pack ({error}).") from error
    cases: dict[str, Any] = key["cases"]
    files = sorted((folder / "ratings").glob("*.csv"))
    if not files:
        raise RatingError(f"Put the CSV of each rater into {folder / 'ratings'}, as NAME.csv.")
    raters = {file.stem: read_ratings(file, cases) for file in files}
    writers = sorted({row["writer"] for row in cases.values()})
    lines = [
        f"{len(cases)} cases of {len(writers)} writers for {len(key['epics'])} epics, rated by "
        f"{len(raters)} ({', '.join(raters)}).",
        "",
        "## By writer",
        "",
        "Shares in %, in brackets the 95 % interval: of one rater Wilson's, of all raters a "
        f"bootstrap over epics (none below {FEWEST_EPICS} epics).",
        "",
        *_by_writer(cases, raters, writers),
        "",
        "## By epic",
        "",
        "Usable / usable or minor / discard, in %, of all raters.",
        "",
        *_by_epic(cases, raters, writers, list(key["epics"])),
        "",
        "## Agreement",
        "",
        *_agreement(cases, raters),
    ]
    coverage = _coverage(key, cases, raters)
    if coverage:
        lines += ["", "## Coverage of the checklist", "", *coverage]
    return "\n".join(lines)


def _by_writer(
    cases: Mapping[str, Any], raters: Mapping[str, Ratings], writers: Sequence[str]
) -> list[str]:
    rows = []
    for writer in writers:
        own = [case_id for case_id, row in cases.items() if row["writer"] == writer]
        for rater, ratings in raters.items():
            places = [ratings[case_id].place for case_id in own]
            shares = [wilson(sum(p in group for p in places), len(places)) for group in _GROUPS]
            repeats = sum(ratings[c].reason.lower().startswith("repeat") for c in own)
            rows.append([writer, rater, str(len(own)), *map(_share, shares), str(repeats)])
        if len(raters) > 1:
            shares = [_over_epics(cases, raters, own, group) for group in _GROUPS]
            known = shares[0].clusters >= FEWEST_EPICS
            shown = [_share(one) if known else _percent(one.value) for one in shares]
            rows.append([writer, "all", str(len(own)), *shown, ""])
    head = ["writer", "rater", "cases", *_GROUP_NAMES, "repetitions"]
    return _table(head, rows)


_GROUPS: tuple[tuple[int, ...], ...] = ((0,), (1,), tuple(range(GOOD + 1)), (2,), (3,))
_GROUP_NAMES = ("usable", "minor", "usable or minor", "write again", "discard")


def _over_epics(
    cases: Mapping[str, Any],
    raters: Mapping[str, Ratings],
    own: Sequence[str],
    group: tuple[int, ...],
) -> Figure:
    """The share of all ratings, with an interval over epics: raters see the same cases."""
    counted: dict[str, tuple[float, float]] = {}
    for case_id in own:
        hits, total = counted.get(cases[case_id]["epic"], (0.0, 0.0))
        hits += sum(ratings[case_id].place in group for ratings in raters.values())
        counted[cases[case_id]["epic"]] = (hits, total + len(raters))
    return figure(sums(counted), ratio)


def _by_epic(
    cases: Mapping[str, Any],
    raters: Mapping[str, Ratings],
    writers: Sequence[str],
    epics: Sequence[str],
) -> list[str]:
    rows = []
    for epic in epics:
        row = [epic]
        for writer in writers:
            places = [
                ratings[case_id].place
                for ratings in raters.values()
                for case_id, one in cases.items()
                if (one["epic"], one["writer"]) == (epic, writer)
            ]
            counts = Counter(places)
            good = sum(count for place, count in counts.items() if place <= GOOD)
            shares = (counts[0], good, counts[len(SCALE) - 1])
            told = (f"{100 * one / len(places):.0f}" for one in shares)
            shown = " / ".join(told) if places else "none written"
            row.append(f"{shown} (n {len(places) // len(raters)})" if places else "none")
        rows.append(row)
    return _table(["epic", *writers], rows)


def _agreement(cases: Mapping[str, Any], raters: Mapping[str, Ratings]) -> list[str]:
    if len(raters) < 2:
        return ["One rater only: nothing can be said."]
    rows = []
    for one, other in combinations(raters, 2):
        first = [raters[one][case_id].place for case_id in cases]
        second = [raters[other][case_id].place for case_id in cases]
        good = [[int(place <= GOOD) for place in places] for places in (first, second)]
        rows.append([
            f"{one}, {other}",
            *(_percent(share_equal(first, second, within=within)) for within in (0, 1)),
            _number(kappa(first, second)), _number(kappa(first, second, weighted=True)),
            _percent(share_equal(*good)), _number(kappa(*good)),
        ])  # fmt: skip
    head = ["raters", "equal %", "at most one apart %", "kappa", "weighted kappa",
            "usable or minor: equal %", "kappa of it"]  # fmt: skip
    value = alpha([[ratings[c].place for ratings in raters.values()] for c in cases])
    return [*_table(head, rows), "", f"Krippendorff's alpha (ordinal): {_number(value)}."]


def _coverage(
    key: Mapping[str, Any], cases: Mapping[str, Any], raters: Mapping[str, Ratings]
) -> list[str]:
    """Items of the checklist with a case, and with one that most raters find good."""
    rows = []
    for epic, about in key["epics"].items():
        for writer, checklist in about["checklist"].items():
            own = [c for c, row in cases.items() if (row["epic"], row["writer"]) == (epic, writer)]
            good = [
                c for c in own
                if 2 * sum(r[c].place <= GOOD for r in raters.values()) > len(raters)
            ]  # fmt: skip
            shares = [
                wilson(len(set(checklist) & {i for c in some for i in cases[c]["items"]}),
                       len(set(checklist)))
                for some in (own, good)
            ]  # fmt: skip
            rows.append([epic, writer, str(len(set(checklist))), *map(_share, shares)])
    head = ["epic", "writer", "items", "with a case", "with a case that most find good"]
    return _table(head, rows) if rows else []


def _share(one: Figure) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "-"
    return f"{100 * one.value:.0f} [{100 * one.low:.0f}, {100 * one.high:.0f}]"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f}"


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
