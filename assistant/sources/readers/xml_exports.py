"""XML exports: Jira (RSS), TestRail, TestLink, Zephyr Scale, Salesforce; other XML as its values.

Sources of the formats: Jira's issue navigator ("Export XML"), TestRail's test case export,
TestLink's exports of test suites (``testcase.xsd``) and of requirements, Zephyr Scale's export of
test cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from assistant.sources.field_choice import Chosen, choose_field
from assistant.sources.readers import salesforce
from assistant.sources.readers.fragments import fragment_to_markdown as _markdown
from assistant.sources.readers.xml_tree import child, children, one_line, parse_xml, tag_of, text_of


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The records of the export in ``data``."""
    root = parse_xml(data)
    name = tag_of(root)
    items = list(root.iter("item")) if name == "rss" else []
    if items and any(child(item, "key") is not None for item in items):
        yield from _jira(items)
    elif name in {"suite", "sections", "section"} and next(root.iter("case"), None) is not None:
        yield from _cases("TestRail", _testrail(root, ()))
    elif name in {"testsuite", "testcases", "testcase"} and _is_testlink(root):
        yield from _cases("TestLink", _testlink(root, ()))
    elif name in {"requirement-specification", "req_spec"}:
        yield from _requirements(root)
    elif name == "project" and child(root, "testCases") is not None:
        yield from _zephyr(root)
    elif salesforce.is_metadata(root):
        yield from salesforce.read_parts([(str(options.get("name", "")), root)])
    else:
        yield {"document": {"id": "", "title": "", "text": "\n".join(_lines(root, 0))}}
        yield {"report": {"reader": "xml", "parts": 1}}


# --- Jira -------------------------------------------------------------------------------------


def _jira(items: Sequence[Element]) -> Iterator[object]:
    fields = dict[str, tuple[str, list[str]]]()
    values = [_custom(item, fields) for item in items]
    chosen = {role: found for role in ("criteria", "release", "team", "epic")
              if (found := choose_field(role, fields))}  # fmt: skip
    for role, choice in chosen.items():
        yield {"field": {"role": role, "field": choice.field, "name": choice.name,
                         "reason": choice.reason}}  # fmt: skip
    for item, custom in zip(items, values, strict=True):
        yield {"issue": _jira_issue(item, custom, chosen)}
    comments = sum(1 for item in items for _ in item.iter("comment"))
    unread = [f"{comments} comments"] if comments else []
    yield {"report": {"reader": "Jira XML", "parts": len(items), "unread_parts": unread}}


def _custom(item: Element, fields: dict[str, tuple[str, list[str]]]) -> dict[str, str]:
    found = dict[str, str]()
    for element in item.iter("customfield"):
        identity, name = element.get("id", ""), text_of(element, "customfieldname")
        inner = child(element, "customfieldvalues")
        parts = [_markdown("".join(v.itertext())) for v in inner] if inner is not None else []
        value = "\n".join(part for part in parts if part)
        found[identity] = value
        fields.setdefault(identity, (name, []))[1].append(value)
    return found


def _jira_issue(
    item: Element, custom: Mapping[str, str], chosen: Mapping[str, Chosen]
) -> dict[str, object]:
    def by(role: str) -> str:
        return custom.get(chosen[role].field, "") if role in chosen else ""

    def all_of(name: str) -> str:
        return ", ".join(text_of(each) for each in children(item, name))

    key = text_of(item, "key")
    title = re.sub(rf"^\[{re.escape(key)}\]\s*", "", text_of(item, "title"))
    kind = text_of(item, "type")
    parent = text_of(item, "parent")
    project = child(item, "project")
    return {
        "key": key,
        "title": text_of(item, "summary") or title,
        "type": kind,
        "description": _markdown(text_of(item, "description")),
        "criteria": by("criteria"),
        "epic": by("epic"),
        "parent": parent,
        "release": all_of("fixVersion") or by("release"),
        "team": by("team") or all_of("component"),
        "labels": [text_of(label) for label in item.iter("label")],
        "status": text_of(item, "status"),
        "priority": text_of(item, "priority"),
        "project": project.get("key", "") if project is not None else key.rsplit("-", 1)[0],
        "author": text_of(item, "reporter"),
        "links": _jira_links(item),
        "uri": text_of(item, "link"),
    }


