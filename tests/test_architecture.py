"""The rules of the house, enforced: who may import whom, where vendors live, what README names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "assistant"

BASE = {"domain", "errors", "failpoints", "language"}
LEAVES = ("sources", "knowledge", "reading", "suite", "library")
BELOW = {*LEAVES, "design"}
ALLOWED: dict[str, set[str]] = {
    "domain": set(),
    "errors": set(),
    "failpoints": set(),
    "settings": {"errors"},
    "language": {"domain"},
    **dict.fromkeys(LEAVES, BASE),
    "design": BASE | {"reading"},
    "generation": BASE | {"knowledge", "design", "suite"},
    "training": BASE | {"generation"} | BELOW,
    "evaluation": BASE | {"generation"} | BELOW,
    "workflow": BASE | {"settings", "generation", "training", "evaluation"} | BELOW,
    "ui": BASE | {"workflow", "settings"},
    "mcp_server": BASE | {"workflow", "settings"},
    "__main__": BASE | {"workflow", "settings", "command_line"},
    "command_line": BASE | {"workflow", "settings", "mcp_server"},
    "__init__": set(),
}
SHELL = {"ui", "workflow", "domain", "errors"}
"""What app.py and pages/ may import from the package."""
WITH_TOOLS = {"ui", "mcp_server", "settings"}
"""What app_with_tools.py may: it puts the tools beside the app."""

VENDOR_HOMES: dict[str, set[str]] = {
    "covertable": {"design"},
    "streamlit": {"ui", "app", "app_with_tools", "pages"},
    "starlette": {"mcp_server"},
    "qdrant_client": {"knowledge"},
    "qdrant_edge": {"knowledge"},
    "tenacity": {"knowledge"},
    "sqlalchemy": {"library", "sources"},
    "torch": {"knowledge", "training"},
    "transformers": {"knowledge", "training"},
    "peft": {"training"},
    "trl": {"training"},
    "accelerate": {"training"},
    "gguf": {"training"},
    "bitsandbytes": {"training"},
    "safetensors": {"training"},
    "sentence_transformers": {"knowledge"},
    "langchain": {"knowledge", "generation"},
    "langchain_core": {"knowledge", "generation"},
    "langchain_openai": {"generation"},
    "langchain_ollama": {"generation"},
    "langchain_anthropic": {"generation"},
    "langchain_community": {"sources"},
    "langchain_text_splitters": {"knowledge"},
    "xllamacpp": {"generation"},
    "python_calamine": {"sources"},
    "pypdfium2": {"sources"},
    "pypdf": {"sources"},
    "mammoth": {"sources"},
    "pptx": {"sources"},
    "bs4": {"sources"},
    "markdownify": {"sources"},
    "striprtf": {"sources"},
    "olefile": {"sources"},
    "icalendar": {"sources"},
    "docutils": {"sources"},
    "defusedxml": {"sources"},
    "yaml": {"sources"},
    "phonenumbers": {"sources"},
    "stdnum": {"sources"},
    "httpcore": {"sources"},
    "keyring": {"sources"},
    "mcp": {"mcp_server"},
    "mcp_types": {"mcp_server"},
}


@cache
def modules() -> list[Path]:
    """All Python files of the product: the package, the app and its pages."""
    shell = [ROOT / "app.py", ROOT / "app_with_tools.py", *sorted((ROOT / "pages").glob("*.py"))]
    return [*sorted(PACKAGE.rglob("*.py")), *shell]


def room_of(path: Path) -> str:
    """The room a file belongs to: the first folder or file name below ``assistant/``."""
    relative = path.relative_to(ROOT)
    if relative.parts[0] == "assistant":
        return relative.parts[1].removesuffix(".py")
    return relative.stem if relative.stem in {"app", "app_with_tools"} else "pages"


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module name imported anywhere in a file, inside functions too."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports are not used here"
            module = node.module or ""
            yield module
            if module == "assistant":
                yield from (f"assistant.{alias.name}" for alias in node.names)


each_folder = pytest.mark.parametrize(
    "folder",
    sorted({path.parent for path in modules()}),
    ids=lambda folder: str(folder.relative_to(ROOT)),
)


def imported_in(folder: Path) -> list[tuple[Path, str]]:
    """Each file of the product in a folder with each module name that it imports."""
    return [(path, name) for path in modules() if path.parent == folder for name in imports(path)]


@pytest.mark.long
@each_folder
def test_imports_only_what_its_room_may(folder: Path) -> None:
    shell = {"app": SHELL, "pages": SHELL, "app_with_tools": WITH_TOOLS}
    for path, name in imported_in(folder):
        room = room_of(path)
        allowed = shell.get(room) or ALLOWED[room] | {room}
        parts = name.split(".")
        if parts[0] == "assistant" and len(parts) > 1:
            assert parts[1] in allowed, f"{path}: {room} may not import {name}"
        home = VENDOR_HOMES.get(parts[0])
        assert home is None or room in home, f"{path}: {parts[0]} has its home in {home}"


def test_readme_names_every_room() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = readme.split("## Layout", 1)[1].split("\n## ", 1)[0]
    rooms = {path.parent.name for path in (ROOT / "assistant").glob("*/__init__.py")}
    assert rooms == set(re.findall(r"^  (\w+)/", tree, re.MULTILINE))


MOST_FILES = 25
"""In one folder: more than that, nobody finds a file without searching."""


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in PACKAGE.rglob("*.py")}), ids=lambda path: path.name
)
def test_no_folder_is_crowded(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) <= MOST_FILES


@pytest.mark.parametrize("room", sorted(PACKAGE.glob("*/__init__.py")), ids=lambda p: p.parent.name)
def test_a_file_name_is_used_once_in_a_room(room: Path) -> None:
    names = [path.name for path in room.parent.rglob("*.py") if path != room]
    double = {name for name in names if names.count(name) > 1} - {"__init__.py"}
    assert not double


@cache
def open_names(package: Path) -> frozenset[str]:
    """The door of a folder: what its ``__init__`` names in ``__all__``."""
    for node in ast.parse((package / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


@each_folder
def test_a_folder_is_entered_by_its_door(folder: Path) -> None:
    for path, name in imported_in(folder):
        *folders, _ = parts = name.split(".")
        if parts[0] != "assistant":
            continue
        for depth in range(2, len(folders) + 1):
            package = ROOT.joinpath(*parts[:depth])
            if package.is_dir() and package not in path.parents:
                assert parts[depth] in open_names(package), (
                    f"{path}: {name} is not in the door of {package}"
                )


@pytest.mark.parametrize("package", sorted(PACKAGE.glob("**/__init__.py")), ids=str)
def test_a_door_names_what_is_there(package: Path) -> None:
    text = package.read_text(encoding="utf-8")
    for name in open_names(package.parent):
        there = (package.parent / f"{name}.py").exists() or (package.parent / name).is_dir()
        assert there or re.search(rf"\b{name}\b", text.split("__all__", 1)[0]), name


def test_size_of_the_shell() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 40
    assert len((ROOT / "app_with_tools.py").read_text(encoding="utf-8").splitlines()) <= 20
    for page in (ROOT / "pages").glob("*.py"):
        assert len(page.read_text(encoding="utf-8").splitlines()) <= 80, page.name


def test_app_navigates_before_anything_else() -> None:
    body = (ROOT / "app.py").read_text(encoding="utf-8")
    calls = re.findall(r"\bst\.(\w+)", body)
    first = next(call for call in calls if call not in {"Page", "set_page_config"})
    assert first == "navigation"


@pytest.mark.parametrize("page", sorted((ROOT / "pages").glob("*.py")), ids=lambda page: page.name)
def test_every_page_begins_with_the_guard(page: Path) -> None:
    tree = ast.parse(page.read_text(encoding="utf-8"))
    first = next(
        node
        for node in tree.body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    )
    assert "require_shell(" in ast.unparse(first), f"{page.name} must call the guard first"


FORBIDDEN = {
    "unsafe_allow_html": "document or model text could run in a reviewer's browser",
    "st.html(": "document or model text could run in a reviewer's browser",
    "components.v1": "document or model text could run in a reviewer's browser",
    "import pickle": "opening a tampered file would run code",
    "joblib": "opening a tampered file would run code",
    "torch.load(": "opening a tampered file would run code",
    "allow_pickle=True": "opening a tampered file would run code",
    "QdrantClient(path": "qdrant-client's local mode stores pickles",
}


@each_folder
def test_forbidden_calls_are_absent(folder: Path) -> None:
    for path in (path for path in modules() if path.parent == folder):
        text = path.read_text(encoding="utf-8")
        for words, why in FORBIDDEN.items():
            assert words not in text, f"{path.name}: {words}: {why}"


def test_no_dumping_grounds() -> None:
    names = {path.stem for path in modules()} | {path.parent.name for path in modules()}
    assert not names & {"utils", "util", "helpers", "common", "misc"}


HEAVY = (
    "torch",
    "transformers",
    "langchain",
    "langchain_core",
    "xllamacpp",
    "qdrant_client",
    "qdrant_edge",
    "pandas",
)


@pytest.mark.long
def test_importing_the_package_is_light() -> None:
    """The app's first paint must not pay for the models: no module imports them at the top."""
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted(PACKAGE.rglob("*.py"))
        if room_of(path) != "ui" and path.name not in {"__main__.py", "__init__.py"}
    ]
    script = (
        "import sys, importlib\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]", f"imported at the top of a module: {done.stdout.strip()}"


@pytest.mark.long
@pytest.mark.parametrize(
    ("modules", "left_out"),
    [
        ("assistant.ui.shell", ("assistant.design", "assistant.training.data.dataset", "numpy")),
        (
            "assistant.ui.home.request_form, assistant.ui.home.run_view",
            ("httpx", "numpy", "sqlalchemy"),
        ),
        (
            "assistant.sources.readers.documents.word, assistant.sources.readers.json_exports",
            ("assistant.domain", "assistant.sources.pasted.names_and_ids", "pydantic"),
        ),
    ],
)
def test_nobody_waits_for_what_is_not_needed(modules: str, left_out: tuple[str, ...]) -> None:
    """The sidebar waits for nothing that reads an epic, the home page for no connector, and a file
    that is read in a process of its own for no models and no patterns of pasted texts."""
    script = f"import sys, {modules}; print([n for n in {left_out!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]", f"imported while somebody waits: {done.stdout.strip()}"
