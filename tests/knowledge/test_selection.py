"""What a sentence selects of the sample epics."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain import Epic, UserStory
from assistant.knowledge.query import parse_request
from assistant.knowledge.request_parts import Vocabulary
from assistant.knowledge.selection import Selection, select
from assistant.sources.pasted.pasted import read_pasted

EPICS = Path(__file__).parent.parent.parent / "sample_data" / "epics"


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    """The names of the sample epics."""
    texts = [path.read_text("utf-8") for path in sorted(EPICS.glob("*.md"))]
    epics = tuple(epic for text in texts for epic in read_pasted(text).epics)
    return Vocabulary(
        releases=("Drop-1", "Drop-2", "Drop-3"),
        teams=("Billing", "Call Centre", "Field Service"),
        labels=tuple(sorted({label for epic in epics for label in epic.labels})),
        epics=epics,
    )


def selected(text: str, known: Vocabulary) -> Selection:
    return select(parse_request(text, known), known)


def keys(found: Selection) -> list[str]:
    """Epics by key, and instead of a narrowed epic the stories that are wanted of it."""
    return [key for one in found.chosen for key in (one.stories or (one.epic,))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("smoke tests for CC-200", ["CC-200"]),
     ("billing epics without tariff change", ["BIL-400"]),
     ("only negative cases for Drop-3 except complaints", ["BIL-400", "CC-200"]),
     ("Testfälle für Drop-3 Call Centre", ["CC-200", "CC-300"]),
     ("Drop-3 Call Centre except refunds and goodwill payments",
      ["CC-201", "CC-203", "CC-204"]),
     ("CC-300 without goodwill", ["CC-301", "CC-302", "CC-304"]),
     ("everything except CC-200 in Drop-3", ["BIL-400", "CC-300"]),
     ("Drop-3 except the complaints of the Call Centre", ["BIL-400", "CC-200"]),
     ("CC-201", ["CC-201"]), ("CC-201 and CC-300", ["CC-201", "CC-300"]),
     ("CC-200 and Billing", ["BIL-200", "BIL-400", "CC-200"]),
     ("Drop-3 Call Centre and Drop-2 Billing", ["BIL-200", "CC-200", "CC-300"]),
     ("refunds", ["CC-202"]),
     ("service-cloud label, except CC-100", ["CC-200", "CC-300"]),
     ("CC-301 to CC-303", ["CC-301", "CC-302", "CC-303"]),
     ("CC-201 and 202", ["CC-201", "CC-202"]), ("CC-100 to CC-200", ["CC-100", "CC-200"]),
     ("epics of Drop-3 which are not labelled regulatory", ["BIL-400"]),
     ("leave Billing out of it, everything in Drop-3", ["CC-200", "CC-300"]),
     ("direct debits, payment plans and complaints", ["BIL-400", "CC-300"]),
     ("Drop-3 (direct debits, Complaints and goodwill payments, refunds)",
      ["BIL-400", "CC-202", "CC-300"]),
     ("Complaints and goodwill payments, closure", ["CC-302"]),
     ("Drop-3 Billing, with CC-202", ["BIL-400", "CC-202"]),
     ("Drop-1 (with CC-200 and FS-301)", ["CC-100", "CC-200", "FS-301"]),
     ("Drop-3, with CC-100, for Billing", ["BIL-400", "CC-100"]),
     ("CC-202, with the Billing epics", ["BIL-200", "BIL-400", "CC-202"]),
     ("Call Centre, with screenshots, Drop-3", ["CC-200", "CC-300"]),
     ("Call Centre, with refunds only", ["CC-202"]),
     ("Drop-3, with complaints and refunds", ["CC-202", "CC-300"]),
     ("Tests pour Drop-3 Billing, y compris CC-202", ["BIL-400", "CC-202"]),
     ("Drop-3 without “Make a goodwill payment” (CC-303), thank you",
      ["BIL-400", "CC-200", "CC-301", "CC-302", "CC-304"]),
 ("exit fee waivers", ["BIL-203"]),
     ("Drop-3 is not tested yet, cases for CC-200 please", ["CC-200"]),
     ("Drop-3, CC-300 is not needed", ["BIL-400", "CC-200"]),
     ("all epics but not Billing", ["CC-100", "CC-200", "CC-300", "FS-300"]),
     ("cancelling an appointment", ["FS-302"]), ("whatever is labelled regulatory",
      ["CC-200", "CC-300"])],
)  # fmt: skip
def test_what_is_selected(known: Vocabulary, text: str, wanted: list[str]) -> None:
    found = selected(text, known)
    assert keys(found) == wanted
    assert not found.told


@pytest.mark.parametrize(
    ("text", "wanted", "told"),
    [("everything of Field Service except refunds", ["FS-300"],
      "nothing named “refunds” is among them"),
     ("alle Fälle zu CC-300 außer der Goodwill-Zahlung", ["CC-300"], "“Goodwill-Zahlung”"),
     ("CC-100 and CC-999", ["CC-100"], "the nearest are CC-100"),
     ("Drop-9 Call Centre", [], "there are Drop-1, Drop-2, Drop-3"),
     ("the Metering team in Drop-3", [], "there are Billing, Call Centre, Field Service"),
     ("Call Centre tests about solar panels", [], "nothing is named “solar panels”"),
     ("Call Centre and “solar panels”", ["CC-100", "CC-200", "CC-300"], "“solar panels”"),
     ("tests for solar panels", [], "nothing is named “solar panels”"),
     ("Field Service in Drop-3", [], "no epic is Field Service and Drop-3 at once"),
     ("FS-300 without BIL-203", ["FS-300"], "nothing named “BIL-203” is among them"),
     ("Call Centre epics without complaints in Drop-9", [], "there are Drop-1, Drop-2, Drop-3"),
     ("Drop 2 to 9", ["BIL-200", "BIL-400", "CC-200", "CC-300", "FS-300"],
      "no release “Drop 4–9”; there are Drop-1, Drop-2, Drop-3"),
     ("CC-300 and CC-203 to 209", ["CC-203", "CC-204", "CC-300"], "there is no epic “CC-209”"),
     ("CC-201 to CC-206 except refunds", ["CC-201", "CC-203", "CC-204"],
      "there is no epic “CC-206”"),
     ("CC-300 and CC-999 without goodwill", ["CC-301", "CC-302", "CC-304"],
      "there is no epic “CC-999”"),
     ("smoke tests for CC-200, no smoke", ["CC-200"], "“smoke” is not left out"),
     ("CC-201-AC2", ["CC-201"], "its whole story is taken")],
)  # fmt: skip
def test_what_names_nothing_is_told(
    known: Vocabulary, text: str, wanted: list[str], told: str
) -> None:
    found = selected(text, known)
    assert keys(found) == wanted
    assert any(told in one.note for one in found.told)


def test_nothing_is_said_of_what_is_left_out_where_nothing_is_selected(known: Vocabulary) -> None:
    (told,) = selected("all epics without complaints in Drop-9", known).told
    assert told.words == "Drop-9"
    assert not told.understood


@pytest.mark.parametrize(
    "text", ["FS-300 without BIL-203", "CC-201-AC2", "Field Service in Drop-3"]
)
def test_what_is_known_and_not_among_what_is_selected_is_understood(
    known: Vocabulary, text: str
) -> None:
    (told,) = selected(text, known).told
    assert told.understood


@pytest.mark.parametrize("text", ["", "hello", "smoke tests please", "negative cases"])
def test_nothing_is_selected_where_nothing_is_named(known: Vocabulary, text: str) -> None:
    assert keys(selected(text, known)) == []


def issue(key: str, release: str, team: str, *labels: str, **stories: tuple[str, ...]) -> Epic:
    """An epic whose stories have these labels of their own."""
    held = tuple(
        UserStory(key=f"{key}-{name}", title=name, labels=own) for name, own in stories.items()
    )
    return Epic(key=key, title=key, release=release, team=team, labels=labels, stories=held)


MIXED = (
    issue("A-1", "Drop 3", "Call Centre", cancel=(), refund=("goodwill",)),
    issue("A-2", "Drop 3", "", "Call-Centre", "finance"),
    issue("A-3", "", "Lions, call_centre", "drop3"),
    issue("A-4", "Drop-3, Drop 4", "Shop", gift=(), swap=("CallCentre",)),
    issue("A-5", "Drop 2", "CALL CENTRE"),
    issue("A-6", "", "", "Web-Shop", "Drop-2"),
)
"""Names that stand in another field of each issue, in another spelling."""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("Drop-3 Call Centre epics", ["A-1", "A-2", "A-3", "A-4-swap"]),
     ("drop3 callcentre", ["A-1", "A-2", "A-3", "A-4-swap"]),
     ("DROP 3, call-centre", ["A-1", "A-2", "A-3", "A-4-swap"]),
     ("everything labelled call_centre in drop_3", ["A-1", "A-2", "A-3", "A-4-swap"]),
     ("Drop 3 except Call_Centre", ["A-4-gift"]),
     ("call centre without drop-3", ["A-5"]),
     ("Drop 4", ["A-4"]), ("Drop 2", ["A-5", "A-6"]), ("the Lions team", ["A-3"]),
     ("epics of the web shop team", ["A-6"]),
     ("Drop 3 Call Centre labelled finance", ["A-2"]),
     ("Call Centre, finance", ["A-2"]),
     ("Drop 2 Call Centre and web shop", ["A-5", "A-6"]),
     ("Drop 3 call centre without goodwill", ["A-1-cancel", "A-2", "A-3", "A-4-swap"])],
)  # fmt: skip
def test_a_name_selects_what_carries_it_in_whichever_field(text: str, wanted: list[str]) -> None:
    found = selected(text, _vocabulary(*MIXED))
    assert keys(found) == wanted
    assert not found.told


@pytest.mark.parametrize("text", ["Drop-3 Call Centre", "callcentre epics of drop3"])
def test_names_that_are_labels_alone_narrow_each_other(text: str) -> None:
    epics = [issue("B-1", "", "", "drop-3", "call-centre"), issue("B-2", "", "", "drop-3"),
             issue("B-3", "", "", "call-centre")]  # fmt: skip
    assert keys(selected(text, _vocabulary(*epics))) == ["B-1"]


def test_it_is_said_what_was_found_by_which_field() -> None:
    found = selected("Drop-3 Call Centre without goodwill", _vocabulary(*MIXED))
    assert [(one.part, one.field, one.keys) for one in found.carriers] == [
        ("release:Drop 3", "release", ("A-1-cancel", "A-2", "A-4-swap")),
        ("release:Drop 3", "label", ("A-3",)),
        ("team:CALL CENTRE", "team", ("A-1-cancel", "A-3")),
        ("team:CALL CENTRE", "label", ("A-2", "A-4-swap")),
        ("-topic:goodwill", "label", ("A-1-refund",)),
    ]


def test_a_choice_that_is_not_among_the_others_is_told() -> None:
    found = selected("Drop-2 Call Centre and Lions", _vocabulary(*MIXED))
    assert keys(found) == ["A-5"]
    assert [one.words for one in found.told] == ["Lions"]


SPANNING = (
    Epic(key="C-1", title="Spans", team="Sales", stories=(
        UserStory(key="C-11", title="a", release="Drop 2"),
        UserStory(key="C-12", title="b", release="Drop 3, Drop 4", sprint="CX Sprint 7"),
        UserStory(key="C-13", title="c"),
    )),
    Epic(key="C-2", title="Of another team", release="Drop 3", team="Shop", stories=(
        UserStory(key="C-21", title="d", team="Sales", sprint="CX Sprint 7, CX Sprint 8"),
        UserStory(key="C-22", title="e", release="Drop 2"),
    )),
    Epic(key="C-3", title="Of nobody", release="drop-3"),
    Epic(key="C-4", title="Elsewhere", release="Drop 9", team="Shop"),
)  # fmt: skip
"""Epics whose stories name releases, teams and sprints of their own."""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("Drop 3", ["C-12", "C-21", "C-3"]), ("drop 2", ["C-11", "C-22"]),
     ("Sales", ["C-1", "C-21"]), ("Sales in Drop 3", ["C-12", "C-21"]),
     ("Sales without Drop 2", ["C-12", "C-13", "C-21"]),
     ("CX sprint 7", ["C-12", "C-21"]), ("Drop 3 except CX Sprint 8", ["C-12", "C-3"])],
)  # fmt: skip
def test_a_story_counts_by_its_own_release_team_and_sprint(text: str, wanted: list[str]) -> None:
    assert keys(selected(text, _vocabulary(*SPANNING))) == wanted


def test_what_is_near_is_told_with_what_stands_instead() -> None:
    found = selected("Drop-3 Sales", _vocabulary(*SPANNING))
    told = [
        (one.chosen.stories or (one.chosen.epic,), one.has, one.lacks, one.instead or one.fields)
        for one in found.near
    ]
    assert told == [
        (("C-13",), ("Sales",), ("Drop 3",), ("release",)),
        (("C-3",), ("Drop 3",), ("Sales",), ("team", "label")),
        (("C-11",), ("Sales",), ("Drop 3",), ("Drop 2",)),
    ]


@pytest.mark.parametrize("text", ["Drop 3", "C-12", "C-1 and C-3", "everything", "Drop 8 Sales"])
def test_nothing_is_near_where_no_name_narrows_another(text: str) -> None:
    assert not selected(text, _vocabulary(*SPANNING)).near


def test_what_is_left_out_is_not_near() -> None:
    found = selected("Drop 3 Sales except C-12", _vocabulary(*SPANNING))
    assert keys(found) == ["C-21"]
    assert "C-12" not in [key for one in found.near for key in one.chosen.stories]


def _vocabulary(*epics: Epic) -> Vocabulary:
    issues = [one for epic in epics for one in (epic, *epic.stories)]
    return Vocabulary(
        releases=tuple(sorted({one.release for one in issues if one.release})),
        teams=tuple(sorted({one.team for one in issues if one.team})),
        labels=tuple(sorted({label for one in issues for label in one.labels})),
        sprints=tuple(sorted({s.sprint for epic in epics for s in epic.stories if s.sprint})),
        epics=epics,
    )  # fmt: skip


def test_a_title_that_several_epics_have_names_them_all() -> None:
    """One epic in two trackers: each holds some of its stories."""
    epics = tuple(
        Epic(key=key, title=title, stories=(UserStory(key=f"{key}1", title="One"),))
        for key, title in (("#205", "Visitor vouchers"), ("shop#205", "Visitor Vouchers"))
    )
    known = Vocabulary(epics=(*epics, Epic(key="M-8", title="Gift cards")))
    assert keys(selected("the cases for visitor vouchers", known)) == ["#205", "shop#205"]


def test_a_release_is_the_same_with_and_without_a_word_for_one() -> None:
    """One tracker writes "4.2", another "Release 4.2"."""
    epics = tuple(
        Epic(key=f"E-{number}", title="Vouchers", release=name)
        for number, name in enumerate(("4.2", "Release 4.2", "Release 4.3", "App 4.2"), 1)
    )
    known = Vocabulary(releases=tuple(epic.release for epic in epics), epics=epics)
    assert keys(selected("cases for 4.2", known)) == ["E-1", "E-2"]
    assert keys(selected("cases for release 4.2", known)) == ["E-1", "E-2"]


def test_a_release_with_the_products_name_is_the_version_alone_of_its_own_tracker() -> None:
    def known(*names: str) -> Vocabulary:
        epics = [Epic(key=f"E-{n}", title="Lots", release=name) for n, name in enumerate(names, 1)]
        return Vocabulary(releases=names, epics=tuple(epics))

    named = known("Shop 3.4", "3.4", "Shop 3.5", "Release 3.4")
    assert keys(selected("cases for Shop 3.4", named)) == ["E-1", "E-2", "E-4"]
    assert keys(selected("cases for 3.4", named)) == ["E-2", "E-4"]
    assert keys(selected("cases for Shop 3.5", named)) == ["E-3"]
    assert keys(selected("cases for Shop 3.4", known("Shop 3.4", "3.4", "App 3.4"))) == ["E-1"]
    assert keys(selected("cases for Shop 3", known("Shop 3", "3"))) == ["E-1"]


def _claims() -> Vocabulary:
    """An epic whose title has words of its stories' titles, and one named as one of its stories."""
    titles = {"A-11": "Register a motor claim", "A-12": "Reserve and payment",
              "A-13": "Book courtesy car", "A-14": "Choose a garage"}  # fmt: skip
    claims = Epic(
        key="A-1",
        title="Motor: register a claim, choose a garage and book a courtesy car",
        stories=tuple(UserStory(key=key, title=title) for key, title in titles.items()),
    )
    refunds = Epic(
        key="B-2",
        title="Refunds and fees",
        stories=(
            UserStory(key="B-21", title="Refund by card"),
            UserStory(key="B-22", title="Refund by bank transfer"),
            UserStory(key="B-23", title="Waive a fee"),
        ),
    )
    return Vocabulary(epics=(claims, refunds))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("Generate UAT test cases for the courtesy car story", ["A-13"]),
     ("negative tests for the “courtesy car” user story", ["A-13"]),
     ("only the story about the courtesy car", ["A-13"]),
     ("die Story zum courtesy car", ["A-13"]),
     ("A-1, the courtesy car story", ["A-13"]),
     ("the courtesy car and the garage stories", ["A-13", "A-14"]),
     ("the courtesy car, claim and garage stories", ["A-11", "A-13", "A-14"]),
     ("the courtesy car story and the fee story", ["A-13", "B-23"]),
     ("stories: courtesy car and garage", ["A-13", "A-14"]),
     ("the stories about the courtesy car and the garage, smoke", ["A-13", "A-14"]),
     ("the refunds and fees stories", ["B-2"]),
     ("A-1 without the courtesy car story", ["A-11", "A-12", "A-14"]),
     ("tests for booking a courtesy car", ["A-13"]),
     ("story 13", ["A-13"]), ("story A-13", ["A-13"]),
     ("courtesy car", ["A-1"]), ("the epic about booking a courtesy car", ["A-1"]),
     ("the story epic courtesy car", ["A-1"]), ("the fee stories", ["B-2"]),
     ("the stories of the courtesy car epic", ["A-1"])],
)  # fmt: skip
def test_words_that_are_called_a_story_narrow_to_it(text: str, wanted: list[str]) -> None:
    found = selected(text, _claims())
    assert keys(found) == wanted
    assert not found.told


