"""Existing cases in JSON of test managers: what TestRail, qTest and Zephyr Scale give out over
REST, and the export of Qase.

Sources of the formats: TestRail's API v2 (``get_cases``, ``get_case``, ``get_tests``), qTest's API
v3 (``test-cases``), Zephyr Scale's APIs for Server (``testcase``) and Cloud (``testcases``, and
``teststeps`` on their own), Qase's export of a repository as JSON. Work items of Azure
DevOps: ``azure_items``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from assistant.sources.files.pictures import Pictures
from assistant.sources.json_values import mapping, objects
from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.test_managers import azure_items
from assistant.sources.readers.test_managers.azure_items import with_values

Record = Mapping[str, Any]

_LISTS = ("cases", "tests", "testCases", "testcases", "values", "value", "items", "results")
"""The names under which answers of these tools hold their records."""


def read_cases(payload: object) -> Iterator[object] | None:
    """The records of an answer of one of these tools, or ``None`` for another's."""
    if suites := _qase_suites(payload):
        return _qase_cases(suites)
    found = _listed(payload)
    if not found:
        return None
    if all(azure_items.is_item(each) for each in found):
        return azure_items.read_items(found)
    for tool, belongs, read in (
        ("TestRail", _is_testrail, _testrail),
        ("qTest", _is_qtest, _qtest),
        ("Zephyr Scale", _is_zephyr, _zephyr),
    ):
        if all(belongs(each) for each in found):
            return _cases(tool, read, found)
    if all(_is_lone_step(each) for each in found):
        steps = list(map(_zephyr_step, _in_order(found, "index")))
        issue = {"key": "", "type": "Test", "steps": steps}
        return iter(({"issue": issue}, {"report": {"reader": "Zephyr Scale", "parts": 1}}))
    return None


def _listed(payload: object) -> list[Record]:
    if isinstance(payload, dict):
        lists = (payload[name] for name in _LISTS if isinstance(payload.get(name), list))
        payload = next(lists, [payload])
    if not isinstance(payload, list) or not all(isinstance(each, dict) for each in payload):
        return []
    return payload


def _cases(
    tool: str, read: Callable[[Record], dict[str, object]], found: Sequence[Record]
) -> Iterator[object]:
    kept = [each for each in found if not each.get("is_deleted")]
    if len(kept) < len(found):
        yield {"note": f"Cases that are deleted in {tool} were left out: {len(found) - len(kept)}."}
    elsewhere = [_text(each, "key") for each in kept if _steps_elsewhere(each)]
    if elsewhere:
        yield {
            "note": f"The steps of {_some(elsewhere)} are not in the file: it only names the "
            f"address where {tool} gives them out. Export the cases as XML or CSV to have both."
        }
    pictures = Pictures()
    for each in kept:
        yield {"issue": pictures.left_out_of({"type": "Test", **read(each)})}
    yield {"report": {"reader": tool, "parts": len(kept), "unread_parts": pictures.unread}}


def _some(keys: Sequence[str]) -> str:
    return ", ".join(keys[:5]) + (f" and {len(keys) - 5} others" if len(keys) > 5 else "")


def _text(record: Record, name: str) -> str:
    """A field of plain text; empty for null, and for what is no text."""
    value = record.get(name)
    return str(value).strip() if isinstance(value, str | int) else ""


def _rich(record: Record, name: str) -> str:
    return fragment_to_markdown(_text(record, name))


def _named(value: object) -> str:
    """A value that is a name, or an object with one (where it has only an id, nothing)."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("title")
    return value.strip() if isinstance(value, str) else ""


def _names(value: object) -> list[str]:
    return [name for each in (value if isinstance(value, list) else ()) if (name := _named(each))]


def _in_order(steps: object, place: str) -> list[Record]:
    """Steps by the number in their field ``place``; as they come where they have none."""
    return sorted(objects(steps), key=lambda s: s[place] if isinstance(s.get(place), int) else 0)


# --- TestRail ---------------------------------------------------------------------------------

_TESTRAIL_PRIORITY = {"1": "Low", "2": "Medium", "3": "High", "4": "Critical"}
"""TestRail's own priorities by number; a company can add others, whose names are not given out."""


def _is_testrail(record: Record) -> bool:
    return (
        "title" in record
        and "priority_id" in record
        and bool(record.keys() & {"section_id", "suite_id", "case_id"})
    )


