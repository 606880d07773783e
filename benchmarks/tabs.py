"""Browser tabs without a browser: Streamlit's own messages over its websocket, nothing is drawn.

    python benchmarks/tabs.py ADDRESS PROJECT_ID SEED

is the process of ``benchmarks/askers.py`` that holds the tabs of the people who ask. A line of its
input is the number of tabs that ask from now on; a line of its output is the seconds from a
question until the page with its passages was complete, with what was wrong where it never came.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

HERE = Path(__file__).parent
QUESTIONS = ("ask_questions.jsonl", "ask_questions_later.jsonl", "ask_questions_third.jsonl")
THINK_SECONDS = (3.0, 7.0)
TALK = 4
"""Questions of a talk, then a new one is begun."""
PATIENT_SECONDS = 120.0
BIGGEST_MESSAGE = 50_000_000


class Tab:
    """A page of the app as a browser holds it: what it can press, what it reads."""

    def __init__(self, address: str, page: str, **query: str) -> None:
        """Open ``page`` ("" is the first one) and wait until it is complete."""
        self._page, self._query = page, urlencode(query)
        self._hash = ""
        self._cached: set[str] = set()
        self._buttons: dict[str, tuple[str, str]] = {}
        self._chat = ""
        self.texts: list[str] = []
        self.errors: list[str] = []
        self._open = ExitStack()
        self._socket = self._open.enter_context(
            connect(
                address.replace("http", "ws", 1) + "/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                max_size=BIGGEST_MESSAGE,
            )
        )
        self._run(None)

    def press(self, label: str) -> None:
        """Press a button and wait until the page is complete again."""
        widget, fragment = self._buttons[label]
        self._run(WidgetState(id=widget, trigger_value=True), fragment)

    def ask(self, question: str) -> None:
        """Send a question from the page's chat field and wait until the page is complete again."""
        state = WidgetState(id=self._chat)
        state.chat_input_value.data = question
        self._run(state)

    def close(self) -> None:
        self._open.close()

    def _run(self, pressed: WidgetState | None, fragment: str = "") -> None:
        message = BackMsg()
        wanted = message.rerun_script
        wanted.query_string = self._query
        wanted.page_name, wanted.page_script_hash = self._page, self._hash
        wanted.fragment_id = fragment
        wanted.cached_message_hashes.extend(self._cached)
        if pressed is not None:
            wanted.widget_states.widgets.append(pressed)
        self._socket.send(message.SerializeToString())
        ends = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}
        while True:
            got = ForwardMsg()
            got.ParseFromString(self._socket.recv(PATIENT_SECONDS))  # type: ignore[arg-type]
            kind = got.WhichOneof("type")
            if kind == "script_finished" and got.script_finished in ends:
                return
            if kind == "new_session" and not got.metadata.run.fragment_ids:
                self.texts, self.errors = [], []
            self._take(kind, got)

    def _take(self, kind: str | None, got: ForwardMsg) -> None:
        """Remember what a person would see of a message."""
        if kind == "navigation":
            self._hash = got.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = got.page_info_changed.query_string
        elif kind == "delta" and got.delta.WhichOneof("type") == "new_element":
            if got.metadata.cacheable:
                self._cached.add(got.hash)
            element = got.delta.new_element
            what = element.WhichOneof("type")
            if what == "button":
                self._buttons[element.button.label] = element.button.id, got.delta.fragment_id
            elif what == "chat_input":
                self._chat = element.chat_input.id
            elif what == "markdown":
                self.texts.append(element.markdown.body)
            elif what == "exception":
                self.errors.append(element.exception.message)
            elif what == "alert":
                self.errors.append(element.alert.body)


def questions() -> list[str]:
    """The questions of ``benchmarks/ask.py``."""
    texts = [(HERE / name).read_text(encoding="utf-8") for name in QUESTIONS]
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    return [json.loads(line)["question"] for line in lines]


class Asker(threading.Thread):
    """One person: asks, reads, asks on; a new talk after some questions."""

    def __init__(self, address: str, project_id: str, number: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._address, self._project_id, self._number = address, project_id, number
        self._random = random.Random(1000 * seed + number)

    def run(self) -> None:
        every = questions()
        time.sleep(self._random.uniform(0, THINK_SECONDS[1]))
        tab = Tab(self._address, "ask_sources", project=self._project_id)
        asked = 0
        while True:
            time.sleep(self._random.uniform(*THINK_SECONDS))
            # Numbered, so that no two of them are one to a memory of earlier questions.
            question = f"{self._random.choice(every)} ({self._number}.{asked})"
            started = time.perf_counter()
            wrong = self._answer(tab, question)
            say({"seconds": time.perf_counter() - started, "wrong": wrong})
            asked += 1
            if asked % TALK == 0:
                tab.press("New talk")

    @staticmethod
    def _answer(tab: Tab, question: str) -> str:
        """Ask; what is wrong with what came, empty where the page shows an answer."""
        tab.ask(question)
        if tab.errors:
            return tab.errors[0][:200]
        if question not in " ".join(tab.texts).replace("\\", ""):
            return "the page does not show the question"
        shown = any(one.startswith("“") or "Searched: " in one for one in tab.texts)
        return "" if shown else "no answer stands on the page"


def say(fact: dict[str, object]) -> None:
    """A line for the process that measures."""
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


def main() -> None:
    address, project_id, seed = sys.argv[1:]
    started = 0
    for line in sys.stdin:
        for number in range(started, int(line)):
            Asker(address, project_id, number, int(seed)).start()
        started = max(started, int(line))


if __name__ == "__main__":
    main()
