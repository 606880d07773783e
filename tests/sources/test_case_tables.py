"""Tables of cases as testers keep them: what is one case, what is a step, what is none of both."""

from __future__ import annotations

import json
import time

import pytest
from file_writers import delimited, workbook
from reading_checks import steps_of

from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading


def reading_of(header: str, *rows: str, delimiter: str = ",") -> Reading:
    """The reading of a CSV with this header and these rows, their cells divided as in it."""
    return read_file("cases.csv", delimited(line.split(delimiter) for line in (header, *rows)))


def actions_of(cell: str) -> list[str]:
    """The actions of the one case whose steps are ``cell``."""
    (case,) = reading_of("ID;Title;Steps;Expected Result", f"T-1;t;{cell};", delimiter=";").cases
    return [step.action for step in case.steps]


# --- Cases with the same title ----------------------------------------------------------------


def test_a_case_that_differs_from_the_one_above_is_its_own() -> None:
    header = "Title,Description,Priority,Steps,Expected Result"
    reading = reading_of(
        header,
        "Log in,First way,High,Enter a,Message A", "Log in,,,Wait,Nothing",
        "Log in,Second way,High,Enter b,Message B", "Log in,Second way,Low,Enter c,Message C",
        "Log out,,,Press,Gone",
    )  # fmt: skip
    assert [(case.title, case.objective) for case in reading.cases] == [
        ("Log in", "First way"), ("Log in", "Second way"), ("Log in", "Second way"),
        ("Log out", ""),
    ]  # fmt: skip
    assert [len(case.steps) for case in reading.cases] == [2, 1, 1, 1]
    assert len({case.id for case in reading.cases}) == 4


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("TC,Title,Steps,Expected,Result,Date", "T-1,Door,Press,It opens,pass,2026-06-10"),
        ("TC,Title,Steps,Result,Expected Result", "T-1,Door,Press,pass,It opens"),
        ("TC,Title,Steps,Result,Tester", "T-1,Door,Press,It opens,Ann"),
    ],
)
def test_how_a_run_ended_is_no_expected_result(header: str, row: str) -> None:
    (case,) = reading_of(header, row).cases
    assert steps_of(case) == [("Press", "It opens")]


@pytest.mark.parametrize("expected", [["", "", ""], ["", "Order is kept", ""]])
def test_results_are_expected_where_no_other_column_tells_it(expected: list[str]) -> None:
    rows = [f"T-1,Door,Press {n},{words},It opens {n}" for n, words in enumerate(expected)]
    (case,) = reading_of("ID,Title,Steps,Expected Result,Result", *rows).cases
    results = [step.expected_result for step in case.steps]
    for number, (words, result) in enumerate(zip(expected, results, strict=True)):
        assert words in result
        assert f"It opens {number}" in result


def test_the_result_of_a_step_is_expected_beside_another_column_of_it() -> None:
    header = "ID,Title,Steps,Step Result,Expected Result"
    (case,) = reading_of(header, "T-1,Door,Press,A lamp is lit,It opens").cases
    assert steps_of(case) == [("Press", "A lamp is lit\nIt opens")]


def test_steps_of_a_repeated_title_stay_one_case() -> None:
    rows = ["Log in,P1,Enter a,A,Passed", "Log in,P1,Enter b,B,Failed"]
    reading = reading_of("Title,Priority,Steps,Expected Result,Status", *rows)
    (case,) = reading.cases
    assert steps_of(case) == [("Enter a", "A"), ("Enter b", "B")]
    assert case.status_reason == "Status in the file: Passed; Failed"


def test_a_case_that_stands_twice_under_its_id_is_two() -> None:
    first, second = "T-1,Pay,1,Open,Shown", "T-1,Pay,2,Pay,Paid"
    header = "ID,Title,Step No,Step,Expected Result"
    twice = reading_of(header, first, second, first, second)
    assert [(case.id, len(case.steps)) for case in twice.cases] == [("T-1", 2), ("T-1-2", 2)]
    tries = "T-1,Pay,,Enter a wrong code,Refused"  # nothing counts: a step may be done again
    assert [len(case.steps) for case in reading_of(header, tries, tries).cases] == [2]


