"""Which language a text is written in, as far as it matters: conditions are read from English.

Frequent little words decide for languages in Latin letters, the script for the others. A text is
called foreign only where its own words clearly outnumber the English ones, so that an English
sentence with names, products or a quoted message in another language is never called so.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from assistant.language.quoted_messages import mask_quotes
from assistant.language.word_lists import word_set

ENGLISH = "English"

_WORDS: dict[str, frozenset[str]] = {
    ENGLISH: word_set(
        """the of and to in is are be been was were has have had that this these those with for not
        on by as an at it its can cannot may must shall should will would when if then than from
        which who only or all any no each a i want so after before up into their there they he
        she we you your user system given does do but more less than where while"""
    ),
    "German": word_set(
        """der die das den dem des ein eine einer einem einen eines und oder ist sind wird werden
        wurde kann können muss müssen darf dürfen soll sollen nicht kein keine wenn dann mit für
        auf von zu zum zur bei nach vor aus über unter durch ohne als auch nur sich er sie es ich
        möchte damit dass innerhalb mindestens höchstens alle jeder jede jedes angezeigt"""
    ),
    "French": word_set(
        """le la les un une des du de et ou est sont être doit doivent peut peuvent ne pas que qui
        dans pour par sur avec sans au aux ce cette ces il elle ils elles je veux afin si alors
        lorsque quand
        après avant plus moins tous toutes chaque son sa ses leur leurs été en
        l'utilisateur"""
    ),
    "Spanish": word_set(
        """el la los las un una unos unas y o es son ser debe deben puede pueden no que en para por
        con sin del al se su sus este esta estos estas si cuando entonces después antes más menos
        todos todas cada como quiero usuario sistema de lo"""
    ),
    "Italian": word_set(
        """il lo la gli le un una uno e è sono essere deve devono può possono non che di del della
        dei delle nel nella per con senza se quando allora dopo prima più meno tutti ogni suo sua
        viene vengono utente voglio al alla da"""
    ),
    "Portuguese": word_set(
        """o os as um uma uns umas e ou é são ser deve devem pode podem não que em no na nos nas
        para por com sem do da dos das ao à se seu sua este esta quando então depois antes mais
        menos todos cada como quero usuário utilizador"""
    ),
    "Dutch": word_set(
        """de het een en of is zijn wordt worden kan kunnen moet moeten mag mogen niet geen als dan
        wanneer met voor op van naar bij uit over onder door zonder ook alleen zich hij zij wij ik
        wil zodat dat die deze dit binnen minimaal maximaal alle elke gebruiker te"""
    ),
    "Polish": word_set(
        """i w z na do nie się jest są być może mogą musi muszą powinien że który która które oraz
        lub gdy jeśli to po przed przez dla od ze jako tylko każdy użytkownik system jego chcę aby
        żeby"""
    ),
    "Swedish": word_set(
        """och att det som en ett är var kan ska skall måste får inte om när då med för på av till
        från eller men den de vid efter före utan också bara sin sitt jag vill användaren alla"""
    ),
}
_SCRIPTS = {
    "CYRILLIC": "Russian or another language in Cyrillic letters",
    "GREEK": "Greek",
    "CJK": "Chinese or Japanese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "Hindi",
    "THAI": "Thai",
}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
MIN_WORDS = 5
MIN_FOREIGN = 2
SAMPLE = 4_000
"""Characters looked at: more decide nothing."""


def language_of(text: str) -> str:
    """The language's English name: ``English`` unless the text clearly is in another one."""
    said = mask_quotes(text[:SAMPLE]).replace("\x00", " ")
    written = _WORD.findall(said)
    words = [word.casefold() for word in written]
    script = _script(said)
    if script:
        return script
    if len(words) < MIN_WORDS:
        return ENGLISH
    kinds = Counter(
        word.casefold() for place, word in enumerate(written) if place == 0 or word.islower()
    )
    counts = {name: sum(kinds[word] for word in known) for name, known in _WORDS.items()}
    distinct = {name: sum(word in kinds for word in known) for name, known in _WORDS.items()}
    best = max((name for name in _WORDS if name != ENGLISH), key=lambda name: counts[name])
    own = _WORDS[best] - _WORDS[ENGLISH]
    telling = sum(word in kinds for word in own)
    clear = counts[best] > 2 * counts[ENGLISH] and counts[best] >= 0.2 * len(words)
    return best if clear and telling >= MIN_FOREIGN and distinct[best] >= MIN_FOREIGN else ENGLISH


def little_words(language: str) -> frozenset[str]:
    """The frequent little words of a language, by its English name; none for one not known."""
    return _WORDS.get(language, frozenset())


def leans_to(text: str, language: str, *, rather_than: str) -> bool:
    """Whether a text has more small words of one language than of another."""
    said = mask_quotes(text[:SAMPLE]).replace("\x00", " ").casefold()
    kinds = frozenset(_WORD.findall(said))
    ones, others = _WORDS.get(language, frozenset()), _WORDS.get(rather_than, frozenset())
    return len(kinds & (ones - others)) > len(kinds & (others - ones))


def _script(text: str) -> str:
    """The language that a script stands for where most letters are written in it."""
    letters = [char for char in text if char.isalpha()]
    if not letters or all(ord(char) < 0x370 for char in letters):
        return ""
    scripts = Counter(unicodedata.name(char, "").split(" ")[0] for char in letters)
    for one in ("HIRAGANA", "KATAKANA"):
        if scripts[one] > 0.1 * len(letters):
            return _SCRIPTS[one]
    top, count = scripts.most_common(1)[0]
    return _SCRIPTS.get(top, "") if count > 0.5 * len(letters) else ""
