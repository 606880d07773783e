"""Names of records are codes and long numbers; places, quantities and dates are none."""

from __future__ import annotations

import pytest

from assistant.language.casing import record_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Contract CN-70058 has INT-26-0302, CN-70058.", ("CN-70058", "INT-26-0302")),
        ("Invoices RE-2026/0012 and RE-2026/0013", ("RE-2026/0012", "RE-2026/0013")),
        ("SO10023, WO_00123; supplier 40311", ("SO10023", "WO_00123", "40311")),
        ("Gate D-7 of LD-UAT2, framework RF-25, row R2", ()),
        ("12500 kWh for EUR 12500, 40000 members, 30000,50 and 12345.67", ()),
        ("2026-06-02 12:00, uat.agent1@example.org, res.2002, quarter 2026Q1", ()),
        ("SHA256, HTTP404, FY2026, Q1/2026, V2.10.3; the file of 20260314", ()),
        ("Batch INV2026/0012 and S-1007, 20261314", ("INV2026/0012", "S-1007", "20261314")),
    ],
)  # fmt: skip
def test_a_record_is_told_from_a_place_and_a_quantity(text: str, names: tuple[str, ...]) -> None:
    assert record_names(text) == names