def test_a_counted_step_goes_on_whatever_is_said_beside_it() -> None:
    rows = ["Pay,1,First,Open,Shown", "Pay,2,Then,Pay,Paid", "Pay,1,Again,Open,Shown"]
    reading = reading_of("Title,Step No,Description,Step,Expected Result", *rows)
    assert [len(case.steps) for case in reading.cases] == [2, 1]
    assert reading.cases[0].objective == "First\nThen"


def test_steps_that_are_counted_beside_their_description() -> None:
    rows = ["Pay,Step 1,Open,Shown", "Pay,Step 2,Pay,Paid", "Quit,Step 1,Quit,Gone"]
    reading = reading_of("Test Name,Step Name,Description,Expected Result", *rows)
    assert [steps_of(case) for case in reading.cases] == [
        [("Open", "Shown"), ("Pay", "Paid")], [("Quit", "Gone")],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Testfall|Schritt|Testschritt|Erwartet", ["Pay|1|Open it|Shown", "|2|Pay it|Paid"]),
        ("Testfall|Testschritt|Schritt|Erwartet", ["Pay|Open it|1|Shown", "|Pay it|2|Paid"]),
        ("Cas de test|Action|Étape|Attendu", ["Pay|Open it|Étape 1|Shown", "|Pay it|Étape 2|Paid"]),
        ("Title|Step|Actions|Expected", ["Pay|1.1|Open it|Shown", "|1.2|Pay it|Paid"]),
    ],
)
def test_of_two_columns_named_for_a_step_the_words_are_the_action(
    header: str, rows: list[str]
) -> None:
    reading = reading_of(header, *rows, delimiter="|")
    (case,) = reading.cases
    assert steps_of(case) == [("Open it", "Shown"), ("Pay it", "Paid")]
    assert not any("not used" in note for note in reading.notes)


def test_words_of_a_step_that_are_not_its_action_are_said_to_be_left_out() -> None:
    reading = reading_of("Title,Step,Test Step Description,Expected", "Pay,Basket,Open it,Shown")
    assert steps_of(reading.cases[0]) == [("Open it", "Shown")]
    assert "Columns not used: Step." in reading.notes


def test_an_id_in_a_column_that_is_named_like_a_title() -> None:
    header = "TestCaseName,TestRun,Summary,Description,ExpectedResults"
    rows = ["TC01.105,R1,No penalty,2 days,A", "TC01.106,R1,No penalty,999 days,B"]
    reading = reading_of(header, *rows)
    assert [(c.id, c.title, c.objective) for c in reading.cases] == [
        ("TC01.105", "No penalty", "2 days"), ("TC01.106", "No penalty", "999 days"),
    ]  # fmt: skip
    assert [steps_of(case) for case in reading.cases] == [[("", "A")], [("", "B")]]
    words = reading_of("Test Case Name,Summary,Steps,Result", "Log in 2,Enters,Open,Shown")
    assert (words.cases[0].title, words.cases[0].objective) == ("Log in 2", "Enters")


def test_what_the_rows_of_one_id_say_differently_is_kept_or_shown() -> None:
    header = "ID,Title,Description,Priority,Release,Steps,Expected Result"
    rows = ["T-1,Pay,First,High,R1,Open,Shown", "T-1,,Second,Low,R2,Pay,Paid"]
    reading = reading_of(header, *rows)
    (case,) = reading.cases
    assert (case.objective, case.release, case.priority) == ("First\nSecond", "R1, R2", "High")
    assert [piece.text for piece in reading.unread] == ["High, Low"]
    assert "T-1" in reading.unread[0].reason


# --- Rows that name a section -----------------------------------------------------------------

SECTIONED = "Module,ID,Run,Summary,Steps,Expected Result"


