"""What a model read of a sentence beside what code did: which holds, and what is told."""

from __future__ import annotations

from assistant.domain import AcceptanceCriterion, Epic, UserStory
from assistant.generation.request_choice import choice_of
from assistant.knowledge.query import parse_request
from assistant.knowledge.request_entries import criterion_entries, entries_of
from assistant.knowledge.request_parts import Vocabulary
from assistant.knowledge.selection import select
from assistant.workflow.writing.request_choice import is_open
from assistant.workflow.writing.requests import Asked, part_title, two_ways

EPICS = (
    Epic(
        key="LOAN-1",
        title="Longer loans",
        release="Drop-1",
        team="Loans",
        stories=(
            UserStory(key="LOAN-2", title="Extend a loan"),
            UserStory(
                key="LOAN-3",
                title="Basic fee for a late return",
                criteria=(
                    AcceptanceCriterion(id="LOAN-3-AC1", text="A fee of EUR 2.00 is charged."),
                    AcceptanceCriterion(id="LOAN-3-AC2", text="The tour app works offline."),
                ),
            ),
        ),
    ),
    Epic(
        key="FIX-1", title="Workshop", team="Repair", stories=(UserStory(key="FIX-2", title="A"),)
    ),
)
ENTRIES = (*entries_of(EPICS), *criterion_entries(EPICS))
KNOWN = Vocabulary(releases=("Drop-1",), teams=("Loans", "Repair"), epics=EPICS)
Rows = tuple[tuple[str, str], ...]


def by_code(text: str) -> Asked:
    reading = parse_request(text, KNOWN)
    return Asked(
        known=KNOWN, parts=reading.parts, reading=reading, selection=select(reading, KNOWN)
    )


def read(
    text: str,
    *write: tuple[str, str],
    leave_out: Rows = (),
    depth: tuple[str, str] = ("", "none"),
    techniques: Rows = (),
    without: Rows = (),
    unknown: tuple[str, ...] = (),
) -> Asked:
    """The sentence as both read it; what is set aside is out, as at first on the page."""

    def rows(pairs: Rows, field: str) -> list[dict[str, object]]:
        return [{"words": words, field: names.split("|")} for words, names in pairs]

    answer: dict[str, object] = {
        "write": rows(write, "keys"),
        "leave_out": rows(leave_out, "keys"),
        "depth": {"words": depth[0], "name": depth[1]},
        "techniques": rows(techniques, "names"),
        "techniques_left_out": rows(without, "names"),
        "unknown": list(unknown),
    }
    asked = by_code(text).with_choice(choice_of(answer, text, ENTRIES))
    return asked.without(asked.set_aside)


def taken(asked: Asked) -> list[str]:
    return [key for one in asked.selection.chosen for key in one.stories or (one.epic,)]


def test_a_reading_is_open_where_a_word_that_says_something_was_not_used() -> None:
    assert not is_open(by_code("Smoke test cases for LOAN-1 please, in full depth"))
    for text in (
        "LOAN-1 in regression depth",
        "LOAN-1, gemächlich",
        "quick tests of FIX-1, level",
    ):
        assert is_open(by_code(text)), text


def test_depth_and_techniques_come_from_the_model_beside_those_of_code() -> None:
    asked = read(
        "negative cases for LOAN-1 and its way from one status to the next, no walks, down to all",
        ("LOAN-1", "LOAN-1"),
        depth=("down to all", "thorough"),
        techniques=(("way from one status to the next", "state transition"),),
        without=(("walks", "end-to-end"),),
    )
    assert asked.reading.depth == "thorough"
    assert asked.reading.techniques == ("negative", "state transition")
    assert two_ways(asked) == ["technique negative: kept, though the model read nothing of it"]
    assert taken(asked) == ["LOAN-1"]
    assert asked.unread == ()


def test_what_is_only_left_out_leaves_all_other_techniques() -> None:
    asked = read("LOAN-1, no walks", ("LOAN-1", "LOAN-1"), without=(("no walks", "end-to-end"),))
    assert len(asked.reading.techniques) == 7
    assert two_ways(asked) == []


def test_a_depth_that_the_model_reads_otherwise_is_left_aside_and_can_be_taken_back() -> None:
    text = "A quick word: LOAN-1 with all there is"
    both = by_code(text).with_choice(
        choice_of(
            {
                "write": [{"words": "LOAN-1", "keys": ["LOAN-1"]}],
                "depth": {"words": "all there is", "name": "thorough"},
            },
            text,
            entries_of(EPICS),
        )
    )
    assert both.set_aside == ("depth:smoke",)
    assert "depth:smoke" in [part.id for part in both.parts]
    assert both.without(both.set_aside).reading.depth == "thorough"
    assert both.without(("depth:thorough",)).reading.depth == "smoke"
    assert two_ways(both) == ["depth smoke (“quick”): left aside, as the model read it otherwise"]


