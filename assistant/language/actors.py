"""Who acts: nouns for people and roles, nouns for systems and their parts, and pronouns."""

from __future__ import annotations

import re

from assistant.language.nouns import singular
from assistant.language.verbs import base_of_participle
from assistant.language.word_lists import word_set

_PEOPLE = word_set(
    """user customer client agent admin administrator manager leader supervisor operator engineer
    technician planner analyst clerk officer member owner approver reviewer editor tester
    developer designer visitor guest employee staff person people caller applicant claimant
    patient doctor nurse teacher student parent pupil driver passenger rider buyer seller vendor
    supplier merchant shopper subscriber player moderator participant host attendee organiser
    organizer recruiter trainer publisher researcher contributor maintainer consumer adviser
    advisor accountant auditor cashier courier dispatcher handler holder tenant landlord
    borrower lender payer payee recipient sender author reader consultant contractor
    representative rep team delegate delegator assignee assignor requester requestor reporter
    colleague someone anyone everybody everyone nobody individual candidate citizen resident
    traveller traveler executive director assistant stakeholder partner affiliate broker
    underwriter adjuster investor trader archivist librarian csm cst pilot contact surveyor
    inspector coach aedm superuser sysadmin kid toddler teenager child adult infant minor senior
    pensioner carer parent guardian spouse sibling household volunteer apprentice trainee
    i we you they he she"""
)
_THINGS_IN_ER = word_set(
    """order number letter offer error folder header footer filter parameter server browser router
    computer timer counter register ledger meter identifier character paper power container
    answer transfer sensor processor calculator monitor indicator validator color colour factor
    vector cursor selector floor door mirror calendar newsletter banner adapter pointer layer
    wrapper buffer controller driver-version matter quarter chapter barrier printer scanner
    charger tier provider scheduler trigger marker placeholder divider slider drawer spinner
    locker other either whether former latter under over never ever after however later user-id
    water weather document payment amount element shipment statement event coffee picker fee
    customer-id account appointment loader parser generator converter compiler importer exporter
    crawler collector builder viewer explorer launcher installer optimizer renderer decoder
    encoder watchdog reporter tracker contract component department agreement product content
    discount variant tenant-id gender voucher tender semester trailer cover reminder disclaimer
    separator motor corner winter summer september october november december shower powder timber
    rubber silver copper leather fiber liter sticker toaster boiler cooler freezer heater lighter
    recorder scooter tractor elevator escalator detector connector resistor capacitor projector
    reactor warrant constant restaurant covenant implant plant grant quadrant coolant median degree
    guarantee career decor flavor behavior favor labor harbor denominator numerator multiplier
    divisor chamber center cluster cylinder danger diameter dinner disorder fever finger flyer
    gutter hammer hunger integer jumper ladder layover lever liner modifier polymer poster primer
    remainder river roller ruler shoulder shutter splitter starter switcher tanker toner tower
    transformer transistor typewriter vapor washer zipper stopover handover changeover rollover
    leftover takeover makeover crossover popover turnover hover waiver anchor armor equator
    excavator refrigerator incubator laser liquor meteor radiator razor rotor sector simulator
    stator stressor terror tumor ventilator visor pollutant disinfectant stimulant checklist
    wishlist waitlist shortlist playlist watchlist blacklist whitelist allowlist denylist picklist
    pricelist instant"""
)
_SYSTEMS = word_set(
    """system application app page screen service site website platform module ui api portal
    dashboard form list field button report email message tool server database ledger component
    software product interface menu dialog dialogue window section tab panel table view link job
    process batch engine integration workflow queue notification letter confirmation"""
)
_SUFFIX = re.compile(r"(?:er|or|ist|ian|ant|eer|ee|man|woman)$")
_COMPONENT = re.compile(r"_\w+ ?_|\b[A-Z]{2,}-[A-Z]|\b[A-Z]?[a-z]+[A-Z][a-z]+[a-z]*(?:[A-Z]\w*)?\b")
"""Names of parts of a system: "_GCS_", "DPU-CCM", "FlightManager"."""
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_CUT = re.compile(
    r"\s(?:of|for|in|on|with|without|that|which|who|whose|from|to|at|by|between|over|under|above"
    r"|below|more|less|older|younger|larger|aged|as|verified as|using|within|after|before|per|via"
    r"|whom|where|not)\s",
    re.IGNORECASE,
)
ARTICLE = re.compile(
    r"^(?:a|an|the|any|each|every|all|some|no|this|that|these|those|another|either|both|my|our|your"
    r"|their|his|her|its|only|one)\s+",
    re.IGNORECASE,
)


def head_noun(phrase: str) -> str:
    """The noun that a phrase is about: "a refund of £5" -> "refund"; "" where none is found."""
    core = _CUT.split(f" {phrase.strip()} ", maxsplit=1)[0]
    words = _WORD.findall(re.sub(r"['’]s?\s", " ", core) if core.strip() else phrase)
    while (
        len(words) > 1
        and words[-1].islower()
        and words[-1].endswith("ed")
        and base_of_participle(words[-1])
    ):
        words.pop()
    return words[-1] if words else ""


def noun_core(phrase: str) -> str:
    """A noun phrase up to what follows its head noun: "a refund of £5" -> "a refund"."""
    return _CUT.split(f" {phrase.strip()} ", maxsplit=1)[0].strip() or phrase.strip()


def without_article(phrase: str) -> str:
    """A noun phrase without the determiner it starts with."""
    return ARTICLE.sub("", phrase.strip())


def is_person(phrase: str) -> bool:
    """Whether a noun phrase names a person, a role or a pronoun for one."""
    head = head_noun(phrase)
    lower = singular(head).lower()
    if _COMPONENT.search(phrase):
        return False
    if lower in _PEOPLE or head.lower() in _PEOPLE:
        return True
    if lower in _SYSTEMS or lower in _THINGS_IN_ER or len(lower) < 5:
        return False
    return bool(_SUFFIX.search(lower))


def is_system(phrase: str) -> bool:
    """Whether a noun phrase names the system, or a part of it such as a page or a form."""
    return bool(_COMPONENT.search(phrase)) or singular(head_noun(phrase)).lower() in _SYSTEMS
