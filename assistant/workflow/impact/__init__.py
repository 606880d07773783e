"""Impact analysis: what a release makes of the cases that a project holds already."""

__all__ = ["existing_cases", "impact_list", "proposed_updates"]
