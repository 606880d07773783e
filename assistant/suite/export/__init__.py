"""Files that other tools open: one module per format."""

from assistant.suite.export.csv_file import (
    EXPORT_PROFILES,
    CsvProfile,
    ExportWarning,
    ProfileName,
    download_name,
    export_warnings,
    write_csv,
)
from assistant.suite.export.losses import Loss, losses
from assistant.suite.export.xlsx_file import write_xlsx

__all__ = [
    "EXPORT_PROFILES",
    "CsvProfile",
    "ExportWarning",
    "Loss",
    "ProfileName",
    "csv_file",
    "download_name",
    "export_warnings",
    "losses",
    "write_csv",
    "write_xlsx",
]
