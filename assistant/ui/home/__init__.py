"""The home page: compose a request, see what was understood, follow a run."""

__all__ = [
    "downloads",
    "existing_panel",
    "kept_request",
    "request_form",
    "run_view",
    "write_again_menu",
    "writing_progress",
]
