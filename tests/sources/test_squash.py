"""Existing cases of Squash TM, whose steps stand in a table of their own."""

from __future__ import annotations

from file_writers import delimited, workbook

from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading

CASES = [
    ["ACTION", "TC_PATH", "TC_ID", "TC_REFERENCE", "TC_NAME", "TC_MILESTONE", "TC_WEIGHT",
     "TC_STATUS", "TC_DESCRIPTION", "TC_PRE_REQUISITE", "TC_KIND", "TC_SCRIPT", "TC_CUF_ROLE"],
    ["U", "/Prêt/Commun/Se connecter", "7", "COM-1", "Se connecter", "", "LOW", "APPROVED", "",
     "<p>Compte actif</p>", "STANDARD", "", "Lecteur"],
    ["U", "/Prêt/Retours/Rendre en retard", "9", "", "Rendre en retard", "3.1|3.2", "VERY_HIGH",
     "OBSOLETE", "<p>Frais d&rsquo;un jour</p>", "<ul><li>Prêt échu</li></ul>", "STANDARD", "", ""],
    ["U", "/Prêt/Retours/Prolonger", "11", "", "Prolonger", "", "MEDIUM", "APPROVED", "", "",
     "GHERKIN", "Given a loan\nWhen it is renewed\nThen it runs", ""],
]  # fmt: skip
STEPS = [
    ["ACTION", "TC_OWNER_PATH", "TC_OWNER_ID", "TC_STEP_NUM", "TC_STEP_ID", "TC_STEP_IS_CALL_STEP",
     "TC_STEP_CALL_DATASET", "TC_STEP_ACTION", "TC_STEP_EXPECTED_RESULT"],
    ["U", "/Prêt/Commun/Se connecter", "7", "1", "70", "0", "",
     "<p>Ouvrir l&rsquo;accueil</p>", ""],
    ["U", "/Prêt/Retours/Rendre en retard", "9", "2", "92", "0", "", "<p>Rendre</p>",
     "<p>Frais : <strong>1 €</strong></p>"],
    ["U", "/Prêt/Retours/Rendre en retard", "9", "1", "91", "1", "Adulte", "CALL 7", ""],
]  # fmt: skip


def exported(**sheets: list[list[str]]) -> Reading:
    """The reading of a workbook with these sheets."""
    return read_file("export.xlsx", workbook(sheets))


def table(rows: list[list[str]]) -> Reading:
    """The reading of one of its tables by itself."""
    return read_file("export.csv", delimited(rows, ";"))


def test_steps_join_their_cases() -> None:
    reading = exported(TEST_CASES=CASES, STEPS=STEPS)
    assert reading.document.kind == "test_cases"
    log_in, late, renew = reading.cases
    assert (log_in.id, log_in.title, log_in.priority) == ("7", "COM-1 - Se connecter", "Low")
    assert [step.action for step in log_in.steps] == ["Ouvrir l’accueil"]
    assert (late.title, late.objective) == ("Rendre en retard", "Frais d’un jour")
    assert (late.preconditions, late.priority) == (("Prêt échu",), "High")
    assert (late.release, late.labels) == ("3.1, 3.2", ("Retours",))
    assert [(step.action, step.test_data, step.expected_result) for step in late.steps] == [
        ("Test case 7 COM-1 - Se connecter", "Adulte", ""), ("Rendre", "", "Frais : **1 €**"),
    ]  # fmt: skip
    assert (renew.preconditions, len(renew.steps)) == (("Given a loan",), 1)
    assert "Columns not used: TC_CUF_ROLE." in reading.notes
    assert "Not in force any more by their status in the file: 9." in reading.notes


def test_steps_alone_are_cases_by_their_paths() -> None:
    log_in, late = table(STEPS).cases
    assert (log_in.id, log_in.title, log_in.labels) == ("7", "Se connecter", ("Commun",))
    assert [step.action for step in late.steps] == ["Test case 7 Se connecter", "Rendre"]


def test_cases_alone_stay_a_table_that_says_what_is_missing() -> None:
    reading = table(CASES)
    assert (reading.cases, reading.document.kind) == ((), "table")
    assert any("keeps the steps of these cases in the table STEPS" in n for n in reading.notes)


def test_a_name_with_a_slash_and_a_short_row() -> None:
    path = "/Prêt/Commun/Rendre \\/ prolonger"
    (case,) = table([STEPS[0], ["U", path, "5", "1", "50", "0", "", "<p>Choisir</p>"]]).cases
    assert (case.title, case.labels) == ("Rendre / prolonger", ("Commun",))
    assert [step.action for step in case.steps] == ["Choisir"]
