"""Fetching models: from a hub, from wheels, from a file; broken off, wrong, offline, at once.

The hub is a local HTTP server, the package index a folder of small wheels built here and served to
the real pip.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.errors import ModelUnavailable
from assistant.generation.cancellation import Cancelled
from assistant.generation.models import hub, verification, wheels
from assistant.generation.models.catalogue import (
    CatalogueModel,
    HubSource,
    ModelFile,
    WheelFile,
    WheelPart,
    WheelSource,
)
from assistant.generation.models.fetch import (
    ensure_verified,
    fetch_model,
    model_status,
    verified_path,
    verify_model,
)
from assistant.generation.models.partial import FetchProgress, partial_path
from assistant.generation.models.verification import sha256_of

PART_BYTES = 70_000
PARTS = 6
CONTENT = random.Random(7).randbytes(PART_BYTES * PARTS - 123)
FILE = ModelFile(
    name="tiny.gguf", size_bytes=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest()
)
HUB = HubSource(repo="someone/tiny", revision="0" * 40)


def wheel_source(prefix: str = "uat-test-part") -> WheelSource:
    return WheelSource(
        files=(
            WheelFile(
                name=FILE.name,
                parts=tuple(
                    WheelPart(
                        requirement=f"{prefix}{number}==1.0",
                        member=f"uat_test_part{number}/part.bin",
                        size_bytes=len(CONTENT[(number - 1) * PART_BYTES : number * PART_BYTES]),
                    )
                    for number in range(1, PARTS + 1)
                ),
            ),
        )
    )


def tiny(*sources: HubSource | WheelSource) -> CatalogueModel:
    return CatalogueModel(
        id="tiny",
        title="Tiny",
        task="chat",
        licence="CC0-1.0",
        context_tokens=256,
        files=(FILE,),
        sources=sources or (HUB, wheel_source()),
    )


def build_wheel(folder: Path, number: int, content: bytes) -> Path:
    name = f"uat_test_part{number}"
    info = f"{name}-1.0.dist-info"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/part.bin", content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture(scope="module")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheelhouse")
    for number in range(1, PARTS + 1):
        build_wheel(folder, number, CONTENT[(number - 1) * PART_BYTES : number * PART_BYTES])
    return folder


@pytest.fixture
def pip_reads(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Point the real pip at a folder, and at nothing else, the way a user would."""

    def point(folder: Path) -> None:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(folder))

    return point


