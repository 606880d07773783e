"""``python -m assistant``: the use cases of the app from a shell, for scripts and batches."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("TQDM_DISABLE", "1")  # libraries' own bars; the program shows its own

from assistant.command_line.options import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
