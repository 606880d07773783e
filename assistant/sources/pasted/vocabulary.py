"""Words that name the parts of an epic: section names, metadata labels, story and epic markers."""

from __future__ import annotations

import re
from typing import Literal, cast

SectionName = Literal["criteria", "rules", "narrative", "description", "notes", "container"]
"""``rules`` are criteria inside a story; ``notes`` (out of scope, risks, ...) never are."""

_NAMES: dict[SectionName, str] = {
    "criteria": r"""
        (?:user\ )?acceptance\ (?:criteria|criterion|criterias|tests?|conditions?|scenarios?|rules?)
        |acs?|a\.?/?c\.?s?|criteria|(?:success|satisfaction|pass|completion|exit)\ criteria
        |conditions?\ of\ (?:satisfaction|acceptance)|done\ when|confirmations?|test\ scenarios?
        |(?:test\ )?scenarios?|bdd(?:\ scenarios?)?|gherkin(?:\ scenarios?)?
        |given[ /,-]+when[ /,-]+then
        |(?:functional|non-?functional|system
        |user|detailed|software|business|product)\ requirements?
        |requirements?|expected(?:\ (?:behaviou?rs?|results?|outcomes?|outputs?))?|behaviou?rs?
        |must\ haves?|erwartetes?\ (?:ergebnis(?:se)?|verhalten)|r[eé]sultats?\ attendus?
        |(?:resultados?|comportamiento|comportamento)\ esperados?|risultat[oi]\ attes[oi]
        |ожидаемый\ результат|ожидаемое\ поведение|beklenen\ sonuç|期待(?:される)?結果|预期结果
        |akzeptanzkriterien|abnahmekriterien|anforderungen
        |crit[eè]res?\ d['’]acceptation|exigences
        |criterios?\ de\ aceptaci[oó]n|crit[eé]rios?\ de\ aceita[cç][aã]o|requisitos
        |acceptatiecriteria|criteri\ di\ accettazione|requisiti|kryteria\ akceptacji
        |acceptanskriterier|akceptkriterier|akseptansekriterier|hyväksymiskriteerit
        |kabul\ (?:kriterleri|kriteri)
        |критерии\ при[её]мки|验收标准|驗收標準|受け?入れ?(?:基準|条件)|인수\ ?조건""",
    "rules": r"""
        (?:business|validation|decision|calculation|eligibility|processing|domain)\ rules?|rules?
        |validations?(?:\ criteria)?|constraints?|gesch[aä]ftsregeln|r[eè]gles\ m[eé]tier
        |reglas\ de\ negocio|regras\ de\ neg[oó]cio""",
    "narrative": r"""
        user\ story(?:\ (?:statement|narrative|description))?|story|narrative|as\ a\ user
        |story\ (?:statement|narrative|description)|need|value\ statement""",
    "description": r"""
        (?:short\ |long\ |story\ |epic\ |business\ )?description
        |details?|summary|overview|introduction
        |background|context|goals?|objectives?|purpose|aims?|motivation|vision
        |problem(?:\ statement)?
        |business\ (?:value|case|need|context|objectives?|goals?|background|justification|outcome)
        |benefits?|scope|in[ -]scope|hypothesis|rationale|current\ (?:situation|state|behaviou?r)
        |personas?|users?|actors?|stakeholders?|roles|beschreibung|kontext|hintergrund|ziele?
        |descripci[oó]n|descri[cç][aã]o|contexte?|omschrijving|beschrijving""",
    "notes": r"""
        out[ -]of[ -]scope|not\ in\ scope|non-?goals?|exclusions?|excluded
        |(?:technical|developer|dev|test|testing
        |implementation|design|ux|qa|release|additional|general|further)\ (?:notes?|details?
        |design|information|info|comments?|considerations?)
        |(?:actual|observed|faulty|wrong)(?:\ (?:behaviou?rs?|results?|outcomes?|outputs?))?
        |current\ (?:results?|outcomes?)|(?:how|steps?)\ to\ (?:reproduce|replicate|recreate)
        |repro(?:duction)?(?:\ steps?)?|tatsächliches?\ (?:ergebnis(?:se)?|verhalten)
        |schritte\ zur\ reproduktion|r[eé]sultats?\ (?:obtenus?|actuels?|constatés?)
        |[eé]tapes\ (?:de|pour)\ (?:reproduction|reproduire)
        |resultados?\ (?:actual(?:es)?|obtenidos?|atual|obtidos?)|pass?os\ para\ reprodu[cz]ir
        |risultat[oi]\ (?:effettiv[oi]|ottenut[oi])|фактический\ результат
        |шаги\ (?:для\ )?воспроизведения|gerçekleşen\ sonuç|実際の結果|再現手順|实际结果|重现步骤
        |notes?|additional\ (?:notes?|information)|assumptions?|dependenc(?:y|ies)
        |pre-\ ?conditions?|pre\ conditions?|pre-?\ ?requisites?
        |open\ (?:questions?|points?|issues?)
        |questions?|risks?(?:\ and\ (?:issues|assumptions|dependencies|mitigations?))?|issues?
        |references?|links?|related\ (?:links?|issues?|stories|tickets?|documents?|pages?)
        |attachments?|comments?|history|change\ (?:log|history)|changelog|revision\ history
        |documents?
        |definition\ of\ (?:done|ready)|dod|dor|mock-?ups?|wireframes?|designs?|screenshots?|figma
        |tasks?|sub-?tasks?|to-?dos?|glossary|definitions?|terms?|test\ data|metadata|labels
        |sources?
        |(?:story\ )?(?:points|estimates?|estimation)|priority|version\ history|sign-?off
        |approvals?
        |nicht\ im\ umfang|hors\ p[eé]rim[eè]tre|fuera\ de\ alcance|fora\ do\ escopo|notizen|notas?
        |rollout(?:\ plan)?|timeline|milestones?|metrics|kpis?|success\ metrics|analytics
        |tracking""",
    "container": r"""
        (?:list\ of\ )?(?:user\ )?stories|epics?|features?
        |(?:product\ |sprint\ )?backlog|child\ issues?
        |issues\ in\ (?:this\ )?epic|stories\ in\ (?:this\ )?epic|use\ cases?|user\ story\ map
        |historias(?:\ de\ usuario)?|hist[oó]rias(?:\ de\ usu[aá]rio)?|anwendergeschichten""",
}
_SECTION = re.compile(
    "|".join(f"(?P<{name}>{pattern})" for name, pattern in _NAMES.items()),
    re.IGNORECASE | re.VERBOSE,
)
_NUMBERING = re.compile(r"^\s*(?:\(?\d{1,2}(?:\.\d{1,2})*[.)]?|[A-Za-z][.)])\s+")
_TAIL = re.compile(
    r"\s*(?:\((?P<bracket>[^()]{0,60})\)|(?:[:–—-]\s*)?(?:for|of|to"
    r"|in)\s+(?P<of>[^:]{1,60}))?\s*[:：]?\s*$",
    re.IGNORECASE,
)
_TAKES_TAIL = re.compile(
    r"accept|criteri|requirement|rules|scenarios|description|scope|notes", re.IGNORECASE
)
_ALSO = re.compile(r"\s*(?:&|/|\band\b|\+|,)\s*", re.IGNORECASE)


