"""The home page: compose a request, see what was understood, follow a run."""

__all__ = [
    "compose",
    "downloads",
    "existing_panel",
    "indexing_note",
    "run_view",
    "write_again_menu",
    "writing_bar",
]
