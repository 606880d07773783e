"""Which conditions a criterion gets: positive, negative, boundaries, rules, states and roles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.design.conditions import MAX_CONDITIONS, derive_conditions
from assistant.domain import AcceptanceCriterion, CriterionForm, TestCondition, UserStory

STORY = UserStory(key="S-1", title="Refunds")


def derive(
    text: str, form: CriterionForm = "bullet", narrative: str = ""
) -> tuple[TestCondition, ...]:
    story = STORY.model_copy(update={"narrative": narrative})
    return derive_conditions(story, AcceptanceCriterion(id="S-1-AC1", text=text, form=form))


def of(found: tuple[TestCondition, ...], technique: str) -> list[TestCondition]:
    return [condition for condition in found if condition.technique == technique]


def boundaries(text: str) -> dict[str, bool]:
    return {condition.data: condition.valid for condition in of(derive(text), "boundary")}


CAN_FAIL = [
    "A customer can request a refund within 14 days of purchase.",
    "Password must be between 8 and 20 characters long.",
    "The transfer amount must not exceed £1,000.",
    "Files larger than 5 MB are rejected.",
    "Only a Team Leader may approve refunds over £500.",
    "If the order total is over £50, delivery is free.",
    "The email address and phone number are mandatory.",
    "The status is New, In Progress or Closed.",
    "Users can search products by name.",
    "The system shall allow a user to delete a route.",
    "The user must be logged in to place an order.",
    "The username must be unique.",
    "The customer must enter a valid email address.",
    "Unless the customer has opted out, a survey is sent.",
    "The date of birth cannot be in the future.",
    "A business contract is refused.",
    "Admin users can deactivate accounts but cannot delete them.",
    "Refunds are only visible to managers.",
    "Given a verified caller\nWhen the agent saves the form\nThen the case is created",
    "As a parent I want to sign consent forms online so that I do not lose them",
    "As a Visitor\nI want to be prevented from signing in with bad credentials",
    "Orders of £100 or more get a 10% discount, except for sale items.",
]


@pytest.mark.parametrize("text", CAN_FAIL)
def test_a_positive_and_a_negative_where_it_can_fail(text: str) -> None:
    found = derive(text)
    positive, negative = of(found, "positive"), of(found, "negative")
    assert positive
    assert all(c.valid for c in positive)
    assert negative
    assert not any(c.valid for c in negative)
    assert {c.expected for c in positive}.isdisjoint({c.expected for c in negative})


def test_nothing_to_fail_in_plain_display() -> None:
    found = derive("The order page shows the order number, date and total.")
    assert [c.technique for c in found] == ["positive"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A customer can request a refund within 14 days of purchase.",
         {"13 days": True, "14 days": True, "15 days": False}),
        ("A customer cannot withdraw more than £500 per day.",
         {"£499.99": True, "£500": True, "£500.01": False}),
        ("Files larger than 5 MB are rejected.",
         {"4.9 MB": True, "5 MB": True, "5.1 MB": False}),
        ("If the order total is over £50, delivery is free.",
         {"£49.99": False, "£50": False, "£50.01": True}),
        ("After 3 failed login attempts the account is locked.",
         {"2 failed login attempts": False, "3 failed login attempts": True,
          "4 failed login attempts": True}),
        ("Account details stay hidden until the agent has confirmed at least 2 items.",
         {"1 item": False, "2 items": True, "3 items": True}),
        ("A number that does not have exactly 5 digits is refused.",
         {"4 digits": False, "5 digits": True, "6 digits": False}),
        ("Bookings can be cancelled up to 24 hours before the visit.",
         {"23 hours": False, "24 hours": True, "25 hours": True}),
        ("Where no engineer can arrive within 2 hours, the manager is alerted.",
         {"1 hour": False, "2 hours": False, "3 hours": True}),
        ("When one instalment is not paid within 3 days of its due date, the plan is At Risk.",
         {"2 days": False, "3 days": False, "4 days": True}),
        ("Orders placed before 17:00 are dispatched the same day.",
         {"16:59": True, "17:00": False, "17:01": False}),
        ("The voucher is valid until 31 December 2026.",
         {"30 December 2026": True, "31 December 2026": True, "1 January 2027": False}),
        ("An account has no more than 2 authorised contacts.",
         {"1 authorised contact": True, "2 authorised contacts": True,
          "3 authorised contacts": False}),
        ("Only a Team Leader may approve refunds over £500.",
         {"£499.99": True, "£500": True, "£500.01": False}),
    ],
)  # fmt: skip
def test_boundaries_on_the_right_side(text: str, expected: dict[str, bool]) -> None:
    assert boundaries(text) == expected


def test_the_stated_outcome_is_the_expected_result() -> None:
    found = derive(
        "A refund can be requested within 14 days of purchase; "
        'otherwise the message "Refund period has expired." is shown.'
    )
    out = [c for c in found if not c.valid]
    assert len(out) == 2
    assert {c.expected for c in out} == {'The message "Refund period has expired." is shown'}
    assert all('"' not in c.expected for c in found if c.valid)


def test_a_message_is_never_invented() -> None:
    for text in CAN_FAIL:
        assert all("message" not in c.expected for c in derive(text))


def test_roles() -> None:
    found = derive("Only a Team Leader or the Complaints Manager may reopen a closed complaint.")
    allowed = [c for c in of(found, "role") if c.valid]
    assert [c.action for c in allowed] == [
        "As a Team Leader, reopen a closed complaint",
        "As the Complaints Manager, reopen a closed complaint",
    ]
    other = "someone who is neither a Team Leader nor the Complaints Manager"
    assert of(found, "negative")[0].action == f"As {other}, try to reopen a closed complaint"


def test_the_excluded_role_is_the_one_that_tries() -> None:
    found = derive("Only the account holder may add a contact; an authorised contact may not.")
    assert of(found, "negative")[0].statement == "An authorised contact cannot add a contact"


def test_mandatory_fields_fail_one_by_one() -> None:
    found = derive("First Name, Last Name and Date of Birth are mandatory.")
    assert [c.data for c in of(found, "negative")] == [
        "First Name: empty", "Last Name: empty", "Date of Birth: empty"]  # fmt: skip


def test_listed_values_are_tried_and_another_is_not_accepted() -> None:
    found = derive(
        "Waiver Reason is mandatory and is one of Bereavement, Moving Home or Our Error."
    )
    assert [c.data for c in of(found, "decision-table rule")] == [
        "Bereavement", "Moving Home", "Our Error"]  # fmt: skip
    assert any("other than Bereavement, Moving Home or Our Error" in c.action for c in found)


def test_conditions_are_varied_one_at_a_time() -> None:
    found = derive("If the customer is over 18 and the account is open, the loan is offered.")
    failing = [c for c in found if not c.valid and c.technique != "boundary"]
    assert {c.precondition for c in failing} == {
        "The customer is over 18 and the account is not open",
        "The customer is not over 18 and the account is open",
    }


def test_each_alternative_of_an_or_is_enough() -> None:
    found = derive("If the card is expired or the card is blocked, the payment is declined.")
    (kept,) = of(found, "positive")
    assert kept.valid
    refused = [c for c in found if not c.valid]
    assert {c.precondition for c in refused} == {"The card is expired", "The card is blocked"}


def test_state_transitions() -> None:
    text = "When the handler accepts the Case, the Case Status changes from New to In Progress."
    found = derive(text)
    (made,) = of(found, "positive")
    assert made.precondition == "The Case Status is New"
    assert made.expected == "The Case Status changes from New to In Progress"
    assert {"from state": "New", "to state": "In Progress"}.items() <= made.variables.items()
    (stays,) = of(found, "state transition")
    assert (stays.valid, stays.expected) == (False, "The Case Status stays In Progress")


def test_a_half_is_a_number_and_no_second_condition() -> None:
    text = "If the driver has driven for more than four and a half hours, the tour is shown in red."
    found = derive(text)
    assert not of(found, "decision-table rule")
    assert {c.data: c.valid for c in of(found, "boundary")}["4.5 hours"] is False


def test_what_is_asked_in_one_case_is_free_in_the_other() -> None:
    found = derive('If the Stage is Closed Won, Amount must be entered; otherwise "No" is shown.')
    told = {(c.precondition, c.action): c.expected for c in found}
    assert told == {
        ("The Stage is Closed Won", "Fill in amount"): (
            "The entry with amount filled in is accepted"
        ),
        ("The Stage is not Closed Won", "Leave the amount empty"): (
            "The amount does not have to be entered"
        ),
        ("The Stage is Closed Won", "Leave the amount empty and try to continue"): (
            '"No" is shown'
        ),
    }


def test_a_forbidden_value_shows_what_is_said_otherwise() -> None:
    found = derive('Date of birth must not be in the future; otherwise "Wrong" is shown.')
    (refused,) = of(found, "negative")
    assert (refused.action, refused.expected) == (
        "Enter a date of birth that is in the future", '"Wrong" is shown',
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Middle name is optional.",
        "Middle name may be left empty.",
        "Middle name is not mandatory.",
        "Middle name does not have to be entered.",
    ],
)
def test_what_may_be_left_empty_cannot_fail(text: str) -> None:
    (only,) = derive(text)
    assert only.technique == "positive"
    assert only.action == "Leave Middle name empty and continue"
    assert only.expected == "The entry is accepted without Middle name"


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("Allowed values for size: XS, S, M.", "the size", ["XS", "S", "M"]),
        ("Possible statuses are New, Open and Closed.", "the status", ["New", "Open", "Closed"]),
        ("Valid payment methods: card or invoice", "the payment method", ["card", "invoice"]),
    ],
)
def test_a_list_of_allowed_values_is_a_duty(text: str, name: str, values: list[str]) -> None:
    found = derive(text)
    assert [c.variables[name] for c in of(found, "decision-table rule")] == values
    assert of(found, "negative")


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("Delivery is free from £50.", {"£49.99": False, "£50": True, "£50.01": True}),
        ("A gift is added from a cart value of $75.", {"$74.99": False, "$75": True}),
        (
            "From 10 participants upwards, the group rate applies.",
            {"9 participants": False, "10 participants": True},
        ),
        (
            "If an agent misses three calls in a row, his status is set to Not Ready.",
            {"2 calls": False, "3 calls": True},
        ),
    ],
)
def test_from_and_in_a_row_set_limits(text: str, points: dict[str, bool]) -> None:
    at = {c.data: c.valid for c in of(derive(text), "boundary")}
    assert points.items() <= at.items()


def test_the_other_case_of_nobody_is_somebody() -> None:
    found = derive("If nothing is selected, the button is disabled.")
    assert [(c.action, c.expected) for c in found] == [
        ("Select something", "The button is enabled"),
        ("Select nothing", "The button is disabled"),
    ]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("The Subject must not be empty.", "Subject"),
        ("The email field cannot be blank.", "the email"),
    ],
)
def test_what_must_not_be_empty_is_mandatory(text: str, field: str) -> None:
    (empty,) = of(derive(text), "negative")
    assert empty.action.startswith(f"Leave {field}")


def test_a_state_in_capitals_is_no_act() -> None:
    found = derive("If the invoice is Approved, it can be paid.")
    assert {c.precondition for c in found} == {
        "The invoice is Approved", "The invoice is not Approved",
    }  # fmt: skip


def test_what_is_done_to_nobody_of_some_is_done_to_the_others() -> None:
    found = derive("No late fee is charged to customers on the Priority Register.")
    (met,), (refused,) = of(found, "positive"), of(found, "negative")
    assert met.expected == (
        "The late fee is charged to customers who are not on the Priority Register"
    )
    assert refused.action == (
        "Check whether a late fee is charged to customers on the Priority Register"
    )
    assert refused.expected == ("The late fee is not charged to customers on the Priority Register")


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("Slots are Morning (08:00 to 12:00) and Afternoon (12:00 to 17:00).", "12:01",
         "12:01 does not count as Morning"),
        ("Slots are Morning (08:00 to 12:00) and Afternoon (12:00 to 17:00).", "17:00",
         "17:00 counts as Afternoon"),
        ("Members are Silver (1,000 to 4,999 points) or Gold (5,000 points and more).",
         "4,999 points", "4,999 points count as Silver"),
        ("Members are Silver (1,000 to 4,999 points) or Gold (5,000 points and more).",
         "999 points", "999 points do not count as Silver"),
    ],
)  # fmt: skip
def test_a_range_in_brackets_belongs_to_the_name_before_it(
    text: str, value: str, said: str
) -> None:
    made = of(derive(text), "boundary")
    assert said in [c.expected for c in made if c.data == value]
    assert of(derive(text), "pairwise") == []


def test_more_than_a_limit_that_was_named_before() -> None:
    found = derive(
        "The list shows no more than 50 accounts; where more match, a hint is displayed."
    )
    hint = [c for c in found if "hint" in c.expected]
    assert {c.precondition for c in hint if c.technique != "boundary"} == {
        "More than 50 accounts that match", "At most 50 accounts that match"}  # fmt: skip
    assert {c.data for c in hint if c.technique == "boundary"} == {
        "49 accounts", "50 accounts", "51 accounts"}  # fmt: skip
    few = derive("At least 3 photos must be attached; if fewer are attached, it is not sent.")
    assert "At least 3 photos are attached" in {c.precondition for c in of(few, "positive")}


def test_any_moment_beyond_a_limit_is_no_boundary() -> None:
    found = derive("Orders placed before 14:00 are shipped the same day.")
    (late,) = of(found, "negative")
    assert late.expected == "Orders placed from 14:00 onwards are not shipped the same day"


def test_what_follows_a_verb_keeps_its_of() -> None:
    found = derive("The invoice number consists of exactly 10 characters.")
    assert "Enter an invoice number that consists of 9 characters" in {c.action for c in found}
    made = derive("The claim must be made within 3 months of the accident.")
    assert not any("made of" in c.statement for c in made)


def test_what_was_done_in_a_relative_clause_is_no_main_verb() -> None:
    (met,) = of(derive("Customers who moved out can see their final bill."), "positive")
    assert met.action == "See the final bill"


def test_a_scale_has_values_that_are_not_possible() -> None:
    found = derive("Ratings go from 1 to 5 stars.")
    assert of(found, "negative")[0].expected == "A rating of more than 5 stars is not possible"
    assert {c.action: c.valid for c in of(found, "boundary")}["Try a rating of 6 stars"] is False


def test_the_same_day_is_no_format_of_a_value() -> None:
    (met,) = of(derive("Web orders placed by 14:00 are ready on the same day."), "positive")
    assert met.expected == "Web orders placed by 14:00 are ready on the same day"


def test_a_denied_duty_keeps_its_subject() -> None:
    found = derive("Drivers must be at least 21 years old and must have held a licence for 1 year.")
    assert not any("must that" in c.statement for c in found)
    text = "Donors must be over 18 and must not have had a tattoo in the last 4 months."
    tattoo = {c.action: c.valid for c in derive(text) if "tattoo" in c.action}
    assert any("who has had a tattoo 4 months ago" in action for action in tattoo)


def test_a_subject_that_denies_a_limit_is_turned_without_its_denial() -> None:
    text = "Contracts not terminated at least one month before their end are extended by a year."
    (other,) = of(derive(text), "negative")
    assert other.statement.startswith("Contracts terminated at least one month before their end")


def test_an_action_on_a_date_keeps_its_preposition() -> None:
    found = derive("A discount applies if the plant was registered before 1 January 2025.")
    assert "Register the plant on 1 January 2025" in {c.action for c in found}


def test_a_limit_is_of_the_field_that_it_follows() -> None:
    found = derive("Sort Code has exactly 6 digits and Account Number exactly 8 digits.")
    tried = [pair for c in of(found, "boundary") for pair in c.variables.items()]
    assert set(tried) == {
        *(("Sort Code", f"{n} digits") for n in (5, 6, 7)),
        *(("Account Number", f"{n} digits") for n in (7, 8, 9)),
    }  # fmt: skip


def test_table_row() -> None:
    found = derive("Tariff: Fix 12; Days: More than 49 days; Exit fee: £50.00", form="table")
    (row,) = of(found, "positive")
    assert row.expected == "Exit fee is £50.00"
    assert {c.data: c.valid for c in of(found, "boundary")} == {
        "48 days": False, "49 days": False, "50 days": True}  # fmt: skip


def test_lists_in_the_cells_of_a_row_are_its_values() -> None:
    text = "Tariff: Fix 12, Fix 24 or Flex; Meter: Smart or Prepaid; Days: 49 or fewer; Fee: £0.00"
    found = derive(text, form="table")
    assert {c.expected for c in found if c.valid} == {"Fee is £0.00"}
    (own,) = of(found, "positive")
    assert own.variables == {"Tariff": "Fix 12", "Meter": "Smart", "Days": "49 or fewer"}
    assert [(c.variables["Tariff"], c.variables["Meter"]) for c in of(
        found, "decision-table rule")] == [
        ("Fix 24", "Smart"), ("Flex", "Smart"), ("Fix 12", "Prepaid")]  # fmt: skip
    assert all(" or " not in c.variables["Meter"] for c in of(found, "boundary"))


def test_scenario_outline_gives_one_condition_a_row() -> None:
    text = (
        "Scenario Outline: Length\nGiven a caller\n"
        "When the agent saves a text of <n> characters\nThen the complaint is <outcome>\n"
        "Examples:\n| n | outcome |\n| 19 | refused |\n| 20 | saved |\n| 21 | saved |"
    )
    found = derive(text, form="gherkin")
    assert [(c.technique, c.valid) for c in found] == [
        ("positive", True), ("negative", False), ("decision-table rule", True)]  # fmt: skip
    assert found[0].action == "Save a text of 20 characters"
    assert found[1].expected == "The complaint is refused"


def test_ids_stay_when_techniques_are_chosen() -> None:
    text = "Only a Team Leader may approve refunds over £500."
    criterion = AcceptanceCriterion(id="S-1-AC1", text=text)
    every = {c.id: c for c in derive_conditions(STORY, criterion)}
    some = derive_conditions(STORY, criterion, techniques=("boundary",))
    assert some
    assert all(every[c.id] == c and c.technique == "boundary" for c in some)


def test_bounded_and_ordered() -> None:
    text = (
        "The name has 2 to 40 characters, the age must be between 18 and 99 years, the amount must "
        "be between £5 and £500 and the term must be 3 to 24 months."
    )
    found = derive(text)
    assert len(found) <= MAX_CONDITIONS + 8
    assert [c.technique for c in found[:2]] == ["positive", "negative"]


def test_evidence_is_verbatim_and_results_repeat() -> None:
    for text in CAN_FAIL:
        found = derive(text)
        assert found == derive(text)
        for evidence in (e for c in found for e in c.evidence):
            assert text[evidence.start : evidence.end] == evidence.quote


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_survived(text: str) -> None:
    found = derive(text)
    assert all(c.statement and c.action and c.expected for c in found)
    assert all(text[e.start : e.end] == e.quote for c in found for e in c.evidence)


WORDS = "if when the customer order is not must only 14 days £5 within , . ; refund a of and or 'x'"


@given(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_mixture_of_requirement_words_is_survived(words: list[str]) -> None:
    text = " ".join(words)
    found = derive(text)
    if any(word.isalnum() for word in words):
        assert any(c.technique == "positive" for c in found)


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        (
            "A business contract is refused.",
            "A contract other than a business contract is accepted",
        ),
        ("The Origin header is not used for access control.", ""),
        ("Debug modes are disabled in production.", ""),
    ],
)
def test_what_is_not_named_is_let_through_only_after_a_refusal(text: str, statement: str) -> None:
    (positive,) = of(derive(text), "positive")
    if statement:
        assert positive.statement == statement
    else:
        assert "other than" not in positive.statement + positive.expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Online check-in opens 48 hours before departure and closes 90 minutes before it.",
            {
                "Online check-in is open 48 hours before departure",
                "Online check-in is not open yet 49 hours before departure",
                "Online check-in is still open 90 minutes before it",
                "Online check-in is no longer open 89 minutes before it",
            },
        ),
        (
            "No deliveries are made between 24 December and 1 January.",
            {
                "Deliveries are made on 23 December",
                "No deliveries are made on 31 December",
                "Deliveries are made on 2 January",
            },
        ),
        (
            "After the third failed attempt the card is blocked.",
            {
                "After 2 failed attempts, the card is not blocked",
                "After 3 failed attempts, the card is blocked",
            },
        ),
        (
            "Bags of up to 40 x 30 x 20 cm are free.",
            {
                "Bags of 41 cm x 30 x 20 cm are not free",
                "Bags of up to 40 x 31 cm x 20 cm are not free",
                "Bags of up to 40 x 30 x 21 cm are not free",
            },
        ),
        (
            "The system must not accept more than 3 files.",
            {"The system accepts 3 files", "The system does not accept 4 files"},
        ),
        (
            "The order must be placed 5 working days before the event at the latest.",
            {
                "The order is placed 5 working days before the event, which is in time",
                "The order is placed 4 working days before the event, which is too late",
            },
        ),
    ],
)
def test_boundaries_say_what_happens(text: str, told: set[str]) -> None:
    assert told <= {condition.statement for condition in of(derive(text), "boundary")}


@pytest.mark.parametrize(
    ("text", "allowed", "refused"),
    [
        (
            "No user can delete an approved invoice.",
            "A user can delete an invoice that is not approved",
            "The user cannot delete an approved invoice",
        ),
        (
            "Shall write a record to the log when an order is placed.",
            "The system writes a record to the log",
            "The system does not write a record to the log",
        ),
        (
            "The letter is sent in the reader's language if it is known, in English otherwise.",
            "The letter is sent in the reader's language",
            "The letter is sent in English",
        ),
    ],
)
def test_what_is_denied_left_out_or_said_last(text: str, allowed: str, refused: str) -> None:
    found = derive(text)
    assert any(allowed in (c.statement, c.expected) for c in of(found, "positive"))
    assert refused in {c.expected for c in of(found, "negative")}


def test_an_opening_keeps_the_condition_it_stands_under() -> None:
    found = of(
        derive("If the flight is full, check-in opens 2 hours before departure."), "boundary"
    )
    assert found
    assert all("The flight is full" in condition.precondition for condition in found)


def test_a_duty_without_a_subject_keeps_its_exception_apart() -> None:
    found = derive("Shall send the report to all members except guests.")
    assert of(found, "positive")[0].expected == "The system sends the report to all members"


def test_a_title_before_a_rule_is_no_rule() -> None:
    titled = derive("Refunds: If the order was paid by card, the card is credited.")
    plain = derive("If the order was paid by card, the card is credited.")
    assert [c.statement for c in titled] == [c.statement for c in plain]


@pytest.mark.parametrize(
    "text",
    [
        "The system checks if the card has expired.",
        "A signature must be provided for parcels.",
        "Colours are updated while the route is edited (e.g. when a point is added).",
    ],
)
def test_words_that_only_look_like_a_condition(text: str) -> None:
    assert not any(c.variables for c in derive(text) if c.technique == "decision-table rule")
    assert not any("not the case" in c.statement for c in derive(text))


@pytest.mark.parametrize(
    ("text", "fact", "possible"),
    [
        ("An order cannot be cancelled without a reason.", "there is a reason",
         "When there is a reason, the order can be cancelled"),
        ("No refund is paid without proof of purchase.", "there is proof of purchase",
         "When there is proof of purchase, the refund is paid"),
        ("Access is refused without a valid badge.", "there is a valid badge",
         "When there is a valid badge, access is accepted"),
        ("Users cannot proceed without accepting the terms.", "the terms are accepted",
         "When the terms are accepted, users can proceed"),
        ("Without a valid ticket, passengers cannot board the train.", "there is a valid ticket",
         "When there is a valid ticket, passengers can board the train"),
    ],
)  # fmt: skip
def test_what_must_not_be_lacking_is_a_condition(text: str, fact: str, possible: str) -> None:
    found = derive(text)
    assert [c.variables for c in found] == [{fact: "true"}, {fact: "false"}]
    assert [c.valid for c in found] == [True, False]
    assert found[0].statement == possible


@pytest.mark.parametrize(
    "text",
    [
        "Items can be returned without a receipt.",
        "Late requests are rejected without further notice.",
        "A claim must not be closed without delay.",
    ],
)
def test_without_may_tell_the_manner(text: str) -> None:
    assert all(not condition.variables for condition in derive(text))


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("Deliveries are not made on Sundays.", "Deliveries are made on days other than Sundays"),
        ("Neither the last password nor the user name may be used as the new password.",
         "Anything other than the last password or the user name can be used as the new password"),
    ],
)  # fmt: skip
def test_what_a_denial_leaves_is_the_positive(text: str, statement: str) -> None:
    found = derive(text)
    assert of(found, "positive")[0].statement == statement
    assert len(of(found, "negative")) == 1


def test_a_state_that_lasts_is_tried_before_and_after_its_time() -> None:
    text = "If the customer has not logged in for at least 90 days, the account is locked."
    locked = {c.data for c in of(derive(text), "boundary") if c.expected == "The account is locked"}
    assert locked == {"90 days", "91 days"}


def test_what_is_stored_too_long_is_stored() -> None:
    found = of(derive("Documents must not be stored for more than 30 days."), "boundary")
    assert {c.statement for c in found} >= {
        "Documents are stored for 30 days, which is short enough",
        "Documents are stored for 31 days, which is too long",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Only if a coach is present may members use the weights room.",
         ["Members can use the weights room", "Members cannot use the weights room"]),
        ("Only when the landlord has countersigned does the lease become binding.",
         ["The lease becomes binding", "The lease does not become binding"]),
    ],
)  # fmt: skip
def test_an_effect_turned_round_is_set_straight(text: str, expected: list[str]) -> None:
    assert [condition.expected for condition in derive(text)] == expected


def test_a_level_is_one_condition() -> None:
    (positive,) = of(derive("A donor is thanked if the gift is £50 or above or it is a first."),
                     "positive")  # fmt: skip
    assert set(positive.variables) == {"the gift is £50 or above", "it is a first"}


def test_an_occasion_may_have_an_exception() -> None:
    text = "Compensation is owed in case of a delay, unless extraordinary circumstances caused it."
    assert {tuple(c.variables.values()) for c in derive(text)} == {
        ("false", "true"), ("false", "false"), ("true", "true"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("The system only accepts files in PDF format.",
         "The system does not accept files that are not in PDF format"),
        ("Agents can only see cases assigned to their team.",
         "The agents cannot see cases that are not assigned to their team"),
        ("Users may only edit their own comments.",
         "The users cannot edit comments of somebody else"),
        ("The report shall contain only approved invoices.",
         "The report does not contain invoices that are not approved"),
        ("The shop only accepts Visa and Mastercard.",
         "The shop does not accept anything other than Visa and Mastercard"),
    ],
)  # fmt: skip
def test_what_is_not_such_is_tried_where_only_such_is_let(text: str, refused: str) -> None:
    (negative,) = of(derive(text), "negative")
    assert (negative.statement, negative.expected) == (refused, refused)


def test_a_title_line_is_no_part_of_the_rule() -> None:
    text = "UAV activation\nThe manager shall activate UAVs that are registered."
    assert derive(text)[0].expected == "The manager can activate UAVs that are registered"


def test_a_wrapped_line_goes_on() -> None:
    text = "The customer in the branch\nCan cancel an order."
    assert "branch" in derive(text)[0].expected


def test_who_need_not_goes_on_without() -> None:
    found = derive("If the patient is under 16, a parent must confirm the booking.")
    tried = {c.data or c.technique: (c.action, c.expected) for c in found}
    without = ("Go on without confirming the booking",
               "The parent does not have to confirm the booking")  # fmt: skip
    assert tried["16"] == tried["17"] == tried["negative"] == without
    assert tried["15"] == ("Confirm the booking", "The parent confirms the booking")


def test_only_one_way_leaves_no_other() -> None:
    found = derive("A patient who has missed 2 visits within 12 months can only book by phone.")
    (negative,) = of(found, "negative")
    assert negative.statement.endswith("cannot book in a way other than by phone")
    assert {c.data: c.expected.split(" months ")[1] for c in of(found, "boundary")} == {
        "12 months": "can book by phone", "11 months": "can book by phone",
        "13 months": "is not limited to booking by phone",
    }  # fmt: skip


def test_two_ways_of_an_act_are_one_instruction() -> None:
    (first, *_) = derive(
        "An appointment can be cancelled or moved until 48 hours before it starts."
    )
    assert first.action == "Cancel or move an appointment until 48 hours before it starts"


def test_what_may_be_lacking_for_an_exception() -> None:
    text = "No appointment can be booked without a referral, except for follow-ups."
    assert [c.variables for c in derive(text)] == [
        {"there is a referral": "true"}, {"there is a referral": "false"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Discounts up to and including 10% need no approval.", "Discounts of 11% need approval"),
        ("Above 25% the commercial director must approve as well.",
         "With 26%, the commercial director approves as well"),
        ("A rejected request can be resubmitted once with a new justification.",
         "A rejected request cannot be resubmitted 2 times with a new justification"),
    ],
)  # fmt: skip
def test_a_value_beside_the_limit_reads_well(text: str, said: str) -> None:
    assert said in {condition.statement for condition in of(derive(text), "boundary")}


def test_roles_in_longer_words_are_tried_one_by_one() -> None:
    text = 'Only the owner of the deal, or a user with the "Desk" permission, may submit a request.'
    roles = [c.variables["role"] for c in of(derive(text), "role") if c.valid]
    assert roles == ["the owner of the deal", 'a user with the "Desk" permission']


def test_one_of_several_denied_is_none_of_them() -> None:
    text = "The request can be recalled unless one of the approvers has already approved it."
    (positive,) = of(derive(text), "positive")
    assert positive.precondition == "None of the approvers has approved it"


def test_one_limit_is_tried_while_the_other_decides_nothing() -> None:
    found = derive("Pallets heavier than 900 kg or higher than 1.8 m go to ground level.")
    said = {c.data: (c.statement, c.valid) for c in of(found, "boundary")}
    assert said["900 kg"] == (
        "Pallets of 900 kg and at most 1.8 m do not go to ground level",
        False,
    )
    assert said["1.9 m"] == ("Pallets of at most 900 kg and 1.9 m go to ground level", True)
    refused = derive("Orders below £20 or above £500 are refused.")
    assert of(refused, "positive")[0].statement == (
        "Orders of at least £20 and at most £500 are accepted"
    )


def test_several_are_and_one_is() -> None:
    found = derive("At least one photo is attached to the receipt.")
    assert {c.data: c.statement for c in of(found, "boundary")} == {
        "1 photo": "1 photo is attached to the receipt",
        "0 photos": "0 photos are not attached to the receipt",
        "2 photos": "2 photos are attached to the receipt",
    }


def test_what_somebody_has_done_before_is_a_precondition() -> None:
    found = derive("Goods are refused unless the buyer has agreed in writing.")
    assert [c.precondition for c in found] == [
        "The buyer has agreed in writing", "The buyer has not agreed in writing",
    ]  # fmt: skip


def test_an_example_is_no_rule_and_sets_no_limit() -> None:
    text = (
        "Files of up to 8 MB, e.g. a PDF of more than 3 MB, are kept. For example, a photo is kept."
    )
    found = derive(text)
    assert {c.data for c in of(found, "boundary")} == {"8 MB", "8.1 MB", "7.9 MB"}
    assert len(of(found, "positive")) == 1


@pytest.mark.parametrize(
    ("text", "met", "unmet"),
    [
        ("As a customer, if my basket is over 50 EUR, I should get free shipping.",
         "The customer can get free shipping", "The customer cannot get free shipping"),
        ("As a manager, when a request is late, I get a reminder.",
         "The manager gets a reminder", "The manager does not get a reminder"),
        ("As an HR admin, I should be able to close a file only if all the assets have been"
         " returned.", "The HR admin can close a file", "The HR admin cannot close a file"),
        ("As a user I can edit my profile unless it is locked by an admin.",
         "The user can edit their profile", "The user cannot edit their profile"),
    ],
)  # fmt: skip
def test_a_wish_with_a_condition_is_decided_by_it(text: str, met: str, unmet: str) -> None:
    criterion = AcceptanceCriterion(id="A", text=text)
    found = derive_conditions(UserStory(key="S-1", title="x"), criterion)
    for technique, expected in (("positive", met), ("negative", unmet)):
        assert expected in {c.expected for c in found if c.technique == technique}
    assert all(text[e.start : e.end] == e.quote for c in found for e in c.evidence)


def test_a_thing_locked_is_not_the_person_who_edits_it() -> None:
    criterion = AcceptanceCriterion(
        id="A", text="A user can edit a profile unless it is locked by an admin."
    )
    found = derive_conditions(UserStory(key="S-1", title="x"), criterion)
    assert {name for c in found for name in c.variables} == {"the profile is locked by an admin"}


def test_sentences_with_then_are_read_one_by_one() -> None:
    text = (
        "When the user logs out, then drafts are deleted. When the user has been inactive for 20"
        " minutes, the user is logged out; otherwise the session goes on."
    )
    found = derive_conditions(
        UserStory(key="S-1", title="x"), AcceptanceCriterion(id="A", text=text)
    )
    assert {
        "Drafts are deleted",
        "Drafts are not deleted",
        "The user is logged out",
        "The session goes on",
    } <= {c.expected for c in found}


def test_who_is_left_out_is_tried() -> None:
    text = "The Export option is available to managers and not to viewers."
    found = derive_conditions(
        UserStory(key="S-1", title="x"), AcceptanceCriterion(id="A", text=text)
    )
    assert [c.expected for c in found if c.technique == "negative"] == [
        "The Export option is not available to viewers"
    ]


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("Upon receipt of the payment, the order is released.", ["the payment is received"],
         "The order is released"),
        ("An email is sent upon approval of the request by the manager.",
         ["the request is approved by the manager"], "The email is sent"),
        ("A purchase order must, if its value exceeds €50,000 and it is not a call-off, be signed"
         " by two directors.",
         ["it is a call-off", "its value exceeds €50,000"],
         "The purchase order is signed by two directors"),
        ("The deposit, unless the place is declined by 1 August, is not refunded.",
         ["the place is declined by 1 August"], "The deposit is not refunded"),
        ("We check whether the customer has a credit balance. If so, the balance is set off.",
         ["the customer has a credit balance"], "The balance is set off"),
        ("If the payment is declined, the order is held. In that case, the customer gets an email.",
         ["the payment is declined"], "The order is held and the customer gets an email"),
        ("A place is offered if the form is complete, the fee has been paid and the applicant"
         " either holds a degree or is in the final year of one.",
         ["the applicant holds a degree", "the applicant is in the final year of one",
          "the fee has been paid", "the form is complete"], "The place is offered"),
    ],
)  # fmt: skip
def test_where_a_condition_stands(text: str, variables: list[str], expected: str) -> None:
    criterion = AcceptanceCriterion(id="A", text=text)
    found = derive_conditions(UserStory(key="S-1", title="x"), criterion)
    decided = [c for c in found if c.technique != "boundary"]
    assert {tuple(sorted(c.variables)) for c in decided} == {tuple(sorted(variables))}
    assert expected in {c.expected for c in decided}
    assert len({c.expected for c in decided}) == 2
    assert all(text[e.start : e.end] == e.quote for c in found for e in c.evidence)


def test_somebody_else_is_no_other_case() -> None:
    text = "If the slot is taken by someone else, the calendar is reloaded."
    found = derive_conditions(
        UserStory(key="S-1", title="x"), AcceptanceCriterion(id="A", text=text)
    )
    assert {c.expected for c in found} == {
        "The calendar is reloaded",
        "The calendar is not reloaded",
    }


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("The report is only available in English.",
         "The report is not available in anything other than English"),
        ("Support is only available on weekdays.",
         "Support is not available on days other than weekdays"),
        ("Claims for which no photos were sent are put on hold.",
         "Claims for which photos were sent are not put on hold"),
    ],
)  # fmt: skip
def test_elsewhere_and_other_things_are_tried(text: str, refused: str) -> None:
    found = derive_conditions(
        UserStory(key="S-1", title="x"), AcceptanceCriterion(id="A", text=text)
    )
    assert [c.expected for c in found if c.technique == "negative"] == [refused]


def test_rules_on_one_thing_that_end_with_otherwise_exclude_each_other() -> None:
    text = (
        "If the part is in the van, the technician takes it; if it is in the depot, a transfer is"
        " made; otherwise a purchase order is made."
    )
    found = derive_conditions(
        UserStory(key="S-1", title="x"), AcceptanceCriterion(id="A", text=text)
    )
    outcomes = {tuple(sorted(c.variables.items())): c.expected for c in found}
    van, depot = "the part is in the van", "the part is in the depot"
    assert outcomes == {
        ((depot, "false"), (van, "true")): "The technician takes it",
        ((depot, "true"), (van, "false")): "The transfer is made",
        ((depot, "false"), (van, "false")): "A purchase order is made",
    }


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("The system rejects photos larger than 8 MB. Message: 'Too large'.",
         {"Upload photos of at most 8 MB", "Upload photos larger than 8 MB",
          "Upload photos of 8 MB",
          "Upload photos of 7.9 MB", "Upload photos of 8.1 MB"}),
        ("An agent cannot reopen a case closed more than 10 days ago.",
         {"Reopen a case closed at most 10 days ago", "Reopen a case closed 10 days ago",
          "Reopen a case closed 9 days ago", "Try to reopen a case closed 11 days ago",
          "As an agent, try to reopen a case closed more than 10 days ago"}),
        ("Results are shown only after the doctor has released them.",
         {"Release the results", "Do not release the results"}),
        ("All points expire on 31 December.", None),
    ],
)  # fmt: skip
def test_what_the_tester_does(text: str, actions: set[str] | None) -> None:
    found = derive_conditions(
        UserStory(key="S-1", title="x"), AcceptanceCriterion(id="A", text=text)
    )
    if actions is not None:
        assert {c.action for c in found} == actions
    assert not any("does not point" in c.expected for c in found)
