"""Look the locked packages up in the list of known weaknesses, and write the list of parts (SBOM).

How to run it: ``make audit``. It reads requirements with hashes on standard input (``uv export``)
and writes ``build/sbom.json`` (CycloneDX). Exit status 1 where a package has a known weakness.
Without network nothing can be looked up: that is said, and is no failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SBOM = ROOT / "build" / "sbom.json"


def known_weaknesses(requirements: Path) -> int:
    """Print what pip-audit knows of these packages; the number of weaknesses."""
    done = subprocess.run(
        [
            *("pip-audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"),
            *("--format", "json", "-r", str(requirements)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"Nothing was looked up: pip-audit could not do its work ({last}).")
        return 0
    looked_up = [package for package in packages if "skip_reason" not in package]
    print(f"{len(looked_up)} of {len(packages)} packages were found in the list.")
    if not looked_up:
        print("Nothing was looked up: the list of known weaknesses is out of reach here.")
    found = [(package, flaw) for package in looked_up for flaw in package["vulns"]]
    for package, flaw in found:
        fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {flaw['id']} (fixed in: {fixed})")
    return len(found)


def write_parts(requirements: Path) -> int:
    """Write the SBOM; the number of its parts. Raises ``CalledProcessError`` where it cannot."""
    SBOM.parent.mkdir(exist_ok=True)
    subprocess.run(
        [
            *("cyclonedx-py", "requirements", str(requirements)),
            *("--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"),
            *("--output-format", "JSON", "--output-file", str(SBOM)),
        ],
        check=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    return len(json.loads(SBOM.read_text("utf-8"))["components"])


def main() -> int:
    """Both, for the requirements on standard input; they may not be empty."""
    wanted = sys.stdin.read()
    if "==" not in wanted:
        sys.exit("no requirements on standard input: is uv installed?")
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(wanted, encoding="utf-8")
        print(f"{write_parts(requirements)} parts are listed in {SBOM.relative_to(ROOT)}.")
        return min(known_weaknesses(requirements), 1)


if __name__ == "__main__":
    sys.exit(main())