def test_a_version_behind_the_word_story_is_no_storys_number() -> None:
    assert keys(selected("story 13.5", _claims())) == []


def test_stories_that_words_fit_alike_are_offered() -> None:
    found = selected("the refund story", _claims())
    assert keys(found) == ["B-21", "B-22"]
    (told,) = found.told
    assert told.understood
    assert told.note == (
        "“refund” fits 2 stories alike, all are taken: B-21 Refund by card, B-22 Refund by bank "
        "transfer. For one of them, name its key"
    )
    (told,) = selected("B-2 without the refund story", _claims()).told
    assert "all are left out: B-21" in told.note


@pytest.mark.parametrize(
    ("text", "wanted", "unknown"),
    [("the elephant story", [], "elephant"), ("the courtesy van story", [], "courtesy van"),
     ("the elephant and the garage stories", ["A-14"], "elephant"),
     ("the garage story and the elephant story", ["A-14"], "elephant")],
)  # fmt: skip
def test_a_story_that_nobody_knows_is_not_understood(
    text: str, wanted: list[str], unknown: str
) -> None:
    found = selected(text, _claims())
    assert keys(found) == wanted
    assert [(one.words, one.understood) for one in found.told] == [(unknown, False)]


def test_a_part_that_nobody_knows_is_not_its_whole_story_left_out() -> None:
    found = selected("A-1, leave out the valet option of A-13", _claims())
    assert keys(found) == ["A-1"]
    assert [(one.words, one.understood) for one in found.told] == [("valet option", False)]