def test_rows_above_cases_name_their_section() -> None:
    reading = reading_of(
        SECTIONED,
        ",,,,,", "Fees,,,Pay a fee,,", ",T-1,R1,Pay,Pay,Paid", ",T-2,R1,Wait,Wait,Open",
        "Plans,,,,,", ",,,Extend a plan,,", ",T-3,R1,Extend,Extend,Saved", ",,,Not written,,",
    )  # fmt: skip
    assert [(case.title, case.labels) for case in reading.cases] == [
        ("Pay", ("Fees", "Pay a fee")), ("Wait", ("Fees", "Pay a fee")),
        ("Extend", ("Plans", "Extend a plan")), ("Not written", ("Plans", "Extend a plan")),
    ]  # fmt: skip
    assert [piece.text for piece in reading.unread] == [
        "Fees | Pay a fee", "Plans", "Extend a plan",
    ]  # fmt: skip
    assert "Row 3" in reading.unread[0].reason
    assert "section" in reading.unread[0].reason
    assert reading.columns == "known"


def test_a_section_in_the_column_of_ids() -> None:
    rows = ["Log in page,,,", "T-1,a,b,c", "T-2,d,e,f", "Log out page,,,", "T-3,g,h,i"]
    reading = reading_of("ID,Title,Steps,Expected Result", *rows)
    assert [(case.id, case.labels) for case in reading.cases] == [
        ("T-1", ("Log in page",)), ("T-2", ("Log in page",)), ("T-3", ("Log out page",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Title,Priority,Steps,Expected Result", ["Pay,High,,", "Wait,,,", "Quit,Low,,"]),
        ("Title,Steps,Expected Result", ["Pay,,", "Wait,Wait,Open", "Quit,Quit,Gone"]),
        ("ID,Title,Steps,Expected Result", ["T-1,Pay,,", "T-2,Wait,Wait,Open", "T-3,Quit,Q,G"]),
        ("Title,Team,Steps,Expected Result", ["Pay,A,,", ",,Pay,Paid", "Quit,A,,", ",,Quit,Gone",
                                              "Wait,A,,", ",,Wait,Open"]),
    ],
    ids=["titles", "no other column", "ids", "title rows"],
)  # fmt: skip
def test_cases_without_steps_are_no_sections(header: str, rows: list[str]) -> None:
    reading = reading_of(header, *rows)
    assert [case.title for case in reading.cases] == ["Pay", *(
        ["Quit", "Wait"] if len(rows) > 3 else ["Wait", "Quit"])]  # fmt: skip
    assert not reading.unread


# --- A column for each step -------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Step 1,Result 1,Step 2,Result 2,Step 3,Result 3",
        "Step 1 Action,Step 1 Expected,Step 2 Action,Step 2 Expected,Step 3 Action,Step 3 Expected",
        "Action 1,Expected Result 1,Action 2,Expected Result 2,Action 3,Expected Result 3",
        "step1,expectedResult1,step2,expectedResult2,step3,expectedResult3",
        "Test Step #1,Expected (1),Test Step #2,Expected (2),Test Step #3,Expected (3)",
        "Schritt 1,Erwartetes Ergebnis 1,Schritt 2,Erwartetes Ergebnis 2,Schritt 3,"
        "Erwartetes Ergebnis 3",
    ],
)
def test_a_column_for_each_step(header: str) -> None:
    rows = ["T-1,Pay,Open,Shown,Pay,Paid,,", "T-2,Quit,Open,,,,Quit,Gone"]
    pay, quit_ = reading_of(f"ID,Title,{header}", *rows).cases
    assert steps_of(pay) == [("Open", "Shown"), ("Pay", "Paid")]
    assert steps_of(quit_) == [("Open", ""), ("Quit", "Gone")]
    assert [step.number for step in quit_.steps] == [1, 2]


def test_columns_of_actions_alone_are_cases_and_come_in_order() -> None:
    header = "Test Case ID,Name,Step 2,Step 1,Step 10"
    (case,) = reading_of(header, "T-1,Pay,Pay,1. Open,Close").cases
    assert steps_of(case) == [("Open", ""), ("Pay", ""), ("Close", "")]


