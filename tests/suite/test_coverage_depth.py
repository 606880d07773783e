"""Depth of coverage: levels follow from the stated rules, and the matrix can be exported."""

from __future__ import annotations

import csv
import io

from assistant.domain import (
    AcceptanceCriterion,
    CaseOrigin,
    Epic,
    Fact,
    LintFinding,
    Question,
    Technique,
    TestCase,
    TestCondition,
    TestStep,
    UserStory,
)
from assistant.suite.coverage_depth import CSV_HEADERS, CriterionDepth, depth, matrix_csv

EPIC = Epic(
    key="PAY-7",
    title="Refund",
    release="Drop-9",
    team="Billing",
    stories=(
        UserStory(
            key="PAY-71",
            title="Refund",
            criteria=(AcceptanceCriterion(id="PAY-71-AC1", text="=Up to 250 pounds"),),
        ),
    ),
)


def condition(name: str, technique: Technique) -> TestCondition:
    return TestCondition(
        id=name, criterion_id="PAY-71-AC1", technique=technique, statement=name, expected="paid"
    )


CONDITIONS = (condition("P1", "positive"), condition("N1", "negative"), condition("B1", "boundary"))


def case(name: str, *, technique: Technique | None = None, **more) -> TestCase:
    step = TestStep(number=1, action="Pay", expected_result="Paid", support="supported")
    fields = {"criterion_ids": ("PAY-71-AC1",), "steps": (step,), "technique": technique, **more}
    return TestCase(id=name, title=name, **fields)


def written(name: str, **more) -> TestCase:
    return case(f"TC-{name}", condition_ids=(name,), **more)


def level(*cases: TestCase, questions: tuple[Question, ...] = ()) -> str:
    return depth([EPIC], cases, CONDITIONS, questions=questions).criteria[0].level


def test_every_level_follows_from_its_rule() -> None:
    everything = (written("P1"), written("N1"), written("B1"))
    assert level() == "Gap"
    assert level(written("P1")) == "Shallow"
    assert level(written("P1"), written("N1")) == "Shallow", "its limit is not shown"
    assert level(*everything) == "Well covered"
    question = Question(criterion_id="PAY-71-AC1", kind="untestable", text="What is quick?")
    assert level(*everything, questions=(question,)) == "Underspecified"
    unproved = TestStep(number=1, action="Pay", expected_result="Paid", support="unsupported")
    assert level(*everything[:2], written("B1", steps=(unproved,))) == "Partial"
    outline = TestStep(number=1, action="", expected_result="Paid", support="supported")
    assert level(*everything[:2], written("B1", steps=(outline,))) == "Partial", "nobody worded it"


def test_nothing_is_missing_of_what_is_left_out() -> None:
    other = AcceptanceCriterion(id="PAY-71-AC2", text="Another")
    story = EPIC.stories[0]
    both = story.model_copy(update={"criteria": (other, *story.criteria)})
    epic = EPIC.model_copy(update={"stories": (both,)})
    leg = condition("P2", "positive").model_copy(update={"criterion_id": other.id})
    walk = condition("E1", "end-to-end").model_copy(update={"legs": (CONDITIONS[0], leg)})
    report = depth(
        [epic], (), (*CONDITIONS, leg, walk), left_out={"PAY-71-AC1": "“It is postponed” (Mail)"}
    )
    assert [(row.level, row.why, row.missing) for row in report.by_risk] == [
        ("Gap", "no case", ("P2",)),
        ("Left out", "“It is postponed” (Mail)", ()),
    ]
    row = list(csv.reader(io.StringIO(matrix_csv(report).decode("utf-8-sig"))))[2]
    shown = dict(zip(CSV_HEADERS, row, strict=True))
    assert (shown["Level"], shown["Conditions without a case"]) == ("Left out", "")


def test_half_of_the_items_is_part_of_them_and_less_is_shallow() -> None:
    cases = written("P1"), written("N1")
    more = (*CONDITIONS[:2], condition("P2", "positive"), condition("N2", "negative"))
    for extra, said in (((), "Partial"), ((condition("P3", "positive"),), "Shallow")):
        (row,) = depth([EPIC], cases, (*more, *extra)).criteria
        assert (row.level, row.why) == (said, f"2 of {4 + len(extra)} items have a case")


