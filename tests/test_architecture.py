"""The rules of the house, enforced: who may import whom, where vendors live, what README names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "assistant"

BASE = {"domain", "errors", "failpoints"}
LEAVES = ("sources", "knowledge", "design", "suite", "library")
ALLOWED: dict[str, set[str]] = {
    "domain": set(),
    "errors": set(),
    "failpoints": set(),
    "settings": {"errors"},
    **dict.fromkeys(LEAVES, BASE),
    "generation": BASE | {"knowledge", "design", "suite"},
    "training": BASE | {"generation", *LEAVES},
    "evaluation": BASE | {"generation", *LEAVES},
    "workflow": BASE | {"settings", "generation", "training", "evaluation", *LEAVES},
    "ui": BASE | {"workflow", "settings"},
    "__main__": BASE | {"workflow", "settings", "command_line"},
    "command_line": BASE | {"workflow", "settings"},
    "__init__": set(),
}
SHELL = {"ui", "workflow", "domain", "errors"}
"""What app.py and pages/ may import from the package."""

VENDOR_HOMES: dict[str, set[str]] = {
    "covertable": {"design"},
    "streamlit": {"ui", "app", "pages"},
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
    "defusedxml": {"sources"},
    "httpcore": {"sources"},
    "keyring": {"sources"},
}


def modules() -> list[Path]:
    """All Python files of the product: the package, the app and its pages."""
    return [*sorted(PACKAGE.rglob("*.py")), ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]


def room_of(path: Path) -> str:
    """The room a file belongs to: the first folder or file name below ``assistant/``."""
    relative = path.relative_to(ROOT)
    if relative.parts[0] == "assistant":
        return relative.parts[1].removesuffix(".py")
    return "app" if relative.name == "app.py" else "pages"


def imports(path: Path) -> Iterator[str]:
    """Every module name imported anywhere in a file, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports are not used here"
            module = node.module or ""
            yield module
            if module == "assistant":
                yield from (f"assistant.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_only_what_its_room_may(path: Path) -> None:
    room = room_of(path)
    allowed = SHELL if room in {"app", "pages"} else ALLOWED[room] | {room}
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "assistant" and len(parts) > 1:
            assert parts[1] in allowed, f"{room} may not import {name}"
        home = VENDOR_HOMES.get(parts[0])
        assert home is None or room in home, f"{parts[0]} has its home in {home}, not in {room}"


def test_readme_names_every_room() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = readme.split("## Layout", 1)[1].split("\n## ", 1)[0]
    rooms = {path.parent.name for path in (ROOT / "assistant").glob("*/__init__.py")}
    assert rooms == set(re.findall(r"^  (\w+)/", tree, re.MULTILINE))


def test_size_of_the_shell() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 40
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


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_forbidden_calls_are_absent(path: Path) -> None:
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


@pytest.mark.parametrize(
    ("modules", "left_out"),
    [
        ("assistant.ui.shell", ("assistant.design", "assistant.training.dataset", "numpy")),
        ("assistant.ui.compose, assistant.ui.run_view", ("httpx", "numpy", "sqlalchemy")),
    ],
)
def test_the_first_paint_does_not_wait(modules: str, left_out: tuple[str, ...]) -> None:
    """The sidebar waits for nothing that reads an epic, the home page for no connector."""
    script = f"import sys, {modules}; print([n for n in {left_out!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]", f"imported for the first paint: {done.stdout.strip()}"
