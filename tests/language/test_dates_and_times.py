"""Dates and times of day as they are written in several languages."""

from __future__ import annotations

from datetime import date, time

import pytest

from assistant.language.dates_and_times import NO_YEAR, clear_days, find_moments, weekday_of


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ohne den 24. und 25.12.2026", [date(2026, 12, 24), date(2026, 12, 25)]),
        ("der 2., 16. und 30. Mai", [date(NO_YEAR, 5, day) for day in (2, 16, 30)]),
        ("les 1er, 16 et 30 mai 2028", [date(2028, 5, day) for day in (1, 16, 30)]),
        ("the 24th and 25th December 2026", [date(2026, 12, 24), date(2026, 12, 25)]),
        ("am 24.12. und 31.12. geschlossen", [date(NO_YEAR, 12, 24), date(NO_YEAR, 12, 31)]),
        ("12 pièces, 3 mai", [date(NO_YEAR, 5, 3)]),
        ("last read 1 dec 2025, cut off 12 june", [date(2025, 12, 1), date(NO_YEAR, 6, 12)]),
        ("from 15 april to 30 september", [date(NO_YEAR, 4, 15), date(NO_YEAR, 9, 30)]),
        ("round to 2 dec places a loan at 5.5 mar rate, up to 3 march bands", []),
        ("on 3 may 2026 a party of 3 may enter", [date(2026, 5, 3)]),
        ("section 3.1. and 3.2. of 19.9 APR", []),
        ("The price rises to 12.10. Then it stays.", []),
        ("von 14.30 Uhr bis 16 Uhr", [time(14, 30), time(16)]),
        ("de 14 h 30 à 15h25", [time(14, 30), time(15, 25)]),
        ("dure 1 h 30, soit 2 h 30 min ; 1 h 15 de retard", []),
    ],
)
def test_days_of_a_list_take_its_month_and_hours_are_read(
    text: str, values: list[date | time]
) -> None:
    assert sorted(map(str, (one.value for one in find_moments(text)))) == sorted(map(str, values))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("until Mon 31 Aug 2026", "Mon"),
        ("until Monday, the 31st August 2026", "Monday"),
        ("am Mo., den 31. August 2026", "Mo"),
        ("le lundi 31 août 2026", "lundi"),
        ("until Tue 31 Aug 2026", None),
        ("until Mon 31 Aug", None),
        ("until Mon 31 Aug, of 1 May 2026", "Mon"),
        ("until Tue 31 Aug, of 1 May 2026", None),
        ("until Sun 29 Feb, of 1 May 2026", None),
        ("until Mon 31 Aug, of 1 May 2026 and 2027-01-01", None),
        ("until about 31 Aug 2026", None),
    ],
)
def test_a_day_of_the_week_is_that_of_its_date_by_the_calendar(text: str, day: str | None) -> None:
    moment = next(find_moments(text))
    place = weekday_of(text, moment)
    assert (place and text[slice(*place)]) == day


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (
            ["2027-02-15", "15.02.2027", "Mon 15 Feb 2027", "15. Februar 2027", "15 février 2027",
             "2027-02-15 00:00:00", "2027-02-15T09:30", "15/02/2027"],
            ["2027-02-15"] * 8,
        ),
        (["", "TBD", "Week 8", "15 Feb", "Tue 15 Feb 2027", "after 15 Feb 2027", "31.02.2027",
          "15.02.27", "46433", "15 or 16 Feb 2027", "2027-02-15 - 2027-02-17"], [None] * 11),
        (
            ["2027/02/15", "2027/2/15 09:00", "2027.02.15", "2027年2月15日", "2027년 2월 15일",
             "15-Feb-2027", "15-FEB-27", "15/Feb/27 9:00 AM"],
            ["2027-02-15"] * 8,
        ),
        (
            ["2027-02-15T00:00:00Z", "2027-02-15T09:00:00.000+0000", "2027-02-15T23:00:00+01:00",
             "2027-02-15 00:00:00.000", "2027-02-15 09:00 AM"],
            ["2027-02-15"] * 5,
        ),
        (["2027-02-14T23:00:00Z", "2027/15/02", "15-Foo-27", "2027/02/15 2027/02/16",
          "15-Feb-2027 - 17-Feb-2027", "2027/02/15-17"], [None] * 6),
        (["3/4/2027"], [None]),
        (["3/4/2027", "4/4/2027"], [None, "2027-04-04"]),
        (["3/4/2027", "13/4/2027"], ["2027-04-03", "2027-04-13"]),
        (["3/4/2027", "3/14/2027"], ["2027-03-04", "2027-03-14"]),
        (["3/4/2027", "13/4/2027", "3/14/2027"], [None, "2027-04-13", "2027-03-14"]),
        (["03.04.2027"], ["2027-04-03"]),
    ],
)  # fmt: skip
def test_the_cells_of_a_column_are_days_where_they_name_one_and_nothing_else(
    cells: list[str], days: list[str | None]
) -> None:
    assert [day and day.isoformat() for day in clear_days(cells)] == days
