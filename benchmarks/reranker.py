"""A reranker raised at home: the search's own MiniLM, trained on links, over the default's ranking.

Usage: python benchmarks/reranker.py CORPORA_FOLDER MODEL_FOLDER FORM [untrained]

FORM: ``vectors`` (one vector a text, as in the search), ``tokens`` (each token of a question and
its nearest of the text, as in ColBERT) or ``pair`` (both texts read together, a cross-encoder). The
lower ``FROZEN`` layers read each text by itself, once, and stay as they are; the upper ones are
trained on the sets of the other ``GROUPS`` (PreTTR, MacAvaney et al. 2020).

A line a set: MAP of the default; less it, with paired 95 % intervals: the form alone, both (the
form's z-scores times ``WEIGHT`` added to the default's), and the default with texts last that are
linked to a question of the other four fifths, which takes no model; the processor's seconds to
train, and its milliseconds a question (``DEEP`` texts, lower layers known).
"""

from __future__ import annotations

import copy
import random
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from scipy.stats import zscore
from torch.nn.functional import cross_entropy, log_softmax, normalize
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModel, AutoTokenizer

from assistant.domain import SearchFilter
from assistant.evaluation.gold_links import DEPTH, STRATEGIES, GoldSet, indexed, read_gold_set
from assistant.evaluation.ranking_metrics import Measured, average_precision
from assistant.knowledge.embedding import SentenceEmbedder

GROUPS = (
    ("asvs_req_scenario", "trusted_tester", "warc"),
    ("dronology", "dronology_feature_req", "xray_bookstore"),
    ("cm1", "gannt", "masvs_mastg", "modis"),
    ("sylius",),
)
FROZEN, WINDOW, TOGETHER = 4, 128, (48, 72)  # layers; tokens of a text, and of both in one
DEEP, HARD, ROUNDS, OF_A_SET = 20, 40, 1, 100  # texts ranked, texts to mistake, links of a set
# Learning rate, questions a step, and wrong texts beside each right one:
SETTINGS = {"vectors": (5e-5, 16, 1), "tokens": (5e-5, 16, 1), "pair": (1e-4, 8, 3)}
WEIGHT = 0.3
Ranked = Mapping[str, Sequence[tuple[str, float]]]
Link = tuple[str, str, Sequence[str], frozenset[str]]


