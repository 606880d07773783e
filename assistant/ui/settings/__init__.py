"""The page of settings: models, the endpoint, and where the rest is set up."""

__all__ = ["endpoint_form", "model_table", "name_form", "setup_links"]
