"""Readers in forked processes: each reads its own file and ends, a lost server is replaced."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from assistant.errors import UnreadableFile
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.child_process import run_reader

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="readers are forked on Linux only")

SLOW = b"<p>a <b>b</b></p>" * 200_000
"""A page that takes many seconds."""

LIMITS = ReadLimits()


def text_of(words: str, limits: ReadLimits = LIMITS, **options: object) -> str:
    page = f"<p>{words}</p>".encode()
    return str(list(run_reader("html", page, "a.html", limits, **options)))


def children(parent: int) -> set[int]:
    """The processes that ``parent`` has started and that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, of = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == parent and state != "Z":
            found.add(int(stat.parent.name))
    return found


def server() -> int:
    """The process that forks."""
    text_of("a")
    [found] = [
        child for child in children(os.getpid())
        if b"--serve" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]  # fmt: skip
    return found


def wait_until(reached: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_files_read_at_once_are_each_read_by_a_process_of_one_server() -> None:
    before = server()
    names = [f"Page {number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(text_of, names))
    assert all(
        f"{name}'" in text or f"{name}\\n" in text for name, text in zip(names, found, strict=True)
    )
    assert server() == before


def test_nothing_is_left_over_after_many_reads() -> None:
    serving = server()
    wait_until(lambda: not children(serving))
    before = children(os.getpid())

    def descriptors() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), len(os.listdir(f"/proc/{serving}/fd"))

    opened = descriptors()
    for number in range(30):
        assert str(number) in text_of(str(number))
    with pytest.raises(UnreadableFile, match="could not be read"):
        list(run_reader("workbook", b"no workbook", "a.xlsx", LIMITS))
    with pytest.raises(UnreadableFile, match="too large"):
        text_of("a" * 100, ReadLimits(output_bytes=10))
    wait_until(lambda: not children(serving))
    assert (descriptors(), children(os.getpid())) == (opened, before)


@pytest.mark.long
def test_a_reader_out_of_time_is_ended_and_the_next_file_is_read() -> None:
    serving = server()
    with pytest.raises(UnreadableFile, match=r"slow\.html took longer than 1 seconds"):
        list(run_reader("html", SLOW, "slow.html", ReadLimits(seconds=1)))
    wait_until(lambda: not children(serving), 0.8)  # its limit of processor time is a second later
    assert "next" in text_of("next")
    assert server() == serving


def test_a_killed_reader_is_said_and_the_next_file_is_read() -> None:
    serving = server()
    said: list[str] = []

    def read() -> None:
        try:
            list(run_reader("html", SLOW, "slow.html", LIMITS))
        except UnreadableFile as error:
            said.append(str(error))

    reading = threading.Thread(target=read)
    wait_until(lambda: not children(serving))
    reading.start()
    wait_until(lambda: children(serving))

    def killed() -> bool:
        for child in children(serving):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return not reading.is_alive()

    wait_until(killed, 30)
    assert ["reading it stopped early" in words for words in said] == [True]
    assert "next" in text_of("next")
    assert server() == serving


@pytest.mark.long
def test_a_killed_server_is_replaced_and_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UAT_API_KEY", "not for readers")
    for _ in range(3):
        serving = server()
        os.kill(serving, signal.SIGKILL)
        assert "next" in text_of("next")
        assert server() != serving
    assert b"not for readers" not in Path(f"/proc/{server()}/environ").read_bytes()


@pytest.mark.long
def test_a_file_is_read_on_where_its_server_is_killed() -> None:
    serving = server()
    with ThreadPoolExecutor(1) as pool:
        wait_until(lambda: not children(serving))
        reading = pool.submit(text_of, "<i>a</i> " * 20_000)
        wait_until(lambda: children(serving) or reading.done())
        os.kill(serving, signal.SIGKILL)
        assert "_a_" in reading.result(20) or "*a*" in reading.result(20)


@pytest.mark.long
def test_a_server_that_hangs_is_replaced() -> None:
    serving = server()
    os.kill(serving, signal.SIGSTOP)
    with pytest.raises(UnreadableFile, match="took longer"):
        text_of("a", ReadLimits(seconds=0.5), padding="x" * 2_000_000)
    with pytest.raises(ProcessLookupError):
        os.kill(serving, 0)
    assert "next" in text_of("next")


def test_a_request_larger_than_a_buffer_of_the_socket_arrives() -> None:
    serving = server()
    assert "words" in text_of("words", padding="x" * 5_000_000)
    assert server() == serving


@pytest.mark.long
def test_limits_of_one_file_are_not_those_of_the_next() -> None:
    serving = server()
    words = "word " * 500_000
    with pytest.raises(UnreadableFile, match=r"too large|could not be read"):
        text_of(words, ReadLimits(output_bytes=1_000))
    with pytest.raises(UnreadableFile, match=r"too large|could not be read"):
        text_of(words, ReadLimits(memory_bytes=1_000_000))
    assert text_of(words).count("word") == 500_000
    assert server() == serving


def test_a_file_is_read_by_an_app_with_many_descriptors_open() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 1_200:
        pytest.skip("the system allows too few descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1_200), hard))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_030)]
    try:
        assert "words" in text_of("words")
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


READ = """
def read(words):
    page = f"<p>{words}</p>".encode()
    return words in str(list(run_reader("html", page, "a.html", ReadLimits())))
"""
IMPORTS = """
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.child_process import run_reader
"""
NO_FORKS = f"""
import os, select, socket, sys
import assistant.sources.files.archives
del os.fork, os.register_at_fork, socket.send_fds, socket.recv_fds, select.poll
sys.platform = "win32"
{IMPORTS}{READ}
assert read("one") and read("two")
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child is left")
"""
FORKED_APP = f"""
import os, signal, threading, time
{IMPORTS}{READ}
assert read("before")
with open(f"/proc/self/task/{{os.getpid()}}/children") as started:
    server = int(started.read())
os.kill(server, signal.SIGSTOP)
request = dict(padding="x" * 5_000_000)
asking = threading.Thread(
    target=lambda: list(run_reader("html", b"<p>a</p>", "a.html", ReadLimits(), **request))
)
asking.start()
time.sleep(0.5)  # its request fills the socket's buffer, and is not taken
forked = os.fork()
if forked == 0:
    os._exit(7 if read("in the fork") else 1)
assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 7
os.kill(server, signal.SIGCONT)
asking.join()
print(read("once more"))
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("script", "said"), [(NO_FORKS, "no child is left\n"), (FORKED_APP, "True\n")]
)
def test_systems_without_forks_and_an_app_that_forks_itself(script: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == (said, "")