def _testrail(case: Record) -> dict[str, object]:
    number = _text(case, "case_id") or _text(case, "id")
    steps = [
        [
            _rich(step, "content") or _shared(step),
            _rich(step, "additional_info"),
            _rich(step, "expected"),
        ]
        for step in _separated(case)
    ]
    if not steps and (case.get("custom_steps") or case.get("custom_expected")):
        steps = [[_rich(case, "custom_steps"), "", _rich(case, "custom_expected")]]
    return {
        "key": f"C{number}" if number else "",
        "title": _text(case, "title"),
        "description": _rich(case, "custom_goals") or _rich(case, "custom_mission"),
        "preconditions": _rich(case, "custom_preconds"),
        "priority": _TESTRAIL_PRIORITY.get(_text(case, "priority_id"), ""),
        "labels": _names(case.get("labels")),
        "links": [["tests", key] for key in re.split(r"[\s,;]+", _text(case, "refs")) if key],
        "steps": steps,
        "gherkin": "" if steps else _scenarios(case.get("custom_testrail_bdd_scenario")),
    }


def _separated(case: Record) -> list[Record]:
    """The separated steps of a case: in TestRail's field, or in one that a company named itself."""
    names = sorted(case, key=lambda name: name != "custom_steps_separated")
    for name in names:
        value = case[name]
        own = name.startswith("custom_") and "bdd" not in name
        if own and isinstance(value, list) and value and all(map(_is_separated, value)):
            return value
    return []


def _is_separated(step: object) -> bool:
    return isinstance(step, dict) and bool(step.keys() & {"content", "shared_step_id"})


def _shared(step: Record) -> str:
    number = _text(step, "shared_step_id")
    return f"Shared steps {number}" if number else ""


