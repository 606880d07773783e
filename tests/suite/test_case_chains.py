"""Which case goes on from which: a title in quotation marks, and nothing that is only like one."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.domain import TestCase
from assistant.suite.case_chains import LATER, OTHER_TITLE, REJECTED, case_chains, in_order


def case(name: str, title: str, *lines: str, status: str = "draft") -> TestCase:
    return TestCase(id=name, title=title, preconditions=lines, status=status)


@pytest.mark.parametrize(
    ("title", "line", "names"),
    [
        ("Clerk builds a run", 'After the case "Clerk builds a run": L-1 is in state Draft', True),
        ("Ein Lauf wird gebaut", "Nach dem Fall „Ein Lauf wird gebaut“: L-1 ist offen", True),
        ("Un lot est créé", "Après le cas « Un lot est créé » : L-1 est ouvert", True),
        ("Clerk builds a run", "After “Clerk builds\na run”: L-1 is in state Draft", True),
        ('The state "Sent" is shown', 'After the case "The state "Sent" is shown": L-1', True),
        ("L'état d'un lot", "L'agent est là, après le cas « L'état d'un lot » : ouvert", True),
        ("L'état d'un lot", "Après le cas « L'état d'un lot est affiché » : ouvert", False),
        ("L'état d'un lot", "L'état d'un lot est ouvert", False),
        ("Clerk builds a run", "Clerk builds a run: L-1 is in state Draft", False),
        ("Clerk builds a run", 'After the case "Clerk builds a run again": L-1', False),
        ("Clerk builds a run", 'After the case "clerk builds": L-1', False),
        ("Clerk builds a run", 'To be set up: clerk A, the login of "Clerk builds a run"', False),
        ("Clerk builds a run", 'Set up is done after the case "Clerk builds a run"', True),
    ],
)
def test_a_title_in_quotation_marks_of_any_kind_names_its_case(title, line, names) -> None:
    chains = case_chains([case("A", title), case("B", "Sends it", line)])
    assert chains.before == ({"B": {"A": ""}} if names else {})
    assert chains.after == ({"A": ["B"]} if names else {})


def test_several_cases_are_named_each_once_and_none_names_itself() -> None:
    chains = case_chains(
        [
            case("A", "Builds"),
            case("B", "Sends", 'After "Builds"'),
            case("C", "Pays", 'After the cases "Sends" and "Builds": open', '"Sends", "Pays"'),
        ]
    )
    assert list(chains.before["C"]) == ["B", "A"]
    assert chains.after == {"A": ["B", "C"], "B": ["C"]}


def test_of_cases_with_one_title_the_first_that_stands_is_meant() -> None:
    held = [case("A", "Builds"), case("B", "Builds"), case("C", "Sends", 'After "Builds"')]
    assert list(case_chains(held).before["C"]) == ["A"]
    assert list(case_chains([case("A", "Builds", status="rejected"), *held[1:]]).before["C"]) == [
        "B"
    ]


def test_what_became_of_the_case_before_is_told_unless_the_case_itself_is_rejected() -> None:
    first, second = case("A", "Builds", status="rejected"), case("B", "Sends", 'After "Builds"')
    assert case_chains([first, second]).needs("B") == (REJECTED,)
    renamed = [case("A", "Builds a run"), second]
    assert case_chains(renamed).before == {}
    earlier = {"A": ["Builds"], "B": ["Sends"]}
    assert case_chains(renamed, earlier).needs("B") == (OTHER_TITLE,)
    gone = second.model_copy(update={"status": "rejected"})
    chains = case_chains([first, gone])
    assert (chains.needs("B"), chains.after) == ((), {}), "nobody runs it"
    assert list(chains.before["B"]) == ["A"]
    taken = [*renamed, case("C", "Builds")]
    assert case_chains(taken, earlier).before["B"] == {"C": ""}, "a title of now goes first"


def test_a_case_before_that_is_run_on_a_later_day_is_told() -> None:
    def days(first: int, second: int | None) -> tuple[str, ...]:
        before = case("A", "Builds").model_copy(update={"test_date": date(2027, 2, first)})
        day = date(2027, 2, second) if second else None
        after = case("B", "Sends", 'After "Builds"').model_copy(update={"test_date": day})
        return case_chains([before, after]).needs("B")

    assert days(3, 2) == (LATER,)
    assert days(2, 2) == days(2, 3) == days(3, None) == ()


def order(*cases: tuple[str, TestCase]) -> str:
    return "".join(cases[place][1].id for place in in_order(cases))


def test_a_case_comes_behind_the_one_it_goes_on_from_and_all_others_stay() -> None:
    late = case("X", "Late", 'After "Builds"')
    later = case("Y", "Later", 'After "Late"')
    first, build, last = case("A", "First"), case("B", "Builds"), case("C", "Last")
    assert order(("r", first), ("r", build), ("r", late), ("r", last)) == "ABXC"
    assert order(("r", later), ("r", late), ("r", first), ("r", build), ("r", last)) == "ABXYC"
    assert order(("r", late), ("s", build), ("r", first)) == "XBA", "of another run"
    circle = case("B", "Builds", 'After "Later"')
    assert order(("r", later), ("r", late), ("r", circle), ("r", first)) == "AYBX"


def test_of_cases_in_a_circle_one_of_the_circle_is_first_and_not_who_waits_for_it() -> None:
    waits, free = case("D", "Waits", 'After "One"'), case("E", "Free")
    one, two = case("A", "One", 'After "Two"'), case("B", "Two", 'After "One"')
    assert order(("r", waits), ("r", one), ("r", two), ("r", free)) == "EADB"


def test_a_case_with_another_title_stays_before_those_that_name_the_earlier_one() -> None:
    held = [("r", case("D", "Sends", 'After "Builds"')), ("r", case("B", "Makes"))]
    assert in_order(held, {"B": ["Builds"]}) == [1, 0]


@pytest.mark.parametrize("mark", ["'", '"'])
def test_titles_with_marks_of_their_own_lead_to_one_another(mark: str) -> None:
    held = [case(f"C{at}", f"L{mark}état {at}", f"« L{mark}état {at - 1} »") for at in range(400)]
    assert len(case_chains(held).before) == 399


def test_cases_stand_by_their_days_and_what_has_none_first() -> None:
    def dated(name: str, day: int, *lines: str) -> TestCase:
        return case(name, name, *lines).model_copy(update={"test_date": date(2027, 2, day)})

    held = [dated("C", 3), dated("B", 2), case("A", "A"), dated("D", 3), dated("E", 1, 'After "D"')]
    assert order(*(("run", one) for one in held)) == "ABCDE"


def test_planned_cases_stand_as_planned_among_those_of_their_run_and_day() -> None:
    held = [
        ("r", case("A", "a")),
        ("s", case("B", "b")),
        ("r", case("C", "c")),
        ("r", case("D", "d")),
    ]
    assert "".join(held[n][1].id for n in in_order(held, None, ["D", "A"])) == "DBAC"
    held[2] = ("r", case("C", "c", 'After "d"'))
    assert "".join(held[n][1].id for n in in_order(held, None, ["C", "D", "A"])) == "BDCA"
