"""Answers of Confluence's lists, Cloud (v2) and Data Center (v1) alike: items, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from assistant.errors import ConnectorError

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Some things as Confluence sent them, and the cursor that goes on; empty after the last."""

    items: list[Item]
    cursor: str
    total: int | None = None


def results_of(
    answer: Any, site: str, *, what: str = "pages", titled: bool = False
) -> tuple[list[Item], dict[str, Any]]:
    """The results and the links of an answer of ``site``.

    Raises ``ConnectorError`` where it has another form than Confluence gives ``what`` in.
    """
    found = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(
        isinstance(each, dict) and "id" in each and (not titled or "title" in each)
        for each in found
    ):
        raise ConnectorError(
            f"{site} gave its {what} in another form than Confluence does. Check the address and "
            "the kind of the connection (Cloud or Data Center)."
        )
    links = answer.get("_links")
    return found, links if isinstance(links, dict) else {}


def next_cursor(links: dict[str, Any]) -> str:
    """The cursor in the link to what follows; empty after the last."""
    return parse_qs(urlsplit(str(links.get("next") or "")).query).get("cursor", [""])[0]
