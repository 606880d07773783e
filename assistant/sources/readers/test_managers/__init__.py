"""Test cases of Azure DevOps, TestLink and others, read in the child process."""

__all__ = ["json_cases", "xml_cases"]
