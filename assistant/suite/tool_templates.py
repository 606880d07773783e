"""Case templates as data: the standard one and those of test tools (``case_templates.toml``)."""

from __future__ import annotations

from pathlib import Path

from assistant.domain import CaseTemplate
from assistant.language.word_lists import read_table

TEMPLATES = read_table(Path(__file__).with_name("case_templates.toml"), dict[str, CaseTemplate])
"""All templates by the names of the file."""

XRAY = TEMPLATES["xray"]
ZEPHYR_SCALE = TEMPLATES["zephyr_scale"]
TESTRAIL = TEMPLATES["testrail"]
AZURE_DEVOPS = TEMPLATES["azure_devops"]
READY_TEMPLATES = (XRAY, ZEPHYR_SCALE, TESTRAIL, AZURE_DEVOPS)