class Hub(ThreadingHTTPServer):
    """A hub of one file, which can break off, lie and ignore ranges."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _HubRequest)
        self.content = CONTENT
        self.cut_after: list[int] = []
        """Bytes after which each of the next answers is broken off."""
        self.honours_ranges = True
        self.status = 0
        self.requests: list[tuple[str, str, str]] = []

    @property
    def ranges(self) -> list[str]:
        return [asked for method, _, asked in self.requests if method == "GET"]


class _HubRequest(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        asked = self.headers.get("Range", "")
        self.server.requests.append((self.command, self.path, asked))
        start = 0
        if self.server.status:
            self.send_response(self.server.status)
            content = b""
        elif asked and self.server.honours_ranges:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            total = len(self.server.content)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            content = self.server.content[start:]
        else:
            self.send_response(200)
            content = self.server.content
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            cut = self.server.cut_after.pop(0) if self.server.cut_after else len(content)
            self.wfile.write(content[:cut])
            if cut < len(content):
                self.close_connection = True
                self.connection.close()

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def a_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    point_hub_at(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    server.server_close()


def point_hub_at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    from huggingface_hub import constants

    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)


# --- From the hub -----------------------------------------------------------------------------


def test_fetches_from_the_hub_at_the_pinned_revision(a_hub: Hub, tmp_path: Path) -> None:
    seen: list[FetchProgress] = []
    asked: list[str] = []
    path = fetch_model(tiny(HUB), tmp_path, progress=seen.append, contact=asked.append)
    assert len(asked) == 1 + len(a_hub.requests), "told before the first request, then at each"
    assert {address.split("/someone")[0] for address in asked} == {
        f"http://127.0.0.1:{a_hub.server_port}"
    }
    assert path.read_bytes() == CONTENT
    assert a_hub.requests[0][1] == f"/someone/tiny/resolve/{'0' * 40}/tiny.gguf"
    assert seen[-1].phase == "done"
    assert seen[-1].bytes_done == seen[-1].bytes_total == FILE.size_bytes
    done = [progress.bytes_done for progress in seen if progress.phase == "downloading"]
    assert done == sorted(done)
    assert model_status(tiny(HUB), tmp_path) == "verified"


def test_goes_on_where_the_hub_broke_off(a_hub: Hub, tmp_path: Path) -> None:
    a_hub.cut_after = [100_000, 50_000]
    assert fetch_model(tiny(HUB), tmp_path).read_bytes() == CONTENT
    starts = [int(asked[6:-1]) if asked else 0 for asked in a_hub.ranges]
    assert len(starts) == 3
    assert starts == sorted(starts)
    assert 0 < starts[1] <= 100_000
    assert starts[2] > starts[1]


def test_a_second_start_resumes_a_killed_one(a_hub: Hub, tmp_path: Path) -> None:
    partial = partial_path(tmp_path / "tiny", FILE)
    partial.parent.mkdir()
    partial.write_bytes(CONTENT[:200_001])
    assert model_status(tiny(HUB), tmp_path) == "partial"
    assert fetch_model(tiny(HUB), tmp_path).read_bytes() == CONTENT
    assert a_hub.ranges == ["bytes=200001-"]


def test_a_hub_that_ignores_ranges_starts_over(a_hub: Hub, tmp_path: Path) -> None:
    a_hub.honours_ranges = False
    partial = partial_path(tmp_path / "tiny", FILE)
    partial.parent.mkdir()
    partial.write_bytes(CONTENT[:1000])
    assert fetch_model(tiny(HUB), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("change", ["one bit", "longer", "shorter"])
def test_a_file_with_a_wrong_hash_never_arrives(a_hub: Hub, tmp_path: Path, change: str) -> None:
    a_hub.content = {
        "one bit": CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]),
        "longer": CONTENT + b"x",
        "shorter": CONTENT[:-1],
    }[change]
    with pytest.raises(ModelUnavailable, match="not the"):
        fetch_model(tiny(HUB), tmp_path)
    assert not (tmp_path / "tiny" / FILE.name).exists()
    assert not partial_path(tmp_path / "tiny", FILE).exists() or change != "one bit"
    with pytest.raises(ModelUnavailable, match="models fetch tiny"):
        verified_path(tiny(HUB), tmp_path)


def test_a_wrong_start_is_not_built_upon_twice(a_hub: Hub, tmp_path: Path) -> None:
    partial = partial_path(tmp_path / "tiny", FILE)
    partial.parent.mkdir()
    partial.write_bytes(b"\0" * 5000)
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        fetch_model(tiny(HUB), tmp_path)
    assert fetch_model(tiny(HUB), tmp_path).read_bytes() == CONTENT


# --- The hub is out of reach: on to the wheels ------------------------------------------------


@pytest.mark.parametrize("status", [401, 404, 503])
def test_a_hub_that_refuses_is_named(a_hub: Hub, tmp_path: Path, status: int) -> None:
    a_hub.status = status
    with pytest.raises(ModelUnavailable, match=f"the hub answered HTTP {status}"):
        fetch_model(tiny(HUB), tmp_path)


@pytest.mark.long
def test_wheels_go_on_where_the_hub_stopped(
    a_hub: Hub,
    tmp_path: Path,
    wheelhouse: Path,
    pip_reads: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "ATTEMPTS", 1)
    a_hub.cut_after = [3 * PART_BYTES + 10, 0, 0, 0]
    pip_reads(wheelhouse)
    asked: list[str] = []
    real = wheels._download

    def noting(requirements: list[str], *rest: object) -> None:
        asked.extend(requirements)
        real(requirements, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(wheels, "_download", noting)
    assert fetch_model(tiny(), tmp_path).read_bytes() == CONTENT
    assert asked == [f"uat-test-part{number}==1.0" for number in (4, 5, 6)]


@pytest.mark.long
def test_a_silent_hub_costs_seconds_only(
    tmp_path: Path,
    wheelhouse: Path,
    pip_reads: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        point_hub_at(monkeypatch, f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(hub, "REACH_SECONDS", 0.5)
        pip_reads(wheelhouse)
        started = time.monotonic()
        fetch_model(tiny(), tmp_path)
    assert time.monotonic() - started < 30


@pytest.mark.long
def test_every_source_that_failed_is_named(
    tmp_path: Path, pip_reads: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    point_hub_at(monkeypatch, "http://127.0.0.1:9")
    (tmp_path / "empty").mkdir()
    pip_reads(tmp_path / "empty")
    with pytest.raises(ModelUnavailable) as failure:
        fetch_model(tiny(), tmp_path)
    message = str(failure.value)
    assert "the hub cannot be reached" in message
    assert "No matching distribution found for uat-test-part1==1.0" in message
    assert "python -m assistant models fetch tiny" in message


# --- From wheels ------------------------------------------------------------------------------


@pytest.mark.long
def test_the_configured_index_is_told_before_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_NO_INDEX", raising=False)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example.com/simple")
    asked: list[str] = []

    def refuse(address: str) -> None:
        asked.append(address)
        raise ModelUnavailable("not that one")

    with pytest.raises(ModelUnavailable, match="not that one"):
        fetch_model(tiny(wheel_source()), tmp_path / "models", contact=refuse)
    assert asked == ["https://index.example.com/simple"]


@pytest.mark.long
def test_wheels_are_joined_and_tidied_away(
    tmp_path: Path, wheelhouse: Path, pip_reads: Callable[[Path], None]
) -> None:
    pip_reads(wheelhouse)
    model = tiny(wheel_source())
    seen: list[FetchProgress] = []
    path = fetch_model(model, tmp_path, progress=seen.append)
    assert path.read_bytes() == CONTENT
    left = {item.name for item in path.parent.iterdir() if not item.name.startswith(".lock")}
    assert left == {FILE.name}
    done = [progress.bytes_done for progress in seen if progress.phase == "downloading"]
    assert done == sorted(done)


@pytest.mark.long
def test_a_cancelled_fetch_keeps_whole_parts_and_goes_on(
    tmp_path: Path, wheelhouse: Path, pip_reads: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    pip_reads(wheelhouse)
    monkeypatch.setattr("assistant.generation.models.partial.TELL_SECONDS", 0.0)
    model = tiny(wheel_source())
    folder = tmp_path / "tiny"
    partial = partial_path(folder, FILE)

    def until_some_parts_are_here(_: FetchProgress) -> None:
        if partial.exists() and partial.stat().st_size >= 2 * PART_BYTES:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        fetch_model(model, tmp_path, progress=until_some_parts_are_here)
    assert model_status(model, tmp_path) == "partial"
    kept = partial.stat().st_size
    seen: list[FetchProgress] = []
    assert fetch_model(model, tmp_path, progress=seen.append).read_bytes() == CONTENT
    first = next(progress for progress in seen if progress.phase == "downloading")
    assert first.bytes_done >= kept // PART_BYTES * PART_BYTES


def test_a_part_already_here_is_not_downloaded_again(
    tmp_path: Path, wheelhouse: Path, pip_reads: Callable[[Path], None]
) -> None:
    (tmp_path / "empty").mkdir()
    pip_reads(tmp_path / "empty")
    staging = wheels.staging_folder(tmp_path / "tiny")
    staging.mkdir(parents=True)
    for wheel in wheelhouse.iterdir():
        (staging / wheel.name).write_bytes(wheel.read_bytes())
    assert fetch_model(tiny(wheel_source()), tmp_path).read_bytes() == CONTENT


@pytest.mark.long
def test_a_damaged_part_is_named_and_fetched_afresh(
    tmp_path: Path, wheelhouse: Path, pip_reads: Callable[[Path], None]
) -> None:
    pip_reads(wheelhouse)
    staging = wheels.staging_folder(tmp_path / "tiny")
    staging.mkdir(parents=True)
    good = next(wheelhouse.glob("uat_test_part2-*.whl"))
    damaged = bytearray(good.read_bytes())
    damaged[1000] ^= 0xFF
    (staging / good.name).write_bytes(damaged)
    model = tiny(wheel_source())
    with pytest.raises(ModelUnavailable, match=r"uat-test-part2==1\.0 is damaged"):
        fetch_model(model, tmp_path)
    assert fetch_model(model, tmp_path).read_bytes() == CONTENT


@pytest.mark.long
def test_a_wheel_with_other_bytes_is_refused(
    tmp_path: Path, wheelhouse: Path, pip_reads: Callable[[Path], None]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for wheel in wheelhouse.iterdir():
        (other / wheel.name).write_bytes(wheel.read_bytes())
    build_wheel(other, 3, b"?" * PART_BYTES)
    pip_reads(other)
    with pytest.raises(ModelUnavailable, match="not the file it claims to be"):
        fetch_model(tiny(wheel_source()), tmp_path)
    assert model_status(tiny(wheel_source()), tmp_path) in {"absent", "partial"}
    build_wheel(other, 3, b"?" * (PART_BYTES * 50))
    with pytest.raises(ModelUnavailable, match="another"):
        fetch_model(tiny(wheel_source()), tmp_path)


# --- A file of the user's own, and no network -------------------------------------------------


def test_a_local_file_is_copied_and_verified(tmp_path: Path) -> None:
    given = tmp_path / "mine.gguf"
    given.write_bytes(CONTENT)
    path = fetch_model(tiny(), tmp_path / "models", offline=True, local_file=given)
    assert path.read_bytes() == CONTENT
    assert given.exists()


@pytest.mark.parametrize("content", [b"", b"x" * len(CONTENT), CONTENT[:-1]])
def test_a_wrong_local_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    given = tmp_path / "mine.gguf"
    given.write_bytes(content)
    with pytest.raises(ModelUnavailable):
        fetch_model(tiny(), tmp_path / "models", local_file=given)
    assert given.read_bytes() == content
    assert model_status(tiny(), tmp_path / "models") == "absent"


def test_offline_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"offline.*--file"):
        fetch_model(tiny(), tmp_path, offline=True)


def test_offline_works_once_fetched(a_hub: Hub, tmp_path: Path) -> None:
    fetch_model(tiny(HUB), tmp_path)
    a_hub.requests.clear()
    assert fetch_model(tiny(HUB), tmp_path, offline=True) == tmp_path / "tiny" / FILE.name
    assert fetch_model(tiny(HUB), tmp_path) == tmp_path / "tiny" / FILE.name
    assert a_hub.requests == []


def test_a_full_disk_is_noticed_before_the_download(
    a_hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10, 9, 1))
    with pytest.raises(ModelUnavailable, match="Make room"):
        fetch_model(tiny(HUB), tmp_path)
    assert a_hub.requests == []


# --- Verified once, remembered, noticed when changed ------------------------------------------


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    given = tmp_path / "mine.gguf"
    given.write_bytes(CONTENT)
    return fetch_model(tiny(), tmp_path / "models", local_file=given)


def test_showing_what_is_here_hashes_nothing(
    fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unexpected(path: Path) -> str:
        raise AssertionError(f"hashed {path} again")

    monkeypatch.setattr("assistant.generation.models.verification.sha256_of", unexpected)
    assert model_status(tiny(), fetched.parent.parent) == "verified"
    assert fetch_model(tiny(), fetched.parent.parent) == fetched


def by_engine(path: Path) -> None:
    ensure_verified(tiny(), path)


def by_path(path: Path) -> None:
    verified_path(tiny(), path.parent.parent)


@pytest.mark.parametrize("opening", [by_engine, by_path])
def test_a_file_with_the_old_size_and_time_is_not_opened(
    fetched: Path, opening: Callable[[Path], None]
) -> None:
    """Whoever can write the file can set both; the marker remembers nothing else."""
    stat = fetched.stat()
    with fetched.open("r+b") as stream:
        stream.write(b"\0\0\0\0")
    os.utime(fetched, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert model_status(tiny(), fetched.parent.parent) == "verified", "as far as can be seen"
    with pytest.raises(ModelUnavailable, match="was not opened"):
        opening(fetched)


@pytest.mark.parametrize("opening", [by_engine, by_path])
def test_a_process_hashes_a_file_once_until_it_changes(
    fetched: Path, opening: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []

    def counted(path: Path) -> str:
        hashed.append(path)
        return sha256_of(path)

    monkeypatch.setattr(verification, "sha256_of", counted)
    for _ in range(2):
        opening(fetched)
    assert len(hashed) == 2, "it has just been written: another change might not be told"
    now = time.time
    monkeypatch.setattr(verification.time, "time", lambda: now() + 60)
    for _ in range(3):
        opening(fetched)
    assert len(hashed) == 3
    verify_model(tiny(), fetched.parent.parent)
    assert len(hashed) == 4
    stat = fetched.stat()
    time.sleep(0.05)
    with fetched.open("r+b") as stream:
        stream.write(b"\0\0\0\0")
    os.utime(fetched, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(ModelUnavailable, match="was not opened"):
        opening(fetched)


@pytest.mark.parametrize("change", ["same size", "cut"])
def test_a_changed_file_is_set_aside_before_anything_opens_it(fetched: Path, change: str) -> None:
    wrong = CONTENT[:-1] + b"?" if change == "same size" else CONTENT[:500]
    fetched.write_bytes(wrong)
    with pytest.raises(ModelUnavailable):
        ensure_verified(tiny(), fetched)
    with pytest.raises(ModelUnavailable):
        verified_path(tiny(), fetched.parent.parent)
    assert not fetched.exists()
    assert fetched.with_name(f"{fetched.name}.refused").read_bytes() == wrong


def test_verify_reads_again_what_the_marker_remembers(fetched: Path) -> None:
    models_dir = fetched.parent.parent
    stat = fetched.stat()
    with fetched.open("r+b") as stream:
        stream.write(b"\0\0\0\0")
    os.utime(fetched, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(ModelUnavailable, match=r"set aside.*models fetch tiny"):
        verify_model(tiny(), models_dir)


def test_a_damaged_marker_only_costs_a_second_look(fetched: Path) -> None:
    models_dir = fetched.parent.parent
    (models_dir / "tiny.verified.json").write_text("{not json")
    assert model_status(tiny(), models_dir) == "present"
    assert verified_path(tiny(), models_dir) == fetched
    assert model_status(tiny(), models_dir) == "verified"


def test_a_wrong_file_in_the_place_is_fetched_afresh(a_hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / FILE.name).write_bytes(b"x" * FILE.size_bytes)
    assert fetch_model(tiny(HUB), tmp_path).read_bytes() == CONTENT


# --- Several at once --------------------------------------------------------------------------


def test_two_at_once_fetch_once(a_hub: Hub, tmp_path: Path) -> None:
    paths: list[Path] = []
    threads = [
        threading.Thread(target=lambda: paths.append(fetch_model(tiny(HUB), tmp_path)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(paths) == 4
    assert len(a_hub.ranges) == 1


def test_waiting_for_another_process_can_be_cancelled(tmp_path: Path) -> None:
    from filelock import FileLock

    (tmp_path / "tiny").mkdir()
    with FileLock(tmp_path / "tiny" / ".lock"):
        started = time.monotonic()

        def for_half_a_second(_: FetchProgress) -> None:
            if time.monotonic() - started > 0.5:
                raise Cancelled("Stopped.")

        with pytest.raises(Cancelled):
            fetch_model(tiny(HUB), tmp_path, progress=for_half_a_second)
