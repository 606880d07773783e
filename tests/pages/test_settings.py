"""The page of settings: the endpoint is tested, saved and removed; models are added and probed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from endpoint_server import KEY, EndpointServer, endpoint_server, refuses
from streamlit.testing.v1 import AppTest
from test_add_models import gguf

from assistant.generation.models.catalogue import DEFAULT_CHAT, SMALL_CHAT


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    """A data folder that is opened at once."""
    return quick_environment / "data"


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    with endpoint_server() as running:
        yield running


@pytest.fixture
def page(open_app: Callable[..., AppTest]) -> AppTest:
    """The app at the page."""
    app = open_app()
    app.switch_page("pages/settings.py").run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    """Everything that the page sends to the browser, without the signs that keep text as it is."""
    parts = [*app.markdown, *app.caption, *app.error, *app.success, *app.warning]
    labels = [one.label for one in (*app.text_input, *app.selectbox, *app.number_input)]
    tables = [str(table.value.to_dict()) for table in app.dataframe]
    return "\n".join([one.value for one in parts] + labels + tables).replace("\\", "")


def fill_in(app: AppTest, url: str, model: str = "m1", key: str = "") -> None:
    """Type an endpoint."""
    app.text_input(key="endpoint_url_0").set_value(url)
    app.text_input(key="endpoint_model_0").set_value(model).run()
    app.text_input(key="endpoint_key_0").set_value(key)  # goes with the next button
    assert not app.exception


def test_an_endpoint_is_tested_saved_used_and_removed(
    page: AppTest, server: EndpointServer, environment: Path
) -> None:
    fill_in(page, server.url, key=KEY)
    assert "Text stays on this computer" in shown(page)
    page.button(key="endpoint_test").click().run()
    assert "m1 answered as asked" in page.success[0].value
    assert server.keys == [KEY]
    page.text_input(key="endpoint_model_0").set_value("m2").run()
    assert not page.success, "another model was not tested"
    page.text_input(key="endpoint_key_0").set_value(KEY)
    page.button(key="endpoint_save").click().run()
    assert not page.exception
    assert server.key_variable in page.warning[0].value.replace("\\", "")
    assert page.text_input(key="endpoint_model_1").value == "m2"
    assert page.text_input(key="endpoint_key_1").value == ""
    assert "m2" in list(page.dataframe[0].value["Writer"])
    for path in environment.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    page.selectbox(key="settings_writer").set_value("endpoint").run()
    page.button(key="make_default").click().run()
    chosen = page.dataframe[0].value
    assert list(chosen[chosen["Default"] == "★"]["Writer"]) == ["m2"]
    page.switch_page("pages/generate_test_cases.py").run()
    assert page.selectbox(key="compose_writer").value == "endpoint"
    page.switch_page("pages/settings.py").run()
    page.button(key="endpoint_remove").click().run()
    assert not page.exception
    assert "m2" not in list(page.dataframe[0].value["Writer"])
    page.switch_page("pages/generate_test_cases.py").run()
    assert not page.exception
    assert page.selectbox(key="compose_writer").value != "endpoint"


def test_what_readers_found_of_a_writer_stands_where_it_is_chosen(page: AppTest) -> None:
    said = {}
    for writer in ("outline", DEFAULT_CHAT, SMALL_CHAT):
        page.selectbox(key="settings_writer").set_value(writer).run()
        assert not page.exception
        said[writer] = [one.value.replace("\\", "") for one in page.warning]
    marked = "Each is marked to be read line by line."
    assert said == {
        "outline": [],
        DEFAULT_CHAT: [
            f"In a blind rating none of 20 cases of this model could be used as is. {marked}"
        ],
        SMALL_CHAT: [f"Nobody has rated the cases of this model. {marked}"],
    }


def writer_at_start(page: AppTest) -> str:
    page.switch_page("pages/generate_test_cases.py").run()
    assert not page.exception
    return page.selectbox(key="compose_writer").value


def test_projects_start_with_a_tested_endpoint_that_is_saved_and_there_is_a_way_back(
    page: AppTest, server: EndpointServer
) -> None:
    assert writer_at_start(page) == "outline"
    assert "Set up a model" in [one.proto.label for one in page.get("page_link")]
    page.switch_page("pages/settings.py").run()
    fill_in(page, server.url)
    page.button(key="endpoint_test").click().run()
    page.button(key="endpoint_save").click().run()
    assert not page.exception
    assert "Projects start with **m1** as the writer" in shown(page)
    assert writer_at_start(page) == "endpoint"
    assert page.button(key="generate").label == "Generate test cases"
    page.switch_page("pages/settings.py").run()
    page.button(key="endpoint_not_default").click().run()
    assert writer_at_start(page) == "outline"
    assert "Set up a model" not in [one.proto.label for one in page.get("page_link")]
    page.button(key="write_with_model").click().run()
    assert page.selectbox(key="compose_writer").value == "endpoint"
    page.switch_page("pages/settings.py").run()
    page.button(key="endpoint_save").click().run()
    page.button(key="endpoint_test").click().run()
    assert "Projects do not start with m1" in shown(page), "somebody has chosen the outline"


def test_an_endpoint_that_nobody_has_tested_is_not_the_writer_of_itself(
    page: AppTest, server: EndpointServer
) -> None:
    fill_in(page, server.url, key=KEY)
    page.button(key="endpoint_save").click().run()
    assert "Projects do not start with m1" in shown(page)
    assert writer_at_start(page) == "outline"
    page.switch_page("pages/settings.py").run()
    page.button(key="endpoint_test").click().run()
    assert page.success
    assert writer_at_start(page) == "endpoint"


def test_a_key_that_is_not_kept_makes_no_default(page: AppTest, server: EndpointServer) -> None:
    fill_in(page, server.url, key=KEY)
    page.button(key="endpoint_test").click().run()
    assert page.success
    server.answer = refuses(401, "no key")
    page.text_input(key="endpoint_key_0").set_value(KEY)
    page.button(key="endpoint_save").click().run()
    assert page.warning
    assert writer_at_start(page) == "outline"


def test_a_refusal_names_the_remedy_and_not_the_key(page: AppTest, server: EndpointServer) -> None:
    server.answer = refuses(401, f"Incorrect API key: {KEY}")
    fill_in(page, server.url, key=KEY)
    page.button(key="endpoint_test").click().run()
    assert "did not accept the key" in page.error[0].value
    assert KEY not in shown(page)


def test_what_leaves_is_said_before_anything_is_sent(page: AppTest) -> None:
    assert "Text leaves" not in shown(page), "no endpoint is named yet"
    fill_in(page, "https://models.example.com/v1")
    text = shown(page)
    assert "Text leaves for models.example.com" in text
    assert "up to two of your cases" in text
    assert "UAT_SECRET_MODELS_EXAMPLE_COM" in text
    fill_in(page, "models.example.com")
    assert "is not usable" in shown(page)
    page.button(key="endpoint_save").click().run()
    assert "is not usable" in page.error[0].value


def test_the_environment_wins_and_the_page_says_so(
    open_app: Callable[..., AppTest], server: EndpointServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAT_ENDPOINT_PROVIDER", "openai")
    monkeypatch.setenv("UAT_ENDPOINT_URL", server.url)
    monkeypatch.setenv("UAT_ENDPOINT_MODEL", "theirs")
    monkeypatch.setenv("UAT_ENDPOINT_API_KEY", KEY)
    monkeypatch.setenv("UAT_PRICE_INPUT", "2.5")
    app = open_app()
    app.switch_page("pages/settings.py").run()
    text = shown(app)
    for name in ("PROVIDER", "URL", "MODEL", "API_KEY"):
        assert f"(set by `UAT_ENDPOINT_{name}`)" in text
    for field in ("url", "model", "key"):
        assert app.text_input(key=f"endpoint_{field}_0").disabled
    assert "Also set outside of this page: `UAT_PRICE_INPUT`." in text
    assert app.number_input(key="endpoint_price_input_0").disabled
    app.button(key="endpoint_test").click().run()
    assert "theirs answered as asked" in app.success[0].value
    assert server.keys == [KEY]
    assert KEY not in shown(app)


def test_a_damaged_file_is_told_and_the_page_still_opens(
    open_app: Callable[..., AppTest], environment: Path
) -> None:
    (environment / "endpoint.json").write_text('{"provider": "openai", "mode": "m"}')
    app = open_app()
    app.switch_page("pages/settings.py").run()
    assert not app.exception
    assert "mode: Extra inputs" in app.error[0].value.replace("\\", "")
    assert "move it away" in app.error[0].value


def test_locked_settings_are_shown_only(
    open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAT_LOCK_SETTINGS", "1")
    app = open_app()
    app.switch_page("pages/settings.py").run()
    assert app.button(key="endpoint_test").disabled
    assert app.button(key="endpoint_save").disabled
    assert app.button(key="make_default").disabled
    assert "add_model" not in {one.key for one in app.button}
    assert "UAT_LOCK_SETTINGS=1" in shown(app)


def test_a_model_file_is_added_chosen_and_forgotten(page: AppTest, tmp_path: Path) -> None:
    file = tmp_path / "our-model.gguf"
    file.write_bytes(gguf())
    page.text_input(key="settings_model").set_value(str(file)).run()
    page.button(key="add_model").click().run()
    settled(page)
    row = page.dataframe[0].value.set_index("Writer").loc["Our Model 3B"]
    assert (row["Licence"], row["State"]) == ("llama3.2", "on demand")
    page.selectbox(key="settings_writer").set_value("our-model").run()
    page.radio(key="way_our-model").set_value("item").run()
    page.button(key="keep_way").click().run()
    row = page.dataframe[0].value.set_index("Writer").loc["Our Model 3B"]
    assert (row["One answer"], row["Known from"]) == ("one item", "your choice")
    page.button(key="remove_model").click().run()
    assert not page.exception
    assert "Our Model 3B" not in list(page.dataframe[0].value["Writer"])
    assert file.is_file()


def test_a_file_that_is_no_model_says_so(page: AppTest, tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(b"PK" + bytes(200))
    page.text_input(key="settings_model").set_value(str(tmp_path / "no.gguf")).run()
    page.button(key="add_model").click().run()
    settled(page)
    assert "no.gguf" in page.error[0].value.replace("\\", "")


@pytest.mark.long
def test_an_endpoint_is_probed_with_progress(page: AppTest, server: EndpointServer) -> None:
    fill_in(page, server.url)
    page.button(key="endpoint_save").click().run()
    page.selectbox(key="settings_writer").set_value("endpoint").run()
    page.button(key="probe").click().run()
    settled(page)
    row = page.dataframe[0].value.set_index("Writer").loc["m1"]
    assert (row["One answer"], row["Known from"]) == ("one item", "probe, 0 of 6 passed")
    assert "several cases under a schema" in shown(page)


def test_daily_pages_come_first_and_the_others_are_one_click_away(page: AppTest) -> None:
    assert page.title[0].value == "Settings"
    for name, title in (
        ("connections", "Connections"),
        ("configure_retrieval", "Configure retrieval"),
        ("company_template", "Company template"),
        ("train_adapter", "Train an adapter"),
        ("compare_models", "Compare models"),
    ):
        page.switch_page(f"pages/{name}.py").run()
        assert not page.exception
        assert page.title[0].value == title


def settled(app: AppTest) -> None:
    """Wait for the work with a model to end."""
    deadline = time.monotonic() + 60
    app.run()
    while "stop_model_work" in {one.key for one in app.button}:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    app.run()
    assert not app.exception