def test_rejected_cases_do_not_cover() -> None:
    assert level(written("P1", status="rejected")) == "Gap"


def test_what_a_case_claims_and_does_not_show_is_told_apart() -> None:
    model = CaseOrigin(writer="model", model_id="m")
    one = case("TC", technique="positive", origin=model, claimed_ids=("P1", "B1"))
    row = depth([EPIC], [one, written("N1", origin=model)], CONDITIONS).criteria[0]
    assert (row.missing, row.claimed) == (("P1", "B1"), ("P1", "B1")), "no claim is coverage"
    assert (row.level, row.why) == ("Claimed", "2 of 3 items claimed by a case, not seen in it")
    row = depth([EPIC], [one], CONDITIONS).criteria[0]
    assert (row.level, row.why) == (
        "Shallow", "no negative and no boundary case; 2 claimed, not seen",
    ), "nobody claims N1"  # fmt: skip
    row = depth([EPIC], [one.model_copy(update={"claimed_ids": ()})], CONDITIONS).criteria[0]
    assert (row.missing, row.claimed) == (("P1", "N1", "B1"), ())
    earlier = one.model_copy(update={"claimed_ids": (), "objective": "P1; B1"})
    row = depth([EPIC], [earlier], CONDITIONS).criteria[0]
    assert row.claimed == ("P1", "B1"), "what an earlier version stored"
    row = depth([EPIC], [one.model_copy(update={"status": "rejected"})], CONDITIONS).criteria[0]
    assert (row.level, row.claimed) == ("Gap", ())


def test_the_items_that_are_left_are_the_sum_of_their_kinds() -> None:
    model = CaseOrigin(writer="model", model_id="m")
    one = case("TC", technique="positive", origin=model, claimed_ids=("B1",))
    report = depth([EPIC], [one, written("P1")], CONDITIONS)
    kinds = [report.items(lambda row: row.unclaimed), report.items(lambda row: row.unseen)]
    assert kinds == [{"N1": "PAY-71-AC1 N1"}, {"B1": "PAY-71-AC1 B1"}], "by criterion and words"
    assert {name for kind in kinds for name in kind} == set(report.missing)
    assert report.items(lambda row: row.unread) == {}


def test_a_case_with_an_error_covers_what_it_claims_once_it_is_accepted() -> None:
    wrong = LintFinding(rule="wrong side", message="10 is not more than 10", severity="error")
    model = CaseOrigin(writer="model", model_id="m")
    one = written("B1", origin=model, claimed_ids=("B1",), findings=(wrong,))
    rest = (written("P1"), written("N1"))
    row = depth([EPIC], [one, *rest], CONDITIONS).criteria[0]
    assert (row.level, row.missing, row.claimed) == ("Shallow", ("B1",), ("B1",))
    assert level(one.model_copy(update={"status": "accepted"}), *rest) == "Well covered"


def test_an_imported_case_covers_one_condition_of_its_technique() -> None:
    origin = CaseOrigin(writer="import")
    row = depth([EPIC], [case("OLD", technique="negative", origin=origin)], CONDITIONS).criteria[0]
    assert row.missing == ("P1", "B1")
    assert not row.no_negative
    cell = row.cell("negative")
    assert cell is not None
    assert (cell.covered, cell.wanted, cell.case_ids) == (1, 1, ("OLD",))


def test_a_missing_negative_is_marked_and_the_risk_is_that_of_what_is_missing() -> None:
    urgent = (CONDITIONS[0], CONDITIONS[1].model_copy(update={"priority": "High"}))
    row = depth([EPIC], [written("P1")], urgent).criteria[0]
    assert row.no_negative
    assert row.priority == "High"
    assert row.why == "no negative case"


def test_a_criterion_that_refers_elsewhere_is_not_well_covered_by_its_own_items() -> None:
    everything = (written("P1"), written("N1"), written("B1"))
    refers = {"PAY-71-AC1": "the business rules"}
    (row,) = depth([EPIC], everything, CONDITIONS, refers=refers).criteria
    assert (row.level, row.missing) == ("Partial", ())
    assert row.why == (
        "all 3 items have a case; what it refers to (“the business rules”) is not on the checklist"
    )


GERMAN = "Eine Reservierung ist nur möglich, wenn die Abfahrt mindestens 5 Werktage entfernt ist."


