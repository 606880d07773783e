"""Files that other tools open: one module per format."""

from assistant.suite.export.csv_file import (
    EXPORT_PROFILES,
    ProfileName,
    download_name,
    export_warnings,
    write_csv,
)
from assistant.suite.export.format_losses import losses
from assistant.suite.export.preconditions_file import preconditions_csv
from assistant.suite.export.xlsx_file import write_xlsx

__all__ = [
    "EXPORT_PROFILES",
    "ProfileName",
    "csv_file",
    "download_name",
    "export_warnings",
    "losses",
    "preconditions_csv",
    "write_csv",
    "write_xlsx",
]