def test_a_word_that_the_model_read_as_part_of_a_name_sets_no_depth() -> None:
    asked = read("tests of the basic fee, zackig", ("basic fee", "LOAN-3"))
    assert asked.reading.depth is None
    assert taken(asked) == ["LOAN-3"]
    assert asked.set_aside == ("depth:smoke",)
    assert asked.unread == ("zackig",)


def test_a_typed_key_stays_where_the_model_read_nothing_and_goes_where_it_leaves_it_out() -> None:
    forgot = read("FIX-2 and the late ones, LOAN-3", ("late ones", "LOAN-3"))
    assert taken(forgot) == ["LOAN-3", "FIX-1"]
    assert two_ways(forgot) == ["story FIX-2: kept, though the model read nothing of it"]
    waits = read(
        "LOAN-1; LOAN-2 can wait", ("LOAN-1", "LOAN-1"), leave_out=(("LOAN-2 can wait", "LOAN-2"),)
    )
    assert taken(waits) == ["LOAN-3"]
    assert two_ways(waits) == ["story LOAN-2: left aside, as the model read it otherwise"]
    kept_out = read("All zesty things but not LOAN-2", ("All zesty things", "LOAN-1"))
    assert taken(kept_out) == ["LOAN-3"]
    wanted = read("the zesty loans, not LOAN-1 but LOAN-2", ("not LOAN-1 but LOAN-2", "LOAN-1"))
    assert wanted.set_aside == ("-epic:LOAN-1",)
    assert taken(wanted) == ["LOAN-1"]


def test_what_is_left_out_of_nothing_is_no_part() -> None:
    asked = read("Loans, not the shop", ("Loans", "LOAN-1"), leave_out=(("the shop", "FIX-1"),))
    assert [part.id for part in asked.parts] == ["epic:LOAN-1"]
    assert asked.told == ()


def test_what_names_nothing_is_told_and_never_selects() -> None:
    asked = read("the haunted things from Drop-9 for my team lead", unknown=("haunted things",))
    assert [(one.words, one.understood) for one in asked.told] == [
        ("Drop-9", False),
        ("haunted things", False),
    ]
    assert not any(part.name == "haunted things" for part in asked.parts)
    assert asked.unread == ("lead",), "what code took for a name and the model did not"
    assert taken(asked) == []
    guess = read("Repair, the haunted part", unknown=("Repair", "haunted part"))
    assert taken(guess) == [], "names of which the model says that they name nothing"


def test_a_name_that_the_project_does_not_have_is_told_whatever_the_model_made_of_it() -> None:
    asked = read("Drop-9 loans", ("Drop-9 loans", "LOAN-1"))
    assert [one.words for one in asked.told] == ["Drop-9"]


def test_where_the_model_reads_depth_alone_the_names_of_code_stay() -> None:
    asked = read("Loans, the whole hog", depth=("the whole hog", "thorough"))
    assert (taken(asked), asked.reading.depth) == (["LOAN-1"], "thorough")
    assert two_ways(asked) == []
    assert not asked.by_choice


def test_a_criterion_is_left_out_and_its_story_stays() -> None:
    sentence = "Longer loans, leave out the tour app without network"
    asked = read(
        sentence, ("Longer loans", "LOAN-1"),
        leave_out=(("the tour app without network", "LOAN-3-AC2"),),
    )  # fmt: skip
    assert taken(asked) == ["LOAN-1"]
    assert asked.selection.criteria_left_out == ("LOAN-3-AC2",)
    (part,) = [one for one in asked.parts if one.kind == "criterion"]
    assert part_title(part, asked) == "without criterion LOAN-3-AC2"
    assert not asked.without([part.id]).selection.criteria_left_out
    typed = read(
        "LOAN-1 without LOAN-3-AC2", ("LOAN-1", "LOAN-1"),
        leave_out=(("LOAN-3-AC2", "LOAN-3-AC2"),),
    )  # fmt: skip
    assert taken(typed) == ["LOAN-1"], "code alone leaves out its whole story"
    assert typed.selection.criteria_left_out == ("LOAN-3-AC2",)
    assert not typed.told
    assert taken(by_code("LOAN-1 without LOAN-3-AC2")) == ["LOAN-2"]


def test_a_criterion_of_what_is_not_asked_for_is_left_out_of_nothing() -> None:
    asked = read(
        "Workshop, but no fee of EUR 2.00", ("Workshop", "FIX-1"),
        leave_out=(("no fee of EUR 2.00", "LOAN-3-AC1"),),
    )  # fmt: skip
    assert taken(asked) == ["FIX-1"]
    assert not asked.selection.criteria_left_out


def test_a_criterion_is_no_key_to_write_for() -> None:
    asked = read("Only the tour app", ("the tour app", "LOAN-3-AC2"))
    assert not asked.selection.chosen
