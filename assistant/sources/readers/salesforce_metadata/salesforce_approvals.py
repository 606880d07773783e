"""Approval processes of Salesforce: who may submit, the steps in order, and what each does.

Source of the format: Salesforce, "Metadata API Developer Guide", ApprovalProcess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from assistant.sources.readers.salesforce_metadata.salesforce_criteria import criteria
from assistant.sources.readers.salesforce_metadata.salesforce_details import words_of
from assistant.sources.readers.xml_tree import child, children, text_of

_UNMET = {
    "gotonextstep": "the next step follows", "rejectrecord": "the record is rejected",
    "approverecord": "the record is approved",
}  # fmt: skip
_REJECTED = {
    "RejectRequest": "the request is rejected", "BackToPrevious": "it goes back to the step before",
}  # fmt: skip
_MULTIPLE = {
    "Unanimous": "all of them must approve", "FirstResponse": "the first answer decides",
}  # fmt: skip
_ENDS = (
    ("initialSubmissionActions", "On submission"), ("finalApprovalActions", "On final approval"),
    ("finalRejectionActions", "On final rejection"), ("recallActions", "On recall"),
)  # fmt: skip


def approval_markdown(root: Element, name: str, actions: Mapping[str, str]) -> str:
    """The process as Markdown; ``actions`` says what the actions of its object do, by name."""
    state = "" if text_of(root, "active") != "false" else " (inactive)"
    lines = [f"# Approval process {text_of(root, 'label') or name}{state}", ""]
    if about := text_of(root, "description"):
        lines.extend([about, ""])
    lines.append(f"- Object: {name.split('.')[0]}")
    if when := criteria(child(root, "entryCriteria")):
        lines.append(f"- A record enters where {when}.")
    submitters = [_who(each) for each in children(root, "allowedSubmitters")]
    if submitters:
        lines.append(f"- May be submitted by {', '.join(submitters)}.")
    recall = "may" if text_of(root, "allowRecall") == "true" else "may not"
    lines.append(f"- Submitters {recall} recall it.")
    if edited := text_of(root, "recordEditability"):
        may = {"AdminOnly": "administrators", "AdminOrCurrentApprover":
               "administrators and the current approver"}  # fmt: skip
        lines.append(f"- While it waits, {may.get(edited, edited)} may edit the record.")
    for tag, words in (("finalApprovalRecordLock", "approval"),
                       ("finalRejectionRecordLock", "rejection")):  # fmt: skip
        if locked := text_of(root, tag):
            lines.append(
                f"- After final {words} the record is {'locked' if locked == 'true' else 'open'}."
            )
    for tag, words in (("emailTemplate", "E-mail to approvers"), ("postTemplate", "Chatter post")):
        if template := text_of(root, tag):
            lines.append(f"- {words}: {template}")
    shown = child(root, "approvalPageFields")
    fields = [text_of(each) for each in children(shown, "field")] if shown is not None else []
    if fields:
        lines.append(f"- Approvers see {', '.join(fields)}.")
    if automated := text_of(root, "nextAutomatedApprover", "userHierarchyField"):
        lines.append(f"- The next approver is taken from {automated}.")
    for tag, words in _ENDS:
        if done := _actions(child(root, tag), actions):
            lines.append(f"- {words}: {done}.")
    steps = list(children(root, "approvalStep"))
    if steps:
        lines.extend(["", "## Steps", ""])
    for number, step in enumerate(steps, 1):
        lines.append(f"{number}. {text_of(step, 'label') or text_of(step, 'name')}")
        lines.extend(f"   - {line}." for line in _step(step, actions))
    return "\n".join([*lines, ""])


def _step(step: Element, actions: Mapping[str, str]) -> Iterator[str]:
    if about := text_of(step, "description"):
        yield about.rstrip(".")
    if when := criteria(child(step, "entryCriteria")):
        unmet = text_of(step, "ifCriteriaNotMet")
        yield f"Where {when}" + (
            f"; otherwise {_UNMET.get(unmet.casefold(), unmet)}" if unmet else ""
        )
    approver = child(step, "assignedApprover")
    if approver is not None:
        found = [_who(each) for each in children(approver, "approver")]
        many = text_of(approver, "whenMultipleApprovers")
        words = f"Approved by {', '.join(found)}"
        yield words + (f"; {_MULTIPLE.get(many, many)}" if many and len(found) > 1 else "")
    if text_of(step, "allowDelegate") == "true":
        yield "A delegate may approve too"
    behavior = text_of(step, "rejectBehavior", "type")
    if behavior:
        yield f"On rejection {_REJECTED.get(behavior, behavior)}"
    for tag, words in (("approvalActions", "On approval"), ("rejectionActions", "On rejection")):
        if done := _actions(child(step, tag), actions):
            yield f"{words}: {done}"


def _who(element: Element) -> str:
    kind = words_of(text_of(element, "type")).lower()
    return f"{kind} {text_of(element, 'name') or text_of(element, 'submitter')}".strip()


def _actions(element: Element | None, actions: Mapping[str, str]) -> str:
    found = list[str]()
    for each in children(element, "action") if element is not None else ():
        name = text_of(each, "name")
        does = f" ({actions[name]})" if name in actions else ""
        found.append(f"{words_of(text_of(each, 'type')).lower()} {name}{does}".strip())
    return ", ".join(found)
