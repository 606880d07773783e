"""Proof: what a case claims, held against what it may rest on."""