def test_columns_for_all_steps_beside_those_of_one_each() -> None:
    header = "ID;Title;Steps;Test Data;Expected Result;Step 1;Step 2"
    reading = reading_of(
        header,
        "T-1;Pay;1. Open\n2. Pay;;It is paid;;", "T-2;Quit;;20;It is gone;Open;Quit",
        "T-3;Wait;;;1. Shown\n2. Open;Open;Wait", "T-4;Stay;Sign in;;;Open;Stay",
        delimiter=";",
    )  # fmt: skip
    assert [steps_of(case) for case in reading.cases] == [
        [("Open", ""), ("Pay", "It is paid")], [("Open", ""), ("Quit", "It is gone")],
        [("Open", "Shown"), ("Wait", "Open")], [("Sign in", ""), ("Open", ""), ("Stay", "")],
    ]  # fmt: skip
    assert [step.test_data for step in reading.cases[1].steps] == ["20", ""]


def test_one_numbered_column_is_no_table_of_cases() -> None:
    assert not reading_of("ID,Name,Step 1,Owner", "T-1,Pay,Open,Ada").cases
    assert not reading_of("ID,Name,Result 1,Result 2", "T-1,Pay,Open,Ada").cases


# --- Marks in front of steps, and the ends of their lines ---------------------------------------


@pytest.mark.parametrize(
    ("cell", "actions"),
    [
        ("- Enter a name", ["Enter a name"]), ("• Enter a name", ["Enter a name"]),
        ("1. Enter a name", ["Enter a name"]), ("1) Enter", ["Enter"]),
        ("1.5 litres are poured in", ["1.5 litres are poured in"]),
        ("- 5 °C are set", ["- 5 °C are set"]), ("-5 °C are set", ["-5 °C are set"]),
        ("1. Mai eingeben", ["1. Mai eingeben"]), ("7. Enter a name", ["7. Enter a name"]),
        ("1. Open¶2. Pay:¶   - now¶3. Close", ["Open", "Pay:\n   - now", "Close"]),
        ("Read ¶ 5 of the rules", ["Read ¶ 5 of the rules"]),
    ],
)  # fmt: skip
def test_marks_of_a_step(cell: str, actions: list[str]) -> None:
    assert actions_of(cell) == actions


def test_marks_of_steps_in_rows_of_their_own() -> None:
    rows = ["T-1,Pay,1. Open,1. Shown", ",,2. Pay,- Paid", ",,- Close,", ",,7. Mai eingeben,"]
    (case,) = reading_of("ID,Title,Step,Expected Result", *rows).cases
    assert steps_of(case) == [
        ("Open", "Shown"), ("Pay", "- Paid"), ("Close", ""), ("7. Mai eingeben", ""),
    ]  # fmt: skip


def test_testrail_results_belong_to_their_lines_also_where_the_first_is_empty() -> None:
    header = "Title;Section;Steps (Expected Result);Steps (Step)"
    rows = ["First;Fees;\nPaid;Open\nPay", "Last;Fees;Shown\n;Open\nPay",
            "Picture;Fees;![](index.php?/attachments/get/1)\nPaid;Open\nPay"]  # fmt: skip
    first, last, picture = reading_of(header, *rows, delimiter=";").cases
    assert steps_of(first) == steps_of(picture) == [("Open", ""), ("Pay", "Paid")]
    assert steps_of(last) == [("Open", "Shown"), ("Pay", "")]
    assert first.labels == ("Fees",)


# --- Pictures -----------------------------------------------------------------------------------

