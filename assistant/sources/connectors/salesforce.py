"""Salesforce: the records of one object under a SOQL condition, one document each.

Source of the calls: Salesforce, "REST API Developer Guide" (query, sObject describe) and the OAuth
2.0 client credentials flow. Records are gone through in the order of their last change and id, so
that a fetch can go on after any record without anything kept at the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from assistant.errors import ConnectorError, NotAuthorised
from assistant.sources.connectors.client import ApiClient, Refused
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.paging import OVERLAP, Found, Item, gone_through, read_moment
from assistant.sources.connectors.payloads import exports_of, issue_reading, page_reading, tried
from assistant.sources.connectors.proposals import FieldProposal, propose
from assistant.sources.connectors.secrets import Redactor
from assistant.sources.files.exports import Export
from assistant.sources.synced import FetchedDocument, SourcePage

API = "/services/data/v60.0"
PAGE = 200
IDS_PAGE = 2000
SAMPLE = 20
MAX_FIELDS = 150
_FETCH = re.compile(
    r"\s*(?:from\s+)?(?P<object>[A-Za-z]\w{0,79})(?:\s+where\s+(?P<where>\S.*?))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'")
_CLAUSE = re.compile(r"\b(?:order\s+by|limit|offset|group\s+by|having|for\s+\w+)\b|;", re.I)
_TEXTS = frozenset({"string", "textarea", "picklist", "multipicklist"})
_READ = _TEXTS | {"double", "currency", "int", "percent", "date", "datetime", "boolean", "url",
                  "email", "phone", "combobox", "encryptedstring"}  # fmt: skip
_SYSTEM = frozenset(
    ["Id", "SystemModstamp", "CreatedDate", "LastModifiedDate", "IsDeleted",
     "LastReferencedDate", "LastViewedDate", "LastActivityDate"]
)  # fmt: skip
_NAMED = frozenset(["User", "Account", "Contact", "RecordType", "Group", "Opportunity", "Product2"])


class Described(NamedTuple):
    """An object: its label, the fields to ask for, and their labels by name."""

    label: str
    fields: tuple[str, ...]
    labels: Mapping[str, str]


class SalesforceSource:
    """The records of one object. ``fetch`` and ``present`` as ``SyncSource`` says."""

    def __init__(self, config: ConnectionConfig, client: ApiClient, secret: str) -> None:
        self.name = config.name
        self._config = config
        self._client = client
        self._secret = secret
        self._signed_in = not config.user
        self._object, self._where = object_and_condition(config.fetch)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def check(self) -> str:
        """Whether the object can be read; raises ``ConnectorError``."""
        described = self._described()
        found = self._query(f"SELECT Id FROM {self._object}{self._condition()} LIMIT 1")
        if not found:
            raise ConnectorError(
                f"{self._site} lets the app in, but no record of {self._object} is seen. Check the "
                "condition, and that the user may read the object's records."
            )
        return f"{described.label} ({self._object}) can be read, {len(described.fields)} fields."

    def proposals(self) -> tuple[FieldProposal, ...]:
        """Which fields hold criteria, release, team and epic, from the latest records."""
        described = self._described()
        names = ", ".join(["Id", *described.fields])
        records = self._query(
            f"SELECT {names} FROM {self._object}{self._condition()} "
            f"ORDER BY SystemModstamp DESC LIMIT {SAMPLE}"
        )
        fields = {
            name: (described.labels.get(name, name), [_sample(each, name) for each in records])
            for name in described.fields
        }
        return propose(fields, len(records), "records")

    def fetch(self, *, since: datetime | None, cursor: str = "") -> Iterator[SourcePage]:
        """Pages of records that changed since, the longest unchanged first."""
        described = self._described()
        names = ", ".join(["Id", "SystemModstamp", *described.fields])

        def ask(at: str, size: int) -> Found[Item]:
            place = self._after(at, since)
            records = self._query(
                f"SELECT {names} FROM {self._object}{self._condition(place)} "
                f"ORDER BY SystemModstamp, Id LIMIT {size}"
            )
            # Salesforce may hand out fewer at once than asked for: only none means the end.
            return Found(records, _cursor(records[-1]) if records else "")

        for page in gone_through(ask, PAGE, cursor=cursor):
            documents = tuple(self._documents(page.items, described))
            yield SourcePage(documents=documents, cursor=page.cursor)

    def present(self) -> Iterator[str]:
        """The ids of all records that the condition finds now."""
        last = ""
        while True:
            place = f"Id > '{last}'" if last else ""
            records = self._query(
                f"SELECT Id FROM {self._object}{self._condition(place)} ORDER BY Id "
                f"LIMIT {IDS_PAGE}"
            )
            if not records:
                return
            for record in records:
                yield f"salesforce:{record['Id']}"
            last = _id(records[-1])

    @property
    def _site(self) -> str:
        return self._client.origin.site

    def _condition(self, place: str = "") -> str:
        parts = [f"({self._where})"] * bool(self._where) + [f"({place})"] * bool(place)
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _after(self, cursor: str, since: datetime | None) -> str:
        if cursor:
            moment, _, last = cursor.partition("|")
            at = read_moment(moment)
            if at is not None and re.fullmatch(r"[A-Za-z0-9]{15,18}", last):
                literal = _literal(at)
                return (
                    f"SystemModstamp > {literal} OR (SystemModstamp = {literal} AND Id > '{last}')"
                )
        return f"SystemModstamp >= {_literal(since - OVERLAP)}" if since is not None else ""

    def _get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        if not self._signed_in:
            self._sign_in()
        try:
            return self._client.get(path, params)
        except NotAuthorised:
            if not self._config.user:
                raise
            self._sign_in()  # the session has ended; a second refusal is final
            return self._client.get(path, params)

    def _sign_in(self) -> None:
        """Exchange the app's key and secret for a session of its user."""
        self._client.headers = {}
        try:
            answer = self._client.post_form(
                "/services/oauth2/token",
                {"grant_type": "client_credentials", "client_id": self._config.user,
                 "client_secret": self._secret},
            )  # fmt: skip
        except Refused as error:
            raise NotAuthorised(
                f"{self._site} refused the connected app: {error} See that the client credentials "
                "flow is enabled for it, with a user to run as, and that the address is your My "
                "Domain."
            ) from error
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise self._changed("its session")
        self._client.redactor = Redactor((self._secret, token))
        self._client.headers = {"Authorization": f"Bearer {token}"}
        self._signed_in = True

    def _described(self) -> Described:
        answer = self._get(f"{API}/sobjects/{self._object}/describe")
        fields = answer.get("fields") if isinstance(answer, dict) else None
        if not isinstance(fields, list) or not all(isinstance(each, dict) for each in fields):
            raise self._changed(f"the description of {self._object}")
        names, labels = list[str](), dict[str, str]()
        for each in sorted(fields, key=lambda one: str(one.get("type")) not in _TEXTS):
            name = str(each.get("name", ""))
            kind, label = str(each.get("type", "")), str(each.get("label", name))
            relation = str(each.get("relationshipName") or "")
            targets = [str(target) for target in each.get("referenceTo") or []]
            if kind in _READ and name not in _SYSTEM:
                names.append(name)
                labels[name] = label
            elif relation and (name == "OwnerId" or _has_name(targets)):
                names.append(f"{relation}.Name")
                labels[relation] = label
        for role, wanted in self._config.fields.items():
            if wanted not in labels and wanted.removesuffix(".Name") not in labels:
                raise ConnectorError(
                    f"{self._object} at {self._site} has no field {wanted} any more, which was "
                    f"confirmed for the {role} of '{self.name}'. Open Connections and choose the "
                    "fields again."
                )
        kept = names[:MAX_FIELDS]
        kept += [name for name in self._config.fields.values() if name not in kept]
        return Described(str(answer.get("label") or self._object), tuple(kept), labels)

    def _query(self, soql: str) -> list[dict[str, Any]]:
        answer = self._get(f"{API}/query", {"q": soql})
        records = answer.get("records") if isinstance(answer, dict) else None
        if not isinstance(records, list) or not all(
            isinstance(each, dict) and isinstance(each.get("Id"), str)
            and isinstance(each.get("attributes"), dict) for each in records
        ):  # fmt: skip
            raise self._changed("its records")
        return records

    def _documents(
        self, records: list[dict[str, Any]], described: Described
    ) -> Iterator[FetchedDocument]:
        confirmed = {role: field.removesuffix(".Name")
                     for role, field in self._config.fields.items()}  # fmt: skip
        options = {"fields": confirmed, "labels": dict(described.labels)}
        shown = [self._addressed(record) for record in records]
        exports = (
            exports_of(shown, "records", f"An answer of {self._site}", options) if shown else []
        )
        beside = [one for each in exports if isinstance(each, Export) for one in each.issues]
        for record, export in zip(records, exports, strict=True):
            external = f"salesforce:{record['Id']}"
            read = partial(page_reading, export, external, str(record["Id"]))
            if isinstance(export, Export) and export.issues:
                read = partial(issue_reading, export, external, beside)
            reading, error = tried(read)
            yield FetchedDocument(
                external_id=external, changed_at=read_moment(record.get("SystemModstamp")),
                reading=reading, error=error,
            )  # fmt: skip

    def _addressed(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record with its address on the configured host, without what always changes."""
        kept = {name: value for name, value in record.items() if name != "SystemModstamp"}
        kept["attributes"] = {"type": self._object, "url": f"{self._client.base}/{_id(record)}"}
        return kept

    def _changed(self, what: str) -> ConnectorError:
        return ConnectorError(
            f"{self._site} gave {what} in another form than Salesforce does. Check that the "
            "connection's address is your My Domain (https://YOURDOMAIN.my.salesforce.com)."
        )


def object_and_condition(text: str) -> tuple[str, str]:
    """The object's name and the SOQL condition in what to fetch.

    Raises ``ConnectorError`` where it is anything else than an object and a condition.
    """
    match = _FETCH.fullmatch(text)
    where = (match["where"] or "") if match else ""
    bare = _QUOTED.sub("''", where)
    if match is None or _CLAUSE.search(bare) or not _balanced(bare):
        raise ConnectorError(
            f"'{text[:80]}' is no object with a condition. Write the object's API name, and WHERE "
            "with a condition if not all records are wanted: Case WHERE IsClosed = false."
        )
    return match["object"], where


def _balanced(text: str) -> bool:
    """Whether no bracket closes what it did not open."""
    depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return False
    return depth == 0


def _has_name(targets: list[str]) -> bool:
    return len(targets) == 1 and (targets[0].endswith("__c") or targets[0] in _NAMED)


def _id(record: Mapping[str, Any]) -> str:
    """A record's id, checked because it goes into the next query."""
    found = str(record["Id"])
    if not re.fullmatch(r"[A-Za-z0-9]{15,18}", found):
        raise ConnectorError(
            "Salesforce sent a record with an id that is none. Check the connection's address."
        )
    return found


def _cursor(record: Mapping[str, Any]) -> str:
    return f"{record.get('SystemModstamp', '')}|{_id(record)}"


def _literal(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _sample(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name.split(".")[0])
    if isinstance(value, dict):
        value = value.get("Name")
    return "" if value is None or isinstance(value, bool) else str(value)[:5000]
