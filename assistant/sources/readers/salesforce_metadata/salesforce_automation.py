"""What Salesforce does by itself: workflow, assignment, escalation, reply and duplicate rules.

Source of the format: Salesforce, "Metadata API Developer Guide", Workflow, AssignmentRules,
EscalationRules, AutoResponseRules, DuplicateRule, MatchingRules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from assistant.sources.readers.salesforce_metadata.salesforce_criteria import criteria, joined
from assistant.sources.readers.salesforce_metadata.salesforce_details import details, words_of
from assistant.sources.readers.xml_tree import child, children, one_line, tag_of, text_of

_WHEN = {
    "onCreateOnly": "when a record is created",
    "onAllChanges": "whenever a record is created or edited",
    "onCreateOrTriggeringUpdate":
        "when a record is created, or edited so that it meets the criteria for the first time",
}  # fmt: skip
_CRITERIA = ("criteriaItems", "booleanFilter", "formula")

Actions = Mapping[str, str]
"""Name of an action of workflow rules and approvals -> what it does."""


def actions_of(root: Element) -> dict[str, str]:
    """What the actions in a workflow file do, by their names."""
    found = dict[str, str]()
    for each in root:
        if tag_of(each) != "rules" and (name := text_of(each, "fullName")):
            found[name] = _action(each)
    return found


def _action(element: Element) -> str:
    kind = tag_of(element)
    if kind == "fieldUpdates":
        return _field_update(element)
    if kind == "alerts":
        return _alert(element)
    if kind == "tasks":
        return _task(element)
    if kind == "outboundMessages":
        fields = ", ".join(text_of(each) for each in children(element, "fields"))
        return f"message to {text_of(element, 'endpointUrl')} with {fields}"
    return words_of(kind).lower()


def _task(element: Element) -> str:
    to, kind = text_of(element, "assignedTo"), text_of(element, "assignedToType")
    words = [f'task "{text_of(element, "subject")}"']
    if to or kind:
        words.append(f"for {words_of(kind).lower()} {to}".replace("  ", " ").rstrip())
    if days := text_of(element, "dueDateOffset"):
        words.append(f"due {days} days after {text_of(element, 'offsetFromField') or 'the rule'}")
    words += [f"{tag} {text}" for tag in ("priority", "status") if (text := text_of(element, tag))]
    if about := one_line(text_of(element, "description")):
        words.append(f'"{about}"')
    return ", ".join(words)


def _field_update(element: Element) -> str:
    field, operation = text_of(element, "field"), text_of(element, "operation")
    target = text_of(element, "targetObject")
    name = f"{target}.{field}" if target else field
    value = {
        "Formula": f"`{one_line(text_of(element, 'formula'))}`",
        "Literal": text_of(element, "literalValue") or "empty",
        "LookupValue": text_of(element, "lookupValue"),
        "Null": "empty",
        "NextValue": "its next value",
        "PreviousValue": "its previous value",
    }.get(operation, operation)
    again = text_of(element, "reevaluateOnChange") == "true"
    return f"sets {name} to {value}" + (", then rules are evaluated again" if again else "")


def _alert(element: Element) -> str:
    to = []
    for each in children(element, "recipients"):
        who = text_of(each, "recipient") or text_of(each, "field")
        to.append(f"{words_of(text_of(each, 'type')).lower()} {who}".strip())
    to += [f"copy to {text}" for each in children(element, "ccEmails") if (text := text_of(each))]
    words = f"e-mail {text_of(element, 'template')} to {', '.join(to) or 'nobody'}"
    if sender := text_of(element, "senderAddress"):
        words += f" from {sender}"
    return words


def workflow_markdown(root: Element, name: str) -> str:
    """Workflow rules of an object: when each fires and what it does."""
    actions = actions_of(root)
    lines = [f"# Workflow rules of {name}", ""]
    for rule in children(root, "rules"):
        state = "" if text_of(rule, "active") != "false" else " (inactive)"
        lines.append(f"## {text_of(rule, 'fullName')}{state}")
        lines.append("")
        if about := text_of(rule, "description"):
            lines.extend([about, ""])
        kind = text_of(rule, "triggerType")
        lines.append(f"- Evaluated {_WHEN.get(kind, kind)}.")
        if when := criteria(rule):
            lines.append(f"- Criteria: {when}.")
        lines.extend(f"- Then {_named(each, actions)}." for each in children(rule, "actions"))
        for timed in children(rule, "workflowTimeTriggers"):
            for each in children(timed, "actions"):
                lines.append(f"- {_at(timed)}: {_named(each, actions)}.")
        lines.append("")
    if actions:
        lines.extend(["## Actions", "", *(f"- {n}: {does}." for n, does in actions.items()), ""])
    return "\n".join(lines)


def _at(timed: Element) -> str:
    length = text_of(timed, "timeLength")
    unit = text_of(timed, "workflowTimeTriggerUnit").lower() or "hours"
    since = text_of(timed, "offsetFromField") or "the rule fired"
    return f"{length.lstrip('-')} {unit} {'before' if length.startswith('-') else 'after'} {since}"


def _named(action: Element, actions: Actions) -> str:
    name, kind = text_of(action, "name"), words_of(text_of(action, "type")).lower()
    does = actions.get(name, "")
    return f"{kind} {name}".strip() + (f" ({does})" if does else "")


# --- Assignment, escalation, replies ----------------------------------------------------------

_ENTRIES = {
    "AssignmentRules": ("Assignment rules of", "assignmentRule"),
    "EscalationRules": ("Escalation rules of", "escalationRule"),
    "AutoResponseRules": ("Auto-response rules of", "autoResponseRule"),
}
_STARTS = {
    "CaseCreation": "the case was created", "CaseLastModified": "the case was last modified",
}  # fmt: skip


def entries_markdown(root: Element, name: str) -> str:
    """Rules whose entries are tried in order until one fits."""
    heading, tag = _ENTRIES[tag_of(root)]
    lines = [f"# {heading} {name}", ""]
    for rule in children(root, tag):
        state = "" if text_of(rule, "active") != "false" else " (inactive)"
        lines.extend([f"## {text_of(rule, 'fullName')}{state}", ""])
        lines.append("The first entry that fits is taken:")
        lines.append("")
        for number, entry in enumerate(children(rule, "ruleEntry"), 1):
            when = criteria(entry)
            lines.append(f"{number}. {f'If {when}' if when else 'Always'}: {_outcome(entry)}.")
            for action in children(entry, "escalationAction"):
                lines.append(f"   - {_escalation(entry, action)}.")
            skip = {*_CRITERIA, "assignedTo", "assignedToType", "escalationAction", "template",
                    "senderEmail", "senderName", "escalationStartTime", "replyToEmail"}  # fmt: skip
            lines.extend(f"   {line}" for line in details(entry, skip))
        lines.append("")
    return "\n".join(lines)


def _outcome(entry: Element) -> str:
    words = list[str]()
    if to := text_of(entry, "assignedTo"):
        words.append(
            f"assigned to {text_of(entry, 'assignedToType').lower()} {to}".replace("  ", " ")
        )
    if template := text_of(entry, "template"):
        words.append(f"e-mail {template}")
    senders = [text_of(entry, tag) for tag in ("senderName", "senderEmail")]
    if any(senders):
        words.append(f"from {' '.join(filter(None, senders))}")
    if reply := text_of(entry, "replyToEmail"):
        words.append(f"replies to {reply}")
    if child(entry, "escalationAction") is not None:
        words.append("escalated")
    return ", ".join(words) or "nothing is done"


def _escalation(entry: Element, action: Element) -> str:
    minutes = text_of(action, "minutesToEscalation")
    start = text_of(entry, "escalationStartTime")
    words = [f"{minutes} minutes after {_STARTS.get(start, words_of(start).lower())}"]
    if to := text_of(action, "assignedTo"):
        words.append(
            f"assigned to {text_of(action, 'assignedToType').lower()} {to}".replace("  ", " ")
        )
    if template := text_of(action, "assignedToTemplate"):
        words.append(f"e-mail {template} to them")
    told = [text_of(each) for each in children(action, "notifyTo", "notifyEmail") if text_of(each)]
    if text_of(action, "notifyCaseOwner") == "true":
        told.insert(0, "the case owner")
    if told:
        words.append(f"told to {', '.join(told)}")
    if template := text_of(action, "notifyToTemplate"):
        words.append(f"with e-mail {template}")
    return ", ".join(words)


# --- Duplicates -------------------------------------------------------------------------------


def duplicate_markdown(root: Element, name: str) -> str:
    """A duplicate rule: what happens on create and on edit, and the alert word for word."""
    title = text_of(root, "masterLabel") or name
    state = "" if text_of(root, "isActive") != "false" else " (inactive)"
    lines = [f"# Duplicate rule {title}{state}", ""]
    if about := text_of(root, "description"):
        lines.extend([about, ""])
    for tag, also, words in (
        ("actionOnInsert", "operationsOnInsert", "On create"),
        ("actionOnUpdate", "operationsOnUpdate", "On edit"),
    ):
        done = {"Allow": "a duplicate is allowed", "Block": "a duplicate is refused"}
        action = text_of(root, tag)
        extra = [text_of(each).lower() for each in children(root, also)]
        more = f" ({', '.join(extra)})" if extra else ""
        lines.append(f"- {words}: {done.get(action, action)}{more}.")
    if alert := one_line(text_of(root, "alertText")):
        lines.append(f'- Message: "{alert}"')
    found = child(root, "duplicateRuleFilter")
    if found is not None and len(found):
        items = [
            f"{text_of(each, 'table')}.{text_of(each, 'field')}".lstrip(".")
            + f" {words_of(text_of(each, 'operation')).lower()} {text_of(each, 'value')}".rstrip()
            for each in children(found, "duplicateRuleFilterItems")
        ]
        lines.append(f"- Only where {joined(items, text_of(found, 'booleanFilter'))}.")
    for match in children(root, "duplicateRuleMatchRules"):
        with_object = text_of(match, "matchRuleSObjectType")
        lines.append(f"- Matched with {with_object} by rule {text_of(match, 'matchingRule')}.")
    skip = {"actionOnInsert", "actionOnUpdate", "operationsOnInsert", "operationsOnUpdate",
            "alertText", "description", "duplicateRuleFilter", "duplicateRuleMatchRules",
            "isActive", "masterLabel", "sortOrder"}  # fmt: skip
    return "\n".join([*lines, *details(root, skip), ""])


def matching_markdown(root: Element, name: str) -> str:
    """Matching rules: by which fields two records count as the same."""
    lines = [f"# Matching rules of {name}", ""]
    for rule in _matching(root):
        title = text_of(rule, "label") or text_of(rule, "fullName")
        state = text_of(rule, "ruleStatus")
        lines.append(f"- {title}{f' ({state.lower()})' if state else ''}: {_same(rule)}.")
        if about := text_of(rule, "description"):
            lines.append(f"  - Description: {about}")
    return "\n".join([*lines, ""])


def _matching(root: Element) -> Iterator[Element]:
    yield from children(root, "matchingRules") if tag_of(root) == "MatchingRules" else [root]


def _same(rule: Element) -> str:
    items = [
        f"{text_of(each, 'fieldName')} {words_of(text_of(each, 'matchingMethod')).lower()}"
        + (
            " (blanks match)"
            if text_of(each, "blankValueBehavior") == "MatchBlanks"
            else " (blanks do not match)"
            if text_of(each, "blankValueBehavior") == "NullNotAllowed"
            else ""
        )
        for each in children(rule, "matchingRuleItems")
    ]
    return joined(items, text_of(rule, "booleanFilter"))
