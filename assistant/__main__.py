"""``python -m assistant`` and ``uat-assistant``: the use cases of the app from a shell."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("TQDM_DISABLE", "1")  # libraries' own bars; the program shows its own

from assistant.command_line.options import main


def run() -> int:
    """Run the command of this process's arguments; returns the exit status."""
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(run())