class Reranker(torch.nn.Module):
    """Scores texts for a question in one of the forms."""

    def __init__(self, folder: Path, form: str) -> None:
        super().__init__()
        self.form, self.known = form, dict[str, torch.Tensor]()
        self.tokens = AutoTokenizer.from_pretrained(folder)
        bert = AutoModel.from_pretrained(folder).eval()
        self.lower = [bert.embeddings, *bert.encoder.layer[:FROZEN]]  # a list: these do not train
        self.upper = bert.encoder.layer[FROZEN:]
        self.side = torch.nn.Parameter(torch.zeros(2, 384))
        self.compared = torch.nn.Linear(768, 1)
        torch.nn.init.zeros_(self.compared.weight)

    @torch.no_grad()
    def states(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """What the frozen layers make of each text, shape ``(tokens, 384)``; kept."""
        for text in texts:
            if text not in self.known:
                read = self.tokens(text, truncation=True, max_length=WINDOW, return_tensors="pt")
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    state = self.lower[0](input_ids=read["input_ids"])
                    for layer in self.lower[1:]:
                        state = layer(state)
                self.known[text] = state[0].bfloat16()
        return [self.known[text].float() for text in texts]

    def read(self, states: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """The upper layers' states, padded, and which of them are tokens."""
        state = pad_sequence(list(states), batch_first=True)
        here = pad_sequence([torch.ones(len(one)) for one in states], batch_first=True)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            for layer in self.upper:
                state = layer(state, ((1 - here) * -1e4)[:, None, None, :])
        return state.float(), here

    def together(self, questions: Sequence[str], texts: Sequence[str]) -> torch.Tensor:
        """A score a pair: cosine of the two halves that have seen each other, and a learned one."""
        asked = [one[: TOGETHER[0]] + self.side[0] for one in self.states(questions)]
        found = [one[: TOGETHER[1]] + self.side[1] for one in self.states(texts)]
        state, here = self.read([torch.cat(both) for both in zip(asked, found, strict=True)])
        ends = torch.tensor([len(one) for one in asked])[:, None]
        first = (torch.arange(state.shape[1]) < ends).float()
        left, right = mean(state, first), mean(state, here - first)
        compared = torch.cat([left * right, (left - right).abs()], -1)
        learned: torch.Tensor = self.compared(compared)[:, 0]
        return 10 * ((left * right).sum(-1) + learned)

    def apart(self, questions: Sequence[str], texts: Sequence[str]) -> torch.Tensor:
        """Scores, shape ``(questions, texts)``, of texts that have not seen each other."""
        asked, asked_here = self.read(self.states(questions))
        found, here = self.read(self.states(texts))
        if self.form == "vectors":
            return 20 * mean(asked, asked_here) @ mean(found, here).T
        near = torch.einsum("qid,tjd->qtij", normalize(asked, dim=-1), normalize(found, dim=-1))
        near = near.masked_fill(here[None, :, None, :] == 0, -9).amax(-1)
        return 20 * (near * asked_here[:, None]).sum(-1) / asked_here.sum(-1)[:, None]

    @torch.no_grad()
    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Scores of the texts for the question."""
        if self.form == "pair":
            return self.together([question] * len(texts), texts).numpy()
        return self.apart([question], texts)[0].numpy()

    def loss(self, links: Sequence[Link], draw: random.Random) -> torch.Tensor:
        """How far the right texts are from being first; those apart among all of the step."""
        wrong = [draw.sample(hard, SETTINGS[self.form][2]) for _, _, hard, _ in links]
        if self.form == "pair":
            lists = [[one[1], *bad] for one, bad in zip(links, wrong, strict=True)]
            asked = [one[0] for one in links for _ in lists[0]]
            scores = self.together(asked, [text for texts in lists for text in texts])
            return -log_softmax(scores.view(len(links), -1), dim=1)[:, 0].mean()
        texts = [one[1] for one in links] + [text for bad in wrong for text in bad]
        also = torch.tensor([[text in one[3] for text in texts] for one in links])
        right = torch.arange(len(links))
        also[right, right] = False
        scores = self.apart([one[0] for one in links], texts)
        return cross_entropy(scores.masked_fill(also, -1e4), right)

    def learn(self, links: Sequence[Link]) -> float:
        """Train on links; the seconds of the processor that it took."""
        began, draw, (rate, size, _) = time.process_time(), random.Random(0), SETTINGS[self.form]
        optimiser = torch.optim.AdamW(self.parameters(), weight_decay=0.01)
        order = [link for _ in range(ROUNDS) for link in draw.sample(links, len(links))]
        steps = max(1, len(order) // size)
        for step in range(steps):
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1, 10 * (step + 1) / steps, 1.05 - step / steps)
            optimiser.zero_grad()
            torch.autograd.backward(self.loss(order[step * size : (step + 1) * size], draw))
            torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
            optimiser.step()
        return time.process_time() - began


def mean(state: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
    """The mean of some tokens, of length 1."""
    return normalize((state * of[..., None]).sum(1) / of.sum(1)[:, None], dim=-1)


def default_ranking(gold: GoldSet, embedder: SentenceEmbedder) -> Ranked:
    """Ids and scores of each question's first 500, as ``evaluate retrieval`` has them."""
    config = STRATEGIES["default"].model_copy(update={"filter": SearchFilter(kinds=("case",))})
    ranked = dict[str, list[tuple[str, float]]]()
    with indexed(gold, embedder, with_sources=gold.requirements) as base:
        for one in gold.questions:
            hits = base.search(one.text, config, limit=DEPTH)
            rows = [(hit.chunk.document_id.removeprefix("case:"), hit.score) for hit in hits]
            ranked[one.id] = sorted(rows, key=lambda row: (-row[1], row[0]))
    return ranked


def links_of(gold: GoldSet, ranked: Ranked) -> list[Link]:
    """Question, linked text, texts that the default mistakes for it, and all that are linked."""
    links = list[Link]()
    for one in gold.questions:
        hard = [gold.targets[n] for n, _ in ranked[one.id][:HARD] if n not in one.relevant]
        texts = frozenset(gold.targets[name] for name in one.relevant)
        links += [(one.text, text, hard, texts) for text in sorted(texts)]
    return random.Random(0).sample(links, len(links))


def known_last(gold: GoldSet, ranked: Ranked) -> Measured:
    """The default, with what is linked to a question of the other four fifths moved to the end."""
    measured, names = Measured(), random.Random(0).sample(sorted(ranked), len(ranked))
    for fold in (set(names[n::5]) for n in range(5)):
        taken = set[str]().union(*(x.relevant for x in gold.questions if x.id not in fold))
        for one in (one for one in gold.questions if one.id in fold):
            order = sorted((name for name, _ in ranked[one.id]), key=taken.__contains__)
            measured.add("map", one.id, average_precision(order, one.relevant))
    return measured


def reranked(model: Reranker, gold: GoldSet, ranked: Ranked) -> dict[str, Measured]:
    """The default, the form alone, and both."""
    measured = {way: Measured() for way in ("default", "alone", "both")}
    for one in gold.questions:
        names, scores = [name for name, _ in ranked[one.id]], [s for _, s in ranked[one.id]][:DEEP]
        texts = [gold.targets[name] for name in names[:DEEP]]
        model.states([one.text, *texts])
        began = time.process_time()
        alone = zscore(model.score(one.text, texts))
        measured["both"].seconds.append(time.process_time() - began)
        both = zscore(scores) + WEIGHT * alone
        for way, by in (("default", -np.arange(len(texts))), ("alone", alone), ("both", both)):
            order = [names[n] for n in np.argsort(-by, kind="stable")] + names[DEEP:]
            measured[way].add("map", one.id, average_precision(order, one.relevant))
    return measured


def main() -> None:
    """Train, rank and print."""
    corpora, folder, form, *untrained = sys.argv[1:]
    embedder = SentenceEmbedder(Path(folder), model_id="all-MiniLM-L6-v2")
    golds = [read_gold_set(Path(corpora, "trace", name)) for group in GROUPS for name in group]
    ranked = {gold.name: default_ranking(gold, embedder) for gold in golds}
    model = Reranker(Path(folder), form)
    fresh = copy.deepcopy(model.state_dict())
    for group in GROUPS:
        model.load_state_dict(fresh)
        others = [gold for gold in golds if gold.name not in group]
        links = [link for one in others for link in links_of(one, ranked[one.name])[:OF_A_SET]]
        seconds = 0.0 if untrained else model.learn(links)
        for gold in (gold for gold in golds if gold.name in group):
            measured = reranked(model, gold, ranked[gold.name])
            speed = f"{seconds:.0f} s {measured['both'].milliseconds:.0f} ms"
            ways = (measured["alone"], measured["both"], known_last(gold, ranked[gold.name]))
            less = [way.less(measured["default"])["map"] for way in ways]
            shown = [f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]" for one in less]
            before = measured["default"].figures()["map"].value
            print(f"{gold.name:22} {before:.3f}", *shown, speed, flush=True)


if __name__ == "__main__":
    main()
