"""Named points at which a test kills the process, to show that whatever was cut off is made good.

``UAT_FAILPOINT=after_store`` ends the process (status 137, as ``kill -9`` does) when that is first
reached; ``UAT_FAILPOINT=after_store@page.md`` when it is reached for that thing.
Unset, as always outside of tests, a point costs one look at the environment.
"""

from __future__ import annotations

import os

VARIABLE = "UAT_FAILPOINT"


def reach(name: str, subject: str = "") -> None:
    """End the process here and now where the environment names this point."""
    wanted = os.environ.get(VARIABLE)
    if wanted and wanted in (name, f"{name}@{subject}"):
        os._exit(137)
