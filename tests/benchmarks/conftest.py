"""The scripts of ``benchmarks/`` import each other by name, and so do their tests."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "benchmarks"), str(ROOT / "tests" / "workflow")]
