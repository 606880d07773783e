"""The registry of trained adapters: one folder each, with a sheet that says what it is.

::

    <root>/<name>/  adapter_model.safetensors  adapter_config.json  adapter.gguf  sheet.json
    <root>/defaults.json    project -> names, the last one promoted is the default

Nothing is loaded before its header says that it is what its name claims and its hash is that of the
sheet: a pickle renamed to .safetensors is refused unread.
"""

from __future__ import annotations

import json
import re
import shutil
import struct
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

from filelock import FileLock
from pydantic import Field

from assistant.domain import Value
from assistant.errors import TrainingError
from assistant.generation.models.verification import sha256_of
from assistant.training.checkpoints import write_bytes
from assistant.training.config import NAME_PATTERN, BaseIdentity, BaseShape, TrainingConfig

WEIGHTS, CONFIG, GGUF, SHEET = (
    "adapter_model.safetensors",
    "adapter_config.json",
    "adapter.gguf",
    "sheet.json",
)
_FILES = (WEIGHTS, CONFIG, GGUF)
_LONGEST_HEADER = 100 * 1024 * 1024


AnswerForm = Literal["case", "steps"]

FIRST_PROMPT = "company-1"
"""The prompt of adapters whose sheet names none: they were trained by an earlier version."""


class AdapterSheet(Value):
    """What an adapter is: who trained it when, on which base and data, how, and how well.

    ``files`` holds the SHA-256 of each file beside the sheet. ``prompt_version`` is the question
    that it was trained to answer; another one is not understood. ``answer`` is what it writes: a
    case with its preconditions, or steps alone.
    """

    name: str
    base: BaseIdentity
    shape: BaseShape
    config: TrainingConfig
    created: datetime
    author: str = ""
    data_sheet_sha256: str = ""
    train_pairs: int = 0
    prompt_version: str = FIRST_PROMPT
    answer: AnswerForm = "case"
    metrics: dict[str, float] = Field(default_factory=dict)
    files: dict[str, str] = Field(default_factory=dict)


class Adapter(Value):
    """An adapter of the registry."""

    sheet: AdapterSheet
    folder: Path

    @property
    def gguf(self) -> Path | None:
        """The file that llama.cpp loads; None for a base that it cannot take adapters of."""
        return self.folder / GGUF if GGUF in self.sheet.files else None


