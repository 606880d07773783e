"""``make audit``: what it says and how it ends, with programs of the test's own in place of the
auditor and the writer of the list of parts, because the real ones need the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "audit.py"
LISTED = {"name": "sound", "version": "1.0", "vulns": []}
UNLISTED = {"name": "unknown", "skip_reason": "Dependency not found"}
FLAWED = {
    "name": "flawed",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}],
}


def program(folder: Path, name: str, body: str) -> None:
    """A program of this name that comes first on the path."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def audit(tmp_path: Path, answer: str, given: str = "sound==1.0\n") -> tuple[int, str]:
    """Run the script in a copy of its place; its exit status and what it said."""
    script = tmp_path / ".ci" / "audit.py"
    script.parent.mkdir()
    script.write_bytes(SCRIPT.read_bytes())
    program(tmp_path, "pip-audit", f"print({answer!r})")
    program(
        tmp_path,
        "cyclonedx-py",
        "open(sys.argv[-1], 'w').write('{\"components\": [{}]}')",
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        input=given,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("packages", "status", "words"),
    [
        ([LISTED], 0, "1 of 1 packages were found"),
        ([UNLISTED], 0, "Nothing was looked up"),
        ([LISTED, UNLISTED, FLAWED], 1, "flawed 2.0: PYSEC-1 (fixed in: 2.1)"),
    ],
)
def test_a_known_weakness_fails_and_a_list_out_of_reach_is_said(
    tmp_path: Path, packages: list[object], status: int, words: str
) -> None:
    ended, said = audit(tmp_path, json.dumps({"dependencies": packages}))
    assert (ended, words in said) == (status, True), said
    assert "1 parts are listed" in said


def test_an_auditor_that_cannot_work_is_said(tmp_path: Path) -> None:
    ended, said = audit(tmp_path, "no JSON")
    assert ended == 0
    assert "Nothing was looked up" in said


def test_no_requirements_are_a_fault(tmp_path: Path) -> None:
    ended, said = audit(tmp_path, "{}", given="\n")
    assert ended == 1
    assert "no requirements" in said
