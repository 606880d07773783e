"""Measure on *Configure retrieval*: figures with their links, differences in words, no links."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assistant.evaluation.statistics import Difference, Figure
from assistant.ui import state
from assistant.ui.sources.measure_panel import difference_words
from assistant.workflow.sources.measure_retrieval import MeasuredRow

PAGE = "pages/configure_retrieval.py"


def _text(app: AppTest) -> str:
    return "\n".join(str(one.value) for one in [*app.markdown, *app.caption])


def _measured(app: AppTest) -> str:
    """What the page says once the measurement that is started now has ended."""
    app.button(key=f"measure-{app.query_params['project']}").click().run()
    deadline = time.monotonic() + 120
    while not [one for one in app.button if str(one.key).startswith("measure-")]:
        assert time.monotonic() < deadline
        time.sleep(0.3)
        app.run()
    assert not app.exception
    return _text(app)


@pytest.mark.long
def test_saved_then_changed_then_saved_again(app: AppTest) -> None:
    app.switch_page(PAGE).run()
    project = app.query_params["project"]
    alone = _measured(app)
    assert ":gray-badge[56 links]" in alone
    assert "56 links of 44 questions" in alone
    assert "Too few to measure" in alone, "nobody has accepted a case"
    assert "10 name no criterion or story of the project" in alone
    assert "On the screen" not in alone
    assert "**MAP**: precision at each linked source" in alone
    app.toggle(key=f"retrieval-{project}-both-ways").set_value(False).run()
    assert "Measure again" in _text(app)
    assert "56 links of" not in _text(app), "no figure for other choices"
    both = _measured(app)
    assert "|Saved|On the screen|Difference|" in both
    (row,) = [line for line in both.splitlines() if line.startswith("|**MAP**|")]
    assert [cell.partition(" :small")[0] for cell in row.split("|")[2:-1]] == [
        ".96", ".92", "**worse by .04**"
    ]  # fmt: skip
    assert "|**Let through for the criterion alone**|.95 " in both
    assert app.button(key="save_retrieval").disabled is False, "nothing was saved by measuring"
    app.button(key="save_retrieval").click().run()
    assert "is saved now" in _text(app)
    opened = state.workspace()
    kept = opened.project(project).retrieval
    opened.save_retrieval(project, kept.model_copy(update={"dense_weight": 5.0}))
    app.run()
    app.slider(key=f"retrieval-{project}-dense").set_value(kept.dense_weight).run()
    assert "is saved now" not in _text(app), "somebody saved other choices than those measured"
    assert "The project has changed since this was measured." in _text(app)
    for weight in ("dense", "sparse"):
        app.slider(key=f"retrieval-{project}-{weight}").set_value(0.0).run()
    _measured(app)
    assert any("weight above 0" in str(one.value) for one in app.error), "with its next step"


@pytest.mark.long
def test_without_links_there_is_no_figure(quick_environment: Path, project_root: Path) -> None:
    app = AppTest.from_file(str(project_root / "app.py"), default_timeout=60.0).run()
    app.switch_page(PAGE).run()
    text = _measured(app)
    assert text.count("Too few to measure: 0 links of 0 questions. Below 20 questions") == 2
    assert "how high each of those sources comes among its kind" in text
    assert "Import test cases with a column of criteria" in text
    assert "MAP" not in text


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        ((0.04, 0.01, 0.07), "**better by .04** :small[[.01,\u00a0.07]]"),
        ((-0.04, -0.07, -0.01), "**worse by .04** :small[[.01,\u00a0.07]]"),
        ((0.02, -0.001, 0.05), "no difference that 60 questions can show :small[[0,\u00a0+.05]]"),
        ((0.0, -0.2, 0.1), "no difference that 60 questions can show :small[[-.20,\u00a0+.10]]"),
        ((0.0, 0.0, 0.0), "the same"),
        ((1.0, 0.996, 1.0), "**better by 1.00** :small[[1.00,\u00a01.00]]"),
        ((None, None, None), "–"),
    ],
)
def test_a_difference_in_words(difference: tuple[float | None, ...], words: str) -> None:
    value, low, high = difference
    found = Difference(metric="map", column="", against="", value=value, low=low, high=high)
    row = MeasuredRow(metric="map", title="MAP", about="", saved=Figure(), difference=found)
    assert difference_words(row, 60) == words
    if value == 0.04:
        more = row.model_copy(update={"metric": "handed over"})
        assert difference_words(more, 60).startswith("**more by .04**")