class AdapterRegistry:
    """Adapters below ``root``. May be made anew for each call; processes take turns writing."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, sheet: AdapterSheet, source: Path) -> Adapter:
        """Copy the files of a trained adapter into the registry, all or nothing.

        Raises ``TrainingError`` where the name is taken or unsafe or a file is not what it claims.
        """
        folder = self._folder(sheet.name)
        check_safetensors(source / WEIGHTS)
        names = [name for name in _FILES if (source / name).is_file()]
        with self._lock():
            if folder.exists():
                raise TrainingError(f"There is an adapter '{sheet.name}' already. Choose another.")
            fresh = self.root / f".new-{uuid4().hex}"
            try:
                fresh.mkdir(parents=True)
                for name in names:
                    shutil.copyfile(source / name, fresh / name)
                settings = json.loads((fresh / CONFIG).read_text(encoding="utf-8"))
                settings["base_model_name_or_path"] = sheet.base.id
                (fresh / CONFIG).write_text(json.dumps(settings, indent=2, sort_keys=True))
                hashes = {name: sha256_of(fresh / name) for name in names}
                kept = sheet.model_copy(update={"files": hashes})
                write_bytes(fresh / SHEET, kept.model_dump_json(indent=2).encode())
                fresh.rename(folder)
            except OSError as error:
                raise TrainingError(
                    f"The adapter '{sheet.name}' could not be kept ({error}). Free some room, then "
                    f"add it again."
                ) from error
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        return Adapter(sheet=kept, folder=folder)

    def list(self) -> tuple[Adapter, ...]:
        """All adapters by name; folders without a readable sheet are left out."""
        found = []
        for sheet in sorted(self.root.glob(f"*/{SHEET}")):
            try:
                found.append(self._read(sheet.parent.name))
            except TrainingError:
                continue
        return tuple(found)

    def get(self, name: str, *, base: BaseIdentity | None = None) -> Adapter:
        """An adapter whose files are checked; with ``base``, that it is made for that one.

        Raises ``TrainingError``: unknown, another base, a base or a file that has changed.
        """
        adapter = self._read(name)
        sheet = adapter.sheet
        if base is not None and base.sha256 != sheet.base.sha256:
            if base.id == sheet.base.id:
                raise TrainingError(
                    f"The base model {base.id} has changed since the adapter '{name}' was trained. "
                    f"Restore the former file or train again."
                )
            raise TrainingError(
                f"The adapter '{name}' belongs to the base model {sheet.base.id}, not to {base.id}."
                f" Choose that base model, or another adapter."
            )
        for file, expected in sheet.files.items():
            path = adapter.folder / file
            if file not in _FILES or not path.is_file() or sha256_of(path) != expected:
                raise TrainingError(
                    f"{file} of the adapter '{name}' is missing or has changed. Delete the adapter "
                    f"and train it again, or restore the file."
                )
        check_safetensors(adapter.folder / WEIGHTS)
        return adapter

    def export(self, name: str, target: Path) -> Path:
        """Copy an adapter's LoRA for llama.cpp with its sheet to the folder ``target``.

        Raises ``TrainingError`` where there is none, or no room.
        """
        adapter = self.get(name)
        if adapter.gguf is None:
            raise TrainingError(
                f"The adapter '{name}' has no file for llama.cpp. Export it merged."
            )
        kept = adapter.sheet.model_copy(update={"files": {GGUF: adapter.sheet.files[GGUF]}})
        try:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(adapter.gguf, target / GGUF)
            write_bytes(target / SHEET, kept.model_dump_json(indent=2).encode())
        except OSError as error:
            raise TrainingError(
                f"The adapter '{name}' was not written to {target} ({error}). Name a folder that "
                f"can be written, where there is room."
            ) from error
        return target

    def rename(self, name: str, new_name: str) -> Adapter:
        """Give an adapter another name; promotions follow it."""
        with self._lock():
            adapter, target = self._read(name), self._folder(new_name)
            if target.exists():
                raise TrainingError(f"There is an adapter '{new_name}' already. Choose another.")
            sheet = adapter.sheet.model_copy(update={"name": new_name})
            adapter.folder.rename(target)
            write_bytes(target / SHEET, sheet.model_dump_json(indent=2).encode())
            self._write_defaults(
                {
                    project: tuple(new_name if known == name else known for known in names)
                    for project, names in self._defaults().items()
                }
            )
        return Adapter(sheet=sheet, folder=target)

    def delete(self, name: str) -> None:
        """Delete an adapter; a project whose default it was falls back to the former one."""
        with self._lock():
            folder = self._read(name).folder
            self._write_defaults(
                {
                    project: tuple(known for known in names if known != name)
                    for project, names in self._defaults().items()
                }
            )
            gone = self.root / f".gone-{uuid4().hex}"
            folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def promote(self, name: str, project: str) -> None:
        """Make an adapter the default of a project."""
        self.get(name)
        with self._lock():
            defaults = self._defaults()
            former = defaults.get(project, ())
            if former[-1:] != (name,):
                self._write_defaults({**defaults, project: (*former, name)})

    def roll_back(self, project: str) -> str:
        """Take the last promotion back; the default now, empty where there is none."""
        with self._lock():
            defaults = self._defaults()
            if not defaults.get(project):
                raise TrainingError("No adapter has been promoted here, so none can be taken back.")
            left = defaults[project][:-1]
            self._write_defaults({**defaults, project: left})
        return left[-1] if left else ""

    def default_of(self, project: str) -> str:
        """The name of a project's default adapter, or empty."""
        names = self._defaults().get(project, ())
        return names[-1] if names else ""

    def _folder(self, name: str) -> Path:
        if not re.fullmatch(NAME_PATTERN, name) or ".." in name:
            raise TrainingError(
                f"'{name}' is no name for an adapter: use small letters, digits, '-', '_' and '.'."
            )
        return self.root / name

    def _read(self, name: str) -> Adapter:
        folder = self._folder(name)
        if not (folder / SHEET).is_file():
            known = ", ".join(path.parent.name for path in sorted(self.root.glob(f"*/{SHEET}")))
            raise TrainingError(f"There is no adapter '{name}'. Known: {known or 'none yet'}.")
        try:
            sheet = AdapterSheet.model_validate_json((folder / SHEET).read_bytes())
        except (OSError, ValueError) as error:
            raise TrainingError(
                f"The sheet of the adapter '{name}' is not readable ({error}). Train it again."
            ) from error
        return Adapter(sheet=sheet.model_copy(update={"name": name}), folder=folder)

    def _defaults(self) -> dict[str, tuple[str, ...]]:
        file = self.root / "defaults.json"
        if not file.exists():
            return {}
        known = json.loads(file.read_text(encoding="utf-8"))
        return {str(project): tuple(map(str, names)) for project, names in known.items()}

    def _write_defaults(self, defaults: Mapping[str, tuple[str, ...]]) -> None:
        write_bytes(self.root / "defaults.json", json.dumps(defaults, indent=2).encode())

    def _lock(self) -> FileLock:
        self.root.mkdir(parents=True, exist_ok=True)
        return FileLock(self.root / ".lock")


def check_safetensors(path: Path) -> None:
    """Refuse a file that is no safetensors file, by its first bytes only.

    A pickle, a zip archive (torch's own format) or anything else raises ``TrainingError``.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if not 2 <= length <= min(size - 8, _LONGEST_HEADER):
                raise ValueError("no header")
            header = json.loads(file.read(length))
            entries = [item for key, item in header.items() if key != "__metadata__"]
            fields = {"dtype", "shape", "data_offsets"}
            if not entries or any(set(entry) != fields for entry in entries):
                raise ValueError("no tensors in the header")
            if max(int(e["data_offsets"][1]) for e in entries) != size - 8 - length:
                raise ValueError("cut off or padded")
    except (OSError, struct.error, ValueError, AttributeError, TypeError) as error:
        raise TrainingError(
            f"{path.name} is not a safetensors file ({error}). Adapters in other formats, such as "
            f"pickle, can hold code and are not opened; save the adapter as safetensors."
        ) from error
