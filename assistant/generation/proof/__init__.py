"""Proof: what a case claims, held against what it may rest on."""

from assistant.generation.proof.checklist import covered_conditions
from assistant.generation.proof.citations import verified
from assistant.generation.proof.ground import Ground, ground_of
from assistant.generation.proof.grounding import grounded
from assistant.generation.proof.marks import RULES
from assistant.generation.proof.passages import Sources
from assistant.generation.proof.quoting import with_sources

__all__ = [
    "RULES",
    "Ground",
    "Sources",
    "bleed",
    "citations",
    "contradictions",
    "covered_conditions",
    "ground",
    "ground_of",
    "grounded",
    "grounding",
    "known",
    "marks",
    "passages",
    "repetition",
    "verified",
    "with_sources",
]
