"""The registry keeps what it is given, and refuses what is not what it claims to be."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.errors import TrainingError
from assistant.training.adapters import AdapterRegistry, AdapterSheet, check_safetensors
from assistant.training.config import BaseIdentity, BaseShape, TrainingConfig

BASE = BaseIdentity(id="some-base", sha256="a" * 64)


def sheet(name: str) -> AdapterSheet:
    """A sheet for the base above."""
    return AdapterSheet(
        name=name,
        base=BASE,
        shape=BaseShape(model_type="llama", layers=2, heads=4, key_value_heads=2),
        config=TrainingConfig(base="some-base", name=name),
        created=datetime.now(UTC),
        author="Ada",
    )


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The files of a trained adapter, its config with a path of some machine."""
    import torch
    from safetensors.torch import save_file

    folder = tmp_path / "made"
    folder.mkdir()
    save_file({"x": torch.zeros(2)}, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "/home/ada/base"}')
    (folder / "adapter.gguf").write_bytes(b"GGUF")
    return folder


def test_life_of_an_adapter(tmp_path: Path, made: Path) -> None:
    registry = AdapterRegistry(tmp_path / "adapters")
    first = registry.add(sheet("first"), made)
    assert "/home" not in (first.folder / "adapter_config.json").read_text()
    assert registry.get("first", base=BASE) == first
    with pytest.raises(TrainingError, match="already"):
        registry.add(sheet("first"), made)
    registry.add(sheet("second"), made)
    registry.promote("first", "energy")
    registry.promote("second", "energy")
    registry.rename("second", "newer")
    assert registry.default_of("energy") == "newer"
    assert [a.sheet.name for a in registry.list()] == ["first", "newer"]
    assert registry.roll_back("energy") == "first"
    assert registry.roll_back("energy") == ""
    with pytest.raises(TrainingError, match="taken back"):
        registry.roll_back("energy")
    registry.promote("first", "energy")
    registry.promote("newer", "energy")
    registry.delete("newer")
    assert registry.default_of("energy") == "first"
    with pytest.raises(TrainingError, match="no adapter 'newer'"):
        registry.get("newer")


def test_the_lora_alone_is_exported_with_its_sheet(tmp_path: Path, made: Path) -> None:
    registry = AdapterRegistry(tmp_path / "adapters")
    registry.add(sheet("ours"), made)
    for _ in range(2):  # a second time over the first
        place = registry.export("ours", tmp_path / "out")
    assert sorted(path.name for path in place.iterdir()) == ["adapter.gguf", "sheet.json"]
    assert set(json.loads((place / "sheet.json").read_text())["files"]) == {"adapter.gguf"}
    (registry.get("ours").folder / "adapter.gguf").write_bytes(b"GGUF of somebody else")
    with pytest.raises(TrainingError, match="has changed"):
        registry.export("ours", tmp_path / "again")


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "..", "A", "a\\b", "a\n", "x" * 65])
def test_unsafe_names_are_refused(tmp_path: Path, made: Path, name: str) -> None:
    registry = AdapterRegistry(tmp_path / "adapters")
    registry.add(sheet("fine"), made)
    with pytest.raises(TrainingError, match="no name for an adapter"):
        registry.get(name)
    with pytest.raises(TrainingError, match="no name for an adapter"):
        registry.rename("fine", name)


def test_other_base_changed_base_and_changed_file_are_refused(tmp_path: Path, made: Path) -> None:
    registry = AdapterRegistry(tmp_path / "adapters")
    adapter = registry.add(sheet("mine"), made)
    with pytest.raises(TrainingError, match="belongs to the base model some-base"):
        registry.get("mine", base=BaseIdentity(id="other", sha256="b" * 64))
    with pytest.raises(TrainingError, match="has changed since"):
        registry.get("mine", base=BaseIdentity(id="some-base", sha256="b" * 64))
    (adapter.folder / "adapter.gguf").write_bytes(b"GGUX")
    with pytest.raises(TrainingError, match=r"adapter\.gguf .* has changed"):
        registry.get("mine")


class Bomb:
    """Touches a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.target,)


@pytest.mark.parametrize("kind", ["pickle", "torch", "cut", "empty", "padded", "noise"])
def test_what_is_no_safetensors_file_is_refused_unread(
    tmp_path: Path, made: Path, kind: str
) -> None:
    import torch

    weights, bomb = made / "adapter_model.safetensors", tmp_path / "exploded"
    whole = weights.read_bytes()
    if kind == "torch":
        torch.save({"x": torch.zeros(2)}, weights)
    else:
        weights.write_bytes(
            {
                "pickle": pickle.dumps(Bomb(bomb)),
                "cut": whole[:-1],
                "empty": b"",
                "padded": whole + b"x",
                "noise": b"\x02" + b"\x00" * 7 + b"[]",
            }[kind]
        )
    with pytest.raises(TrainingError, match="not a safetensors file"):
        check_safetensors(weights)
    registry = AdapterRegistry(tmp_path / "adapters")
    with pytest.raises(TrainingError, match="not opened"):
        registry.add(sheet("bad"), made)
    assert registry.list() == ()
    assert not bomb.exists()


def test_sheet_names_every_hash(tmp_path: Path, made: Path) -> None:
    adapter = AdapterRegistry(tmp_path / "adapters").add(sheet("mine"), made)
    written = json.loads((adapter.folder / "sheet.json").read_text())
    assert set(written["files"]) == {
        "adapter_model.safetensors",
        "adapter_config.json",
        "adapter.gguf",
    }
    assert written["author"] == "Ada"
