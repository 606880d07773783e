"""Proof: what a case claims, held against what it may rest on."""

from assistant.generation.proof.calculation_lines import still_said
from assistant.generation.proof.case_basis import Ground, ground_of
from assistant.generation.proof.case_proof import grounded, situated
from assistant.generation.proof.checklist import covered_conditions
from assistant.generation.proof.claims import sentences_of
from assistant.generation.proof.passages import Sources
from assistant.generation.proof.proof_faults import RULES
from assistant.generation.proof.question_bearing import bearing, bears_on, rests_on
from assistant.generation.proof.result_citations import (
    best_of,
    cited,
    still_cited,
    verified,
    with_sources,
)

__all__ = [
    "RULES",
    "Ground",
    "Sources",
    "amounts",
    "bearing",
    "bears_on",
    "best_of",
    "bleed",
    "calculation_lines",
    "case_basis",
    "case_proof",
    "cited",
    "covered_conditions",
    "ground_of",
    "grounded",
    "limits",
    "measures",
    "passages",
    "placeholders",
    "polarity",
    "proof_faults",
    "repetition",
    "rests_on",
    "sentences_of",
    "situated",
    "statement_words",
    "still_cited",
    "still_said",
    "support_texts",
    "verified",
    "with_sources",
]