def _scenarios(value: object) -> str:
    """Gherkin, which TestRail gives out as a list of contents, or as the JSON of such a list."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value).strip()
    parts = [_rich(each, "content") for each in objects(value)]
    return "\n".join(part for part in parts if part)


# --- qTest ------------------------------------------------------------------------------------


def _is_qtest(record: Record) -> bool:
    return {"pid", "name"} <= record.keys() and bool(record.keys() & {"test_steps", "precondition"})


def _qtest(case: Record) -> dict[str, object]:
    fields = {
        _text(each, "field_name").casefold(): _text(each, "field_value_name")
        or _text(each, "field_value")
        for each in objects(case.get("properties"))
    }
    steps = _in_order(case.get("test_steps"), "order")
    return {
        "key": _text(case, "pid"),
        "title": _text(case, "name"),
        "description": _rich(case, "description"),
        "preconditions": _rich(case, "precondition"),
        "priority": fields.get("priority", ""),
        "status": fields.get("status", ""),
        "technique": fields.get("type", ""),
        "uri": _text(case, "web_url"),
        "steps": [_qtest_step(step) for step in steps],
    }


def _qtest_step(step: Record) -> list[str]:
    called = _text(step, "called_test_case_name")
    action = _rich(step, "description") or (f"Test case {called}" if called else "")
    return [action, "", _rich(step, "expected")]


# --- Zephyr Scale -----------------------------------------------------------------------------

_ZEPHYR_KEY = re.compile(r"[A-Z][A-Z0-9_]*-T\d+")


def _is_zephyr(record: Record) -> bool:
    return bool(_text(record, "name")) and (
        isinstance(record.get("testScript"), dict)
        or bool(_ZEPHYR_KEY.fullmatch(_text(record, "key")))
    )


def _script(case: Record) -> Record:
    return mapping(case.get("testScript"))


def _steps_elsewhere(case: Record) -> bool:
    return set(_script(case)) == {"self"}


def _zephyr(case: Record) -> dict[str, object]:
    script = _script(case)
    rows = _in_order(script.get("steps"), "index")
    folders = [part.strip() for part in _named(case.get("folder")).split("/") if part.strip()]
    key = _text(case, "key")
    return {
        "key": key,
        "title": _text(case, "name"),
        "description": _rich(case, "objective"),
        "preconditions": _rich(case, "precondition"),
        "priority": _named(case.get("priority")),
        "status": _named(case.get("status")),
        "team": _named(case.get("component")),
        "project": _text(case, "projectKey") or key.rsplit("-", 1)[0],
        "author": _named(case.get("owner")),
        "labels": list(dict.fromkeys([*folders, *_names(case.get("labels"))])),
        "links": [["tests", issue] for issue in _names(case.get("issueLinks"))],
        "steps": with_values(list(map(_zephyr_step, rows)), _parameters(case), "{%s}"),
        "gherkin": _rich(script, "text"),
    }


_STEP_FIELDS = frozenset(
    {"id", "index", "description", "testData", "expectedResult", "testCaseKey", "customFields",
     "attachments", "parameters", "reflectRef"}
)  # fmt: skip


def _is_lone_step(record: Record) -> bool:
    """Whether a record is a step of a case that is not in the file."""
    if isinstance(record.get("inline"), dict):
        return True
    if not {"description", "expectedResult"} <= record.keys() or isinstance(record.get("id"), str):
        return False
    counted = isinstance(record.get("index"), int) and not record.keys() & {"name", "title", "key"}
    return counted or record.keys() <= _STEP_FIELDS


def _zephyr_step(step: Record) -> list[str]:
    told: Record = mapping(step.get("inline")) or step
    called = _text(mapping(step.get("testCase")) or step, "testCaseKey")
    action = _rich(told, "description") or (f"Test case {called}" if called else "")
    data = _rich(told, "testData")
    # "None" is how a tester says it, and how clients in Python write null.
    return [action, "" if data.casefold() == "none" else data, _rich(told, "expectedResult")]


def _parameters(case: Record) -> list[dict[str, str]]:
    entries = objects(mapping(case.get("parameters")).get("entries"))
    return [{str(name): _text(entry, name) for name in entry} for entry in entries]


# --- Qase -------------------------------------------------------------------------------------

_DEEPEST = 50


def _qase_suites(payload: object) -> list[Record]:
    """The suites of an export; empty for another payload."""
    found = mapping(payload).get("suites")
    whole = isinstance(found, list) and all(
        isinstance(each, dict) and "title" in each and isinstance(each.get("cases"), list)
        for each in found
    )
    suites: list[Record] = list(objects(found)) if whole else []
    cases = [case for case, *_ in _in_suites(suites)]
    return suites if cases and all({"id", "title", "steps_type"} <= c.keys() for c in cases) else []


def _in_suites(
    suites: Sequence[Record], above: Sequence[Record] = ()
) -> Iterator[tuple[Record, Sequence[Record]]]:
    """Each case with the suites that it lies in, the outermost first."""
    for suite in suites:
        path = (*above, suite)
        yield from ((case, path) for case in objects(suite.get("cases")))
        if len(path) < _DEEPEST:
            yield from _in_suites(objects(suite.get("suites")), path)


def _qase_cases(suites: Sequence[Record]) -> Iterator[object]:
    found = list(_in_suites(suites))
    if several := [_text(case, "id") for case, _ in found if case.get("params")]:
        yield {"note": f"The values of the parameters of {_some(several)} were not read."}
    above = {id(case): path for case, path in found}
    yield from _cases("Qase", lambda case: _qase(case, above[id(case)]), [c for c, _ in found])


def _qase(case: Record, suites: Sequence[Record]) -> dict[str, object]:
    """A case; what its suites say has to be before holds for it as well."""
    before = (_rich(each, "preconditions") for each in (*suites, case))
    return {
        "key": _text(case, "id"),
        "title": _text(case, "title"),
        "description": _rich(case, "description"),
        "preconditions": "\n".join(filter(None, before)),
        "postconditions": _rich(case, "postconditions"),
        "priority": _text(case, "priority"),
        "technique": _text(case, "behavior"),
        "release": _named(case.get("milestone")),
        "status": _text(case, "status"),
        "labels": list(dict.fromkeys([*map(_named, suites), *_names(case.get("tags"))])),
        "steps": list(_qase_steps(case.get("steps"))),
        "gherkin": _text(case, "steps") or "\n".join(_values_of(case.get("steps"))),
    }


def _values_of(steps: object) -> list[str]:
    return [text for each in objects(steps) if (text := _text(each, "value"))]


def _qase_steps(steps: object, depth: int = 1) -> Iterator[list[str]]:
    """Steps in their order, each before those that are nested in it."""
    for step in _in_order(steps, "position"):
        cells = [_rich(step, name) for name in ("action", "data", "expected_result")]
        if any(cells):
            yield cells
        if depth < _DEEPEST:
            yield from _qase_steps(step.get("steps"), depth + 1)
