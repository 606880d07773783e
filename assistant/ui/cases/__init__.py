"""Cases on screen: list, one case, its editor, findings and sources."""

__all__ = [
    "case_bar",
    "case_editor",
    "case_list",
    "case_undo",
    "case_view",
    "chain_line",
    "depth_matrix",
    "existing_verdicts",
    "impact_view",
    "proposals_panel",
    "rewritten_panel",
    "sources_panel",
    "stale_panel",
]