def test_beside_keys_an_unknown_release_selects_all_the_same_where_nothing_has_one() -> None:
    found = selected("cases for A-13 and B-21 of release 2.1", _claims())
    assert keys(found) == ["A-13", "B-21"]
    assert [one.note for one in found.told] == [
        "there is no release “release 2.1”; the project has none"
    ]
    known = _claims().model_copy(update={"releases": ("Release 2.0",)})
    assert not keys(selected("cases for A-13 of release 2.1", known))
    assert not keys(selected("cases for release 2.1", _claims()))


def test_a_team_that_is_called_as_cases_are_is_named_where_it_is_called_a_team() -> None:
    known = Vocabulary(
        teams=("Test", "Sales"),
        epics=(
            Epic(key="A-1", title="Offers", team="Sales"),
            Epic(key="A-2", title="Data", team="Test"),
        ),
    )
    assert keys(selected("please write the test cases for A-1", known)) == ["A-1"]
    assert keys(selected("cases for the test team", known)) == ["A-2"]
    assert keys(selected("cases of team Test", known)) == ["A-2"]


def test_chapters_are_named_by_their_numbers() -> None:
    titles = ("3 Intake", "4 Storage", "5 Release", "6 Invoices")
    known = Vocabulary(epics=tuple(Epic(key=f"E-{n}", title=t) for n, t in enumerate(titles)))
    assert keys(selected("tests for chapters 3, 4 and 6", known)) == ["E-0", "E-1", "E-3"]
    assert keys(selected("Testfälle für Kapitel 5", known)) == ["E-2"]


