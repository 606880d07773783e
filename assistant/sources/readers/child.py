"""Reads one file in a process of its own, within limits; started by ``child_process``.

How to run it: ``python -P child.py REQUEST`` with the file on standard input, where REQUEST is
JSON with "reader" (a name of ``READERS``), "memory" (bytes), "seconds" (of processor time),
"output" (bytes) and "options". It writes JSON lines: the reader's records, then ``{"end": true}``;
or ``{"error": kind, "message": ...}``, kind being "password", "dangerous", "size", "memory" or
"damaged". "message" is in our words; "detail" is what a library said, for the log. Vendor libraries
are imported by the readers, here and nowhere else.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

READERS = {
    "workbook": "documents.workbook", "dump": "documents.sql_dump",
    "pdf": "documents.pdf", "ocr": "documents.ocr",
    "word": "documents.word", "slides": "documents.slides", "html": "documents.html",
    "rtf": "documents.rtf", "mail": "documents.mail", "open_document": "documents.open_document",
    "xml": "xml_exports", "json": "json_exports", "fragments": "fragments",
    "confluence": "atlassian.confluence_export",
    "salesforce": "salesforce_metadata.salesforce_export",
}  # fmt: skip
"""Name of a reader -> module below this folder with ``read(data, options)``."""


_ROOM_FOR_ERROR = 1_000_000
"""Bytes beyond the limit of output, so that going over it can still be said."""


_NICENESS = 10


def step_back() -> None:
    """Let everything else go first: people's clicks must not wait for a file that is read."""
    with contextlib.suppress(AttributeError, OSError):  # Windows: the parent sees to it
        os.nice(_NICENESS)


def limit(memory: int, seconds: int, output: int) -> None:
    """Limit memory, processor time and written bytes of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's wall clock is the limit
        return
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            continue


_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork",
              "ftplib.")  # fmt: skip


def forbid() -> None:
    """Refuse network, other programs and files opened for writing, from here on."""
    sys.dont_write_bytecode = True

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        writes = (
            event == "open" and len(arguments) > 1 and set(str(arguments[1] or "")) & set("wax+")
        )
        if writes or event.startswith(_FORBIDDEN):
            raise PermissionError(f"a file reader must not use {event}")

    sys.addaudithook(refuse)


def emit(value: object) -> int:
    """Write one JSON line, ASCII only, so that no character can break the stream; its length."""
    return sys.stdout.write(json.dumps(value, default=str) + "\n")


def records(reader: str, data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """What the reader says about ``data``."""
    module = importlib.import_module(f"assistant.sources.readers.{READERS[reader]}")
    yield from module.read(data, options)


def main() -> None:
    """Read standard input within the limits given on the command line."""
    step_back()
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from assistant.sources.readers.refusals import Refused

    request = json.loads(sys.argv[1])
    data = sys.stdin.buffer.read()
    left = int(request["output"])
    limit(int(request["memory"]), int(request["seconds"]), left + _ROOM_FOR_ERROR)
    forbid()
    try:
        for record in records(request["reader"], data, request["options"]):
            left -= emit(record)
            if left < 0:
                raise Refused("size", "it holds too much text")
        emit({"end": True})
    except Refused as error:
        emit({"error": error.kind, "message": str(error)})
    except MemoryError:
        emit({"error": "memory", "message": "too much memory is needed"})
    except RecursionError:
        emit({"error": "damaged", "message": "its parts lie in each other too deeply"})
    except Exception as error:  # every failure of a reader is reported, none is fatal
        detail = f"{type(error).__name__}: {error}"[:300]
        emit({"error": "damaged", "message": "", "detail": detail})


if __name__ == "__main__":
    main()
