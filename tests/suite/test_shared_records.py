"""A record that several cases name in different words, with these words and who has them."""

from __future__ import annotations

import csv
import io

from assistant.domain import TestCase
from assistant.suite.export import preconditions_csv
from assistant.suite.shared_records import shared_records


def case(name: str, *lines: str, objective: str = "") -> TestCase:
    return TestCase(
        id=name, title=name, preconditions=lines, objective=objective, epic_key="EP-100",
        story_key="EP-101", criterion_ids=("EP-101-AC1",),
    )  # fmt: skip


def told(*cases: TestCase) -> dict[str, list[tuple[str, ...]]]:
    """By the names of records, what is said of each and the cases that say so."""
    return {
        one.name: [(*use.lines, " ".join(case.id for case in use.cases)) for use in one.uses]
        for one in shared_records(cases)
    }


def test_a_record_is_told_with_the_words_of_each_case() -> None:
    free = "Contract CN-70058 of Ann Lee: interruption INT-26-0340; no claim exists for it."
    claim = "To be set up: a claim of CN-70058 for INT-26-0340, status New."
    contract = "Contract CN-70058 of Ann Lee, rent EUR 38.90: interruption INT-26-0340."
    cases = (case("A", "Day: 2 June", free), case("B", contract, claim), case("C", f" {free}  "))
    assert told(*cases) == {"CN-70058": [(free, "A C"), (contract, claim, "B")]}
    (one,) = shared_records(cases)
    assert one.counts == "3 cases, 2 different preconditions"


def test_a_record_that_is_the_same_in_all_cases_or_in_one_alone_is_no_concern() -> None:
    same = "Contract CN-70058 is active."
    assert told(case("A", same), case("B", "Contract  CN-70058 is active.")) == {}
    assert told(case("A", same, "Contract CN-70058 has a claim."), case("B", "Day: 2 June")) == {}


def test_a_record_without_a_number_has_the_name_with_which_it_is_set_up() -> None:
    made = "To be set up: loss run of St Finian's Hospital (2033), state Draft, by Team Lead B."
    none = "Customer St Finian's Hospital has no loss run."
    signed_in = ("Team Lead B is signed in.", "Team Lead B and Agent F are signed in.")
    other = ("Bea Ray is 40.", "Bea Ray is 41.")
    cases = (case("A", made, signed_in[0], other[0]), case("B", none, signed_in[1], other[1]))
    assert told(*cases) == {"St Finian's Hospital": [(made, "A"), (none, "B")]}


def test_keys_and_words_of_what_is_tested_name_no_record() -> None:
    lines = ("Story EP-101 is done.", "To be set up: a Personal Loan of {}, EUR {}.")
    cases = [
        case(name, f"{lines[0]} {name}", lines[1].format(who, name), objective="“A personal loan”")
        for name, who in (("1", "Ann Lee"), ("2", "Ann Lee"), ("3", "Bea Ray"))
    ]
    assert list(told(*cases)) == ["Ann Lee"]


def test_what_only_follows_another_name_is_none_of_its_own() -> None:
    cases = (
        case("A", "Contract CN-70058 with meter MT-40001 is active; bill BL-30001 is open."),
        case("B", "Contract CN-70058 with meter MT-40001 is closed; bill BL-30001 is paid."),
    )
    assert list(told(*cases)) == ["CN-70058"]
    assert list(told(*cases, case("C", "Meter MT-40001 is new."))) == ["MT-40001", "CN-70058"]


def test_what_one_case_sets_up_and_another_takes_as_it_is_comes_first() -> None:
    """Last those with which no precondition begins: an article of a price list."""
    cases = (
        case("A", "Prices from May, in force: AR-140 EUR 2.00.", "Loan LN-10001 is open.",
             "Loan LN-10002 is open."),
        case("B", "Prices from May, in force: AR-140 EUR 3.00.", "Loan LN-10001 is paid.",
             "To be set up: a claim on loan LN-10002."),
        case("C", "Prices from May, in force: AR-140 EUR 4.00.", "Loan LN-10001 is new."),
    )  # fmt: skip
    assert list(told(*cases)) == ["LN-10002", "LN-10001", "AR-140"]


def test_the_file_names_the_record_beside_each_precondition_about_it() -> None:
    data = preconditions_csv(
        [case("A", "Loan LN-10001 is open.", "Day: 2 June"), case("B", "Loan LN-10001 is paid.")]
    )
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    assert [(row[1], row[5]) for row in rows[1:]] == [
        ("Loan LN-10001 is open.", "LN-10001: 2 cases, 2 different preconditions"),
        ("Day: 2 June", ""),
        ("Loan LN-10001 is paid.", "LN-10001: 2 cases, 2 different preconditions"),
    ]


def test_an_objective_that_names_a_record_hides_it_from_no_case() -> None:
    active, closed = "Contract CN-70058 is active.", "Contract CN-70058 is closed."
    cases = (case("A", active), case("B", closed))
    named = case("C", "Nobody is signed in.", objective="Cancel contract CN-70058 twice")
    assert told(*cases, named) == told(*cases) == {"CN-70058": [(active, "A"), (closed, "B")]}


def test_a_name_is_looked_for_as_whole_words() -> None:
    made, none = "To be set up: Ada Horn has a claim.", "Ada Horn's claim is paid."
    others = (case("C", "Ada Hornung is signed in."), case("D", "Ada Horn-Lee is signed in."))
    assert told(case("A", made), *others) == {}
    assert told(case("A", made), case("B", none), *others) == {
        "Ada Horn": [(made, "A"), (none, "B")]
    }


def test_an_article_before_a_word_with_a_capital_makes_no_name() -> None:
    with_orders = "To be set up: A Premium customer with 3 orders."
    without = "To be set up: A Premium customer without orders."
    assert told(case("A", with_orders), case("B", without)) == {}
    made, paid = "To be set up: The Ada Horn Trust has a bill.", "Ada Horn Trust paid its bill."
    assert list(told(case("A", made), case("B", paid))) == ["Ada Horn Trust"]
    made, paid = (
        "To be set up: Die Ada Horn Stiftung zahlt und ist nicht gesperrt.",
        "Der Ada Horn Stiftung fehlt nichts.",
    )
    assert list(told(case("A", made), case("B", paid))) == ["Ada Horn Stiftung"]
    made, paid = "To be set up: Las Vegas Branch is open.", "Las Vegas Branch is closed."
    assert list(told(case("A", made), case("B", paid))) == ["Las Vegas Branch"]


def test_of_many_names_with_one_first_word_each_is_told_from_the_others() -> None:
    here = "Customer Customer Customer is here"
    cases = [case(f"T-{n}", f"To be set up: Customer {letters(n)}", here) for n in range(500)]
    assert shared_records(cases) == ()


def letters(number: int) -> str:
    return "Ann" + "".join(chr(97 + number // 26**place % 26) for place in range(3))
