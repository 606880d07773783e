"""Salesforce over real HTTP: user stories of Copado, cases, objects of the company's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fake_salesforce import COPADO, KEY, SESSION, FakeSalesforce, copado_story, described
from fake_servers import TOKEN, Answer, Connect, Serve, documents

from assistant.errors import ConnectorError, NotAuthorised, RateLimited
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.salesforce import object_and_condition

STORY = "copado__User_Story__c"


def salesforce(url: str, **options: Any) -> ConnectionConfig:
    given = {"fetch": STORY, "user": KEY, **options}
    return ConnectionConfig(kind="salesforce", name="Org", url=url, **given)


def test_user_stories_with_criteria(serve: Serve, connect: Connect) -> None:
    records = [copado_story(n, day=1 + n % 3) for n in range(1, 8)]
    server = serve(FakeSalesforce(STORY, COPADO, records, batch=3))
    found = {one.external_id: one for one in documents(connect(salesforce(server.url)))}
    assert set(found) == {f"salesforce:{record['Id']}" for record in records}
    reading = found["salesforce:a0X000000000004"].reading
    assert reading is not None
    assert [c.text for e in reading.epics for c in e.criteria] == [
        "Refund 4 is booked.", "At most 14 days."
    ]  # fmt: skip
    assert reading.epics[0].stories[0].title == "Refund 4"
    assert "As a billing agent" in reading.document.text
    assert reading.document.metadata.release == "Drop-3"
    assert reading.document.uri == f"{server.url}/a0X000000000004"
    assert reading.authors == ("Bea Billing",)
    signed = [asked for asked in server.asked if asked.path.endswith("token")]
    assert len(signed) == 1
    assert all(asked.method == "GET" for asked in server.asked if asked not in signed)
    assert all(
        asked.headers["authorization"] == f"Bearer {SESSION}"
        for asked in server.asked if asked not in signed
    )  # fmt: skip


def test_goes_on_after_any_page_and_sees_only_what_changed(serve: Serve, connect: Connect) -> None:
    records = [copado_story(n, day=n) for n in range(1, 7)]
    server = serve(FakeSalesforce(STORY, COPADO, records, batch=2))
    source = connect(salesforce(server.url))
    pages = list(source.fetch(since=None))
    rest = documents(connect(salesforce(server.url)), cursor=pages[0].cursor)
    assert [one.external_id for one in rest] == [
        one.external_id for page in pages[1:] for one in page.documents
    ]
    changed = documents(source, since=datetime(2026, 10, 5, 9, tzinfo=UTC))
    assert [one.external_id[-1] for one in changed] == ["5", "6"]
    assert len(list(source.present() or ())) == 6


def test_cases_become_documents_with_labels(serve: Serve, connect: Connect) -> None:
    fields = [
        described("Id", "id"), described("CaseNumber", "string", "Case Number"),
        described("Subject", "string"), described("Description", "textarea"),
        described("Status", "picklist"), described("Priority", "picklist"),
        described("AccountId", "reference", "Account", relationshipName="Account",
                  referenceTo=["Account"]),
        described("SystemModstamp", "datetime"), described("Photo", "base64"),
    ]  # fmt: skip
    case = {"Id": "500000000000001", "SystemModstamp": "2026-10-01T10:00:00.000+0000",
            "CaseNumber": "00001", "Subject": "Meter reads backwards", "Status": "New",
            "Description": "It counts down.\nSince Monday.", "Priority": "High",
            "Account": {"Name": "Acme"}}  # fmt: skip
    server = serve(FakeSalesforce("Case", fields, [case]))
    (found,) = documents(connect(salesforce(server.url, fetch="FROM Case WHERE IsClosed = false")))
    assert found.reading is not None
    text = found.reading.document.text
    assert text.startswith("# Meter reads backwards\n\n")
    assert "- Priority: High" in text
    assert "- Account: Acme" in text
    assert "## Description\n\nIt counts down.\nSince Monday." in text
    assert found.reading.document.title == "Meter reads backwards"
    asked = [one.query["q"] for one in server.asked if one.path.endswith("/query")]
    assert all("WHERE (IsClosed = false)" in soql for soql in asked)


def test_real_records_of_an_object(shared_dir: Path, serve: Serve, connect: Connect) -> None:
    data = shared_dir / "data" / "imports" / "salesforce_dreamhouse" / "data"
    listed = json.loads((data / "properties-data.json").read_text("utf-8"))["records"]
    names = [name for name, value in listed[0].items() if isinstance(value, str)]
    fields = [described("Id", "id"), described("SystemModstamp", "datetime"),
              *(described(name, "string") for name in names)]  # fmt: skip
    records = [{**one, "Id": f"a02{n:012d}", "SystemModstamp": "2026-10-01T10:00:00.000+0000"}
               for n, one in enumerate(listed)]  # fmt: skip
    server = serve(FakeSalesforce("Property__c", fields, records))
    found = documents(connect(salesforce(server.url, fetch="Property__c")))
    assert len(found) == len(listed)
    texts = {one.reading.document.title: one.reading.document.text for one in found if one.reading}
    assert "- Address__c: 18 Henry St" in texts["Stunning Victorian"]
    assert "- City__c: Cambridge" in texts["Stunning Victorian"]


def test_fields_are_proposed_and_a_confirmed_one_makes_stories_of_any_object(
    serve: Serve, connect: Connect
) -> None:
    fields = [
        described("Id", "id"), described("Name", "string", "Number"),
        described("Title__c", "string", "Title"),
        described("Done_When__c", "textarea", "Done when"),
        described("Squad__c", "picklist", "Squad"), described("SystemModstamp", "datetime"),
    ]  # fmt: skip
    records = [
        {"Id": f"a01{n:012d}", "Name": f"R-{n}", "SystemModstamp": "2026-10-01T10:00:00.000+0000",
         "Title__c": f"Requirement {n}", "Done_When__c": "- The bill is sent\n- It holds the tax",
         "Squad__c": "Lions"} for n in range(4)
    ]  # fmt: skip
    server = serve(FakeSalesforce("Requirement__c", fields, records))
    config = salesforce(server.url, fetch="Requirement__c")
    proposals = {each.role: each for each in connect(config).proposals()}
    assert proposals["criteria"].field == "Done_When__c"
    assert "filled in 4 of 4" in proposals["criteria"].evidence
    assert proposals["team"].field == "Squad__c"
    confirmed = config.model_copy(
        update={"fields": {"criteria": "Done_When__c", "team": "Squad__c"}}
    )
    reading = documents(connect(confirmed))[2].reading
    assert reading is not None
    assert [c.text for e in reading.epics for c in e.criteria] == [
        "The bill is sent", "It holds the tax"
    ]  # fmt: skip
    assert reading.epics[0].stories[0].key == "R-2"
    assert reading.document.metadata.team == "Lions"
    gone = confirmed.model_copy(update={"fields": {"criteria": "Old__c"}})
    with pytest.raises(ConnectorError, match="no field Old__c any more"):
        documents(connect(gone))


def test_a_session_that_ends_is_renewed_once(serve: Serve, connect: Connect) -> None:
    fake = FakeSalesforce(STORY, COPADO, [copado_story(n, day=n) for n in (1, 2, 3)], batch=1)
    source = connect(salesforce(serve(fake).url))
    pages = source.fetch(since=None)
    next(pages)
    fake.sessions.append("00D-new-session")
    assert len([one for page in pages for one in page.documents]) == 2
    fake.sessions.append(SESSION)
    expired = Answer([{"message": "Session expired", "errorCode": "INVALID_SESSION_ID"}], 401)
    fake.before = dict.fromkeys(range(fake.count + 1, fake.count + 9), expired)
    with pytest.raises(NotAuthorised):
        documents(source)


def test_refusals_are_typed_and_hold_no_secret(serve: Serve, connect: Connect) -> None:
    server = serve(FakeSalesforce(STORY, COPADO, []))
    with pytest.raises(NotAuthorised, match="connected app") as refused:
        connect(salesforce(server.url, user="another key")).check()
    assert TOKEN not in str(refused.value)
    with pytest.raises(ConnectorError, match="no record"):
        connect(salesforce(server.url)).check()
    limit = Answer([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests"}], 403)
    with pytest.raises(RateLimited, match="24 hours"):
        connect(salesforce(serve(FakeSalesforce(STORY, [], [], before={2: limit})).url)).check()
    for odd in (Answer({"fields": "none"}), Answer([]), Answer(raw=b"<html>")):
        fake = FakeSalesforce(STORY, COPADO, [], before={2: odd})
        with pytest.raises(ConnectorError, match=r"127\.0\.0\.1"):
            connect(salesforce(serve(fake).url)).check()


def test_an_access_token_works_without_an_app(serve: Serve, connect: Connect) -> None:
    server = serve(FakeSalesforce(STORY, COPADO, [copado_story(1)]))
    assert "10 fields" in connect(salesforce(server.url, user="")).check()
    assert not [asked for asked in server.asked if asked.method == "POST"]


@pytest.mark.parametrize(
    "text",
    ["", "SELECT Id FROM Case", "Case LIMIT 5", "Case WHERE A = 1 ORDER BY B", "Case; DELETE",
     "Case WHERE Name = 'x') OR (Id != ''", "Case WHERE (A = 1", "Ca-se", "Case WHERE x FOR VIEW"],
)  # fmt: skip
def test_what_to_fetch_is_an_object_and_a_condition(text: str) -> None:
    with pytest.raises(ConnectorError, match="Case WHERE IsClosed"):
        object_and_condition(text)


def test_condition_with_texts_that_look_like_clauses() -> None:
    text = "copado__User_Story__c where Name LIKE 'limit (of%' AND Status__c = 'order by'"
    assert object_and_condition(text) == (
        "copado__User_Story__c", "Name LIKE 'limit (of%' AND Status__c = 'order by'"
    )  # fmt: skip
