"""The command line: arguments in, one workflow call, rows or one JSON document out.

Exit status 0, 1 where ``check`` finds something or ``pairs check`` refuses, or 2 with a one-line
``error: ...`` on stderr. With ``--json`` stdout holds one JSON document and nothing else: whatever
a library prints meanwhile goes to stderr.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

from assistant.command_line import analysis_commands
from assistant.command_line.output import Terminal
from assistant.command_line.scope_options import add_scope
from assistant.errors import AssistantError
from assistant.settings import load_settings

SMALL_MODEL = "smollm2-135m-instruct-q4_1"
Command = Callable[[argparse.Namespace, Terminal], None]
MODULES = {
    "analysis_commands": ("analyse",),
    "commands": ("start", "index", "search", "generate", "export"),
    "evaluate_commands": ("evaluate",),
    "model_commands": ("models",),
    "privacy_commands": ("erase", "mask"),
    "quality_commands": ("lint", "check", "impact", "reread", "duplicates", "coverage"),
    "question_commands": ("questions", "ask"),
    "sync_commands": ("sync", "sources", "stale", "preview"),
    "token_commands": ("mcp", "tokens"),
    "training_commands": ("train", "adapters", "compare", "advise", "pairs"),
}
"""The commands of each module, which has a function for each."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, like every other error of the program."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message} (see: {self.prog} --help)\n")


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    options = build_parser().parse_args(arguments)
    options.settings = None
    with _machine_stdout(options.json) as stdout:
        terminal = Terminal(stdout, json=options.json)
        try:
            options.settings = load_settings(data_dir=options.data_dir)
            options.by = options.settings.user or "command line"
            _command(options.command)(options, terminal)
        except AssistantError as error:
            print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("error: stopped; what was finished is kept.", file=sys.stderr)
            return 2
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return 0
    return terminal.status


def _command(name: str) -> Command:
    """The function of a command. Imported here: ``--help`` and a wrong option load nothing."""
    (module,) = (module for module, commands in MODULES.items() if name in commands)
    command: Command = getattr(import_module(f"assistant.command_line.{module}"), name)
    return command


