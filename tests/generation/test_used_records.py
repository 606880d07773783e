"""What a story's writer is told of the people, records and times of other stories' cases."""

from __future__ import annotations

from assistant.domain import TestCase, TestStep
from assistant.generation.used_records import MOST_CHARACTERS, titles_by_day, used_records


def case(*given: str, data: str = "") -> TestCase:
    step = TestStep(number=1, action="Book the slot.", test_data=data, expected_result="Booked.")
    return TestCase(id="TC-1", title="Book", preconditions=given, steps=(step,))


def test_a_record_is_told_with_the_titles_of_its_latest_cases() -> None:
    titles = [f"The claim is checked {number} times" for number in range(1, 6)]
    cases = [case("The claim CL-00087 is open.").model_copy(update={"title": t}) for t in titles]
    told = ", ".join(f"“{title}”" for title in titles[1:])
    assert used_records(cases, ()) == (f"CL-00087 ({told})",)


def test_no_case_goes_on_from_a_rejected_or_imported_one() -> None:
    rejected = case("The claim CL-00087 is open.").model_copy(update={"status": "rejected"})
    assert used_records([rejected], ()) == ("CL-00087",)


def test_what_a_case_made_up_is_told_and_not_what_a_source_says() -> None:
    made = case(
        "The boat “Quail” of Holder A has the slot BP-0417 with the status “Confirmed”.",
        "Date of the test: 2026-12-08. The gate D-7 is open.",
        data="Slot: 22 December 2026, 08:00; press “Book lift”",
    )
    texts = ("A slot is “Confirmed” after payment.", "Button: Book lift", "Gate D-7")
    wanted = ("BP-0417 (“Book”, “Book”)", "Quail", "2026-12-22 08:00", "Holder A")
    assert used_records([made, made], texts) == wanted


def test_a_record_that_a_source_lists_is_taken_once_a_case_uses_it() -> None:
    made = case("The set WS-40136 of customer C-1055 lies at gate D-7 by rule BR-12.")
    listed = ["SET: WS-40136; CUSTOMER: C-1055; GATE: D-7", "BR-12 says so."]
    assert used_records([made], listed) == ("WS-40136 (“Book”)", "C-1055 (“Book”)")


def test_people_are_told_by_role_and_letter_and_are_kept_before_the_rest() -> None:
    made = case(
        "Line Manager A and Network planner B are logged in. Plan C is for Sachbearbeiterin D.",
        "An application by Clerk A waits.",
        *(f"The record RC-{number:05} is open." for number in range(1_000)),
        data="Who: Bürgerbüro-Leitung E; field A1",
    )
    people = ("Line Manager A", "Network planner B", "Sachbearbeiterin D", "Clerk A")
    found = used_records([made], ["Plan C holds."])
    assert found[-5:] == (*people, "Bürgerbüro-Leitung E")
    assert found[-6] == "RC-00999 (“Book”)"


def test_who_is_to_be_set_up_is_told_with_the_words_that_say_how() -> None:
    made = case(
        "Line Manager A has a claim of Clerk A.",
        "To be set up: logins for Line Manager A (depot Leeds) and Clerk B (depot York).",
        f"To be set up: Line Manager A; Clerk C{', who has leave' * 20}.",
    )
    logins = "(“logins for Line Manager A (depot Leeds) and Clerk B (depot York).”)"
    *found, last = used_records([made], ())
    assert found == [f"Line Manager A {logins}", "Clerk A", f"Clerk B {logins}"]
    assert last.startswith("Clerk C (“Line Manager A; Clerk C, who has leave,")
    assert len(last) <= 180
    assert last.endswith(" …”)")


def test_a_role_before_another_word_in_a_source_is_not_somebody() -> None:
    made = case("Area Manager A and Area Manager B are logged in.")
    texts = ["Waived by an Area Manager. A reason is needed. The area manager B may, too."]
    assert used_records([made], texts) == ("Area Manager A",)


def test_two_letters_name_a_person_and_no_apostrophe_or_pronoun_does() -> None:
    made = case("Clerk S and Driver AB are logged in.", "Shall I go on with the clerk's list?",
                "The Customer ID is 7; Size XL, Status OK.")  # fmt: skip
    assert used_records([made], ["The clerk's list is short.", "Shall I wait?"]) == (
        "Clerk S", "Driver AB",
    )  # fmt: skip


def test_the_article_of_the_language_is_no_part_of_who_is_named() -> None:
    made = case("Der Kundin A gehört ein Vertrag; Kundin A ist angemeldet.",
                "La Cliente B paga y no es menor.", "Das E ist nicht das F.")  # fmt: skip
    assert used_records([made], ()) == ("Kundin A", "Cliente B")


def test_a_role_of_several_words_is_one_that_the_texts_name() -> None:
    made = case(
        "La secrétaire de mairie A a ouvert le dossier; l'agent de la régie B le voit.",
        "The E string is broken. As Workshop Coordinator I, open it.",
    )
    texts = ["Une secrétaire de mairie décide.", "Agent de la régie", "The workshop coordinator"]
    found = used_records([made], texts)
    assert found == ("secrétaire de mairie A", "agent de la régie B", "Workshop Coordinator I")


def test_each_time_of_day_belongs_to_the_date_before_it() -> None:
    made = case(
        "Open on 2027-01-06 at 08:00, 09:30 and 11:00.", data="Day: 2027-01-14; start: 12:30"
    )
    wanted = ("2027-01-06 08:00", "2027-01-06 09:30", "2027-01-06 11:00", "2027-01-14 12:30")
    assert used_records([made], ()) == wanted


def test_what_stands_between_two_inch_marks_is_no_name() -> None:
    made = case('The bike "Kestrel 20" has 20" rims and 17" tyres.')
    assert used_records([made], ()) == ("Kestrel 20",)


def test_the_latest_are_kept() -> None:
    cases = [case(f"The record RC-{number:05} is open.") for number in range(1_000)]
    kept = used_records(cases, ())
    assert kept[-1] == "RC-00999 (“Book”)"
    assert 0 < sum(len(one) + 2 for one in kept) <= MOST_CHARACTERS


def test_numbers_of_records_are_told_and_no_quantity_or_midnight() -> None:
    made = case(
        "Supplier 40311 delivered 76340 kg by 2026-09-17 00:00 for EUR 12500.",
        data="Pickup: 880118; day: 14 September 2026, 13:50",
    )
    found = used_records([made], ["PICKUP_ID: 880118"])
    assert found == ("40311 (“Book”)", "880118 (“Book”)", "2026-09-14 13:50")


def test_a_code_without_a_hyphen_that_a_source_gives_is_none_of_a_record() -> None:
    made = case("The file has a SHA256 hash.", "Form FY2026 of SO10023, order SO10024.")
    assert used_records([made], ["SHA256, FY2026 and SO10023"]) == ("SO10024",)


def test_cases_that_show_nothing_have_no_titles_to_tell() -> None:
    stands = case("A slot is free")
    outline = TestCase(id="B", title="Outline")
    rejected = stands.model_copy(update={"status": "rejected"})
    assert titles_by_day([outline, rejected]) == ()
    assert titles_by_day([outline, stands]) == ("no date: 1", "no date: “Book”")