def in_german(*cases: TestCase, text: str = GERMAN) -> CriterionDepth:
    criterion = AcceptanceCriterion(id="PAY-71-AC1", text=text)
    story = EPIC.stories[0].model_copy(update={"criteria": (criterion,)})
    whole = condition("P1", "positive").model_copy(
        update={"facts": (Fact(kind="main flow", quote=text),), "priority": "High"}
    )
    return depth([EPIC.model_copy(update={"stories": (story,)})], cases, [whole]).criteria[0]


def test_of_a_criterion_in_a_language_that_is_not_read_only_the_claim_is_told() -> None:
    model = CaseOrigin(writer="model", model_id="m")
    claims = case("TC", origin=model, claimed_ids=("P1",))
    row = in_german(claims)
    assert (row.level, row.missing, row.claimed, row.priority) == ("Not read", (), ("P1",), "Low")
    assert (row.unread, row.unseen) == (("P1",), ()), "nothing is left of it"
    assert row.why == "German: code reads no rules of it; a case claims it, look yourself"
    assert in_german(written("P1")).level == "Not read", "words that meet prove no rule"
    assert in_german().level == "Gap"
    row = in_german(case("TC", origin=model))
    assert (row.level, row.missing, row.priority) == ("Not read", ("P1",), "High")
    assert row.why == "German: code reads no rules of it; no case claims it"
    english = in_german(claims, text="A reservation needs five working days.")
    assert (english.level, english.missing) == ("Claimed", ("P1",))
    assert english.why == "its one item claimed by a case, not seen in it"


def test_release_and_team_are_those_of_the_story_where_it_has_its_own() -> None:
    story = EPIC.stories[0].model_copy(update={"release": "Drop-10"})
    (row,) = depth([EPIC.model_copy(update={"stories": (story,)})], [], CONDITIONS).criteria
    assert (row.release, row.team) == ("Drop-10", "Billing")


def test_cases_of_no_criterion_are_named() -> None:
    report = depth([EPIC], [case("LOST", criterion_ids=("X-1",))], CONDITIONS)
    assert report.untraced == ("LOST",)
    assert report.by_level["Gap"] == 1


def test_a_story_without_criteria_stands_in_the_matrix_and_covers_nothing() -> None:
    bare = UserStory(key="PAY-72", title="Receipt")
    epic = EPIC.model_copy(update={"stories": (*EPIC.stories, bare)})
    cases = [
        case("OUTLINE", criterion_ids=("PAY-72-AC1",), story_key="PAY-72", epic_key="PAY-7"),
        case("OLD", criterion_ids=(), story_key="PAY-71", status="imported"),
        case("OTHER", criterion_ids=(), story_key="PAY-71", epic_key="PAY-8"),
        case("OUT", criterion_ids=(), story_key="PAY-71", status="rejected"),
        case("BOTH", story_key="PAY-71"),
    ]
    report = depth([epic], cases, CONDITIONS)
    (without,), (alone,) = report.without_criterion, report.story_only
    assert (without.story_key, without.criterion_id, without.text) == ("PAY-72", "", "Receipt")
    assert (without.case_ids, alone.case_ids) == (("OUTLINE",), ("OLD",))
    assert without.why == "1 case names the story"
    assert alone.why == "1 case names the story, no criterion of it"
    assert report.unplaced == ("OTHER",)
    assert len(report.criteria) == sum(report.by_level.values()) == 1
    assert report.criteria[0].case_ids == ("BOTH",), "naming a story covers no criterion"
    assert [row.level for row in report.rows] == ["No criterion", "Shallow", "Story only"]
    lines = list(csv.DictReader(io.StringIO(matrix_csv(report).decode("utf-8-sig"))))
    assert [(one["Story"], one["Criterion"]) for one in lines][::2] == [
        ("PAY-72", ""), ("PAY-71", "")
    ]  # fmt: skip
    (empty,) = depth([epic], [], ()).without_criterion
    assert empty.why == "no case names the story"


def test_the_matrix_is_a_csv_that_no_spreadsheet_obeys() -> None:
    content = matrix_csv(depth([EPIC], [written("P1")], CONDITIONS)).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content))
    assert tuple(row) == CSV_HEADERS
    assert row["Text"] == "'=Up to 250 pounds"
    assert row["Positive"] == "1 of 1"
    assert row["Conditions without a case"] == "N1, B1"
