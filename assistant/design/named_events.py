"""Events named by a noun, told as a clause: "upon loss of the signal" as "the signal is lost"."""

from __future__ import annotations

import re

from assistant.design.nouns import is_plural
from assistant.design.people import head_noun, noun_core

_DONE = {
    "loss": "lost", "removal": "removed", "receipt": "received", "approval": "approved",
    "rejection": "rejected", "refusal": "refused", "cancellation": "cancelled",
    "completion": "completed", "detection": "detected", "activation": "activated",
    "deactivation": "deactivated", "registration": "registered", "submission": "submitted",
    "confirmation": "confirmed", "termination": "terminated", "payment": "paid",
    "deletion": "deleted", "creation": "created", "insertion": "inserted",
    "selection": "selected", "installation": "installed", "renewal": "renewed",
    "withdrawal": "withdrawn", "acceptance": "accepted", "publication": "published",
    "modification": "modified", "addition": "added", "verification": "verified",
    "validation": "validated", "execution": "executed", "interruption": "interrupted",
    "disconnection": "disconnected", "restoration": "restored", "revocation": "revoked",
    "suspension": "suspended", "signing": "signed", "closure": "closed", "opening": "opened",
    "release": "released", "acknowledgement": "acknowledged", "assignment": "assigned",
    "reassignment": "reassigned", "presentation": "presented", "delivery": "delivered",
    "dispatch": "dispatched", "settlement": "settled", "replacement": "replaced",
    "notification": "notified", "authorisation": "authorised", "authorization": "authorized",
    "conclusion": "concluded", "identification": "identified", "conversion": "converted",
    "transmission": "transmitted", "upload": "uploaded", "archiving": "archived",
}  # fmt: skip
_HAPPENS = {
    "expiry": ("expires", "expire"), "expiration": ("expires", "expire"),
    "failure": ("fails", "fail"), "arrival": ("arrives", "arrive"), "lapse": ("lapses", "lapse"),
    "departure": ("departs", "depart"), "death": ("dies", "die"), "start": ("starts", "start"),
    "end": ("ends", "end"), "beginning": ("begins", "begin"),
}  # fmt: skip
_EVENT = re.compile(
    rf"(?:(?:the|an?|any|each|every) )?(?:(?P<how>successful|early|final|full|complete) )?"
    rf"(?P<noun>{'|'.join([*_DONE, *_HAPPENS])}) of (?P<thing>[^,;:]+)$",
    re.IGNORECASE,
)
MAX_WORDS = 12
HOW = {"successful": "successfully", "early": "early", "final": "finally", "full": "fully",
       "complete": "completely"}  # fmt: skip


def told_event(words: str) -> str | None:
    """ "removal of the sensor" as "the sensor is removed"; ``None`` where no event is named."""
    found = _EVENT.match(words.strip())
    if found is None or len(found["thing"].split()) > MAX_WORDS:
        return None
    thing, noun = found["thing"].strip(), found["noun"].lower()
    core = noun_core(thing)
    of, by, who = core.partition(" by ")
    many = is_plural(head_noun(of))
    rest = f"{by}{who}{thing[len(core) :]}"
    if noun in _HAPPENS:
        return f"{of} {_HAPPENS[noun][many]}{rest}"
    how = f"{HOW[found['how'].lower()]} " if found["how"] else ""
    return f"{of} {'are' if many else 'is'} {how}{_DONE[noun]}{rest}"
