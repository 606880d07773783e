"""Impact analysis: what a release, or a page's change, makes of cases that a project holds."""

__all__ = ["existing_cases", "impact_job", "impact_list", "page_change", "proposed_updates"]
