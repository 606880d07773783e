"""Chat models that the user added: read from the header of a file, kept in a registry by hash.

The registry is a JSON file in the data folder. A model in it is like one of the catalogue: its file
is opened only where its SHA-256 is the one that was recorded when it was added.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import (
    CATALOGUE,
    CatalogueModel,
    HubSource,
    LocalSource,
    ModelFile,
)
from assistant.generation.models.gguf import ModelHeader, read_header, read_special_tokens
from assistant.generation.models.verification import sha256_of

CHAT_FORMATS: dict[str, str] = {
    "<|im_sep|>": "phi4",
    "<|im_middle|>": "kimi-k2",
    "<|im_start|>": "chatml",
    "<|start_header_id|>": "llama3",
    "<|header_start|>": "llama4",
    "<start_of_turn>": "gemma",
    "[SYSTEM_PROMPT]": "mistral-v7",
    "[INST]": "mistral-v3",
    "<|start_of_role|>": "granite",
    "<|START_OF_TURN_TOKEN|>": "command-r",
    "<｜User｜>": "deepseek3",
    "[|endofturn|]": "exaone3",
    "<|channel|>": "gpt-oss",
    "<|end|>": "phi3",
}
"""What stands in a model's own template -> llama.cpp's writer of that form; the first match."""

NOT_STATED = "not stated in the file"
_ROWS = TypeAdapter(tuple[CatalogueModel, ...])


class AddedModels:
    """The registry at ``path``. May be made anew for each call; processes take turns writing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> tuple[CatalogueModel, ...]:
        """Every model that was added; ``ModelUnavailable`` where the registry is damaged."""
        try:
            return _ROWS.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            raise ModelUnavailable(
                f"The list of added models, {self._path}, cannot be read. Move it away and add "
                f"the models again."
            ) from error

    def add(self, model: CatalogueModel) -> CatalogueModel:
        """Keep a model; one with the same id is replaced. Raises ``ModelUnavailable``."""
        with self._changing():
            rows = [one for one in self.all() if one.id != model.id]
            self._write((*rows, model))
        return model

    def remove(self, model_id: str) -> CatalogueModel:
        """Forget a model; its file stays. Raises ``ModelUnavailable`` for an unknown one."""
        with self._changing():
            rows = self.all()
            found = [one for one in rows if one.id.casefold() == model_id.strip().casefold()]
            if not found:
                known = ", ".join(one.id for one in rows) or "none"
                raise ModelUnavailable(f"'{model_id}' was not added. Added models: {known}.")
            self._write(tuple(one for one in rows if one not in found))
        return found[0]

    def _changing(self) -> FileLock:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise self._unwritable(error) from error
        return FileLock(self._path.with_suffix(".lock"))

    def _write(self, rows: tuple[CatalogueModel, ...]) -> None:
        fresh = self._path.with_suffix(f".{os.getpid()}.tmp")
        try:
            fresh.write_text(
                json.dumps(_ROWS.dump_python(rows, mode="json"), indent=1), encoding="utf-8"
            )
            os.replace(fresh, self._path)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> ModelUnavailable:
        return ModelUnavailable(
            f"{self._path} cannot be written ({error.strerror}). Make its folder writable, or "
            f"choose another data folder with --data-dir."
        )


def model_of_file(path: Path, *, chat_format: str = "") -> CatalogueModel:
    """A model to be added from a file of the user's own; reads and hashes it, opens no engine.

    ``chat_format`` is llama.cpp's name of the form of conversations, where the file does not tell.
    Raises ``ModelUnavailable`` where it is no chat model that can be used.
    """
    path = path.expanduser().resolve()
    if not path.is_file():
        raise ModelUnavailable(f"'{path}' is not a file. Name a .gguf file, or a hub id.")
    header = _checked(path)
    file = ModelFile(name=path.name, size_bytes=path.stat().st_size, sha256=sha256_of(path))
    for model in CATALOGUE:
        if model.weights.sha256 == file.sha256:
            raise ModelUnavailable(
                f"{path.name} is {model.id}, which is known already. Take it with: "
                f"python -m assistant models fetch {model.id} --file {path}"
            )
    source = LocalSource(folder=str(path.parent))
    return model_of_header(header, file, source, chat_format=chat_format)


def model_of_header(
    header: ModelHeader,
    file: ModelFile,
    source: LocalSource | HubSource,
    *,
    chat_format: str = "",
    licence: str = "",
) -> CatalogueModel:
    """The row of a model with this header. Raises ``ModelUnavailable`` without a chat format."""
    return CatalogueModel(
        id=model_id_of(file.name),
        title=header.name or Path(file.name).stem,
        task="chat",
        licence=header.licence or licence or NOT_STATED,
        context_tokens=header.context_tokens or 4096,
        files=(file,),
        sources=(source,),
        parameters=header.parameters,
        chat_format=_format_of(header, file.name, chat_format),
    )


def model_id_of(file_name: str) -> str:
    """The id of a model from the name of its file: small letters, digits, dots and hyphens."""
    stem = re.sub(r"\.gguf$", "", Path(file_name).name, flags=re.I).lower()
    wanted = re.sub(r"[^a-z0-9.]+", "-", stem).strip("-.") or "model"
    taken = {model.id for model in CATALOGUE}
    return f"{wanted}-added" if wanted in taken | {"rules", "endpoint", "outline"} else wanted


def _checked(path: Path) -> ModelHeader:
    """The header of a file that holds a whole model. Raises ``ModelUnavailable`` otherwise."""
    header = read_header(path)
    if header.kind not in ("", "model"):
        raise ModelUnavailable(
            f"{path.name} is no model but of the kind '{header.kind}'. Adapters are made by "
            f"training; choose the file of a whole model."
        )
    if header.parts > 1:
        raise ModelUnavailable(
            f"{path.name} is one of {header.parts} parts. Join them with llama-gguf-split --merge "
            f"and add the joined file."
        )
    if not header.parameters:
        raise ModelUnavailable(f"{path.name} holds no weights. Choose the file of a whole model.")
    read_special_tokens(path)
    return header


def _format_of(header: ModelHeader, name: str, wanted: str) -> str:
    known = tuple(dict.fromkeys(CHAT_FORMATS.values()))
    if wanted and wanted not in known:
        raise ModelUnavailable(
            f"'{wanted}' is no known form of conversations. Use one of: {', '.join(known)}."
        )
    found = (form for sign, form in CHAT_FORMATS.items() if sign in header.chat_template)
    form = wanted or next(found, "")
    if not form:
        raise ModelUnavailable(
            f"{name} does not say in which form it reads a conversation, so it may be no chat "
            f"model. If it is one, name the form with --chat-format: {', '.join(known)}."
        )
    return form
