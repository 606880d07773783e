"""English verbs of requirements: which words are verbs, and their forms."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from assistant.language.word_lists import word_set

_REGULAR = """
abort accept access acknowledge activate add adjust agree alert align allow amend analyse analyze
answer appear apply approve archive arrive ask assess assign attach attempt authenticate authorise
authorize automate await avoid block bookmark browse calculate call cancel capture change charge
check claim clear click close collapse collect combine come compare complete compute configure
confirm conform connect consist contact contain continue control convert copy correct count cover
create credit customise customize deactivate debit decline decrease deduct default define delay
delete deliver deny describe deselect detect determine differ direct disable disallow disappear
discard disconnect discontinue display distinguish distribute divide download drag drop duplicate
earn edit email employ enable encrypt end enforce enrol enroll ensure enter escalate establish
estimate exceed exchange exclude execute exist expand expire explain export expose express extend
fail favourite fetch file fill filter finish fit flag follow format forward generate grant group
guarantee halt handle happen help hide highlight hold hover identify ignore implement import include
increase indicate inform initiate insert inspect install instruct interact invalidate invite
invoke issue join keep label last launch learn leave limit link list load locate lock log login
logout look maintain manage mark match measure meet merge minimise modify monitor move name navigate
need note notify obtain offer open operate order organise override pass paste pause pay perform
permit persist pick place play populate post prefill prepare present preserve press prevent preview
print process produce prohibit prompt protect prove provide publish purchase query rate reach
reactivate read reallocate reassign rebook receive recalculate recommend reconnect record recover
redeem redirect reduce refer refine refresh refund refuse regenerate register reinstate reject
relate release reload remain remember remove rename render renew reopen reorder repeat replace reply
report represent request require reschedule reserve reset resize resolve respond restart restore
restrict result resume retain retrieve retry return reuse reveal reverse review revoke round route
run save scan schedule scroll search secure see select send separate serve set share shift ship show
sign simulate skip sort specify split start state stay stop store stream submit subscribe suggest
supply support suspend switch synchronise sync synchronize tag take tap terminate test toggle total
trace track transfer transform transition transmit trigger truncate try turn type unassign
unblock understand undo unlock unsubscribe untick update upgrade upload use validate verify vet view
visit visualise visualize vote wait waive want warn watch withdraw work write zoom accompany adapt
advance archive attend base bill book borrow bring build buy carry cause choose comply compose
consume consult cost deal decide deduct delegate demonstrate deploy derive design develop dispatch
dispute double draw earn eat engage evaluate examine find focus get give go grow have hear know lead
lend let lose make map mean miss opt own participate plan point prefer promote raise reconcile
redact report reserve reside restock rise satisfy say schedule score sell settle sit solve spend
stand sum surrender tell think tick trade treat unhide upvote weigh win swipe dismiss displace
accommodate advertise affect aggregate announce anonymise append audit backup ban bind broadcast
cease clarify classify clone close commit compile conclude connect contribute crop cut debug decode
deem describe edit elect embed emit emphasise encode encounter enumerate exit extract facilitate
file fulfil fulfill gain gather get guide hash hand hover imply improve incur infer inherit
integrate intend introduce investigate invoice justify land limit listen mask master moderate
nominate observe occur overlap overwrite pre-fill pre-populate price prioritise proceed propose
push rank reapply record reflect rely report request reside restrict rotate sample seek sense
subtract summarise surface survive swap take target tolerate train translate trap undergo value
vary wrap qualify conceal overpay notify authorise log count total act fall
parse sanitise sanitize anticipate encode redirect concept escape deserialise
die burn concern
become belong behave bypass accrue accumulate adhere adopt allocate alter apologise appeal approach
arise assert assume attain begin breach buffer carry catch cater chase cite clash coincide commence
compensate compete complain comprise compromise consent contradict contravene correspond corrupt
crash declare degrade deplete depend depart deprecate designate destroy deteriorate deviate diagnose
disagree discover discuss divert dwell eliminate emerge endorse enquire entail equal exhaust expect
expedite exploit fade forget forgo forfeit halve hire honour illustrate impose inhabit inject injure
insist insure intervene invest involve isolate judge leak lodge lower mention migrate misuse
negotiate nullify oblige occupy omit oppose originate oversee owe pack postpone precede preclude
prescribe pretend prevail procure prolong prosecute pull quit recall recognise recognize recur
refill refrain regain reimburse relax relocate remit repay repossess reprint rescind resign resubmit
retire retract revert revise revisit seal seize shrink shut spread stall succeed suffer suffice
supersede supervise surpass suspect sustain tamper tend transact transmit undertake unfreeze unlink
top outstrip unpack unpublish uphold vacate vanish violate void worsen withhold
live marry drive rent lease travel sound ring beep flash blink
object deregister dispense wear ride fly study teach smoke pledge commute exercise
reassess unlock quote
advise urge encourage multiply overrule disapprove uninstall assist refuel steer accelerate
decelerate vibrate glow unpair subrogate disqualify recycle dispose ventilate penalise penalize
punish evacuate rescue summon curtail prorate capitalise smell redo enqueue dequeue dump tow
deserialize time erase email text phone dial bring hang speak default elapse lapse lack
acquire acquit adjoin adjourn adjudicate administer admit alight amortise annotate annul appoint
appraise appreciate arbitrate arrest assemble autofill award bake befriend bequeath blend board boil
brighten calibrate centrifuge certify circulate climb collaborate concatenate condense confer
confiscate conserve consign consolidate construct convene convict cooperate coordinate corrode
countersign cure decay decrypt defer deposit demolish demote depreciate detach detain digitise
digitize dilute dine discern discharge disembark dismantle dissolve donate downgrade drain embark
enact equip erect erode evaporate evict exempt exhibit expel fertilise fertilize fix flip fluctuate
foreclose fry furnish graduate graze grill harvest heal hoard host immunise indemnify infringe
infuse intersect irrigate kill legislate levy lift linger manufacture mature mediate melt mend mix
mount mute notarise notarize onboard oscillate outnumber outweigh overbook overcharge overhaul
overheat overload palletise perceive pluck polish pour pre-approve pre-authorise preauthorise
precipitate predict prepend prune pump purge quantify quarantine ratify readmit reap rebase reboot
recede recharge recruit rectify refurbish rehire reissue relabel remeasure remind renovate repackage
repair repeal replenish replicate reprimand reroute resuscitate rewind ripen roast sanction shave
shorten shuffle slaughter smell solder sow spoil spray stabilise stabilize sterilise sterilize stir
stow stretch sue testify throttle titrate touch transcribe transliterate traverse trespass
triage trim tweak unfollow unlist unload unmute unpin untag vaccinate weld wipe witness yield
"""

_IRREGULAR_PARTICIPLES = {
    "become": "become", "forget": "forgotten", "forgo": "forgone", "arise": "arisen",
    "catch": "caught", "oversee": "overseen", "quit": "quit", "repay": "repaid",
    "shrink": "shrunk", "shut": "shut", "spread": "spread", "undertake": "undertaken",
    "unfreeze": "unfrozen", "uphold": "upheld", "withhold": "withheld",
    "drive": "driven", "wear": "worn", "ride": "ridden", "fly": "flown",
    "ring": "rung", "teach": "taught",
    "be": "been", "begin": "begun", "bind": "bound", "bring": "brought", "build": "built",
    "buy": "bought", "choose": "chosen", "come": "come", "cost": "cost", "cut": "cut",
    "deal": "dealt", "do": "done", "draw": "drawn", "eat": "eaten", "fall": "fallen",
    "speak": "spoken", "hang": "hung", "find": "found",
    "get": "got", "give": "given", "go": "gone", "grow": "grown", "have": "had", "hear": "heard",
    "hide": "hidden", "hold": "held", "keep": "kept", "know": "known", "lead": "led",
    "leave": "left", "lend": "lent", "let": "let", "lose": "lost", "make": "made", "mean": "meant",
    "meet": "met", "overwrite": "overwritten", "override": "overridden", "pay": "paid",
    "put": "put", "read": "read", "reset": "reset",
    "rise": "risen", "run": "run", "say": "said", "see": "seen", "seek": "sought", "sell": "sold",
    "send": "sent", "set": "set", "show": "shown", "sit": "sat", "spend": "spent", "split": "split",
    "stand": "stood", "take": "taken", "tell": "told", "think": "thought", "understand":
    "understood", "undergo": "undergone", "undo": "undone", "win": "won", "withdraw": "withdrawn",
    "write": "written", "rebuild": "rebuilt", "bear": "borne", "beat": "beaten",
    "bend": "bent", "break": "broken",
    "feed": "fed", "feel": "felt", "freeze": "frozen", "lay": "laid", "lie": "lain", "outbid":
    "outbid", "overrun": "overrun", "resend": "resent", "rewrite": "rewritten", "shake": "shaken",
    "sink": "sunk", "stick": "stuck", "strike": "struck", "sublet": "sublet", "swear": "sworn",
    "sweep": "swept", "tear": "torn", "underpay": "underpaid", "hit": "hit",
    "underwrite": "underwritten",
    "withstand": "withstood", "redraw": "redrawn", "forbid": "forbidden", "foresee": "foreseen",
    "mistake": "mistaken", "outgrow": "outgrown", "overdraw": "overdrawn", "resell": "resold",
    "sleep": "slept", "spin": "spun", "swim": "swum", "throw": "thrown", "wake": "woken",
}  # fmt: skip
_PASTS = {
    "began": "begin", "became": "become", "arose": "arise", "forgot": "forget",
    "chose": "choose", "came": "come", "did": "do", "drew": "draw", "gave":
    "give", "went": "go", "grew": "grow", "knew": "know", "rose": "rise", "ran": "run", "saw":
    "see", "showed": "show", "took": "take", "withdrew": "withdraw", "wrote": "write", "hid":
    "hide", "overrode": "override", "undid": "undo", "broke": "break", "froze": "freeze", "fell":
    "fall", "lay": "lie", "shook": "shake", "sank": "sink", "tore": "tear", "threw": "throw",
    "woke": "wake", "rewrote": "rewrite", "forbade": "forbid", "swore": "swear",
}  # fmt: skip
_DOUBLING = word_set(
    """drag drop tag map run set get put cut let log submit permit commit occur stop plan ship skip
    swap tap zip refer transfer defer prefer cancel travel label total model opt win sit begin
    split reset wrap trap crop ban debug vet incur scan hit rebut commit quit recur admit flip trim
    stir unpin untag overrun acquit confer expel infer"""
)
_BRITISH_L = frozenset({"cancel", "travel", "label", "total", "model"})

BASES = frozenset(_REGULAR.split()) | frozenset(_IRREGULAR_PARTICIPLES)


def third_person(base: str) -> str:
    """ "send" -> "sends", "apply" -> "applies", "have" -> "has"."""
    head, _, last = base.rpartition("-")
    if last in ("have", "be", "do", "go", "undo", "undergo"):
        form = {"have": "has", "be": "is", "do": "does", "go": "goes"}.get(last, last + "es")
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        form = last + "es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        form = last[:-1] + "ies"
    else:
        form = last + "s"
    return f"{head}-{form}" if head else form


def participle(base: str) -> str:
    """Past participle: "send" -> "sent", "cancel" -> "cancelled", "apply" -> "applied"."""
    if base in _IRREGULAR_PARTICIPLES:
        return _IRREGULAR_PARTICIPLES[base]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ied"
    return _stem(base) + "ed"


def gerund(base: str) -> str:
    """ "send" -> "sending", "save" -> "saving", "cancel" -> "cancelling"."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return base[:-1] + "ing"
    return _stem(base) + "ing"


