"""Salesforce over HTTP: the client credentials flow, describe, and a small part of SOQL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from fake_servers import TOKEN, Answer, Asked

SESSION = "00D-CANARY-session!token"
KEY = "3MVG9.consumer-key"
_SOQL = re.compile(
    r"SELECT (?P<fields>.+?) FROM (?P<object>\w+)(?: WHERE (?P<where>.+?))?"
    r"(?: ORDER BY (?P<order>[\w, ]+?))?(?P<desc> DESC)?(?: LIMIT (?P<limit>\d+))?"
)


def described(name: str, kind: str, label: str = "", **more: Any) -> dict[str, Any]:
    """A field of a describe result."""
    return {"name": name, "type": kind, "label": label or name, "relationshipName": None,
            "referenceTo": [], **more}  # fmt: skip


COPADO = [
    described("Id", "id"), described("Name", "string", "User Story Reference"),
    described("copado__User_Story_Title__c", "string", "Title"),
    described("copado__userStory_Role__c", "string", "As a"),
    described("copado__userStory_need__c", "textarea", "I want"),
    described("copado__userStory_reason__c", "textarea", "So that"),
    described("copado__Acceptance_Criteria__c", "textarea", "Acceptance Criteria"),
    described("copado__Functional_Specifications__c", "textarea", "Functional Specifications"),
    described("copado__Status__c", "picklist", "Status"),
    described("copado__Release__c", "reference", "Release",
              relationshipName="copado__Release__r", referenceTo=["copado__Release__c"]),
    described("OwnerId", "reference", "Owner", relationshipName="Owner",
              referenceTo=["Group", "User"]),
    described("SystemModstamp", "datetime"), described("IsDeleted", "boolean"),
]  # fmt: skip


def copado_story(number: int, *, day: int = 1, criteria: str = "") -> dict[str, Any]:
    """A user story of Copado."""
    return {
        "Id": f"a0X{number:012d}", "Name": f"US-{number:07d}",
        "SystemModstamp": f"2026-10-{day:02d}T10:00:00.000+0000",
        "copado__User_Story_Title__c": f"Refund {number}",
        "copado__userStory_Role__c": "billing agent",
        "copado__userStory_need__c": "to refund an order",
        "copado__userStory_reason__c": "the customer is content",
        "copado__Acceptance_Criteria__c": criteria
        or f"<ul><li>Refund {number} is booked.</li><li>At most 14 days.</li></ul>",
        "copado__Functional_Specifications__c": None, "copado__Status__c": "Open",
        "copado__Release__r": {"attributes": {"type": "copado__Release__c"}, "Name": "Drop-3"},
        "Owner": {"attributes": {"type": "User"}, "Name": "Bea Billing"},
    }  # fmt: skip


@dataclass
class FakeSalesforce:
    """Answers as Salesforce does for one object; queries understand what our connector asks."""

    object: str
    fields: list[dict[str, Any]]
    records: list[dict[str, Any]]
    batch: int = 2000
    sessions: list[str] = field(default_factory=lambda: [SESSION])
    before: dict[int, Answer] = field(default_factory=dict)
    count: int = 0

    def __call__(self, asked: Asked) -> Answer:
        self.count += 1
        if self.count in self.before:
            return self.before[self.count]
        if asked.path == "/services/oauth2/token":
            form = {k: v[0] for k, v in parse_qs(asked.body).items()}
            if form != {"grant_type": "client_credentials", "client_id": KEY,
                        "client_secret": TOKEN}:  # fmt: skip
                return Answer({"error": "invalid_client",
                               "error_description": "invalid client credentials"}, 400)  # fmt: skip
            return Answer({"access_token": self.sessions[-1], "token_type": "Bearer",
                           "instance_url": "https://elsewhere.example"})  # fmt: skip
        bearer = asked.headers.get("authorization", "")
        if bearer not in {f"Bearer {self.sessions[-1]}", f"Bearer {TOKEN}"}:
            return Answer([{"message": "Session expired or invalid",
                            "errorCode": "INVALID_SESSION_ID"}], 401)  # fmt: skip
        api = "/services/data/v60.0"
        if asked.path == f"{api}/sobjects/{self.object}/describe":
            return Answer({"name": self.object, "label": "User Story", "fields": self.fields})
        if asked.path == f"{api}/query":
            return self._query(asked.query["q"])
        return Answer([{"message": "The requested resource does not exist"}], 404)

    def _query(self, soql: str) -> Answer:
        match = _SOQL.fullmatch(soql)
        if match is None or match["object"] != self.object:
            return Answer([{"message": f"unexpected token in {soql}",
                            "errorCode": "MALFORMED_QUERY"}], 400)  # fmt: skip
        found = [each for each in self.records if self._fits(each, match["where"] or "")]
        keys = [key.strip() for key in (match["order"] or "").split(",") if key.strip()]
        found.sort(key=lambda one: [one[key] for key in keys], reverse=bool(match["desc"]))
        found = found[: int(match["limit"] or 2000)]
        wanted = {name.strip().split(".")[0] for name in match["fields"].split(",")}
        unknown = wanted - {f["name"] for f in self.fields} - {
            f["relationshipName"] for f in self.fields
        }  # fmt: skip
        if unknown:
            return Answer([{"message": f"No such column {sorted(unknown)}",
                            "errorCode": "INVALID_FIELD"}], 400)  # fmt: skip
        shown = [{"attributes": {"type": self.object, "url": f"/services/data/x/{one['Id']}"},
                  **{name: one.get(name) for name in wanted}} for one in found]  # fmt: skip
        done = len(shown) <= self.batch
        answer: dict[str, Any] = {
            "totalSize": len(shown), "done": done, "records": shown[: self.batch]
        }  # fmt: skip
        if not done:
            answer["nextRecordsUrl"] = "/services/data/v60.0/query/01g-2000"
        return Answer(answer)

    def _fits(self, record: dict[str, Any], where: str) -> bool:
        stamp = record["SystemModstamp"].replace("+0000", "Z")
        if match := re.search(r"SystemModstamp > (\S+) OR .* AND Id > '(\w+)'", where):
            return (stamp, record["Id"]) > (match[1], match[2])
        if match := re.search(r"SystemModstamp >= (\S+?)\)", where):
            return bool(stamp >= match[1])
        if match := re.search(r"\(Id > '(\w+)'\)", where):
            return bool(record["Id"] > match[1])
        return True
