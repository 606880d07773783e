"""The page of settings: models, the endpoint, and where the rest is set up."""

__all__ = ["endpoint_form", "model_table", "setup_links"]
