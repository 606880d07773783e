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

__all__ = [
    "EXPORT_PROFILES",
    "CsvProfile",
    "ExportWarning",
    "ProfileName",
    "download_name",
    "export_warnings",
    "write_csv",
]