def _stem(base: str) -> str:
    return base + base[-1] if base in _DOUBLING else base


def _table(form: Callable[[str], str]) -> MappingProxyType[str, str]:
    table: dict[str, str] = {}
    for base in sorted(BASES):
        word = form(base)
        table.setdefault(word, base)
        if form is not third_person:  # American spelling: canceled, labeling
            undoubled = word.replace(base + base[-1], base, 1) if base in _BRITISH_L else word
            table.setdefault(undoubled, base)
    return MappingProxyType(table)


_THIRD = _table(third_person)
_PARTICIPLES = MappingProxyType({**_table(participle), "showed": "show", "gotten": "get"})
_GERUNDS = _table(gerund)


def base_of_third(word: str) -> str | None:
    """Base of a known verb in the third person ("sends"), else ``None``."""
    return _THIRD.get(word.lower())


def base_of_participle(word: str) -> str | None:
    """Base of a past participle; unknown words in -ed are read by rule, others give ``None``."""
    lower = word.lower()
    known = _PARTICIPLES.get(lower)
    if known or not lower.endswith("ed") or len(lower) < 5 or lower.endswith("eed"):
        return known
    if lower.endswith("ied"):
        return lower[:-3] + "y"
    stem = lower[:-2]
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    return stem + "e" if stem.endswith(("at", "is", "iz", "v", "c", "ag", "ur", "u")) else stem


def base_of_past(word: str) -> str | None:
    """Base of a simple past ("selected", "chose"), else ``None``."""
    lower = word.lower()
    return _PASTS.get(lower) or (
        _PARTICIPLES.get(lower) if lower not in ("given", "been", "taken", "shown") else None
    )


def base_of_gerund(word: str) -> str | None:
    """Base of a known -ing form, else ``None``."""
    return _GERUNDS.get(word.lower())


def is_base(word: str) -> bool:
    """Whether a word is the base form of a known verb."""
    return word.lower() in BASES