def section_name(label: str) -> SectionName | None:
    """What a heading or label names as a part of an epic or story, or ``None``.

    Numbering, a trailing colon, brackets ("(GWT)") and "for CC-12" are ignored, and of two names
    joined by "and" the first decides, except that criteria win.
    """
    return _section(label)[0]


def section_tail(label: str) -> str:
    """What stands behind a section's name: "CC-12" of "Acceptance criteria for CC-12"."""
    return _section(label)[1]


def _section(label: str) -> tuple[SectionName | None, str]:
    label = _NUMBERING.sub("", label.strip(" \t#*_:：")).strip(" *_:：")
    if not label or len(label) > 90:
        return None, ""
    if whole := _match(label):
        return whole, ""
    tail = _TAIL.search(label)
    if tail and tail.start() > 0:
        head = label[: tail.start()]
        found = _match(head)
        if found and (tail["bracket"] or _TAKES_TAIL.search(head)):
            return found, (tail["bracket"] or tail["of"] or "").strip()
    parts = [part for part in _ALSO.split(label) if part]
    if 1 < len(parts) <= 3:
        names = [_match(part) for part in parts]
        if all(names):
            return ("criteria" if "criteria" in names else names[0]), ""
    return None, ""


def _match(label: str) -> SectionName | None:
    match = _SECTION.fullmatch(" ".join(label.split()))
    return cast(SectionName, match.lastgroup) if match else None


EPIC_WORD = r"epic|initiative|epos|[eé]pica|[eé]pico|[eé]pop[eé]e"
STORY_WORD = (
    r"user[\s-]+story|story|feature|use\s+case|requirement|user-?story|nutzergeschichte"
    r"|anwendergeschichte|r[eé]cit(?:\s+utilisateur)?|historia(?:\s+de\s+usuario)?"
    r"|hist[oó]ria(?:\s+de\s+usu[aá]rio)?"
)
SCENARIO_MARKER = re.compile(
    r"^\s*(?P<word>scenario(?:\s+(?:outline|template))?|szenario|sc[eé]nario|escenario|cen[aá]rio)"
    r"(?:\s+#?(?P<number>\d{1,3}(?:\.\d{1,3})*)\s*[:.)–—-]?|\s*[:–—-])\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
BACKGROUND_MARKER = re.compile(r"^\s*(?:background|precondition(?:s)?)\s*:\s*$", re.IGNORECASE)

MODAL = re.compile(
    r"\b(?:shall|must|should|will|has to|have to|cannot|can ?not|can't|may not|may only|can only"
    r"|is to be|are to be|(?:is|are) (?:not )?(?:required|allowed|permitted|rejected"
    r"|refused|forbidden)"
    r"|needs? to|muss|müssen|darf|dürfen|soll|sollen|doit|doivent|debe|deben|deve"
    r"|devono|devem|moet|moeten"
    r"|måste|skal|skall)\b|(?:^|[,;:]\s)\W*(?:verify|ensure|check|validate|confirm)\b",
    re.IGNORECASE,
)
"""A sentence that states a requirement."""
