"""Cases and requirements in XML exports of test managers: TestRail, TestLink, Zephyr Scale.

Sources of the formats: TestRail's test case export, TestLink's exports of test suites
(``testcase.xsd``) and of requirements, Zephyr Scale's export of test cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.sources.files.pictures import Pictures
from assistant.sources.readers.fragments import fragment_to_markdown as _markdown
from assistant.sources.readers.xml_tree import child, children, inside, tag_of, text_of


def read_cases(root: Element) -> Iterator[object] | None:
    """The records of an export of one of these tools, or ``None`` for another's."""
    name = tag_of(root)
    if name in {"suite", "sections", "section"} and next(root.iter("case"), None) is not None:
        return _cases("TestRail", _testrail(root, ()))
    if name in {"testsuite", "testcases", "testcase"} and _is_testlink(root):
        return _cases("TestLink", _testlink(root, ()))
    needs = root.find("requirement") if name == "requirements" else None
    if name in {"requirement-specification", "req_spec"} or child(needs, "docid") is not None:
        return _requirements(root)
    if name == "project" and child(root, "testCases") is not None:
        return _cases("Zephyr Scale", map(_zephyr_case, root.iter("testCase")))
    return None


def _cases(tool: str, cases: Iterator[dict[str, object]]) -> Iterator[object]:
    count, pictures = 0, Pictures()
    for case in cases:
        count += 1
        yield {"issue": pictures.left_out_of({"type": "Test", **case})}
    yield {"report": {"reader": tool, "parts": count, "unread_parts": pictures.unread}}


def _testrail(element: Element, folders: tuple[str, ...]) -> Iterator[dict[str, object]]:
    if tag_of(element) in {"suite", "section"} and (name := text_of(element, "name")):
        folders = (*folders, name)
    for inner in element:
        if tag_of(inner) in {"sections", "section", "cases"}:
            yield from _testrail(inner, folders)
        elif tag_of(inner) == "case":
            yield _testrail_case(inner, folders)


def _testrail_case(case: Element, folders: tuple[str, ...]) -> dict[str, object]:
    custom = child(case, "custom")
    separated = child(custom, "steps_separated")
    if separated is None:  # a field of steps that a company named itself
        own = inside(case, "custom")
        separated = next((f for f in own if child(child(f, "step"), "content") is not None), None)
    steps = [
        [_markdown(text_of(step, "content")), _markdown(text_of(step, "additional_info")),
         _markdown(text_of(step, "expected"))]
        for step in (separated if separated is not None else [])
    ]  # fmt: skip
    if not steps and (text_of(custom, "steps") or text_of(custom, "expected")):
        text = _markdown(text_of(custom, "steps"))
        steps = [[text, "", _markdown(text_of(custom, "expected"))]]
    references = [part for part in re.split(r"[\s,;]+", text_of(case, "references")) if part]
    return {
        "key": text_of(case, "id"),
        "title": text_of(case, "title"),
        "description": _markdown(text_of(custom, "goals") or text_of(custom, "mission")),
        "preconditions": _markdown(text_of(custom, "preconds")),
        "priority": text_of(case, "priority"),
        "status": text_of(case, "status"),
        "release": text_of(case, "milestone"),
        "technique": text_of(case, "type"),
        "labels": list(dict.fromkeys(folders)),
        "links": [["tests", reference] for reference in references],
        "steps": steps,
        "gherkin": "" if steps else _markdown(text_of(custom, "testrail_bdd_scenario")),
    }


def _is_testlink(root: Element) -> bool:
    case = root if tag_of(root) == "testcase" else next(root.iter("testcase"), None)
    return case is not None and any(
        child(case, name) is not None for name in ("steps", "summary", "externalid")
    )


_IMPORTANCE = {"1": "Low", "2": "Medium", "3": "High"}


def _testlink(element: Element, folders: tuple[str, ...]) -> Iterator[dict[str, object]]:
    if tag_of(element) == "testcase":
        yield _testlink_case(element, folders)
        return
    if tag_of(element) == "testsuite" and element.get("name"):
        folders = (*folders, element.get("name", ""))
    for inner in children(element, "testsuite", "testcase"):
        yield from _testlink(inner, folders)


def _testlink_case(case: Element, folders: tuple[str, ...]) -> dict[str, object]:
    steps = [
        [_markdown(text_of(step, "actions")), "", _markdown(text_of(step, "expectedresults"))]
        for step in children(child(case, "steps"), "step")
    ]
    if not steps:  # TestLink before 1.9: all steps in one text, all results in another
        text = [_markdown(text_of(case, "steps")), "", _markdown(text_of(case, "expectedresults"))]
        steps = [text] if any(text) else []
    words = [keyword.get("name", "") for keyword in case.iter("keyword")]
    importance = text_of(case, "importance")
    external = text_of(case, "fullexternalid") or text_of(case, "externalid")
    return {
        "key": external or case.get("internalid", ""),
        "title": case.get("name", ""),
        "description": _markdown(text_of(case, "summary")),
        "preconditions": _markdown(text_of(case, "preconditions")),
        "priority": _IMPORTANCE.get(importance, importance),
        "labels": list(dict.fromkeys([*folders, *words])),
        "links": [["tests", text_of(need, "doc_id")] for need in case.iter("requirement")
                  if text_of(need, "doc_id")],
        "steps": steps,
    }  # fmt: skip


def _requirements(root: Element) -> Iterator[object]:
    """TestLink's requirements: each specification an epic, also one in another."""
    count = 0
    for spec in root.iter() if tag_of(root) != "requirements" else (root,):
        found = list(children(spec, "requirement"))
        own, title = spec.get("doc_id", ""), spec.get("title", "")
        if tag_of(spec) == "req_spec" and (found or not list(children(spec, "req_spec"))):
            scope = _markdown(text_of(spec, "scope"))
            yield {"issue": {"key": own, "type": "Epic", "title": title, "description": scope}}
        for need in found:
            count += 1
            yield {"issue": {
                "key": text_of(need, "docid"), "type": "Requirement", "epic": own,
                "epic_title": title, "title": text_of(need, "title"),
                "description": _markdown(text_of(need, "description")),
            }}  # fmt: skip
    yield {"report": {"reader": "TestLink", "parts": count}}


def _zephyr_case(case: Element) -> dict[str, object]:
    script = child(case, "testScript")
    folders = [part.strip() for part in text_of(case, "folder").split("/") if part.strip()]
    labels = [text_of(label) for label in case.iter("label")]
    keys = [text_of(issue, "key") for issue in inside(case, "issues")]
    return {
        "key": case.get("key", ""),
        "title": text_of(case, "name"),
        "description": _markdown(text_of(case, "objective")),
        "preconditions": _markdown(text_of(case, "precondition")),
        "priority": text_of(case, "priority"),
        "status": text_of(case, "status"),
        "team": text_of(case, "component"),
        "project": case.get("key", "").rsplit("-", 1)[0],
        "labels": list(dict.fromkeys([*folders, *labels])),
        "links": [["tests", key] for key in keys if key],
        "steps": [_zephyr_step(step) for step in inside(script, "steps")],
        "gherkin": _markdown(text_of(script)) if child(script, "steps") is None else "",
    }  # fmt: skip


def _zephyr_step(step: Element) -> list[str]:
    called = text_of(step, "testCaseKey")
    action = _markdown(text_of(step, "description")) or (f"Test case {called}" if called else "")
    data, result = text_of(step, "testData"), text_of(step, "expectedResult")
    return [action, _markdown(data), _markdown(result)]
