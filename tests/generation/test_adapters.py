"""Adapters beside a real small model: switched by each request, kept apart, refused when wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from briefs import brief_of_case

from assistant.domain import Epic, GenerationConfig, TestCase, UserStory
from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import SMALL_CHAT, find_model
from assistant.generation.models.chat_models import (
    AdapterFile,
    ChatEndpoint,
    invoke_structured,
    open_embedded,
)
from assistant.generation.models.engine import LlamaEngine
from assistant.generation.prompts import Message
from assistant.generation.writers.item_answer import item_schema, read_item_draft
from assistant.generation.writers.item_prompt import item_prompt
from assistant.generation.writers.item_writer import ItemWriter

gguf = pytest.importorskip("gguf", reason="writes the adapters that the tests load")
np = pytest.importorskip("numpy")

CONFIG = GenerationConfig(max_tokens=200, attempts=1)
STORY = UserStory(
    key="shop/cart",
    title="Adding a product to the cart",
    narrative="In order to buy products\nAs a Visitor\nI want to add them to the cart",
)
EPIC = Epic(key="shop", title="Shop")
CASE = TestCase(id="c1", title="Adding a simple product")
SCHEMA = item_schema(max_preconditions=1, max_steps=1, max_line=24, max_expected=24)
"""Short answers: the adapters are noise, and a model with noise in it does not end by itself."""
LAYERS = tuple(f"blk.{number}.ffn_down.weight" for number in range(0, 30, 3))


def write_adapter(
    path: Path, seed: int, *, width: int = 576, architecture: str = "llama", kind: str = "lora"
) -> Path:
    """A LoRA of rank 4 with random weights for SmolLM2, large enough to change its answers."""
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", kind)
    writer.add_float32("adapter.lora.alpha", 8.0)
    random = np.random.default_rng(seed)
    for name in LAYERS:
        lora_a = random.normal(size=(4, 1536)).astype(np.float32) * 0.1
        lora_b = random.normal(size=(width, 4)).astype(np.float32) * 0.1
        writer.add_tensor(name + ".lora_a", lora_a)
        writer.add_tensor(name + ".lora_b", lora_b)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("adapters")


@pytest.fixture(scope="module")
def endpoint(small_chat_path: Path, folder: Path) -> Iterator[ChatEndpoint]:
    adapters = [
        AdapterFile("first", write_adapter(folder / "first.gguf", 1)),
        AdapterFile("second", write_adapter(folder / "second.gguf", 2)),
    ]
    model = find_model(SMALL_CHAT)
    opened = open_embedded(model, small_chat_path, threads=1, config=CONFIG, adapters=adapters)
    yield opened
    opened.close()


def first_losses(engine: LlamaEngine, text: str, adapter: int | None) -> list[float]:
    """Log-probabilities of the first tokens of an answer."""
    body = {
        "messages": [{"role": "user", "content": text}],
        "max_tokens": 4,
        "temperature": 0,
        "logprobs": True,
        "lora": engine.lora(adapter),
    }
    with engine._client() as client:
        answer = client.post("/v1/chat/completions", json=body).json()
    return [round(one["logprob"], 3) for one in answer["choices"][0]["logprobs"]["content"]]


def question() -> tuple[Message, ...]:
    brief = brief_of_case(EPIC, STORY, CASE)
    return item_prompt(STORY, brief.criterion, brief.condition, (), examples=False).messages


def asked(endpoint: ChatEndpoint) -> str:
    reply = invoke_structured(endpoint, question(), SCHEMA)
    read_item_draft(reply.data)
    return reply.raw


@pytest.mark.slow
def test_scale_zero_is_the_base_and_each_adapter_changes_the_answer(
    endpoint: ChatEndpoint, small_endpoint: ChatEndpoint
) -> None:
    assert endpoint.spec.adapter == ""
    base = asked(endpoint)
    plain = small_endpoint.with_config(CONFIG)
    assert base == asked(plain)
    first, second = endpoint.with_adapter("first"), endpoint.with_adapter("second")
    assert (first.spec.adapter, second.spec.adapter) == ("first", "second")
    assert first.spec.model_copy(update={"adapter": ""}) == endpoint.spec
    assert first.adapters == second.adapters == ("first", "second")
    assert asked(first) != base
    assert first.with_config(CONFIG).spec.adapter == "first"


@pytest.mark.slow
def test_what_one_adapter_read_serves_no_other(endpoint: ChatEndpoint) -> None:
    engine = endpoint.engine
    assert engine is not None
    text, between = "The bill is due in 14 days. " * 8, "Birds fly south. " * 10
    fresh = {}
    for adapter in (None, 0, 1):
        first_losses(engine, between, adapter)
        fresh[adapter] = first_losses(engine, text, adapter)
    assert len({tuple(losses) for losses in fresh.values()}) == 3
    for before, adapter in ((0, 1), (1, None)):
        first_losses(engine, text, before)
        first_losses(engine, between, adapter)
        assert first_losses(engine, text, adapter) == fresh[adapter]


@pytest.mark.slow
def test_reading_ahead_is_for_the_adapter_in_use(endpoint: ChatEndpoint) -> None:
    messages = question()
    first = endpoint.with_adapter("first")
    asked(endpoint)
    first.read_ahead(messages)
    reply = invoke_structured(first, messages, SCHEMA)
    assert reply.cached_tokens > reply.prompt_tokens // 2
    asked(endpoint)
    assert invoke_structured(first, messages, SCHEMA).cached_tokens < reply.prompt_tokens // 2


@pytest.mark.slow
def test_an_untrained_model_still_gives_a_whole_case(endpoint: ChatEndpoint) -> None:
    writer = ItemWriter(endpoint.with_adapter("first"), CONFIG)
    writer.read_ahead(STORY)
    written = writer.write(brief_of_case(EPIC, STORY, CASE))
    assert written.case.steps
    assert written.case.origin.writer in {"model", "outline"}
    assert bool(written.case.origin.replaces) == (written.case.origin.writer == "outline")


@pytest.mark.long
def test_unknown_and_unusable_adapters_are_typed_errors(
    endpoint: ChatEndpoint, small_chat_path: Path, folder: Path
) -> None:
    with pytest.raises(ModelUnavailable, match=r"'third' is not loaded.*first, second"):
        endpoint.with_adapter("third")
    pickle = folder / "pickle.gguf"
    pickle.write_bytes(b"\x80\x04\x95" + b"x" * 100)
    qwen = write_adapter(folder / "qwen.gguf", 3, architecture="qwen2")
    other = write_adapter(folder / "other.gguf", 3, kind="control")
    narrow = write_adapter(folder / "narrow.gguf", 3, width=64)
    model = find_model(SMALL_CHAT)
    for path, reason in (
        (pickle, "not a readable GGUF"),
        (qwen, "type 'qwen2'"),
        (other, "no GGUF LoRA"),
        (small_chat_path, "no GGUF LoRA"),
        (narrow, "narrow.gguf: one may be damaged"),
    ):
        with pytest.raises(ModelUnavailable, match=reason):
            open_embedded(
                model,
                small_chat_path,
                threads=1,
                config=CONFIG,
                adapters=[AdapterFile("bad", path)],
                active="bad",
            )
    configured = ChatEndpoint(endpoint.chat, endpoint.spec, "there", 5)
    with pytest.raises(ModelUnavailable, match="merged"):
        configured.with_adapter("first")
