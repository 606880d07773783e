"""The page of the company template."""

__all__ = ["template_editor"]