@contextmanager
def _machine_stdout(json: bool) -> Iterator[IO[str]]:
    """stdout for the result. With ``json``, anything else that writes to it reaches stderr."""
    if not json:
        yield sys.stdout
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(kept), "w", encoding="utf-8", newline="\n") as stream:
            yield stream
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def build_parser() -> Parser:
    """The commands and their options."""
    shared = Parser(add_help=False)
    shared.add_argument("--project", metavar="NAME", help="project to work in")
    shared.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="where data is kept (also UAT_DATA_DIR)"
    )
    shared.add_argument("--json", action="store_true", help="print one JSON document")
    parser = Parser(prog="python -m assistant", description="Grounded UAT test cases from epics.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[shared], help=summary, description=summary)

    start = add("start", "fetch what is missing, create the sample project, open the app")
    start.add_argument(
        "--with-model", action="store_true", help="fetch the embedded writer too (1.1 GB)"
    )
    start.add_argument(
        "--port", type=_up_to(65535), metavar="N", help="port (default: first free, 8501 on)"
    )
    start.add_argument(
        "--host", metavar="ADDRESS", help="address to listen on (default 127.0.0.1; no sign-in)"
    )
    start.add_argument("--no-browser", action="store_true", help="do not open a browser")

    index = add("index", "read, keep and index files and folders")
    index.add_argument("paths", type=Path, nargs="+", metavar="PATH")

    search = add("search", "search the indexed sources")
    search.add_argument("query", metavar="QUERY")
    search.add_argument(
        "--k", type=_up_to(200), default=10, metavar="N", help="how many (default 10)"
    )

    _add_ask(add)

    generate = add("generate", "write test cases for an epic")
    source = generate.add_mutually_exclusive_group(required=True)
    source.add_argument("--epic", metavar="FILE", help="file with the epic; - reads stdin")
    source.add_argument("--ask", metavar="TEXT", help="a sentence that names indexed epics")
    source.add_argument(
        "--fill-gaps", metavar="RUN_ID",
        help="write only the cases that a run lacks, and none whose case somebody rejected",
    )  # fmt: skip
    generate.add_argument(
        "--with-rejected", action="store_true",
        help="with --fill-gaps: also those whose case somebody rejected",
    )  # fmt: skip
    generate.add_argument(
        "--writer",
        metavar="WRITER",
        help="outline, a model's id, or endpoint (default: what the project starts with)",
    )
    generate.add_argument("--out", type=Path, metavar="FILE.csv", help="write the cases as CSV")
    generate.add_argument("--profile", choices=("excel", "import"), default="excel")
    generate.add_argument(
        "--stories-as-criteria",
        action="store_true",
        help="take a story without criteria as its own criterion",
    )
    generate.add_argument(
        "--described-rules",
        action="store_true",
        help="take rules that only a description states as criteria too",
    )

    generate.add_argument(
        "--read-again",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="a model that writes whole stories reads its cases once more and writes again those "
        "that it doubts (default: yes)",
    )
    generate.add_argument(
        "--only-new",
        action="store_true",
        help="write no case for what an existing case of the project covers as it stands",
    )
    generate.add_argument(
        "--again",
        action="store_true",
        help="write all, also what has a case of an earlier run (without it: only what has none)",
    )

    add_scope(generate)
    analysis_commands.add_options(add)
    _add_questions(add)

    export = add("export", "write stored cases as CSV or XLSX")
    export.add_argument(
        "--out", type=Path, metavar="FILE", help="file.csv or file.xlsx (default: CSV to stdout)"
    )
    export.add_argument("--accepted", action="store_true", help="accepted cases only")
    export.add_argument("--run", metavar="ID", help="cases of one run only")
    export.add_argument(
        "--test-data",
        action="store_true",
        help="write the preconditions of the cases instead, what is to be set up first (CSV)",
    )
    export.add_argument("--profile", choices=("excel", "import"), default="excel")
    export.add_argument(
        "--template", metavar="NAME", help='a tool\'s template ("Jira Xray") or a JSON or CSV file'
    )
    export.add_argument(
        "--mapping", action="store_true", help="write the tool's mapping file beside the export too"
    )
    export.add_argument(
        "--link-type",
        metavar="ID",
        default="",
        help="Xray: number of the Jira link type from a test to its story, whose key “Links” holds",
    )

    _add_models(add)
    _add_syncing(add)
    _add_erasing(add)
    _add_pairs(add)
    _add_training(add)
    _add_suite(add)
    _add_quality(add)
    whole = "measure a writer on held-out stories, or the search on texts with gold links"
    evaluate = commands.add_parser("evaluate", help=whole, description=whole)
    what = evaluate.add_subparsers(dest="what", required=True, metavar="WHAT")
    _add_evaluate(
        lambda name, summary: what.add_parser(
            name, parents=[shared], help=summary, description=summary
        )
    )
    return parser


def _add_ask(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """A question to the sources."""
    ask = add("ask", "ask the indexed sources; every sentence comes with its source")
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument(
        "--writer", metavar="WRITER",
        help="none (the passages themselves), embedded, endpoint or a model's id",
    )  # fmt: skip
    ask.add_argument("--talk", default="", metavar="ID", help="go on with an earlier talk")


def _add_models(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The models: which there are, what they can do, how they write."""
    models = add("models", "list, fetch, verify, add, remove or probe models; how each writes")
    models.add_argument(
        "action",
        nargs="?",
        choices=("list", "fetch", "verify", "add", "remove", "probe", "way"),
        default="list",
    )
    models.add_argument(
        "model", nargs="?", metavar="ID", help="model (add: FILE.gguf or OWNER/NAME:FILE.gguf)"
    )
    models.add_argument("way", nargs="?", metavar="WAY", help="way: story, item or auto")
    models.add_argument("--file", type=Path, metavar="PATH", help="take the weights from a file")
    models.add_argument(
        "--chat-format",
        default="",
        metavar="NAME",
        help="add: llama.cpp's name of the form of conversations, where the file does not tell",
    )


def _add_questions(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """What to ask about an epic before cases are written."""
    questions = add("questions", "what to ask about an epic, and the answers to it")
    source = questions.add_mutually_exclusive_group(required=True)
    source.add_argument("--epic", metavar="FILE", help="file with the epic; - reads stdin")
    source.add_argument("--ask", metavar="TEXT", help="a sentence that names indexed epics")
    change = questions.add_mutually_exclusive_group()
    change.add_argument("--answer", metavar="ID", help="answer this question with --text")
    change.add_argument("--withdraw", metavar="ID", help="take this answer back")
    questions.add_argument("--text", metavar="TEXT", help="the answer")
    questions.add_argument(
        "--replaces",
        action="store_true",
        help="write cases for the answer instead of the criterion's own words",
    )
    questions.set_defaults(stories_as_criteria=False, described_rules=False)


def _add_quality(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands that judge cases and writers."""
    again = add("reread", "have a model read a run's drafts once more and mark its doubts")
    again.add_argument("run", metavar="RUN_ID")
    again.add_argument(
        "--writer",
        metavar="ID",
        default="endpoint",
        help="the model that reads (default: endpoint)",
    )
    lint = add("lint", "smells of the test cases in files")
    lint.add_argument("files", type=Path, nargs="+", metavar="FILE")

    check = add("check", "hold cases that any tool or person wrote against the project's sources")
    check.add_argument(
        "file", type=Path, nargs="?", metavar="FILE",
        help="table of cases or feature file; without it the project's imported cases",
    )  # fmt: skip
    check.add_argument(
        "--read-by",
        metavar="ID",
        default="",
        help="a model that reads them too and doubts",
    )

    impact = add("impact", "which existing cases a release or a page leaves right, changes or ends")
    source = impact.add_mutually_exclusive_group(required=True)
    source.add_argument("--epic", metavar="FILE", help="file with the epic; - reads stdin")
    source.add_argument("--ask", metavar="TEXT", help="a sentence that names indexed epics")
    source.add_argument(
        "--page", metavar="DOCUMENT",
        help="in place of a release: what changed last in this source, or all of a new one",
    )  # fmt: skip
    source.add_argument(
        "--changed-since", metavar="DAY", type=_moment,
        help="in place of a release: every source that changed or came in since this day or moment "
        "(2026-03-31, 2026-03-31T18:00)",
    )  # fmt: skip
    impact.add_argument(
        "--read-by", metavar="ID", default="endpoint",
        help="the model that reads the cases (default: endpoint)",
    )  # fmt: skip
    impact.add_argument(
        "--since", type=int, metavar="VERSION", help="--page: all that changed since this version"
    )
    _add_every(impact)
    impact.add_argument(
        "--propose", action="store_true",
        help="propose the changes beside the cases; people take them in the app",
    )  # fmt: skip
    impact.set_defaults(stories_as_criteria=False, described_rules=False)

    add("mcp", "serve the project's tools to other programs over stdio (extra: mcp)")
    tokens = add("tokens", "who may use the tools of the running app (UAT_TOOLS_HTTP)")
    tokens.add_argument("action", nargs="?", choices=("list", "add", "revoke"), default="list")
    tokens.add_argument("name", nargs="?", metavar="NAME", help="a person")
    tokens.add_argument("--days", type=int, metavar="N", help="add: how long it is good (90)")


def _add_evaluate(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """What can be evaluated, each with its own options."""
    generation = add("generation", "measure a writer on held-out stories with reference cases")
    generation.add_argument("cases", type=Path, metavar="CASES.jsonl")
    generation.add_argument("--writer", default="outline", metavar="WRITER")
    generation.add_argument("--mode", choices=("rag", "base"), default="rag")
    generation.add_argument("--limit", type=int, default=30, metavar="N", help="stories (0: all)")
    generation.add_argument("--seed", type=int, default=7)
    generation.add_argument(
        "--conditions",
        choices=("computed", "titles"),
        default="computed",
        help="what to test: computed from the story, or each reference case's title",
    )
    retrieval = add("retrieval", "measure the search on texts with gold links")
    retrieval.add_argument(
        "folder",
        type=Path,
        metavar="DIR",
        help="qrels.tsv with sources.jsonl and targets.jsonl, or queries.jsonl and corpus.jsonl",
    )
    retrieval.add_argument(
        "--strategy",
        action="append",
        default=[],
        metavar="NAME",
        help="bm25, dense, rrf, fused, apart, default, or project: the choices saved with "
        "--project; more than one are held against the first",
    )
    retrieval.add_argument(
        "--depth", type=int, default=500, metavar="N", help="how many are ranked (default 500)"
    )
    retrieval.add_argument(
        "--sources-indexed",
        action=argparse.BooleanOptionalAction,
        help="what is asked is in the index too (default: where it is called sources)",
    )


def _add_suite(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands about the suite as a whole."""
    duplicates = add("duplicates", "find test cases that say the same")
    duplicates.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="a file of cases (default: the project)"
    )
    duplicates.add_argument("--run", metavar="ID", help="cases of one run")
    coverage = add("coverage", "how deeply each acceptance criterion is covered")
    coverage.add_argument("--run", metavar="ID", help="cases of one run (default: the project)")


def _add_syncing(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands about sources over time."""
    sync = add("sync", "bring the project up to date with its connections or with a folder")
    sync.add_argument("connection", nargs="?", metavar="NAME", help="one connection")
    sync.add_argument("--all", action="store_true", help="every connection of the project")
    sync.add_argument("--folder", type=Path, metavar="DIR", help="a folder, connected if it is new")
    sync.add_argument("--name", metavar="NAME", help="name of a new folder connection")
    sync.add_argument("--every", type=int, metavar="MINUTES", help="also while the app runs; 0: no")
    sync.add_argument("--full", action="store_true", help="read everything again")
    sync.add_argument(
        "--remove-up-to", type=int, default=0, metavar="N",
        help="that many documents really vanished from the source: remove them",
    )  # fmt: skip

    sources = add("sources", "what the project holds; what was removed, earlier versions, back")
    sources.add_argument(
        "what",
        nargs="?",
        default="",
        choices=("", "removed", "restore", "versions", "use"),
        metavar="{removed,restore,versions,use}",
        help="removed: sources that can be restored; versions: of one source; use: an earlier "
        "version again, as the newest one",
    )
    sources.add_argument(
        "documents", nargs="*", metavar="DOCUMENT", help="ids (versions, use: or title)"
    )
    sources.add_argument("--version", type=int, metavar="N", help="use: which version")

    stale = add("stale", "cases whose sources changed, with old and new text")
    stale.add_argument("--write-again", action="store_true", help="write them again")
    stale.add_argument(
        "--accepted", action="store_true", help="with --write-again: accepted ones too"
    )

    preview = add("preview", "what a new version of a source would change, before it is kept")
    preview.add_argument("document", metavar="DOCUMENT", help="id or title, as sources lists them")
    preview.add_argument(
        "--text", required=True, metavar="FILE", help="the new version as a file; - reads stdin"
    )
    preview.add_argument("--apply", action="store_true", help="keep it as the next version")
    preview.add_argument(
        "--read-by", metavar="ID", default="",
        help="a model that reads the existing cases beside what changes",
    )  # fmt: skip
    _add_every(preview)


def _moment(text: str) -> datetime:
    """A day or moment, in the clock of this computer unless it names a zone."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        told = f"“{text}” is no day such as 2026-03-31 or moment such as 2026-03-31T18:00"
        raise argparse.ArgumentTypeError(told) from None


def _add_every(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--every", action="store_true",
        help="read every case of a large suite, not only those that are nearest (at most 400)",
    )  # fmt: skip


def _add_erasing(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands that erase, set how long a project is kept, and mask personal data."""
    erase = add("erase", "erase things everywhere in the data folder, with their history")
    erase.add_argument(
        "what",
        choices=("document", "case", "run", "project", "removed", "expired"),
        help="removed: sources that were removed; expired: what is older than the age limit",
    )
    erase.add_argument("ids", nargs="*", metavar="ID", help="ids of documents, cases or runs")
    erase.add_argument("--yes", action="store_true", help="erase; without it you see what would go")
    erase.add_argument(
        "--keep-days", type=int, metavar="N", help="age limit of the project from now on; 0: none"
    )
    mask = add("mask", "mask personal data in sources before they are stored and indexed")
    mask.add_argument(
        "what",
        nargs="?",
        default="",
        choices=("", "on", "off", "stored"),
        metavar="{on,off,stored}",
        help="on, off: for what comes in from now on; stored: mask what the project holds",
    )
    mask.add_argument(
        "--names", type=Path, metavar="FILE", help="names to mask, one a line, in place of earlier"
    )


def _add_pairs(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Open pairs, checked and made training rows."""
    pairs = add("pairs", "check pairs of criterion and case, or build training rows of them")
    pairs.add_argument("action", choices=("check", "build"))
    pairs.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="JSON lines of pairs, or their folder"
    )
    pairs.add_argument(
        "--keep", type=Path, metavar="FILE", help="ids of pairs kept against a finding, one a line"
    )
    pairs.add_argument("--out", type=Path, metavar="DIR", help="build: folder to write to")
    pairs.add_argument(
        "--split", type=Path, metavar="FILE", help="build: JSON that names the domains kept back"
    )
    pairs.add_argument("--seed", type=int, default=7, help="build: draws the domains kept back")
    pairs.add_argument(
        "--tokens-of", default="", metavar="ID", help="build: count tokens of this model"
    )
    pairs.add_argument(
        "--corrections", action="store_true", help="build: answers to refused drafts too"
    )


def _add_training(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands of fine-tuning and comparing."""
    train = add("train", "fine-tune a model on existing cases (extra: train)")
    train.add_argument("--name", required=True, help="name of the adapter")
    train.add_argument("--base", default=SMALL_MODEL, metavar="ID", help="model to tune")
    source = train.add_mutually_exclusive_group()
    source.add_argument("--cases", type=Path, metavar="FILE", help="JSON lines of cases with story")
    source.add_argument("--library", action="store_true", help="the project's cases (the default)")
    source.add_argument("--pairs", type=Path, metavar="DIR", help="rows that pairs build wrote")
    train.add_argument("--steps", type=int, default=0, metavar="N", help="at most N steps")
    train.add_argument("--rank", type=int, metavar="N", help="rank of the adapter (default 16)")
    train.add_argument(
        "--layers", type=int, metavar="N", help="adapt the last N layers (default: all)"
    )
    train.add_argument("--learning-rate", type=float, metavar="X", help="default 0.0005")
    train.add_argument("--epochs", type=float, metavar="N", help="passes over the cases")
    train.add_argument("--minutes", type=float, default=0, metavar="N", help="at most N minutes")
    train.add_argument("--pretrain", action="store_true", help="read the documents first")
    train.add_argument("--split-by", choices=("story", "epic", "time"), default="story")
    train.add_argument(
        "--both-rows", action="store_true", help="each case with and without context"
    )
    train.add_argument("--mask", action="store_true", help="mask names, numbers and keys")
    train.add_argument("--include-edited", action="store_true", help="learn from edited cases too")
    train.add_argument("--seed", type=int, default=17)
    train.add_argument("--resume", action="store_true", help="go on with a run that stopped")

    adapters = add("adapters", "list and manage trained adapters")
    adapters.add_argument(
        "action",
        nargs="?",
        choices=("list", "promote", "rollback", "rename", "delete", "export"),
        default="list",
    )
    adapters.add_argument("adapter", nargs="?", metavar="NAME")
    adapters.add_argument("--to", metavar="NEW", help="new name (rename)")
    adapters.add_argument("--out", type=Path, metavar="DIR", help="folder to write to (export)")
    adapters.add_argument("--format", choices=("gguf", "safetensors", "lora"), default="gguf")

    compare = add("compare", "write held-out cases again in each column and measure")
    compare.add_argument(
        "--cases", type=Path, metavar="FILE", help="JSON lines of cases with story"
    )
    compare.add_argument("--columns", default="base,rag,ft,both,outline", metavar="A,B")
    compare.add_argument("--base", default=SMALL_MODEL, metavar="ID")
    compare.add_argument("--adapter", metavar="NAME", help="adapter of +FT and +Both")
    compare.add_argument("--limit", type=int, default=30, metavar="N", help="stories (0: all)")
    compare.add_argument("--seed", type=int, default=7)
    compare.add_argument("--conditions", choices=("titles", "computed"), default="titles")
    compare.add_argument("--no-perplexity", action="store_true", help="leave perplexity out")
    compare.add_argument(
        "--perplexity-stories", type=int, default=0, metavar="N", help="more stories for perplexity"
    )
    compare.add_argument(
        "--resume", metavar="ID", help="go on with a comparison that stopped; its own choices count"
    )
    compare.add_argument("--attempts", type=int, default=2, metavar="N", help="drafts a case")
    compare.add_argument("--out", type=Path, metavar="FILE.md", help="write the report")

    advise = add("advise", "what the latest comparison advises")
    advise.add_argument("--comparison", metavar="ID", help="another comparison than the latest")


def _up_to(most: int) -> Callable[[str], int]:
    """Reads a number from 1 on."""

    def number(text: str) -> int:
        value = int(text)
        if not 1 <= value <= most:
            raise argparse.ArgumentTypeError(f"must be from 1 to {most}")
        return value

    return number
