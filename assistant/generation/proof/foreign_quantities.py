"""Dates, units of time and comparisons in the languages that ``find_quantities`` does not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from assistant.language.comparisons import Comparison
from assistant.language.dates_and_times import MONTHS, NO_YEAR

_NAMES = (
    "januar jänner janvier enero gennaio januari janeiro styczeń stycznia",
    "februar février febrero febbraio februari fevereiro luty lutego",
    "märz mars marzo maart março marzec marca",
    "april avril abril aprile kwiecień kwietnia",
    "mai mayo maggio mei maio maj maja",
    "juni juin junio giugno junho czerwiec czerwca",
    "juli juillet julio luglio julho lipiec lipca",
    "august août agosto augustus sierpień sierpnia",
    "september septembre septiembre settembre setembro wrzesień września",
    "oktober octobre octubre ottobre outubro październik października",
    "november novembre noviembre novembro listopad listopada",
    "dezember décembre diciembre dicembre december dezembro grudzień grudnia",
)
_MONTHS = {name: month for month, names in enumerate(_NAMES, start=1) for name in names.split()}
_DATE = re.compile(
    rf"(?<![\w.,/-])(?P<day>\d{{1,2}})(?:\.|er|º|°)? (?:de )?(?P<month>{'|'.join(_MONTHS)})\b"
    r"(?: (?:de )?(?P<year>(?:19|20)\d\d))?",
    re.IGNORECASE,
)


_ANY_MONTH = _MONTHS | {name.lower(): month for month, name in enumerate(MONTHS, start=1)}
_ANY_DATE = re.compile(
    rf"(?<![\w.,/-])(?P<day>\d{{1,2}})\.? (?P<month>{'|'.join(_ANY_MONTH)})"
    r" (?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)


def impossible_dates(text: str) -> Iterator[str]:
    """Dates that no calendar has: "31 June 2026"."""
    for match in _ANY_DATE.finditer(text):
        try:
            date(int(match["year"]), _ANY_MONTH[match["month"].lower()], int(match["day"]))
        except ValueError:
            yield match.group()


def foreign_dates(text: str) -> Iterator[tuple[date, int, int]]:
    """Dates with their places; those without a year are of the year ``NO_YEAR``."""
    for match in _DATE.finditer(text):
        month = _MONTHS[match["month"].lower()]
        try:
            day = date(int(match["year"] or NO_YEAR), month, int(match["day"]))
        except ValueError:
            continue
        yield day, match.start(), match.end()


FOREIGN_UNITS = {
    name: unit
    for unit, names in {
        "minute": "minuten minute minutes minutos minuti minuut minut minuta minuty",
        "hour": "stunde stunden std heure heures hora horas ora ore uur uren godzin godziny godz",
        "day": "tag tage tagen kalendertage kalendertagen jour jours día días giorno giorni dag"
        " dagen dia dias dni dzień",
        "working day": "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen werkdag"
        " werkdagen",
        "week": "woche wochen semaine semaines semana semanas settimana settimane week weken"
        " tydzień tygodnie tygodni",
        "month": "monat monate monaten mois mes meses mese mesi maand maanden mês miesiąc miesiące"
        " miesięcy",
        "year": "jahr jahre jahren an ans année années año años anno anni jaar ano anos rok lata"
        " lat",
    }.items()
    for name in names.split()
}
"""Units of time in the languages that ``find_quantities`` reads no units of."""

_BEFORE: dict[Comparison, str] = {
    "more than": "mehr als|über|länger als|älter als|höher als|größer als|übersteigt|überschreitet"
    "|plus de|supérieure? à|dépassent|dépasse|au-delà de|más de|supera|più di|mais de|meer dan"
    "|powyżej",
    "less than": "weniger als|unter|jünger als|kleiner als|kürzer als|moins de|inférieure? à"
    "|menos de|meno di|minder dan|poniżej",
    "at least": "mindestens|wenigstens|ab|von|au moins|à partir de|dès|al menos|a partir de|almeno"
    "|pelo menos|minstens|vanaf|co najmniej|od|from",
    "at most": "höchstens|maximal|bis zu|bis einschließlich|bis spätestens|bis|innerhalb von|binnen"
    "|au plus|jusqu['’]à|dans les|como máximo|hasta|al massimo|fino a|no máximo|até|hoogstens"
    "|maximaal|tot|najwyżej|do",
}
"""What stands in front of the number of a limit."""

_POINT = re.compile(
    r"\b(?:bis(?: spätestens)?|ab|von|jusqu['’]à|à partir de|dès|hasta|a partir de|fino a|até|vanaf"
    r"|tot|od|do)\s*$",
    re.IGNORECASE,
)
_COUNTED_BACK = re.compile(
    r"^\s*[\d.,]*\s*[^\W\d_]+\.?\s+(?:vor|avant|antes d[eo]l?|prima d\w*|voor|przed)\b",
    re.IGNORECASE,
)
_MIRRORED: dict[Comparison, Comparison] = {"at most": "at least", "at least": "at most"}
"""Up to a time before something at least so much of it is left: "bis 24 Stunden vor Beginn"."""

_BEHIND: dict[Comparison, str] = {
    "at most": "au maximum|maximum|au plus|höchstens|oder weniger|ou moins",
    "at least": "au minimum|minimum|au moins|oder mehr|ou plus|et plus",
}


def foreign_comparison(before: str, after: str, counted: str = "") -> Comparison:
    """The comparison that the words before and behind a number set; "none" where none does.

    ``counted`` are the number and what it counts, as far as they are known.
    """
    for sense, words in _BEFORE.items():
        if re.search(rf"\b(?:{words})\s*$", before, re.IGNORECASE):
            back = _POINT.search(before) and _COUNTED_BACK.match(counted + after)
            return _MIRRORED.get(sense, sense) if back else sense
    for sense, words in _BEHIND.items():
        if re.match(rf"\s*(?:{words})\b", after, re.IGNORECASE):
            return sense
    return "none"
