"""Calculations that a writer hands over: code checks each line, and where its numbers come from."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import TestCase
from assistant.generation.proof.amounts import Numbers, as_written, numbers
from assistant.generation.proof.calculation_lines import Worked, read_line


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("42.00 * 20 = 840.00", "840"),
        ("840.00 * 5% = 42.00", "42"),
        ("6 x EUR 149.00 = EUR 894.00", "894"),
        ("1.5 h X EUR 98.00 = EUR 147.00", "147"),
        ("€840.00 − €42.00 = €798.00", "798"),
        ("1,560.00 * 0.95 = 1482", "1482"),
        ("14.3 ha * 4 hives per ha = 57.2 hives", "57.2"),
        ("ceil(57.2) = 58", "58"),
        ("floor(250.00 / 12, 2) = 20.83", "20.83"),
        ("ceil(250.00 / 12, 2) = 20.84", "20.84"),
        ("round(7.25, 1) = 7.3", "7.3"),
        ("max(0, 100 - 185) = 0", "0"),
        ("geomean(10, 40, 40, 160) = 40", "40"),
        ("round(geomean(32, 41, 58), 1) = 42.4", "42.4"),
        ("mean(4.2 %, 4.3 %) = 4.25 %", "4.25"),
        ("sqrt(144) = 12", "12"),
        ("(8.0 + 7.5 + 6) / 3 = 7.2", "7.2"),
        ("40 / 3 = 13.33", "13.33"),
        ("2027-03-31 - 2026-02-28 = 13 months", "13"),
        ("2026-07-06 - 2026-07-10 = 5 working days", "5"),
        ("2026-07-01 - 2008-07-02 = 17 years", "17"),
        ("2026-07-02 - 2008-07-02 = 18 years", "18"),
        ("2026-03-05 - 2026-02-28 = 1 month", "1"),
        ("22:00 - 06:00 = 8 hours", "8"),
        ("2026-04-29 01:30 - 2026-04-28 06:00 = 19.5 h", "19.5"),
        ("2026-04-15 06:20 - 2026-04-14 05:00 = 25.33 h", "25.33"),
        ("23:30 - 00:15 = 0.75 h", "0.75"),
        ("30 min + 15 min = 45 min", "45"),
        ("2 / 3 * 12 = 8", "8"),
        ("round(22.12545, 4) = 22.1255", "22.1255"),
        ("3 adults * EUR 12.50 = EUR 37.50", "37.5"),
        ("EUR 2.40/metre/night * 9 metres * 2 nights = EUR 43.20", "43.2"),
        ("EUR 840/EUR 42 = 20", "20"),
        ("max(EUR 0, EUR 73.75 - EUR 85.00) = EUR 0", "0"),
        ("4 weeks * 7 days = 28 days", "28"),
        ("7.5 h + 30 min = 8 h", "8"),
        ("840 - 5% = 798", "798"),
        ("840 + 10% - 5% = 877.8", "877.8"),
        ("1.2 - 5% = 1.15", "1.15"),
        ("18 / 160 * 100 = 11.25 %", "11.25"),
        ("18 / 160 * 100 % = 11.25 %", "11.25"),
        ("round((99.15 - 97.15) / 99.15 * 100 %, 2) = 2.02 %", "2.02"),
        ("round(20 EUR / 160 EUR * 100 %, 1) = 12.5 %", "12.5"),
        ("ceil(12.3 %) = 13 %", "13"),
        ("round(max(12.34 %, 1 %), 1) = 12.3 %", "12.3"),
        ("round(840.35 * 5 %, 1) = 42.0", "42"),
        ("round(2 / 99.15, 4) = 2.02 %", "2.02"),
        ("42,50 EUR * 20 = 850,00 EUR", "850"),
        ("1.560,00 EUR - 5 % = 1.482,00 EUR", "1482"),
        ("1.126 kg - 1.000 kg = 126 kg", "126"),
        ("round(196 * 1,275 €, 2) = 249,90 €", "249.9"),
        ("204,90 € - 250,00 € = -45,10 €", "-45.1"),
        ("2.500 € / 1 000 € = 2,5", "2.5"),
        ("126 kg * 0.30 €/kg = 37.80 €", "37.8"),
        ("min(3,50) = 3", "3"),
        ("12 pm * 2 = 24 pm", "24"),
        ("5 May * 2 = 10", "10"),
        ("2026-05-10 - 2026-05-03 = 7 days", "7"),
        ("2026-05-03 - 2026-05-10 = 8 days", "8"),
        ("2026-05-10 - 2026-05-03 + 1 day = 8 days", "8"),
        ("2026-05-10 - 2026-05-03 = 7 nights", "7"),
        ("22:00 - 06:00 - 1 hour = 7 hours", "7"),
    ],
)
def test_a_right_line_comes_to_its_value(line: str, value: str) -> None:
    found = read_line(line)
    assert found is not None
    assert found.is_right
    assert Decimal(value) in as_written(found.results[0])


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("2026-07-07 + 20 working days = 2026-08-04", datetime(2026, 8, 4)),
        (
            "2026-12-01 + 20 working days without 2026-12-24, 2026-12-25, 2026-12-31, 2027-01-01 = "
            "2027-01-04",
            datetime(2027, 1, 4),
        ),
        ("2027-03-01 + 5 years - 1 day = 2032-02-29", datetime(2032, 2, 29)),
        ("2026-05-12 10:00 + 48 hours = 2026-05-14 10:00", datetime(2026, 5, 14, 10)),
        ("23:50 + 30 minutes = 00:20", datetime(1, 1, 2, 0, 20)),
        ("00:10 - 30 minutes = 23:40", datetime(1, 1, 2, 23, 40)),
        ("2026-07-07 + 20 Arbeitstage without 2026-07-14 = 2026-08-05", datetime(2026, 8, 5)),
        ("2026-07-01 20:00 + 4 hours = 2026-07-01 24:00", datetime(2026, 7, 2)),
        ("2026-08-01 + 0 working days without 2026-08-03 = 2026-08-04", datetime(2026, 8, 4)),
        ("2026-07-01 + 1 month + 0 working days = 2026-08-03", datetime(2026, 8, 3)),
        ("2026-08-03 + 0 working days = 2026-08-03", datetime(2026, 8, 3)),
    ],
)
def test_a_date_is_moved(line: str, moment: datetime) -> None:
    found = read_line(line)
    assert found is not None
    day, clock = moment.date(), moment.time()
    said = {one.value for one in found.results}
    assert found.is_right
    assert said <= {day, clock}
    assert said & {clock if day == date(1, 1, 2) else day}


@pytest.mark.parametrize(
    "line",
    [
        "100 - 10 = 91", "840.00 * 5% = 42.50", "ceil(57.2) = 57", "10.00 / 3 = 3.34",
        "2026-07-07 + 20 working days = 2026-08-05", "2027-03-31 - 2026-02-28 = 15 months",
        "5 / 2 = 2", "5 / 2 = 3", "7 - 0.5 = 7", "14.3 * 4 = 57",
        "2026-07-01 - 2008-07-02 = 18 years", "2027-02-28 - 2026-02-28 = 13 months",
        "2026-07-01 24:00 + 1 hour = 2026-07-01 01:00", "840 - 5% = 799", "20% + 5% = 21%",
        "20% + 5% = 0.25%", "round((99.15 - 97.15) / 99.15 * 100 %, 2) = 2.03 %",
        "round(2 / 99.15, 2) = 2.02 %", "round(20 EUR * 12.5 %, 1) = 2.5 %",
        "20 / 160 * 100 % = 0.125 %", "round(20 / 160 * 100 %, 1) = 1250 %",
        "1.126 kg - 1.000 kg = 127 kg", "round(196 * 1,275 €, 2) = 249,80 €",
        "3 adults * EUR 12.50 = EUR 38.50", "1 h + 30 min = 2 h", "42,50 * 20 = 85,00",
        "2026-05-10 - 2026-05-03 = 9 days", "2026-05-10 - 2026-05-03 = 6 days",
        "2026-04-15 06:20 - 2026-04-14 05:00 = 25.32 h",
        "2026-04-15 06:20 - 2026-04-14 05:00 = 25 h 21 min",
        "2026-05-10 - 2026-05-03 + 1 day = 9 days", "2026-05-10 - 2026-05-03 = 8 nights",
    ],
)  # fmt: skip
def test_a_wrong_line_is_found(line: str) -> None:
    found = read_line(line)
    assert found is not None
    assert not found.is_right


@pytest.mark.parametrize(
    "line",
    [
        "", "=", "5 + = 3", "a = b", "1 / 0 = 3", "2 ** 9 = 512", "ceil(1, 2, 3) = 1",
        "2026-13-01 + 1 day = 2026-13-02", "2026-07-07 = 2026-07-07", "9" * 400 + " = 9",
        "3² = 9", "2½ * 4 = 10", "99:30 + 30 minutes = 04:00", "(" * 290 + "1 = 1",
        "half of 84.00 = 42.00", "8 // 3 = 2", "(" * 145 + "1" + ")" * 145 + " = 2",
        "2026-05-10 - 2026-05-03 = 1 bottle", "2026-05-10 + 3 = 2026-05-13",
        "2026-07-01 + 10 days minus weekends = 2026-07-15",
        "2026-05-10 - 2026-05-03 + 1 week = 14 days", "2026-05-10 - 1 = x",
        "2026-07-01 + 10 days without 2026-07-04 = 2026-07-11", "1 + " * 80 + "1 = 81",
        "9999-12-31 - 0001-01-01 = 5 working days", "2026-07-01 + 99999 working days = 2026-07-01",
    ],
)  # fmt: skip
def test_what_is_not_understood_proves_nothing(line: str) -> None:
    assert read_line(line) is None


@given(st.text(alphabet="0123456789.,+-*/%()= daysmonth:withoutEUR€ceil²'", max_size=60))
def test_any_line_is_read_or_left(line: str) -> None:
    read_line(line)


@given(st.dates(), st.integers(1, 40))
def test_any_date_is_moved_by_days_and_back(day: date, days: int) -> None:
    line = read_line(f"{day} + {days} days = {day}")
    assert line is None or not line.is_right
    worked = Worked([f"{day} + {days} days - {days} days = {day}"], Numbers(["no date"]))
    assert not worked.holds(number("4 May 2026"))


@given(st.decimals(0, 10_000, places=2), st.integers(0, 500))
def test_products_are_right_and_their_neighbours_wrong(price: Decimal, count: int) -> None:
    right = read_line(f"{price} * {count} = {price * count}")
    wrong = read_line(f"{price} * {count} = {price * count + Decimal('0.01')}")
    assert right is not None
    assert wrong is not None
    assert (right.is_right, wrong.is_right) == (True, False)


UNITS = st.sampled_from(["EUR {}", "{} adults", "{} working days", "{} kg", "€{}", "{}"])


@given(UNITS, UNITS, st.decimals(1, 10_000, places=2), st.integers(2, 99))
def test_units_change_no_arithmetic(one: str, other: str, price: Decimal, share: int) -> None:
    left = one.format(price)
    for right, total in ((f"{share}%", price * share / 100), (other.format(share), price * share)):
        for said, is_right in ((total, True), (total + 1, False)):
            line = read_line(f"{left} * {right} = {one.format(said)}")
            assert line is not None
            assert line.is_right == is_right


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 1000), st.integers(-3, 3))
def test_days_are_counted_without_the_first_or_with_it(day: date, days: int, off: int) -> None:
    said = days + off
    line = read_line(f"{day + timedelta(days)} - {day} = {said} days")
    assert (line is None) == (said < 0)
    assert line is None or line.is_right == (off in (0, 1))
    line = read_line(f"{day + timedelta(days)} - {day} + 1 day = {said} days")
    assert line is None or line.is_right == (off == 1)


def number(text: str):  # type: ignore[no-untyped-def]
    return numbers(text)[0]


def test_what_follows_from_given_numbers_holds_and_nothing_else() -> None:
    given_numbers = Numbers(
        ["The fee is €42.00 a year; for 20 years 5 % is deducted.", "20 working days", "7 Jul 2026"]
    )
    worked = Worked(
        ["42.00 * 20 = 840.00", "840.00 * 5% = 42.00", "840.00 - 42.00 = 798.00",
         "800.00 - 33.00 = 767.00", "2026-07-07 + 20 working days = 2026-08-04"],
        given_numbers,
    )  # fmt: skip
    for said in ("€798.00", "EUR 840", "4 August 2026", "04.08.2026"):
        assert worked.holds(number(said)), said
    for said in ("€767.00", "€799.00", "5 August 2026", "€33.00"):
        assert not worked.holds(number(said)), said
    assert worked.missing(number("€767.00")) == "800.00"
    assert worked.wrong == ()


@pytest.mark.parametrize(
    ("line", "given_words", "holds", "does_not"),
    [
        ("78.00 / 12 = 6.50", "€78.00 a year",
         ("€6.50", "12 months"), ("€12.00", "12 %", "12 days")),
        ("42.00 * 20 = 840.00", "€42.00 for 20 years", ("20 years", "€42.00"), ("€20.00", "42 %")),
        ("2026-07-01 + 2 working days = 2026-07-03", "1 Jul 2026, on 3 July",
         ("2 working days", "3 Jul 2026"), ("€2.00", "00:00")),
        ("20% + 5% = 25%", "20 % and 5 % more", ("25 %",), ("24 %",)),
        ("0.05 * 840.00 = 42.00", "5 % of €840.00", ("€42.00",), ("€0.05",)),
        ("EUR 42.00 * 20 years = EUR 840.00", "€42.00 a year for 20 years",
         ("€840.00", "840.00", "20 years"), ("840 days", "840 years", "840 %", "840 bookings")),
        ("EUR 42.00 * 20 = EUR 840.00", "42 days, 20", (), ("€840.00",)),
        ("EUR 100.00 * 5% = EUR 5.00", "5 %", (), ("€5.00", "€100.00")),
        ("EUR 12,50 * 3 adultes = EUR 37,50", "12,50 € par personne; Adultes : 3",
         ("37,50 €", "3 adultes"), ("37,50 kg",)),
        ("max(EUR 50.00, EUR 25.20) = EUR 50.00", "€50.00", (), ("€25.20",)),
        ("4 weeks * 7 days = 28 days", "four weeks", ("28 days", "4 weeks"), ("28 weeks", "€28")),
        ("EUR 50.00 + EUR 5.00 = EUR 55.00", "It says “EUR 50.00 are due”, then EUR 5.00 more.",
         ("€55.00",), ("€54.00",)),
        ("round(EUR 41.88 / EUR 0.05) * EUR 0.05 = EUR 41.90", "EUR 41.88, rounded to 5 cent",
         ("€41.90",), ("€41.95", "5 minutes")),
        ("round(GBP 20.837 / GBP 0.01) * GBP 0.01 = GBP 20.84", "GBP 20.837, to the penny",
         ("£20.84",), ("£20.85",)),
        ("10:00 + 30 minutes = 10:30", "30 minutes from 10.00 Uhr on", ("10:30",), ("11:30",)),
    ],
)  # fmt: skip
def test_what_goes_in_holds_as_what_it_is_given_as(
    line: str, given_words: str, holds: tuple[str, ...], does_not: tuple[str, ...]
) -> None:
    worked = Worked([line], Numbers([given_words]))
    assert [said for said in holds if not worked.holds(number(said))] == []
    assert [said for said in does_not if worked.holds(number(said))] == []


def test_a_time_that_stands_nowhere_is_named() -> None:
    worked = Worked(["10:00 + 30 minutes = 10:30"], Numbers(["The slot lasts 30 minutes."]))
    assert not worked.holds(number("10:30"))
    assert worked.missing(number("10:30")) == "10:00"


def test_a_share_goes_on_in_the_next_line() -> None:
    worked = Worked(
        ["20% + 5% = 25%", "840.00 * 25% = 210.00"], Numbers(["20 %, 5 % more, €840.00"])
    )
    assert worked.holds(number("€210.00"))


def test_a_wrong_line_carries_nothing() -> None:
    worked = Worked(["42.00 * 20 = 850.00"], Numbers(["42.00", "20"]))
    assert worked.wrong == ("42.00 * 20 = 850.00",)
    assert not worked.holds(number("€850.00"))


def test_dates_at_the_ends_of_a_known_month_are_given() -> None:
    lines = ["2026-07-06 + 300 months = 2051-07-06", "2051-07-31 - 2031-10-31 = 237 months",
             "78.00 / 12 = 6.50", "6.50 * 237 = 1540.50"]  # fmt: skip
    worked = Worked(
        lines, Numbers(["Monday 6 Jul 2026", "right ends 31 Oct 2031", "€78.00", "300"])
    )
    assert worked.holds(number("€1,540.50"))
    far = Worked(["2051-07-30 - 2031-10-31 = 237 months"], Numbers(["31 Oct 2031", "6 Jul 2051"]))
    assert not far.holds(number("237 months"))


@pytest.mark.parametrize(
    ("line", "is_given"),
    [
        ("2026-05-23 12:00 - 2026-05-23 07:30 = 270 minutes", True),
        ("2026-05-23 13:00 - 2026-05-23 07:30 = 330 minutes", False),
        ("2026-05-23 12:00 - 2026-05-22 07:30 = 1710 minutes", False),
    ],
)
def test_between_two_times_of_one_day_the_day_is_no_datum(line: str, is_given: bool) -> None:
    given = ["open on Saturday 07:30–12:00", "due Friday 2026-05-22 16:00, back 2026-05-26 08:40"]
    worked = Worked([line], Numbers(given))
    assert not worked.wrong
    assert worked.holds(number(line.split("= ")[1])) is is_given


FEES = "The fee is the yearly fee times the years. For 20 years 5 % is deducted."
GIVEN = ("Grave S-0114; yearly fee €42.00.",)
STEP = ("Renew the right.", "20 years")
LINES = ["42.00 * 20 = 840.00", "840.00 * 5% = 42.00", "840.00 - 42.00 = 798.00"]


def told(case: TestCase) -> list[tuple[str, str]]:
    return [(one.rule, one.words) for one in case.findings]


def test_a_computed_value_with_its_lines_is_no_claim_without_a_source(prove) -> None:  # type: ignore[no-untyped-def]
    result = "The fee is €798.00 (20 × €42.00 = €840.00, less 5 %, not €882.00)."
    case = prove(FEES, [(*STEP, result)], given=GIVEN, calculations=[LINES])
    assert told(case) == []
    assert case.steps[0].support == "derived"


def test_another_value_beside_right_lines_is_told(prove) -> None:  # type: ignore[no-untyped-def]
    case = prove(FEES, [(*STEP, "The fee is €779.00.")], given=GIVEN, calculations=[LINES])
    assert [words for _, words in told(case)] == ["€779.00"]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("The fee is €798.00 (less 5 %). It is not €840.00 (20 × €42.00).", []),
        ("The fee is shown. It is not €840.00.", ["€840.00"]),
        ("The fee is shown. It is not €798.00.", ["€798.00"]),
        ("The fee is €798.00. It is not €861.00.", ["€861.00"]),
        ("The fee is €840.00. It is not €840.00.", ["€840.00"]),
    ],
)
def test_a_worked_value_is_denied_beside_another(prove, result: str, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    case = prove(FEES, [(*STEP, result)], given=GIVEN, calculations=[LINES])
    found = [one.words for one in case.findings if one.message.startswith("No source says another")]
    assert found == words, case.findings
    assert bool(case.findings) is bool(words)


def test_a_wrong_line_is_told_with_its_words(prove) -> None:  # type: ignore[no-untyped-def]
    wrong = ["42.00 * 20 = 840.00", "840.00 - 42.00 = 789.00"]
    case = prove(FEES, [(*STEP, "The fee is €789.00.")], given=GIVEN, calculations=[wrong])
    assert ("inconsistent data", "840.00 - 42.00 = 789.00") in told(case)


def test_a_number_from_nowhere_is_named(prove) -> None:  # type: ignore[no-untyped-def]
    lines = ["42.00 * 13 = 546.00"]
    case = prove(FEES, [(*STEP, "The fee is €546.00.")], given=GIVEN, calculations=[lines])
    assert any("is calculated with “13”, which stands nowhere" in f.message for f in case.findings)


def test_a_value_of_an_earlier_step_goes_on(prove) -> None:  # type: ignore[no-untyped-def]
    steps = [(*STEP, "The fee is €798.00."), ("Pay.", "€300.00", "€498.00 are open.")]
    lines = [LINES, ["798.00 - 300.00 = 498.00"]]
    assert told(prove(FEES, steps, given=GIVEN, calculations=lines)) == []


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("It is lodged (20, 21, 22, 26, 27, 28 and 29 May 2026).", False),
        ("It is lodged; only Thursday 21 and Friday 22 May lie before Saturday 30 May.", False),
        ("It is lodged (20, 24, 22 and 29 May 2026).", True),
        ("It is lodged (27, 28 and 31 May 2026).", True),
        ("It is lodged; 21 more are listed on 29 May.", True),
    ],
)
def test_days_listed_between_two_days_of_the_case_need_no_line(
    prove, result: str, wrong: bool
) -> None:
    lines = ["2026-05-19 + 7 working days without 2026-05-25 = 2026-05-29"]
    case = prove(
        "An application is lodged 7 working days before it starts.",
        [("Lodge it.", "19 May 2026", result)],
        given=["Filming starts on Saturday 30 May 2026; 25 May 2026 is a bank holiday"],
        calculations=[lines],
    )
    assert bool([one for one in told(case) if one[0] == "not in the sources"]) is wrong, told(case)


DEPOSIT = ("EUR 490.00 * 20 % = EUR 98.00", "max(EUR 100.00, EUR 98.00) = EUR 100.00")


@pytest.mark.parametrize(
    ("said", "lines", "told"),
    [
        ("The deposit is 98.00 EUR.", DEPOSIT, True),
        ("The deposit is 150.00 EUR.", DEPOSIT, True),
        ("The deposit is 100.00 EUR.", DEPOSIT, False),
        ("The deposit is 100.00 EUR and not 98.00 EUR.", DEPOSIT, False),
        ("20 % are 98.00 EUR, the deposit is 100.00 EUR.", DEPOSIT, False),
        ("The deposit is paid.", DEPOSIT, False),
        ("Deposit (EUR) shows 100.00 (at least EUR 98.00)", DEPOSIT, False),
        ("Deposit (EUR) shows 150.00 (20 % of EUR 490.00)", DEPOSIT, True),
        ("The deposit is 150.00 EUR, voucher no. 100.", DEPOSIT, True),
        ("The deposit is 98.00 EUR.", (*DEPOSIT, "whatever is more"), False),
    ],
)
def test_a_sum_to_which_the_calculation_below_does_not_come_is_told(
    prove, said: str, lines: tuple[str, ...], told: bool
) -> None:
    text = "The deposit is 20 % of the total price, but at least 100.00 EUR."
    case = prove(
        text,
        [("Open the payment page.", "", said)],
        given=["A booking with a total price of 490.00 EUR."],
        calculations=[lines],
    )
    found = [one for one in case.findings if "its calculation comes to" in one.message]
    assert len(found) == told


def test_hours_and_minutes_apart_are_one_length() -> None:
    found = read_line("2026-04-15 06:20 - 2026-04-14 05:00 = 25 h 20 min")
    assert found is not None
    assert found.is_right
    assert [one.words for one in found.results] == ["25 h 20 min"]
