"""``uv.lock``: public places only, a hash for every file, and what pyproject.toml asks for.

That it is up to date is checked by ``uv lock --check`` in ``.ci/run``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def packages() -> list[dict[str, Any]]:
    """Every package of the lock file."""
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    assert isinstance(locked, list)
    return locked


def files(package: dict[str, Any]) -> list[dict[str, Any]]:
    """What can be fetched for a package: its wheels and its source."""
    return [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]


def test_every_file_is_public_and_has_its_hash(packages: list[dict[str, Any]]) -> None:
    own = [package for package in packages if package["source"] == {"editable": "."}]
    assert [package["name"] for package in own] == ["uat-assistant"]
    for package in packages:
        if package in own:
            continue
        assert package["source"] == {"registry": "https://pypi.org/simple"}, package["name"]
        assert files(package), package["name"]
        for file in files(package):
            assert urlsplit(file["url"]).netloc == "files.pythonhosted.org", file["url"]
            assert len(file["hash"].removeprefix("sha256:")) == 64, file["url"]


def test_no_address_but_of_the_public_index() -> None:
    text = (ROOT / "uv.lock").read_text("utf-8")
    places = {urlsplit(word).netloc for word in text.split('"') if "://" in word}
    assert places == {"pypi.org", "files.pythonhosted.org"}
