"""Salesforce records in JSON (SOQL results, data tree): user stories to issues, others a table.

User stories are those of Copado (``copado__User_Story__c``) and Agile Accelerator
(``agf__ADM_Work__c``, ``agf__ADM_Epic__c``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.language.word_lists import word_lists
from assistant.sources.readers.documents.html import to_markdown

_TABLES = word_lists("salesforce_stories", Path(__file__).parent)
_EPICS, _STORIES = (frozenset(_TABLES["objects"][name]) for name in ("epics", "stories"))
_FIELDS = _TABLES["story"]
_SHORT_TITLE = ("Subject", "Subject__c", "Title", "Title__c", "Name", "CaseNumber")
_LONG = 120
"""Characters above which a value stands under a heading of its own."""


def records_in(payload: object) -> list[dict[str, Any]]:
    """The records of Salesforce with their types in a JSON value; empty where it is something
    else."""
    found = payload.get("records") if isinstance(payload, dict) else payload
    if not isinstance(found, list) or not found:
        return []
    typed = all(isinstance(r, dict) and isinstance(r.get("attributes"), dict) for r in found)
    return list(found) if typed else []


def read_records(
    payload: object,
    confirmed: Mapping[str, object] | None = None,
    labels: Mapping[str, object] | None = None,
) -> Iterator[object]:
    """The records of a payload in which ``records_in`` finds some.

    ``confirmed`` gives the field of a role where a person has confirmed it. With ``labels`` (field
    -> label), each record that is no user story becomes a document of its own.
    """
    records = records_in(payload)
    chosen = {role: str(field) for role, field in (confirmed or {}).items()}
    others = dict[str, list[dict[str, Any]]]()
    used = dict[str, None]()
    for record in records:
        kind = str(record["attributes"].get("type", ""))
        if kind in _STORIES | _EPICS:
            names = (chosen["criteria"],) if "criteria" in chosen else _FIELDS["criteria"]
            used.update(dict.fromkeys(name for name in names if record.get(name)))
            yield {"issue": _issue(record, kind, chosen)}
        elif labels is not None and "criteria" in chosen:
            yield {"issue": _custom_story(record, chosen, labels)}
        elif labels is not None:
            yield {"document": _document(record, labels)}
        else:
            others.setdefault(kind, []).append(record)
    for name in used:
        reason = "confirmed" if "criteria" in chosen else "by its name"
        yield {"field": {"role": "criteria", "field": name, "name": name, "reason": reason}}
    for kind, rows in others.items():
        yield {"table": {"name": kind, "rows": _rows(rows)}}
    yield {"report": {"reader": "Salesforce records", "parts": len(records)}}


def _rows(records: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    header = list(dict.fromkeys(n for record in records for n in record if n != "attributes"))
    return [header, *([_value(record.get(name)) for name in header] for record in records)]


def _value(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("Name") or "")
    if value is None:
        return ""
    words = str(value)
    return to_markdown(words).strip() if words.lstrip().startswith("<") else words


def _first(record: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((text for name in names if (text := _value(record.get(name)))), "")


def _document(record: Mapping[str, Any], labels: Mapping[str, object]) -> dict[str, object]:
    """A record as a page: its short values as a list, its long ones under headings."""
    title = _first(record, _SHORT_TITLE) or _value(record.get("Id"))
    short, long = list[str](), list[str]()
    for name, raw in record.items():
        text, label = _value(raw).strip(), str(labels.get(name, name))
        if name in {"attributes", "Id"} or not text or text == title:
            continue
        if "\n" in text or len(text) > _LONG:
            long.append(f"## {label}\n\n{text}")
        else:
            short.append(f"- {label}: {text}")
    number = _first(record, ("CaseNumber", "Name"))
    return {
        "id": _value(record.get("Id")),
        "title": title,
        "text": "\n\n".join([f"# {title}", "\n".join(short), *long]),
        "key": number,
        "author": _first(record, ("Owner",)),
        "uri": str(record["attributes"].get("url", "")),
    }


def _custom_story(
    record: Mapping[str, Any], chosen: Mapping[str, str], labels: Mapping[str, object]
) -> dict[str, object]:
    """A record of an object of the company's own whose criteria field was confirmed."""
    described = [
        f"{labels.get(name, name)}: {text}"
        for name, raw in record.items()
        if name not in {*chosen.values(), *_SHORT_TITLE, "attributes", "Id"}
        and ("\n" in (text := _value(raw).strip()) or len(text) > _LONG)
    ]
    name = _value(record.get("Name"))
    return {
        "key": name or _value(record.get("Id")),
        "title": _first(record, _SHORT_TITLE) or name,
        "type": "Story",
        "description": "\n\n".join(described),
        **{role: _value(record.get(field)) for role, field in chosen.items()},
        "author": _first(record, ("Owner",)),
        "status": _first(record, ("Status__c", "Status")),
        "uri": str(record["attributes"].get("url", "")),
    }


def _issue(record: Mapping[str, Any], kind: str, chosen: Mapping[str, str]) -> dict[str, object]:
    told = [
        text if text.casefold().startswith(word.casefold()) else f"{word} {text}"
        for word, name in (("As a", "Role"), ("I want", "need"), ("so that", "reason"))
        if (text := _value(record.get(f"copado__userStory_{name}__c")).strip())
    ]
    details = [text for name in _TABLES["texts"]["details"] if (text := _value(record.get(name)))]
    name = _value(record.get("Name"))
    return {
        "key": name or _value(record.get("Id")),
        **{role: _first(record, names) for role, names in _FIELDS.items()},
        "type": "Epic" if kind in _EPICS else "Story",
        "description": "\n\n".join([" ".join(told)] * bool(told) + details),
        "uri": str(record["attributes"].get("url", "")),
        **{role: text for role, field in chosen.items() if (text := _value(record.get(field)))},
    }
