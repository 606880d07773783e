"""Column headers of test-case and requirement tables, under the names that tools give them.

Sources of the names: the exports and importers of Xray, Zephyr Scale, TestRail, Azure DevOps,
qTest, Qase, Jira, Copado and Agile Accelerator.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.sources.grids.header_languages import CASE_HEADERS
from assistant.sources.grids.like_headers import (
    numbered_columns,
    own_steps,
    separate_cases,
    separate_requirements,
)

TableKind = Literal["cases", "requirements"]

_CASE = {
    "id": (
        "test case id|test id|tc id|case id|testcase id|test case key|test key|"
        "test case number|tc number|tc no|test case no|test case #|tc #|tc|id|key|issue id|"
        "issue key|external id|ref|no|nr|test no|test number|test #|work item id|identifier|"
        "testcase|test case ref"
    ),
    "title": (
        "title|name|test case title|test case name|test title|test name|summary|test summary|"
        "test case summary|test case|test scenario|scenario|scenario name|case title|"
        "test condition|short description|testfall|titel"
    ),
    "objective": (
        "objective|description|purpose|test objective|test description|test case description|"
        "goal|goals|mission|aim|test case objective|zweck"
    ),
    "preconditions": (
        "precondition|preconditions|pre condition|pre conditions|prerequisite|prerequisites|"
        "pre requisite|pre requisites|precondition(s)|setup|set up|initial state|"
        "vorbedingung|vorbedingungen|assumptions"
    ),
    "postconditions": (
        "postcondition|postconditions|post condition|post conditions|clean up|cleanup|teardown"
    ),
    "priority": "priority|test priority|prio|importance|severity|priorität",
    "type": (
        "type|test type|technique|test technique|test category|category|test design technique"
    ),
    "release": (
        "release|fix version|fix versions|fix version/s|version|milestone|drop|"
        "target release|affects version"
    ),
    "team": (
        "team|component|components|component/s|squad|module|module name|test module|area|area path|"
        "functional area"
    ),
    "epic": "epic|epic key|epic link|epic id|epic name",
    "story": (
        "user story|story|story key|story id|user story id|user story key|coverage (issues)|"
        "references|reference|requirement ids|requirement id|requirements|requirement|req id|"
        "linked issues|linked issue|links|jira|jira key|jira id|linked requirement|"
        "linked requirements|related issue|related issues|related story|"
        "requirement key|coverage|tests|user stories|linked story"
    ),
    "criteria": (
        "acceptance criteria|acceptance criterion|criteria|criterion|ac|ac id|"
        "acceptance criteria id|acceptance criterion id|criterion id|covers|criteria ids|"
        "acceptance criteria ref"
    ),
    "labels": (
        "labels|label|tags|tag|keywords|section hierarchy|section|folder|folder path|test repo"
    ),
    "status": "status|state|case status|test status|result status|workflow status",
    "step_number": (
        "step no|step #|step number|step nr|step id|test step #|test step no|"
        "test step number|#|s no|s.no|step index|schritt nr|steps #"
    ),
    "step_action": (
        "test step|test steps|step|steps|action|actions|step action|step description|"
        "test step description|steps (step)|test script (step by step) - step|steps_actions|"
        "steps actions|procedure|test procedure|instructions|step details|steps to execute|"
        "steps to reproduce|test action|test step action|schritt|aktion|testschritt|"
        "steps separated content|description of step|step name"
    ),
    "step_data": (
        "test data|data|input|inputs|input data|test input|"
        "test script (step by step) - test data|steps_data|steps data|step data|testdaten|"
        "parameters|test step data|steps (additional info)"
    ),
    "step_expected": (
        "expected result|expected results|expected|expected outcome|expected outcomes|"
        "step expected|test step expected result|step expected result|"
        "steps (expected result)|expected behaviour|expected behavior|"
        "test script (step by step) - expected result|steps_result|steps result|result|"
        "erwartetes ergebnis|expected output|expected response|expected value|"
        "test step expected|acceptance|step result|pass criteria"
    ),
    "gherkin": (
        "gherkin definition|test script (bdd)|gherkin|bdd|gherkin script|cucumber|"
        "cucumber scenario|given when then|scenario steps|feature"
    ),
    "plain": ("test script (plain text)|unstructured definition|unstructured|test script|script"),
}
_REQUIREMENT = {
    "key": (
        "key|issue key|id|story id|story key|user story id|user story key|requirement id|"
        "req id|requirement key|work item id|ticket|issue id|number|ref|reference|jira key|"
        "jira id|user story ref|user story reference|story ref|us id|us|req|req no|"
        "requirement no|record id|identifier|#|item id|docid|doc id|req doc id"
    ),
    "title": (
        "summary|title|name|story title|user story title|subject|requirement|"
        "requirement name|requirement title|copado user story title c|agf subject c|"
        "short description|story name|user story name|feature|headline|issue summary|"
        "requirement summary|use case"
    ),
    "narrative": (
        "description|user story|story|narrative|details|story description|"
        "user story description|requirement description|requirement text|"
        "copado functional specifications c|functional specifications|agf details c|"
        "statement|business requirement|detail|story narrative|user story statement|"
        "long description|text"
    ),
    "criteria": (
        "acceptance criteria|acceptance criterion|ac|acs|criteria|criterion|"
        "conditions of satisfaction|copado acceptance criteria c|acceptance|acceptance tests|"
        "definition of success|success criteria|acceptance criteria (gwt)|"
        "acceptance condition|acceptance conditions"
    ),
    "criterion_id": (
        "ac id|criterion id|acceptance criterion id|acceptance criteria id|ac no|ac number|"
        "ac #|ac ref"
    ),
    "epic": (
        "epic link|epic|parent|parent key|epic key|parent issue|parent id|parent link|"
        "epic id|copado epic c|agf epic c|epic/feature|feature link"
    ),
    "epic_title": (
        "epic name|parent summary|epic title|epic summary|epic link summary|parent title"
    ),
    "type": "issue type|type|work item type|issuetype|record type|item type|kind",
    "release": (
        "fix version|fix versions|fix version/s|release|target release|copado release c|"
        "agf scheduled build c|drop|planned release|version|target version|release version"
    ),
    "team": (
        "team|component|components|component/s|squad|team/component|agf scrum team c|"
        "scrum team|area path|delivery team"
    ),
    "labels": "labels|label|tags|tag|keywords",
    "role": (
        "as a|as a/an|as an|as a/n|as|role|user role|actor|persona|copado userstory role c|"
        "user type|who"
    ),
    "want": (
        "i want|i want to|want|need|i need|goal|copado userstory need c|i would like|"
        "feature description|what|i want to be able to|action"
    ),
    "benefit": (
        "so that|so|reason|benefit|copado userstory reason c|in order to|business value|"
        "so that i can|why|value|rationale"
    ),
    "given": "given",
    "when": "when",
    "then": "then",
}
_COMMENTED = re.compile(r"^# ?(?=[^\W\d_])")
"""What makes a header row a comment (TestLink's "#docid")."""
_SHORT = 6
"""Names up to this length are not looked for without their spaces: "AC ID" is no acid."""
_OWN_FIELD = "custom."
"""What Azure DevOps puts before the names of fields that a company added."""
_CUSTOM = re.compile(r"^(?:custom field|customfield|cf|v2)\s*[(.\[]\s*(.*?)\s*[)\]]?$")


def normalised(header: str) -> str:
    """A header in the form that names are compared in."""
    name = " ".join(re.sub(r"[_\-–*:]+", " ", header.replace(" - ", "\x00")).casefold().split())
    name = " ".join(name.replace("\x00", " - ").split())
    name = _COMMENTED.sub("", name)
    if match := _CUSTOM.match(name):
        name = match.group(1)
    return name.removesuffix(" (s)").strip()


_ALIASES: dict[TableKind, dict[str, str]] = {
    "cases": {
        normalised(alias): name
        for name, aliases in (*CASE_HEADERS.items(), *_CASE.items())
        for alias in aliases.split("|")
    },
    "requirements": {
        alias: name for name, aliases in _REQUIREMENT.items() for alias in aliases.split("|")
    },
}
_GLUED: dict[TableKind, dict[str, str]] = {
    kind: {
        alias.replace(" ", ""): name
        for alias, name in aliases.items()
        if " " in alias and len(alias) > _SHORT
    }
    for kind, aliases in _ALIASES.items()
}
"""Names as the keys of JSON records write them: "expectedResult"."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header row's columns hold: for each field, the numbers of its columns.

    Columns of one step each are fields of their own: "step_action 2", "step_expected 2".
    """

    kind: TableKind
    fields: dict[str, tuple[int, ...]]
    unknown: tuple[int, ...]

    def cell(self, row: Sequence[str], name: str, joiner: str = "\n") -> str:
        """The filled cells of a field in ``row``, joined."""
        cells = [row[n].strip() for n in self.fields.get(name, ()) if n < len(row)]
        return joiner.join(cell for cell in cells if cell)

    @property
    def names(self) -> set[str]:
        """The fields, those of one step each under the name of the field for all steps."""
        return {name.partition(" ")[0] for name in self.fields}


def recognise(header: Sequence[str]) -> Columns | None:
    """What a header row describes, or ``None`` where it is neither cases nor requirements."""
    names = [normalised(name) for name in header]
    if sum(bool(name) for name in names) < 2:
        return None
    cases = _assign("cases", names)
    found, single = cases.names, any(" " in name for name in cases.fields)
    steps = found & {"step_action", "step_expected", "gherkin", "plain"}
    proof = {"step_expected", "gherkin", "plain", "preconditions", "step_number"}
    if steps and found & {"title", "id"} and (single or found & proof):
        return cases
    requirements = _assign("requirements", names)
    found = set(requirements.fields)
    story = {"role", "want"} <= found
    named = bool(found & {"title", "narrative"}) or story
    marked = found & {"criteria", "criterion_id", "epic_title"} or {"given", "then"} <= found
    worded = any(_STORY_WORDS.search(name) for name in names)
    if named and (story or (marked and len(found) > 1) or (worded and "key" in found)):
        return requirements
    if {"key", "title"} <= found and "summary" in names and len(found) > 2:
        return requirements
    if {"key", "title", "narrative"} <= found and _DOCUMENT_IDS & set(names):
        return requirements
    return None


def case_columns(header: Sequence[str]) -> Columns:
    """The columns of a table of cases by their names alone, however few are known."""
    return _assign("cases", [normalised(name) for name in header])


def field_of(name: str, kind: TableKind = "cases") -> str:
    """The field that a column with this normalised name holds, or an empty string."""
    return _ALIASES[kind].get(name) or _GLUED[kind].get(name, "")


def numbered_steps(header: Sequence[str]) -> dict[int, str]:
    """The columns of one step each by their number, as fields: "step_action 2"."""
    return numbered_columns([normalised(name) for name in header], field_of)


_DOCUMENT_IDS = frozenset({"docid", "doc id", "req doc id"})
"""What only TestLink calls the key of a requirement."""
_STORY_WORDS = re.compile(
    r"\b(?:requirements?|stor(?:y|ies)|issue type|epic|acceptance|copado|agf|issue key)\b"
)


def _assign(kind: TableKind, names: Sequence[str]) -> Columns:
    single = dict[int, str]()
    if kind == "cases":
        names = own_steps(names)
        single = numbered_columns(names, field_of)
    fields: dict[str, list[int]] = {}
    unknown, own = [], []
    for number, name in enumerate(names):
        if field := single.get(number) or field_of(name, kind):
            fields.setdefault(field, []).append(number)
        elif name.startswith(_OWN_FIELD):
            own.append(number)
        elif name:
            unknown.append(number)
    for number in own:  # a company's own field counts only where the tool has no column for it
        field = field_of(names[number].removeprefix(_OWN_FIELD), kind)
        if field and field not in fields:
            fields[field] = [number]
        else:
            unknown.append(number)
    unknown.sort()
    if kind == "cases":
        separate_cases(fields, names)
    else:
        separate_requirements(fields, names)
    return Columns(kind, {name: tuple(numbers) for name, numbers in fields.items()}, tuple(unknown))
