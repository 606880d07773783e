"""Reads one file in a process of its own, within limits; started by ``child_process``.

How to run it: ``python -P child.py REQUEST`` with the file on standard input, where REQUEST is
JSON with "reader" (a name of ``READERS``), "memory" (bytes), "seconds" (of processor time),
"output" (bytes) and "options". It writes JSON lines: the reader's records, then ``{"end": true}``;
or ``{"error": kind, "message": ...}``, kind being "password", "dangerous", "size", "memory" or
"damaged". "message" is in our words; "detail" is what a library said, for the log. Vendor libraries
are imported by the readers, here and nowhere else.

``python -P child.py --serve`` with a socket as standard input forks such a process for each request
that comes through it, which spares the start of Python and the import of libraries: four bytes of
length and the request, with the descriptors of the file, of the output, and of a pipe that gets the
number of the process in four bytes and is closed by its end.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

_HTML = ("assistant.sources.readers.documents.html", "bs4", "markdownify")
_XML = ("defusedxml.ElementTree", *_HTML)
READERS = {
    "workbook": ("documents.workbook", "python_calamine", "defusedxml.ElementTree"),
    "dump": ("documents.sql_dump",),
    "pdf": ("documents.pdf", "pypdfium2.raw", "pypdf"),
    "ocr": ("documents.ocr",),
    "word": ("documents.word", "mammoth", *_HTML),
    "slides": ("documents.slides", "pptx"),
    "html": ("documents.html", *_HTML),
    "rtf": ("documents.rtf", "striprtf.striprtf"),
    "mail": ("documents.mail", *_HTML),
    "outlook": ("documents.outlook", "olefile", *_HTML),
    "calendar": ("documents.calendar_events", "icalendar", *_HTML),
    "web_archive": ("documents.web_archive", *_HTML),
    "open_document": ("documents.open_document", "defusedxml.ElementTree"),
    "asciidoc": ("markups.asciidoc", *_HTML),
    "restructured_text": ("markups.restructured_text", "docutils.core", *_HTML),
    "xml": ("xml_exports", *_XML),
    "visio": ("visio", "defusedxml.ElementTree"),
    "json": ("json_exports", *_HTML),
    "yaml": ("yaml_schemas", "yaml"),
    "fragments": ("fragments", *_HTML),
    "confluence": ("atlassian.confluence_export", *_XML),
    "reqif": ("reqif", *_XML),
    "salesforce": ("salesforce_metadata.salesforce_export", *_XML),
}
"""Name of a reader -> module below this folder with ``read(data, options)``, and what it imports
when it reads. OCR starts threads of its own, which no fork survives: it imports nothing before."""

_IDLE_SECONDS = 60
"""After so long without a request, the process that forks ends; the next request starts another."""


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


def module_of(reader: str) -> ModuleType:
    """The module that reads."""
    return importlib.import_module(f"assistant.sources.readers.{READERS[reader][0]}")


def read(request: Mapping[str, Any]) -> None:
    """Read standard input within the limits of the request, and write what the reader says."""
    from assistant.sources.readers.refusals import Refused

    data = sys.stdin.buffer.read()
    left = int(request["output"])
    limit(int(request["memory"]), int(request["seconds"]), left + _ROOM_FOR_ERROR)
    forbid()
    try:
        for record in module_of(request["reader"]).read(data, request["options"]):
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


def prepare(reader: str) -> None:
    """Import what a reader needs, before a file is seen."""
    module_of(reader)
    for name in READERS[reader][1:]:
        with contextlib.suppress(ImportError, OSError):  # an extra: the reader says what is missing
            importlib.import_module(name)
    if _HTML[0] in READERS[reader]:
        # The first page compiles selectors for a quarter of a second.
        importlib.import_module(_HTML[0]).to_markdown("<p> </p>")


def serve() -> None:
    """Fork a process for each request until the other side is gone or nobody asks."""
    control = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for their ends
    control.settimeout(_IDLE_SECONDS)
    while True:
        try:
            head, descriptors, _, _ = socket.recv_fds(control, 4, 3)
        except OSError:  # nobody asked for so long
            return
        if len(head) < 4 or len(descriptors) < 3:
            return
        request = json.loads(_exactly(control, int.from_bytes(head, "big")))
        prepare(request["reader"])
        if os.fork() == 0:
            _read_forked(request, control, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _exactly(control: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        part = control.recv(length - len(found))
        if not part:
            raise EOFError
        found += part
    return found


def _read_forked(
    request: Mapping[str, Any], control: socket.socket, source: int, target: int, status: int
) -> NoReturn:
    try:
        control.close()
        os.dup2(source, 0)
        os.dup2(target, 1)
        os.write(status, os.getpid().to_bytes(4, "big"))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        read(request)
        sys.stdout.flush()
    finally:
        os._exit(0)


def main() -> None:
    """Serve, or read what standard input holds as the command line says."""
    step_back()
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    if sys.argv[1] == "--serve":
        serve()
    else:
        read(json.loads(sys.argv[1]))


if __name__ == "__main__":
    main()
