"""Duplicates: the same case in other words is found, cases with other values are kept apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import CaseOrigin, TestCase, TestStep
from assistant.suite.amounts import amounts
from assistant.suite.duplicates import decide, find_duplicates, same_across_stories
from assistant.suite.similarity import Profile, compare

PAIRS = Path(__file__).resolve().parents[2] / "benchmarks" / "duplicate_pairs.jsonl"


def case(case_id: str, title: str, *steps: tuple[str, str], given: str = "", **more) -> TestCase:
    return TestCase(
        id=case_id,
        title=title,
        preconditions=(given,) if given else (),
        steps=tuple(
            TestStep(number=n, action=action, expected_result=expected)
            for n, (action, expected) in enumerate(steps, start=1)
        ),
        **more,
    )


def returned(case_id: str, days: int, outcome: str = "accepted") -> TestCase:
    return case(
        case_id,
        f"Return is {outcome} {days} days after delivery",
        ("Request a return", f"The return is {outcome}"),
        given=f"An order delivered {days} days ago",
    )


def test_the_boundaries_of_one_limit_are_never_duplicates_of_each_other() -> None:
    cases = [returned("A", 29), returned("B", 30), returned("C", 31, "refused")]
    assert find_duplicates(cases).clusters == ()
    assert "29 days against 30 days" in decide(cases[0], cases[1]).reason


def outlined(item: str, title: str, data: str = "", **more) -> TestCase:
    said = "“Description of circumstances is mandatory, 20 to 2000 characters”"
    step = TestStep(number=1, action="", test_data=data, expected_result=said)
    fields = {"condition_ids": (item,), "criterion_ids": ("AC4",), "steps": (step,)} | more
    return case(item, title, origin=CaseOrigin(writer="outline")).model_copy(update=fields)


def test_outlines_of_other_items_of_a_criterion_are_other_cases_though_they_quote_the_same() -> (
    None
):
    main = outlined(
        "P1", "Main flow: “Description of circumstances is mandatory, 20 to 2000 characters.”"
    )
    limits = [
        outlined("B1", "20 characters: “20 to 2000 characters” holds", "20 characters"),
        outlined("B3", "2000 characters: “20 to 2000 characters” holds", "2000 characters"),
    ]
    assert find_duplicates([main, *limits], embed=OneMeaning()).clusters == ()
    again = limits[0].model_copy(update={"id": "later"})  # of the next run
    (found,) = find_duplicates([*limits, again], embed=OneMeaning()).clusters
    assert found.case_ids == ("B1", "later")


@pytest.mark.parametrize(
    ("left", "right", "difference"),
    [
        (("A ticket is reopened by a Supervisor", "Status is Open"),
         ("A ticket is reopened by a Team Leader", "Status is Open"), "Supervisor"),
        (("The claim of the customer is approved", "An email is sent"),
         ("The claim of the customer is rejected", "An email is sent"), "approv"),
        (("The first name is mandatory", "\"Complete this field now.\" is displayed"),
         ("The last name is mandatory", "\"Complete this field now.\" is displayed"), "first"),
        (("Delete is offered to the agent", "\"Delete this one?\" is displayed"),
         ("Delete is offered to the agent", "\"Delete this one?\" is not displayed"), "only one"),
    ],
)  # fmt: skip
def test_one_exchanged_word_keeps_cases_apart_and_is_named(left, right, difference) -> None:
    found = decide(
        case("L", left[0], (left[0], left[1])), case("R", right[0], (right[0], right[1]))
    )
    assert not found.same
    assert difference in found.reason


def test_other_examples_of_the_same_data_make_no_other_case() -> None:
    def search(case_id: str, number: str) -> TestCase:
        step = TestStep(
            number=1, action="Search by number", test_data=number, expected_result="It is listed"
        )
        return TestCase(id=case_id, title="An order is found by its number", steps=(step,))

    found = decide(search("A", "8500001017"), search("B", "8500002299"))
    assert found.same
    assert "other examples" in found.reason


def test_the_accepted_or_existing_case_of_a_cluster_is_kept() -> None:
    draft, kept = returned("NEW", 30), returned("OLD", 30).model_copy(update={"status": "accepted"})
    report = find_duplicates([draft], among=[kept])
    (cluster,) = report.clusters
    assert cluster.keep == "OLD"
    assert report.surplus == ("NEW",)
    assert report.share == 1.0
    assert (report.existing, report.within) == (("NEW",), ())


def test_what_existed_is_kept_though_the_new_one_was_accepted() -> None:
    new = returned("NEW", 30).model_copy(update={"status": "accepted"})
    old = returned("OLD", 30).model_copy(update={"status": "imported"})
    report = find_duplicates([new], among=[old])
    assert (report.existing, report.within) == (("NEW",), ())
    assert report.repeats["NEW"].right == "OLD"


def test_one_message_at_one_value_needs_less_likeness_of_the_other_words() -> None:
    said = 'The change is refused with "Backdating is limited. Please contact underwriting."'

    def dated(case_id: str, title: str, action: str) -> Profile:
        return Profile(case(case_id, title, (action, said)))

    old = dated("L", "Backdate a change by 15 days", "Add a van that starts 15 days in the past")
    new = dated("R", "A change of long ago is refused", "Enter the car with a date 15 days back")
    other = dated("R", "A change of long ago is refused", "Enter the car with a date 16 days back")
    meaning = (0.72, 0.72, 0.62)
    assert compare(old, new, meaning=meaning).same
    assert not compare(old, other, meaning=meaning).same


def test_what_repeats_another_of_the_cases_is_told_from_what_exists() -> None:
    twins = [returned("A", 30), returned("B", 30), returned("C", 14)]
    old = returned("OLD", 14).model_copy(update={"status": "imported"})
    report = find_duplicates(twins, among=[old])
    assert (report.within, report.existing) == (("B",), ("C",))


def _status(case_id: str, given: str, before: str, after: str) -> TestCase:
    return case(
        case_id,
        f"The Status does not change from {before} to {after}",
        ("Pay the instalment", f"The Status does not change from {before} to {after}"),
        given=given,
    )


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (_status("L", 'A plan with the Status "Active".', '"Active"', '"Broken"'),
         _status("R", 'A plan whose Status is not "Active".', '"Active"', '"Broken"'),
         "only one starts from “Active”"),
        (_status("L", 'A plan with the Status "Active".', '"Active"', '"Broken"'),
         _status("R", 'A plan with the Status "At Risk".', '"Active"', '"Broken"'),
         "one starts from “Active”, the other from “At Risk”"),
        (_status("L", "A plan.", "Active", "Broken"),
         _status("R", "A plan.", "Broken", "Active"),
         "“active to broken” against “broken to active”"),
        (case("L", "A complaint is reopened", ("Reopen it within 28 days", "It is open")),
         case("R", "A complaint is reopened", ("Reopen it more than 28 days later", "It is open")),
         "28 days"),
        (case("L", "The button of the record", ("Check it", "The button is visible again")),
         case("R", "The button of the record", ("Check it", "The button is hidden again")),
         "“show” against “hidden” is expected"),
        (case("L", "The reply", ("Wait for the reply", "The Status stays Open")),
         case("R", "The reply", ("Wait for the reply", "The Status does not change back to Open")),
         "only one ends in “open”"),
    ],
)  # fmt: skip
def test_another_situation_in_the_same_words_is_another_case(left, right, words) -> None:
    for found in (decide(left, right), decide(right, left)):
        assert not found.same
    assert words in decide(left, right).reason


REFUSED = 'Message "Please call the group desk." is shown'
SMALL = case(
    "EN", "Group of 9 is refused", ("Enter group size 9 and press Continue", REFUSED),
    given="Group leader is logged in",
)  # fmt: skip


@pytest.mark.parametrize(
    ("size", "result", "same"),
    [
        ("9", 'The message "Please call the group desk." appears', True),
        ("8", 'The message "Please call the group desk." appears', False),
        ("9", 'The message "Please call the hotline." appears', False),
    ],
)
def test_a_title_in_another_language_is_not_compared(size, result, same) -> None:
    german = case(
        "DE", "Zu kleine Gruppe wird abgelehnt",
        (f"Enter a group size of {size} and press Continue", result),
        given="Group leader is logged in",
    )  # fmt: skip
    report = find_duplicates([SMALL, german])
    assert [one.case_ids for one in report.clusters] == ([("EN", "DE")] if same else [])
    assert decide(SMALL, german).same is same
    assert not same or "titles, in different languages" in report.clusters[0].reason
    steps = ("Open the page", "It is shown")  # no message and no value: the titles tell all
    german = case("DE", "Die Reservierung ist abgelaufen", steps)
    assert not decide(case("EN", "The reservation is paid", steps), german).same


def _fee(case_id: str, title: str, given: str, *, who: str = "", due: str = "320.00") -> TestCase:
    pay = (f"{who}Press Cancel booking", f'"Cancellation fee: 40 %" and {due} EUR are shown')
    end = ("Confirm the cancellation", 'The status is "Cancelled"')
    return case(case_id, title, pay, end, given=given)


def alike(texts) -> np.ndarray:
    """An embedding by which all texts mean the same: what is told apart, the words tell apart."""
    return np.ones((len(texts), 1))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (_fee("R", "Cancellation fee 20 days before departure",
              "A confirmed booking over 800.00 EUR departing in 20 days"), True),
        (_fee("R", "Cancellation fee 20 days before departure",
              "A confirmed booking over 900.00 EUR departing in 20 days", due="360.00"), False),
        (_fee("R", "Cancellation fee 20 days before departure",
              "A confirmed booking over 800.00 EUR departing in 21 days"), False),
        (_fee("R", "Cancellation fee 20 days before departure for a clerk",
              "A confirmed booking over 800.00 EUR departing in 20 days"), False),
        (_fee("R", "Cancellation fee 20 days before departure",
              "A confirmed booking over 800.00 EUR departing in 20 days", who="As clerk: "), False),
    ],
)  # fmt: skip
def test_one_outcome_at_the_same_values_outweighs_other_words_of_what_is_given(other, same) -> None:
    left = _fee(
        "L", "Cancel 20 days before departure",
        "Confirmed booking, total price 800.00 EUR, departure in 20 days",
    )  # fmt: skip
    assert decide(left, other, alike).same is same
    assert bool(find_duplicates([left, other], embed=alike).clusters) is same


def test_a_title_that_names_the_number_with_its_unit_or_without_is_about_the_same() -> None:
    left = case(
        "L", "Fourth wrong PIN locks the card",
        ("Enter a wrong PIN for the 4th time", 'The card is locked, "Visit your branch." is shown'),
    )  # fmt: skip
    right = case(
        "R", "Card is locked after a wrong PIN",
        ("Type a wrong PIN (4th attempt)", 'The card is locked, "Visit your branch." is shown'),
    )  # fmt: skip
    assert "only one is about" not in decide(left, right).reason


def test_examples_with_other_names_start_from_the_same() -> None:
    def rolled_back(case_id: str, name: str) -> TestCase:
        step = ("Roll the release back", "An earlier revision is installed")
        return case(case_id, "Roll a release back", step, given=f'The release "{name}" is there.')

    assert decide(rolled_back("L", "nodejs-release"), rolled_back("R", "aut-helm")).same


def test_who_is_not_something_denies_nothing() -> None:
    fee = "A late fee is charged to customers who are not registered"
    none = "No late fee is charged to customers who are registered"
    left, right = case("L", fee, ("Change it", fee)), case("R", none, ("Change it", none))
    assert "one is refused or denied" in decide(left, right).reason


def test_rejected_cases_are_left_out() -> None:
    gone = returned("B", 30).model_copy(update={"status": "rejected"})
    assert find_duplicates([returned("A", 30), gone]).clusters == ()


def test_pairs_within_what_exists_are_not_looked_for() -> None:
    assert find_duplicates([], among=[returned("A", 30), returned("B", 30)]).clusters == ()


def test_labelled_pairs_that_differ_in_what_matters_are_kept_apart_without_an_embedding() -> None:
    """Only the half that the rules were written with; the other is for the benchmark."""
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    different = [row for row in rows if row["half"] == "seen" and not row["same"]]
    assert len(different) >= 10
    for row in different:
        left, right = (
            case(side, row[side]["title"], *((a, e) for a, _, e in row[side]["steps"]))
            for side in ("left", "right")
        )
        assert not decide(left, right).same, (left.title, right.title)


@pytest.mark.long
def test_thousands_of_cases_are_not_compared_all_with_all() -> None:
    words = ["invoice", "parcel", "claim", "ticket", "meter", "loan", "lesson", "voucher"]
    cases = [
        case(
            f"C{n}",
            f"The {words[n % 8]} of group {n // 8 * 7919 % 1000} is shown to clerk{n % 13}",
            (f"Open the {words[n % 8]} list", f"The {words[n % 8]} is listed"),
        )
        for n in range(1200)
    ]
    report = find_duplicates(cases)
    assert report.compared < 1200 * 120


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_compared_and_the_order_does_not_matter(a: str, b: str, c: str) -> None:
    left, right = case("L", a, (b, c)), case("R", c, (a, b))
    assert decide(left, left.model_copy(update={"id": "M"})).same or not left.title.strip()
    assert decide(left, right).same == decide(right, left).same


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("up to 14 days and £1,250.50", [(14.0, "day"), (1250.5, "£")]),
        ("account 8500001017, order #00000002, born 14/03/1988", []),
        ("the third attempt, three times", [(3.0, "time"), (3.0, "time")]),
        ("at 17:05", [(17.05, "o'clock")]),
        ("one of them", []),
    ],
)
def test_amounts_are_read_with_their_units(text: str, found: list) -> None:
    assert amounts(text) == found


def test_limits_are_told_from_what_is_tried_out() -> None:
    text = "A file of 6 MB is larger than 5 MB; £5 to £50; up to 3"
    assert amounts(text, exact=True) == [(6.0, "MB")]


class OneMeaning:
    """An embedding that finds everything alike: only what is written can keep cases apart."""

    def __call__(self, texts):
        return np.ones((len(texts), 1))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((("The IBAN does not have to be entered"), ("Leave IBAN empty and save", "No error")),
         (("The IBAN is not accepted without a country code"),
          ("Type the IBAN, no country code, and save", "An error is shown"))),
        (("A comment need not be given with a vote", ("Vote without a word", "The vote counts")),
         ("A vote is never counted without a comment",
          ("Give a vote and leave the comment out", "It does not appear in the count"))),
        (("A travel claim cannot be sent without a cost centre",
          ("Clear the centre and send the claim", "It stays in the drafts")),
         ("No cost centre is needed to send a travel claim",
          ("Leave the cost centre of the claim open", "It waits for the manager"))),
    ],
)  # fmt: skip
def test_what_may_lack_and_what_must_not_are_never_the_same(left, right) -> None:
    found = decide(case("L", left[0], left[1]), case("R", right[0], right[1]), OneMeaning())
    assert not found.same


ONE_TITLE = "Cancel a contract within the cooling-off period"


def test_two_cases_of_one_title_are_found_whatever_their_steps_are_called() -> None:
    others = [
        case(f"O{number}", f"Meter {word} is listed", (f"Open {word}", f"{word} is listed"))
        for number, word in enumerate(("alpha", "beta", "gamma", "delta", "epsilon"))
    ]
    left = case("A", ONE_TITLE, ("Open the contract", "It opens"), ("Press Cancel", "It ends"))
    right = case(
        "B", f"  {ONE_TITLE.upper()}.",
        ("Search the customer and pick what was signed this week", "Its details are shown"),
        ("Choose End and confirm", "A letter goes out to the customer"),
    )  # fmt: skip
    report = find_duplicates([*others, left, right], embed=OneMeaning())
    (cluster,) = [one for one in report.clusters if "A" in one.case_ids]
    assert cluster.case_ids == ("A", "B")


def test_one_title_over_other_values_or_another_result_is_two_cases() -> None:
    title = "A transfer is checked against the limit"
    within = case("A", title, ("Transfer 100 EUR to a saved payee", "The money is sent"))
    beyond = case("B", title, ("Pay an invoice of 1001 EUR", "It is refused"))
    assert find_duplicates([within, beyond], embed=OneMeaning()).clusters == ()


def refund(story: str, who: str, by: str = "agent", paid: str = "£40.00") -> TestCase:
    return case(
        story,
        f"A refund of {paid} to a closed card goes to the bank",
        (
            f"The {by} refunds {paid} to {who}, whose card is closed",
            f"A bank transfer of {paid} to {who} is listed",
        ),
        given=f"The customer {who} paid {paid} by card",
        story_key=story,
    )


TOLD = "A Supervisor or an Auditor may refund £40.00. Money of a closed card goes to the bank."


def marked(*cases: TestCase, texts: str = TOLD) -> list[tuple[str, str]]:
    pairs = same_across_stories(cases, texts=texts, embed=OneMeaning())
    return [(pair.left, pair.right) for pair in pairs]


def test_a_case_of_another_story_is_the_same_whatever_names_its_example_has() -> None:
    first, later = refund("S1", "Ada Byron"), refund("S2", "Kurt Adler")
    assert marked(first, later) == [("S1", "S2")]
    assert marked(later, first) == [("S2", "S1")]
    assert not marked(first, later, texts=f"{TOLD} The funds Byron and Adler differ.")


def test_what_the_texts_tell_apart_is_another_case() -> None:
    first = refund("S1", "Ada Byron", by="Supervisor")
    assert not marked(first, refund("S2", "Ada Byron", by="Auditor"))
    assert not marked(first, refund("S2", "Ada Byron", by="Supervisor", paid="£40.01"))


def test_cases_of_one_story_outlines_and_rejected_ones_are_not_compared_across_stories() -> None:
    first, later = refund("S1", "Ada Byron"), refund("S2", "Ada Byron")
    assert marked(first, later)
    assert not marked(first, later.model_copy(update={"story_key": "S1"}))
    assert not marked(first.model_copy(update={"status": "rejected"}), later)
    blank = [
        one.model_copy(update={"steps": (one.steps[0].model_copy(update={"action": ""}),)})
        for one in (first, later)
    ]
    assert not marked(*blank)