def test_the_key_of_a_requirement_is_told_whole() -> None:
    (told,) = selected("A-1 without BR-5.12", _claims()).told
    assert told.words == "BR-5.12"


def test_a_title_does_not_tell_the_language_of_a_request() -> None:
    """ "car" is "because" in French."""
    found = selected("courtesy car", _claims())
    assert keys(found) == ["A-1"]
    assert not parse_request("courtesy car", _claims()).unread


def test_a_whole_title_is_named_before_the_team_that_it_begins_with() -> None:
    known = Vocabulary(
        teams=("Helm",),
        epics=(
            Epic(key="E-1", title="Helm release", team="Console"),
            Epic(key="E-2", title="Charts", team="Helm"),
        ),
    )
    assert keys(selected("deleting a helm release", known)) == ["E-1"]
    assert keys(selected("all of the Helm team", known)) == ["E-2"]


def test_what_stands_behind_the_word_for_a_known_team_is_no_teams_name(known: Vocabulary) -> None:
    found = selected("smoke for everything the Billing team owns", known)
    assert keys(found) == ["BIL-200", "BIL-400"]
    assert not found.told
    assert not keys(selected("smoke for everything of team Metering", known))


def test_those_that_words_are_nearest_to_are_few_or_none(known: Vocabulary) -> None:
    words, stems = known.entry_words, known.titles.stems
    assert words.nearest(stems("missed instalments"), 2) == ("BIL-403", "BIL-402")
    assert words.nearest(stems("passwords"), 6, in_titles=True) == ("CC-103",)
    assert not words.nearest(stems("instalment"), 6, in_titles=True)
    assert not words.nearest(stems("agent"), 2), "too many have it alike"
    assert not words.nearest(stems("elephant"), 6)