PICTURE = "![](index.php?/attachments/get/{})"
PICTURED = [
    ["ID", "Title", "Preconditions", "Steps", "Expected Result"],
    ["C1", "Pay", f"{PICTURE.format(1)}\nA plan", f"1. Pay\n2. {PICTURE.format('a-2')}",
     f"Paid {PICTURE.format(1)}\n- ![shot.png](https://cdn.example/3)"],
    ["C2", "Wait", "", f"See ![a map](https://m.example) {PICTURE.format(4)}", ""],
]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_pictures_in_cells_are_left_out_and_counted(kind: str) -> None:
    write = delimited if kind == "csv" else workbook
    reading = read_file(f"cases.{kind}", write(PICTURED))
    pay, wait = reading.cases
    assert pay.preconditions == ("A plan",)
    assert steps_of(pay) == [("Pay", "Paid")]
    assert steps_of(wait) == [("See ![a map](https://m.example)", "")]
    assert reading.report.unread_parts == ("4 pictures",)
    assert "attachments" not in reading.document.text


# --- The requirement --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Step Expected Results", "Steps Expected Results", "Test Step Expected Results",
             "Steps (Expected Results)", "Step Expected Result", "Expected Results"],
)  # fmt: skip
def test_expected_results_in_the_plural_are_those_of_the_step(name: str) -> None:
    header = f"ID,Name,Step Position,Step Name,Step Description,{name}"
    rows = "7,Borrow,1,Scan,Scan the card,The loan is shown", ",,2,End,Press End,It ends"
    read = reading_of(header, *rows)
    (case,) = read.cases
    assert steps_of(case) == [("Scan the card", "The loan is shown"), ("Press End", "It ends")]


@pytest.mark.parametrize("name", ["ticket", "Story", "User Story", "Requirement", "Linked Issue",
                                  "Jira ID", "Jira Issue"])  # fmt: skip
def test_issue_keys_are_the_requirement(name: str) -> None:
    header = f"summary,{name},testSet,preconditions,description,step_action,step_data,step_result"
    rows = ["Pay,P18-61,SET-1,Signed in,,Pay,20,Paid", ",,,,,Look,,Shown",
            "Fail,P18-61,SET-1,Signed in,,Pay,x,Refused"]  # fmt: skip
    reading = reading_of(header, *rows)
    assert [case.story_key for case in reading.cases] == ["P18-61", "P18-61"]
    assert [len(case.steps) for case in reading.cases] == [2, 1]
    assert reading.columns == "known", "a set that cases share is no id"
    assert not any(name in note for note in reading.notes)


def test_a_ticket_without_keys_is_no_requirement() -> None:
    reading = reading_of("Title,Ticket,Steps,Result", "Pay,to be filed,Pay,Paid")
    assert reading.cases[0].story_key == ""
    assert any("Ticket" in note for note in reading.notes)


# --- Headers in other languages ---------------------------------------------------------------