def _jira_links(item: Element) -> list[list[str]]:
    return [
        [direction.get("description", "relates to"), text_of(key)]
        for direction in [*item.iter("outwardlinks"), *item.iter("inwardlinks")]
        for key in direction.iter("issuekey")
        if text_of(key)
    ]


# --- Cases ------------------------------------------------------------------------------------


def _cases(tool: str, cases: Iterator[dict[str, object]]) -> Iterator[object]:
    count = 0
    for case in cases:
        count += 1
        yield {"issue": {"type": "Test", **case}}
    yield {"report": {"reader": tool, "parts": count}}


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
        own = list[Element](custom if custom is not None else ())
        separated = next((f for f in own if child(child(f, "step"), "content") is not None), None)
    steps = [
        [_markdown(text_of(step, "content")), _markdown(text_of(step, "additional_info")),
         _markdown(text_of(step, "expected"))]
        for step in (separated if separated is not None else [])
    ]  # fmt: skip
    if not steps and (words := text_of(custom, "steps") or text_of(custom, "expected")):
        del words
        steps = [
            [
                _markdown(text_of(custom, "steps")),
                "",
                _markdown(text_of(custom, "expected")),
            ]
        ]
    references = [part for part in re.split(r"[\s,;]+", text_of(case, "references")) if part]
    kind = text_of(case, "type")
    return {
        "key": text_of(case, "id"),
        "title": text_of(case, "title"),
        "description": _markdown(text_of(custom, "goals") or text_of(custom, "mission")),
        "preconditions": _markdown(text_of(custom, "preconds")),
        "priority": text_of(case, "priority"),
        "release": text_of(case, "milestone"),
        "technique": kind,
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
    found = child(case, "steps")
    steps = [
        [_markdown(text_of(step, "actions")), "", _markdown(text_of(step, "expectedresults"))]
        for step in (children(found, "step") if found is not None else ())
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
    for spec in root.iter("req_spec"):
        own, title = spec.get("doc_id", ""), spec.get("title", "")
        found = list(children(spec, "requirement"))
        if found or not list(children(spec, "req_spec")):
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


def _zephyr(root: Element) -> Iterator[object]:
    cases = list(root.iter("testCase"))
    yield from _cases("Zephyr Scale", map(_zephyr_case, cases))


def _zephyr_case(case: Element) -> dict[str, object]:
    script = child(case, "testScript")
    rows = child(script, "steps")
    folders = [part.strip() for part in text_of(case, "folder").split("/") if part.strip()]
    labels = [text_of(label) for label in case.iter("label")]
    issues = child(case, "issues")
    keys = [text_of(issue, "key") for issue in (issues if issues is not None else [])]
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
        "steps": [_zephyr_step(step) for step in (rows if rows is not None else [])],
        "gherkin": _markdown(text_of(script)) if rows is None else "",
    }  # fmt: skip


def _zephyr_step(step: Element) -> list[str]:
    called = text_of(step, "testCaseKey")
    action = _markdown(text_of(step, "description")) or (f"Test case {called}" if called else "")
    return [
        action,
        _markdown(text_of(step, "testData")),
        _markdown(text_of(step, "expectedResult")),
    ]


# --- Any other XML ----------------------------------------------------------------------------


def _lines(element: Element, depth: int) -> Iterator[str]:
    """Elements as a nested list: "- tag: text"; attributes first."""
    pad = "  " * min(depth, 20)
    words = one_line(element.text or "")
    yield f"{pad}- {tag_of(element)}:" + (f" {words}" if words else "")
    for name, value in element.attrib.items():
        yield f"{pad}  - {name.rsplit('}', 1)[-1]}: {one_line(value)}"
    for inner in element:
        yield from _lines(inner, depth + 1)
        if tail := one_line(inner.tail or ""):
            yield f"{pad}  - {tail}"
