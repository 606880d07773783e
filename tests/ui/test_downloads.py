"""The file for a tool's importer: what it needs to know is asked for, and what it lacks is said."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    from types import SimpleNamespace

    from assistant.suite.template import XRAY
    from assistant.ui.home.downloads import mapping_downloads

    library = SimpleNamespace(cases=lambda *_, **__: [])
    target = SimpleNamespace(template=XRAY)
    mapping_downloads(SimpleNamespace(library=library), "p", target, key="k")


def text_of(app: AppTest) -> str:
    return "\n".join(one.value for one in (*app.caption, *app.error)).replace("\\", "")


def test_the_number_of_the_link_type_is_asked_for_and_without_it_the_loss_is_said() -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    assert "“Links”, the key of the story that a case tests, is not mapped" in text_of(app)
    number = app.text_input(key="k-link-type")
    assert number.label == "Number of the Jira link type from a test to its story"
    assert "links the new test to that issue of your Jira" in number.help
    assert "/rest/api/2/issueLinkType" in number.help.replace("\\", "")
    app.text_input(key="k-link-type").set_value("10007").run()
    assert text_of(app) == ""
    app.text_input(key="k-link-type").set_value("tests").run()
    assert "“tests” is no number of a link type" in text_of(app)
