"""How many files of ``assistant/`` a pasted epic crosses on its way to the CSV.

How to run it::

    python benchmarks/files_crossed.py [--calls FUNCTION ...] [--list]

An epic of the sample data is pasted into a project that holds the sample wiki, understood, written
as an outline (no model) and exported. A file counts when a function of it is called; importing it
does not count, and all of the package is imported before. ``--list`` names the files, ``--calls``
says how often functions whose name holds a word were called (``--calls checklist conflicts``).
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

from assistant.domain import GenerationConfig
from assistant.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "assistant"
EPIC = ROOT / "sample_data" / "epics" / "CC-200-cooling-off-cancellation.md"
WIKI = ROOT / "sample_data" / "wiki"


class Calls:
    """Counts calls of functions of the package, in every thread, while it is entered."""

    def __init__(self) -> None:
        self.counts: Counter[CodeType] = Counter()

    def _trace(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            self.counts[frame.f_code] += 1

    def __enter__(self) -> Calls:
        threading.setprofile(self._trace)
        sys.setprofile(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]

    def of_functions(self) -> dict[tuple[str, str], int]:
        """Calls by file (relative to the package) and qualified name."""
        found: Counter[tuple[str, str]] = Counter()
        for code, count in self.counts.items():
            path = Path(code.co_filename)
            if path.is_relative_to(PACKAGE):
                found[path.relative_to(PACKAGE).as_posix(), code.co_qualname] += count
        return found


def import_package() -> None:
    """Import every module of the package but the pages' widgets and the entry point."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[1] != "ui" and parts[-1] != "__main__":
            importlib.import_module(".".join(parts).removesuffix(".__init__"))


def cross(data_dir: Path) -> Calls:
    """Paste the epic, write its outline, export the CSV; what was called on the way."""
    from assistant.workflow.deployment import models
    from assistant.workflow.deployment.workspace import Workspace
    from assistant.workflow.review import export_cases
    from assistant.workflow.sources import import_sources
    from assistant.workflow.writing import generate_cases, requests

    settings = load_settings(data_dir=data_dir, models_dir=load_settings().models_path)
    models.fetch(settings, models.DEFAULT_EMBEDDING)
    with Workspace.open(settings) as workspace:
        project = workspace.ensure_project("Sample")
        import_sources.index_paths(workspace, project.id, [WIKI])
        with Calls() as calls:
            pasted = requests.GenerateRequest(text=EPIC.read_text("utf-8"), title=EPIC.stem)
            understood = requests.understand(workspace, project.id, pasted)
            outline = GenerationConfig(writer=models.OUTLINE_WRITER)
            run = generate_cases.begin(workspace, project.id, understood, outline, by="benchmark")
            run = generate_cases.run_now(workspace, project.id, run)
            file = export_cases.export_csv(workspace, project.id, run_id=run.id, profile="excel")
        print(f"{file.cases} cases of {EPIC.stem}")
    return calls


def main() -> None:
    """Run it once and print files by room."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--list", action="store_true", help="name every file")
    parser.add_argument("--calls", nargs="*", default=[], help="count calls of functions")
    given = parser.parse_args()
    import_package()
    with tempfile.TemporaryDirectory() as folder:
        functions = cross(Path(folder)).of_functions()
    files = {path for path, _ in functions}
    rooms = Counter(path.split("/")[0].removesuffix(".py") for path in files)
    for room, count in rooms.most_common():
        print(f"{room:<12} {count:>4}")
    print(f"{'files':<12} {len(files):>4}")
    if given.list:
        print(*sorted(files), sep="\n")
    for (path, name), count in sorted(functions.items(), key=lambda one: -one[1]):
        if any(word in name for word in given.calls):
            print(f"{count:>7}  {path}  {name}")


if __name__ == "__main__":
    main()
