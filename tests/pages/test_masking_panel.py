"""*Mask personal data* on *Import sources*: the switch, what it covers, what a source says."""

from __future__ import annotations

from pathlib import Path

import pytest
from on_page import text_of
from streamlit.testing.v1 import AppTest

from assistant.library import Library
from assistant.sources.masking.recognisers import PLACEHOLDER

TEXT = "# Calls\n\nKlara answers anna@bank.example and bob@bank.example.\n"


@pytest.fixture
def environment(quick_environment: Path) -> Path:
    return quick_environment


def page() -> None:
    from assistant.ui.sources.documents_table import document_details
    from assistant.ui.sources.import_panel import import_panel
    from assistant.ui.sources.masking_panel import masking_panel
    from assistant.ui.state import session, workspace

    opened, record = workspace(), session()
    record.project_id = opened.project("P").id
    import_panel(opened, record)
    masking_panel(opened, record)
    for document in opened.library.documents(record.project_id):
        document_details(opened, record, document, {})


def test_the_switch_is_off_says_what_it_covers_and_masks_what_comes_in(environment: Path) -> None:
    app = AppTest.from_function(page, default_timeout=60.0).run()
    assert app.expander[0].label == "Mask personal data: off"
    assert "also in a criterion" in text_of(app)
    assert "A masked source is not anonymous" in text_of(app)
    assert not [one for one in app.button if one.key == "mask_stored"]

    library = Library.open(environment / "data" / "library.sqlite3")
    project_id = library.project("P").id
    app.toggle(key=f"mask_on_{project_id}").set_value(True)
    app.text_area(key=f"mask_names_{project_id}").set_value("Klara\n\n").run()
    app.button(key="save_masking").click().run()
    assert not app.exception
    kept = library.project("P").masking
    assert (kept.enabled, kept.names) == (True, ("Klara",))
    assert app.expander[0].label == "Mask personal data: on"
    assert "came in before stay as they were" in text_of(app)

    app.button_group(key="import_way").set_value("paste").run()
    app.text_area(key="import_text_0").set_value(TEXT).run()
    assert "Masked: 2 e-mail addresses, 1 name" in text_of(app)
    app.button(key="keep").click().run()
    app.run()
    assert not app.exception
    assert "Masked: 2 e-mail addresses, 1 name" in text_of(app)
    (document,) = library.documents(project_id)
    text = PLACEHOLDER.sub(r"[\1]", library.document(project_id, document.id).text)
    assert "[name] answers [e-mail] and [e-mail]." in text
    library.close()
