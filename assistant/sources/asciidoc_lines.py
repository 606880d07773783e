"""Lines of AsciiDoc that the door of files and the reader of documents both know."""

from __future__ import annotations

import re

ATTRIBUTE = re.compile(
    r"^:(?P<off>!?)(?P<name>\w[\w-]{0,100})(?P<end>!?):(?:[ \t]+(?P<value>.*))?$"
)
"""A line that defines an attribute, or takes it back."""

INCLUDE = re.compile(r"^include::(?P<target>[^\[\n]{1,500})\[[^\n]*\]\s*$")
"""A line that stands for another file."""

INCLUDED = "// attributes of an included file"
INCLUDED_END = "// end of these attributes"
"""Comments around the attributes that ``files.asciidoc_files`` puts in."""