LANGUAGES = {
    "de": "Testfall-ID|Name des Testfalls|Abschnitt|Priorität|Voraussetzungen|Testschritte"
    "|Testdaten|Erwartete Ergebnisse",
    "fr": "ID du cas de test|Titre du cas de test|Rubrique|Priorité|Conditions préalables"
    "|Étapes du test|Données de test|Résultat attendu",
    "es": "ID del caso de prueba|Nombre del caso de prueba|Sección|Prioridad|Condiciones previas"
    "|Pasos a seguir|Datos de entrada|Resultado esperado",
    "pt": "ID do caso de teste|Título do caso de teste|Seção|Prioridade|Pré-requisitos"
    "|Passos do teste|Massa de dados|Resultados esperados",
    "it": "ID del caso di test|Nome del caso di test|Sezione|Priorità|Prerequisiti"
    "|Passi del test|Dati di test|Risultato atteso",
    "nl": "Testgeval-ID|Naam van het testgeval|Sectie|Prioriteit|Precondities|Teststappen"
    "|Testgegevens|Verwacht resultaat",
    "pl": "ID przypadku testowego|Nazwa przypadku testowego|Sekcja|Priorytet|Warunki wstępne"
    "|Kroki testowe|Dane testowe|Oczekiwany rezultat",
    "ru": "ID тест-кейса|Название тест-кейса|Раздел|Приоритет|Предварительные условия"
    "|Шаги теста|Входные данные|Ожидаемый результат",
    "uk": "ID тест-кейсу|Назва тест-кейсу|Розділ|Пріоритет|Передумови|Кроки|Тестові дані"
    "|Очікуваний результат",
    "tr": "Senaryo No|Test Senaryosu Adı|Bölüm|Öncelik|Ön Koşul|Test Adımları|Test Verisi"
    "|Beklenen Sonuç",
    "zh": "测试用例编号|测试用例名称|目录|优先级|先决条件|步骤描述|测试数据|期望结果",
    "ja": "テストケースID|テストケース名|セクション|優先度|事前条件|テスト手順|テストデータ"
    "|期待結果",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_in_each_language(language: str) -> None:
    high = {"ru": "Высокий", "uk": "Високий", "tr": "Yüksek", "pl": "Wysoki", "nl": "Hoog",
            "zh": "高", "ja": "高", "de": "Hoch", "fr": "Haute"}.get(language, "Alta")  # fmt: skip
    reading = reading_of(
        LANGUAGES[language], f"T-1|t|s|{high}|p|1. a\n2. b|d|1. x\n2. y", delimiter="|"
    )
    (case,) = reading.cases
    assert (case.id, case.title, case.labels, case.priority) == ("T-1", "t", ("s",), "High")
    assert case.preconditions == ("p",)
    assert steps_of(case) == [("a", "x"), ("b", "y")]
    assert case.steps[0].test_data == "d"
    assert not any("not used" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("title", "action", "result"),
    [
        ("Testfall", "Testschritt", "Erwartet"), ("Cas de test", "Étape", "Attendu"),
        ("Caso de prueba", "Paso", "Esperado"), ("Caso de teste", "Passo", "Resposta esperada"),
        ("Caso di test", "Passo", "Atteso"), ("Testgeval", "Stap", "Verwacht"),
        ("Przypadek testowy", "Krok", "Oczekiwany"), ("Тест-кейс", "Шаг", "Ожидается"),
        ("Назва", "Крок", "Очікується"), ("Test senaryosu", "Adım", "Beklenen"),
        ("测试用例", "步骤", "期望"), ("テストケース", "手順", "期待"),
    ],
)  # fmt: skip
def test_results_under_a_short_name_in_each_language(title: str, action: str, result: str) -> None:
    (case,) = reading_of(f"{title}|{action}|{result}", "Pay|Open|Shown", delimiter="|").cases
    assert steps_of(case) == [("Open", "Shown")]


# --- Time -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "shape", ["\n", " ", "¶", "![", "![](", "![](a", "![]( ", "- ", "1. ", "1\n", "1.\n", "-\n",
              "step ", "Expected:\n", "- \n  "]
)  # fmt: skip
def test_a_cell_ten_times_as_long_takes_about_ten_times_as_long(shape: str) -> None:
    def seconds(size: int) -> float:
        cell = f"a{shape * (size // len(shape))}b"
        rows = [["T-1", "t", cell, cell, cell], ["T-2", "t", cell, "", ""]]
        data = delimited([["ID", "Title", "Preconditions", "Steps", "Expected Result"], *rows])
        begin = time.process_time()
        read_file("long.csv", data)
        return time.process_time() - begin

    allowed = max(1.5, 25 * seconds(10_000))
    assert min(seconds(100_000), seconds(100_000)) < allowed


def test_records_with_a_field_for_each_step() -> None:
    data = json.dumps([{"id": f"T-{n}", "title": "Pay", "step1": "Open", "expected1": "Shown",
                        "step2": "Pay", "expected2": "Paid"} for n in (1, 2)])  # fmt: skip
    cases = read_file("cases.json", data.encode()).cases
    assert [steps_of(case) for case in cases] == [[("Open", "Shown"), ("Pay", "Paid")]] * 2


@pytest.mark.parametrize(("cell", "priority"), [("H", "High"), ("m", "Medium"), ("L", "Low")])
def test_a_priority_may_be_a_letter(cell: str, priority: str) -> None:
    table = f"ID,Title,Priority,Step,Expected Result\nT-1,Save,{cell},Press Save,It is saved\n"
    (case,) = read_file("cases.csv", table.encode()).cases
    assert case.priority == priority
