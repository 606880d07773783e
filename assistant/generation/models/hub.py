"""Model files from the Hugging Face hub, at a pinned revision, resumed by HTTP range requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import HubSource, ModelFile
from assistant.generation.models.partial import FetchJob, PartialFile, SourceFailed

if TYPE_CHECKING:
    import httpx

REACH_SECONDS = 5.0
"""How long the hub may take to give its first answer before the next source is tried."""
READ_SECONDS = 30.0
ATTEMPTS = 4
"""Attempts in a row that bring no byte before the source is given up."""


def fetch_files(source: HubSource, files: Sequence[ModelFile], folder: Path, job: FetchJob) -> None:
    """Fetch ``files`` into ``folder``, each verified. Raises ``SourceFailed``.

    Where the hub cannot be reached at all this takes a few seconds, not the minutes that name
    resolution and retries may take.
    """
    import httpx
    from huggingface_hub import constants, hf_hub_url

    job.source = "the hub"
    if constants.HF_HUB_OFFLINE:
        raise SourceFailed("the hub is switched off (HF_HUB_OFFLINE)")
    timeout = httpx.Timeout(READ_SECONDS, connect=REACH_SECONDS)
    asked = {"request": [lambda request: job.contacting(str(request.url))]}  # redirects too
    with httpx.Client(timeout=timeout, follow_redirects=True, event_hooks=asked) as client:
        urls = {
            file.name: hf_hub_url(source.repo, file.name, revision=source.revision)
            for file in files
        }
        _reach(client, urls[files[0].name], job)
        for file in files:
            with PartialFile(folder, file, job) as partial:
                _fetch(client, urls[file.name], partial)
                partial.finish()


def repository(repo: str, contact: Callable[[str], None]) -> Mapping[str, Any]:
    """What the hub says of a repository: its revision, licence, and the hash of each file.

    ``contact`` is told the address first. Raises ``ModelUnavailable``.
    """
    import httpx
    from huggingface_hub import constants

    address = f"{constants.ENDPOINT}/api/models/{repo}?blobs=true"
    contact(address)
    try:
        answer = httpx.get(address, timeout=READ_SECONDS, follow_redirects=True)
        about = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        raise ModelUnavailable(
            f"The hub cannot be reached ({_reason(error)}). Check the network, or give a .gguf "
            f"file."
        ) from error
    if not isinstance(about, dict):
        raise ModelUnavailable(
            f"The hub knows no repository {repo} that it shows to everybody (HTTP "
            f"{answer.status_code}). Check the name, or fetch the file yourself and add it."
        )
    return about


def _reach(client: httpx.Client, url: str, job: FetchJob) -> None:
    """Ask for the first file's head, in a thread, for name resolution obeys no timeout."""
    import httpx

    outcome: list[str] = []
    job.contacting(url)

    def ask() -> None:
        try:
            status = client.head(url, timeout=REACH_SECONDS).status_code
        except ModelUnavailable as error:  # an address that the caller refuses
            outcome.append(str(error))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            outcome.append(f"the hub cannot be reached ({_reason(error)})")
        else:
            outcome.append("" if status < 400 else f"the hub answered HTTP {status}")

    thread = threading.Thread(target=ask, daemon=True, name="reach-hub")
    thread.start()
    thread.join(REACH_SECONDS)
    if not outcome:
        raise SourceFailed(f"the hub did not answer within {REACH_SECONDS:.0f} s")
    if outcome[0]:
        raise SourceFailed(outcome[0])


def _fetch(client: httpx.Client, url: str, partial: PartialFile) -> None:
    """Read the missing bytes, going on after a cut as long as each attempt brings some."""
    import httpx

    fruitless = 0
    while partial.missing:
        before = partial.size
        try:
            _read(client, url, partial)
        except httpx.HTTPError as error:
            fruitless = 0 if partial.size > before else fruitless + 1
            partial.sync()
            if fruitless >= ATTEMPTS:
                raise SourceFailed(
                    f"the hub broke off {partial.file.name} ({_reason(error)})"
                ) from error
            if fruitless:
                time.sleep(2.0 ** (fruitless - 1))
        else:
            if partial.missing and partial.size == before:
                raise SourceFailed(f"the hub sent nothing more of {partial.file.name}")


def _read(client: httpx.Client, url: str, partial: PartialFile) -> None:
    """One request for what is missing; appends what comes."""
    # "identity": a compressed answer would have other offsets than the file.
    headers = {"Accept-Encoding": "identity"}
    if partial.size:
        headers["Range"] = f"bytes={partial.size}-"
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == 200 or response.status_code == 416:
            # The range was not honoured: start over rather than join bytes that do not meet.
            if partial.size:
                partial.restart()
            if response.status_code == 416:
                return _read(client, url, partial)
        elif response.status_code == 206:
            expected = f"bytes {partial.size}-"
            if not response.headers.get("Content-Range", "").startswith(expected):
                raise SourceFailed(f"the hub sent other bytes of {partial.file.name} than asked")
        else:
            raise SourceFailed(f"the hub answered HTTP {response.status_code}")
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) != partial.missing:
            raise SourceFailed(
                f"the hub's {partial.file.name} is not the pinned one: it has another size"
            )
        # Blocks as they come: collecting them to a size would lose the last of a broken-off answer.
        for block in response.iter_raw():
            partial.write(block)
    return None


def _reason(error: Exception) -> str:
    return str(error).strip() or type(error).__name__
