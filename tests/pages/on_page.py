"""What a page shows under AppTest."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def text_of(app: AppTest) -> str:
    """All text on the page, and what folds it away, without the signs that keep text as it is."""
    parts = [
        *app.markdown, *app.caption, *app.text, *app.title, *app.subheader,
        *app.info, *app.warning, *app.error,
    ]  # fmt: skip
    folded = [one.label for one in app.expander]
    return "\n".join([*(str(one.value) for one in parts), *folded]).replace("\\", "")


def listed(app: AppTest) -> list[str]:
    """The ids of the cases in the list, in its order."""
    captions = app.radio(key="case_list").proto.captions
    return [caption.split(" · ")[0].replace("\\", "") for caption in captions]
